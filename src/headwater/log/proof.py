"""Proof files: an entry's place in a log, checked offline (C2SP tlog-proof)."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.errors import FormatError
from headwater.log import checkpoint, note
from headwater.log.algorithm import MAX_TIME_S
from headwater.log.checkpoint import Checkpoint, Policy
from headwater.log.tree import HASH_BYTES, leaf_hash, verify_inclusion

MAX_HASHES = 63
_MAGIC = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Proof:
    """All that shows an entry to be in a log, but the entry.

    Attributes:
        index: Place of the entry, from 0.
        hashes: Its inclusion proof, from the bottom up.
        checkpoint: The signed checkpoint, verbatim.
        extra: What an application adds; nobody signs it. Empty for none.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""


def encode(proof: Proof) -> bytes:
    """Encode a proof file.

    Source:
        C2SP tlog-proof, "Format".
    """
    lines = [_MAGIC]
    if proof.extra:
        lines.append(f"extra {note.encode_base64(proof.extra)}")
    lines.append(f"index {proof.index}")
    lines.extend(note.encode_base64(one) for one in proof.hashes)
    return "".join(f"{line}\n" for line in lines).encode("ascii") + b"\n" + proof.checkpoint


def parse(data: bytes) -> Proof:
    """Parse a proof file; nothing is verified.

    Args:
        data: Its bytes.

    Returns:
        The proof, with `encode(parse(data)) == data`.

    Raises:
        FormatError: If it is not one.

    Source:
        C2SP tlog-proof, "Format".
    """
    top, blank, signed = data.partition(b"\n\n")
    try:
        magic, *lines = top.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError("a proof holds bytes that are not ASCII") from error
    if magic != _MAGIC or not blank:
        raise FormatError(f"a proof does not begin with {_MAGIC}, or has no checkpoint")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = note.parse_base64(lines.pop(0).removeprefix("extra "))
        if not extra:
            raise FormatError("a proof has an empty extra line")
    index = parse_number(lines.pop(0) if lines else "", "index")
    hashes = parse_hashes(lines)
    checkpoint.parse(signed)
    return Proof(index, hashes, signed, extra)


def parse_number(line: str, word: str) -> int:
    """Parse a line of a word and a number.

    Args:
        line: Such as `index 5`, without a newline.
        word: Such as `index`.

    Returns:
        The number, at most 2**63 - 1.

    Raises:
        FormatError: If it is not one, or not in its one form.
    """
    digits = line.removeprefix(f"{word} ")
    sound = digits.isascii() and digits.isdigit() and len(digits) <= 19 and int(digits) <= MAX_TIME_S
    if not sound or f"{word} {int(digits)}" != line:
        raise FormatError(f"not the word {word} and a number: {line[:40]!a}")
    return int(digits)


def parse_hashes(lines: list[str]) -> tuple[bytes, ...]:
    """Parse lines of one hash each.

    Raises:
        FormatError: If one is none, or there are more than `MAX_HASHES`.
    """
    hashes = tuple(note.parse_base64(line) for line in lines)
    if len(hashes) > MAX_HASHES or any(len(one) != HASH_BYTES for one in hashes):
        raise FormatError(f"a line is no hash of {HASH_BYTES} bytes, or there are more than {MAX_HASHES}")
    return hashes


def verify(proof: Proof, entry: bytes, policy: Policy) -> Checkpoint:
    """Check that an entry is in a log.

    Args:
        proof: A parsed proof.
        entry: The entry's bytes.
        policy: Who must have signed the checkpoint.

    Returns:
        The checkpoint.

    Raises:
        FormatError: If the checkpoint does not parse.
        SignatureError: If it is not signed as the policy wants.
        InclusionError: If the entry is not where the proof says.
    """
    head = checkpoint.verify(proof.checkpoint, policy)
    verify_inclusion(leaf_hash(entry), (proof.index, head.size), head.root, proof.hashes)
    return head
