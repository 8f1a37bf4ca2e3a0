"""Dates in the registry: entries that say which evidence a file, a document or a checkpoint has.

An entry names its subject by what may be public for ever: the digest of a whole source file, the index of a
document, or a checkpoint. The proof lies beside the registry, under its digest. What is appended is never
taken back; the best grade of a subject is what counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from headwater.errors import FormatError, SealError, VerificationError
from headwater.log.checkpoint import Signer
from headwater.log.storage import Storage
from headwater.reserve.entry import Entry, moment
from headwater.reserve.evidence import GRADES, METHODS, Anchors, Subject
from headwater.reserve.leaf import Leaf
from headwater.reserve.reserve import Reserve
from headwater.sources.opening import digest_and_size

KIND = "date-evidence"
MAX_PROOF_BYTES = 1 << 20
# Before these moments no model of that name wrote for the public: GPT-2, GPT-3's interface, ChatGPT.
CUTOFFS = {"gpt-2": "2019-02-14", "gpt-3": "2020-06-11", "chatgpt": "2022-11-30"}


@dataclass(frozen=True, slots=True)
class Dated:
    """How good the date of a document is.

    Attributes:
        grade: The best that was shown, E0 to E4.
        date: The moment by which it was there, RFC 3339 UTC; empty where nothing says so.
        entry: The registry's entry that says so; -1 for the source's own word.
    """

    grade: str
    date: str
    entry: int = -1


def proof_path(digest: str) -> str:
    """Give the path of a proof, below the reserve."""
    return f"evidence/{digest}"


def show(
    method: str, proof: bytes, subject: Subject, anchors: Anchors, *, of: Mapping[str, Any], now_s: int
) -> Entry:
    """Check evidence and make the entry that says so.

    Args:
        method: Key into `METHODS`.
        proof: Its bytes.
        subject: What it is of.
        anchors: Whom we trust.
        of: What the entry calls the subject: `{"file": SHA256}`, `{"document": INDEX}`, or
            `{"checkpoint": SHA256}` of the signed note.
        now_s: Now, in POSIX seconds.

    Returns:
        The entry, to be appended to the registry; its proof goes to `proof_path`.

    Raises:
        FormatError: If the proof does not parse, or is too long.
        VerificationError: If it is not true, or of something else.
    """
    if len(proof) > MAX_PROOF_BYTES:
        raise FormatError(f"a proof of a date is longer than {MAX_PROOF_BYTES} bytes")
    if method not in METHODS:
        raise FormatError(f"no method of evidence is named {method!a}", hint=", ".join(METHODS))
    date = METHODS[method].date(proof, subject, anchors)
    fields = {
        "claim": "existed-by",
        "date": moment(int(date.timestamp())),
        "grade": METHODS[method].grade,
        "method": method,
        "proof_sha256": hashlib.sha256(proof).hexdigest() if proof else "",
        "subject": dict(of),
    }
    return Entry(KIND, moment(now_s), fields)


def log(reserve: Reserve, entry: Entry, proof: bytes, signers: Sequence[Signer], *, now_s: int) -> int:
    """Store a proof and log the entry that speaks of it.

    Args:
        reserve: The reserve.
        entry: What `show` gave.
        proof: The same bytes.
        signers: The registry's keys.
        now_s: Now, in POSIX seconds.

    Returns:
        Number of the entry.
    """
    if proof:
        reserve.storage.create(proof_path(entry["proof_sha256"]), proof)
    return len(reserve.append([entry], signers, time_s=now_s).entries) - 1


def of_document(reserve: Reserve, index: int) -> tuple[Subject, dict[str, Any]]:
    """Name a document as the subject of evidence.

    Args:
        reserve: The reserve.
        index: Of the document.

    Returns:
        The subject, by its payload, and what an entry calls it.
    """
    leaf = reserve.leaf(index)
    subject = Subject(bytes.fromhex(leaf.payload_sha256), leaf.payload_sha1, leaf.captured)
    return subject, {"document": index}


def of_file(path: str) -> tuple[Subject, dict[str, Any]]:
    """Name a source file as the subject of evidence.

    Args:
        path: Local path or fsspec URL.

    Returns:
        The subject, and what an entry calls it.
    """
    digest, _ = digest_and_size(path)
    return Subject(bytes.fromhex(digest)), {"file": digest}


def check(entry: Entry, storage: Storage, subject: Subject, anchors: Anchors) -> None:
    """Check the evidence of an entry again.

    Args:
        entry: Of kind `date-evidence`.
        storage: Of the reserve.
        subject: What the entry names, by its digest.
        anchors: Whom the verifier trusts.

    Raises:
        SealError: If the proof is not there, or another one.
        VerificationError: If it is not true, or shows another date or grade than the entry says.
    """
    digest = entry["proof_sha256"]
    proof = storage.read(proof_path(digest)) if digest else b""
    if proof is None or (digest and hashlib.sha256(proof).hexdigest() != digest):
        raise SealError(f"{proof_path(digest)} is not there, or not what the registry says")
    method = METHODS.get(entry["method"])
    if method is None:
        raise VerificationError(f"no method of evidence is named {entry['method']!a}")
    shown = moment(int(method.date(proof, subject, anchors).timestamp()))
    if (shown, method.grade) != (entry["date"], entry["grade"]):
        raise VerificationError(f"the evidence shows {method.grade} and {shown}, the entry says otherwise")


def dated(leaf: Leaf, index: int, entries: Iterable[tuple[int, Entry]]) -> Dated:
    """Say how good the date of a document is.

    Args:
        leaf: What is sealed of it.
        index: Its place in the log.
        entries: The registry's, with their numbers; kinds but `date-evidence` are passed over.

    Returns:
        The best grade, and of that grade the earliest date.
    """
    names: tuple[dict[str, Any], ...] = ({"file": leaf.place.file_sha256}, {"document": index})
    shown = [Dated("E0", leaf.captured)]
    for number, entry in entries:
        if entry.kind == KIND and entry["subject"] in names:
            shown.append(Dated(entry["grade"], entry["date"], number))
    return min(shown, key=lambda one: (-GRADES.index(one.grade), one.date or "9999", one.entry))


def is_before(found: Dated, cutoff: str, *, grade: str) -> bool:
    """Tell whether a document was there before a day, by good enough evidence.

    Args:
        found: What `dated` gave.
        cutoff: A day, `YYYY-MM-DD`, or a moment in RFC 3339.
        grade: One of `GRADES`.
    """
    strong = GRADES.index(found.grade) >= GRADES.index(grade)
    return strong and bool(found.date) and _at(found.date) < _at(cutoff)


def numbered(entries: Sequence[Entry]) -> list[tuple[int, Entry]]:
    """Give the entries of a registry that speak of dates, with their numbers."""
    return [(number, one) for number, one in enumerate(entries) if one.kind == KIND]


def _at(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
