"""OpenTimestamps proofs: the detached file format as a tree of operations and attestations; no I/O.

Source:
    The OpenTimestamps detached timestamp format, version 1; a reader of our own, since the reference library
    is under the LGPL and brings a whole Bitcoin stack.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import final

from headwater.errors import FormatError

MAGIC = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94"
BITCOIN = bytes.fromhex("0588960d73d71901")
MAX_BYTES = 1 << 20
MAX_MESSAGE_BYTES = 4096
_MAX_DEPTH = 256
_MAX_PAYLOAD_BYTES = 8192
_FORK, _ATTESTATION = 0xFF, 0x00
_SHA256 = 0x08


def _hash(name: str) -> Callable[[bytes, bytes], bytes]:
    return lambda message, _: hashlib.new(name, message, usedforsecurity=False).digest()


# Operations by tag; those of two arguments carry one. Keccak-256 and whatever a later version adds are kept
# when they are parsed, and lead nowhere when they are followed.
_BINARY: dict[int, Callable[[bytes, bytes], bytes]] = {
    0xF0: lambda message, argument: message + argument,
    0xF1: lambda message, argument: argument + message,
}
_UNARY: dict[int, Callable[[bytes, bytes], bytes] | None] = {
    0x02: _hash("sha1"),
    0x03: _hash("ripemd160"),
    _SHA256: _hash("sha256"),
    0x67: None,
    0xF2: lambda message, _: message[::-1],
    0xF3: lambda message, _: message.hex().encode(),
}


@dataclass(frozen=True, slots=True)
class Attestation:
    """Somebody's word that a message existed.

    Attributes:
        kind: Eight bytes that say whose.
        payload: What they add, such as the height of a block.
    """

    kind: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """An operation on a message.

    Attributes:
        tag: Which.
        argument: Its second argument; empty where it has none.
    """

    tag: int
    argument: bytes = b""


@dataclass(frozen=True, slots=True)
class Proof:
    """A detached timestamp.

    Attributes:
        digest: SHA-256 of the file it is of.
        tokens: What follows, in order: steps and attestations, with None for a fork.
    """

    digest: bytes
    tokens: tuple[Step | Attestation | None, ...]


def parse(data: bytes) -> Proof:
    """Parse a proof file.

    Args:
        data: Its bytes, at most `MAX_BYTES`.

    Returns:
        The proof, with `encode(parse(data)) == data`. Nothing is verified.

    Raises:
        FormatError: If it is not one of version 1 over SHA-256, or is cut off, or goes on behind its end.
    """
    if len(data) > MAX_BYTES or not data.startswith(MAGIC):
        raise FormatError("not an OpenTimestamps proof")
    reader = _Reader(data, len(MAGIC))
    if reader.number() != 1 or reader.take(1) != bytes([_SHA256]):
        raise FormatError("an OpenTimestamps proof is of another version, or of another digest than SHA-256")
    digest = reader.take(32)
    tokens = tuple(_tokens(reader))
    if reader.at != len(data):
        raise FormatError("an OpenTimestamps proof goes on behind its end")
    return Proof(digest, tokens)


def encode(proof: Proof) -> bytes:
    """Encode a proof file.

    Args:
        proof: As it was parsed.
    """
    pieces = [MAGIC, _number(1), bytes([_SHA256]), proof.digest]
    for token in proof.tokens:
        if token is None:
            pieces.append(bytes([_FORK]))
        elif isinstance(token, Step):
            argument = _text(token.argument) if token.tag in _BINARY else b""
            pieces.append(bytes([token.tag]) + argument)
        else:
            pieces.append(bytes([_ATTESTATION]) + token.kind + _text(token.payload))
    return b"".join(pieces)


def follow(proof: Proof) -> Iterator[tuple[Attestation, bytes]]:
    """Carry out the operations of a proof.

    Args:
        proof: A parsed proof.

    Yields:
        Each attestation that can be reached, and the message it is of.

    Raises:
        FormatError: If a message grows beyond `MAX_MESSAGE_BYTES`.
    """
    message: bytes | None = proof.digest
    forks: list[bytes | None] = []
    for token in proof.tokens:
        if token is None:
            forks.append(message)
        elif isinstance(token, Step):
            message = None if message is None else _apply(token, message)
        else:
            if message is not None:
                yield token, message
            message = forks.pop() if forks else None


def height(attestation: Attestation) -> int:
    """Read the height of the block that a Bitcoin attestation names.

    Args:
        attestation: Of kind `BITCOIN`.

    Raises:
        FormatError: If it names none.
    """
    reader = _Reader(attestation.payload, 0)
    found = reader.number()
    if reader.at != len(attestation.payload):
        raise FormatError("an attestation of Bitcoin names no height")
    return found


def _apply(step: Step, message: bytes) -> bytes | None:
    """Carry out a step; None where it leads nowhere.

    Raises:
        FormatError: If the message grows too long.
    """
    operation = _BINARY.get(step.tag) or _UNARY[step.tag]
    try:
        made = None if operation is None else operation(message, step.argument)
    except ValueError:  # RIPEMD-160 is not in every OpenSSL.
        return None
    if made is not None and len(made) > MAX_MESSAGE_BYTES:
        raise FormatError(f"a message in an OpenTimestamps proof grows beyond {MAX_MESSAGE_BYTES} bytes")
    return made


def _tokens(reader: _Reader) -> Iterator[Step | Attestation | None]:
    """Read steps and attestations until every fork has ended.

    Raises:
        FormatError: If there is another tag, or too many forks or steps on one way.
    """
    depths = [0]
    while depths:
        tag = reader.take(1)[0]
        if tag == _FORK:
            depths.append(depths[-1])
            yield None
        elif tag == _ATTESTATION:
            yield Attestation(reader.take(8), reader.text(_MAX_PAYLOAD_BYTES, least=0))
            depths.pop()
        elif tag in _BINARY or tag in _UNARY:
            depths[-1] += 1
            yield Step(tag, reader.text(MAX_MESSAGE_BYTES, least=1) if tag in _BINARY else b"")
        else:
            raise FormatError(f"an OpenTimestamps proof holds an unknown operation, {tag:#04x}")
        if depths and (depths[-1] > _MAX_DEPTH or len(depths) > _MAX_DEPTH):
            raise FormatError(f"an OpenTimestamps proof is deeper than {_MAX_DEPTH}")


@final
class _Reader:
    __slots__ = ("_data", "at")

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.at = at

    def take(self, size: int) -> bytes:
        """Read some bytes.

        Raises:
            FormatError: If there are no more.
        """
        found = self._data[self.at : self.at + size]
        if len(found) < size:
            raise FormatError("an OpenTimestamps proof is cut off")
        self.at += size
        return found

    def number(self) -> int:
        """Read a number of up to 63 bits in its one form (LEB128).

        Raises:
            FormatError: If it is longer, or in another form.
        """
        found = shift = 0
        while True:
            byte = self.take(1)[0]
            found |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
            shift += 7
            if shift > 56:
                raise FormatError("a number in an OpenTimestamps proof is too large")
        if shift and not byte:
            raise FormatError("a number in an OpenTimestamps proof is not in its one form")
        return found

    def text(self, most: int, *, least: int) -> bytes:
        """Read bytes with their length before them.

        Raises:
            FormatError: If there are too many or too few.
        """
        size = self.number()
        if not least <= size <= most:
            raise FormatError(f"{size} bytes in an OpenTimestamps proof, where {least} to {most} may stand")
        return self.take(size)


def _number(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _text(data: bytes) -> bytes:
    return _number(len(data)) + data
