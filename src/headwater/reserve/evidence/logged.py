"""E3: an entry of a transparency log, under a checkpoint that witnesses had signed by a date."""

from __future__ import annotations

from datetime import datetime
from typing import final

from headwater import canonical
from headwater.errors import FormatError, InclusionError, SignatureError, VerificationError
from headwater.log import checkpoint, note
from headwater.log import proof as tlog_proof
from headwater.log.checkpoint import Policy
from headwater.reserve.evidence.method import Anchors, Subject, posix


@final
class Logged:
    """A proof of inclusion whose checkpoint carries the times of witnesses.

    A proof is canonical JSON, `{"entry": BASE64, "proof": TEXT}`. The entry is the subject's digest itself or
    holds it in hex. The log's own clock does not count: the date is the one by which as many witnesses had
    signed as the policy asks for, one at least.

    Source:
        C2SP tlog-proof; C2SP tlog-cosignature.
    """

    grade = "E3"

    def date(self, proof: bytes, subject: Subject, anchors: Anchors) -> datetime:
        """Verify the inclusion and the cosignatures; see `Method.date`.

        Raises:
            FormatError: If the proof does not parse.
            InclusionError: If the entry is of something else, or not in the log.
            VerificationError: If the log is not trusted.
        """
        entry, parsed = _parse(proof)
        if entry != subject.sha256 and subject.sha256.hex().encode() not in entry:
            raise InclusionError("the entry of the log does not name the subject's digest")
        at, signed = checkpoint.parse(parsed.checkpoint)
        policy = next((one for one in anchors.logs if one.origin == at.origin), None)
        if policy is None:
            raise VerificationError(f"the log {at.origin!a} is not trusted")
        tlog_proof.verify(parsed, entry, policy)
        return posix(_witnessed(signed, policy))


def _witnessed(signed: note.Note, policy: Policy) -> int:
    """Give the time by which a quorum had signed.

    Raises:
        SignatureError: If no witness signed.
    """
    first: dict[str, int] = {}
    for one in note.verify(signed, policy.witnesses) if policy.witnesses else ():
        if one.time_s is not None:
            first[one.key.name] = min(one.time_s, first.get(one.key.name, one.time_s))
    needed = max(policy.quorum, 1)
    if len(first) < needed:
        raise SignatureError("no witness signed the checkpoint: its date is only its log's word")
    return sorted(first.values())[needed - 1]


def _parse(proof: bytes) -> tuple[bytes, tlog_proof.Proof]:
    """Parse a proof.

    Raises:
        FormatError: If it is not one.
    """
    value = canonical.parse(proof)
    if not isinstance(value, dict) or set(value) != {"entry", "proof"}:
        raise FormatError("evidence of a log lacks its entry or its proof")
    if not all(isinstance(one, str) for one in value.values()):
        raise FormatError("the entry or the proof in evidence of a log is no text")
    return note.parse_base64(value["entry"]), tlog_proof.parse(value["proof"].encode())
