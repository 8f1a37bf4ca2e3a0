"""Signed notes (C2SP signed-note): text, signature lines, verifier keys and key ids; no I/O."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from headwater.errors import FormatError, InputError, SignatureError
from headwater.log.algorithm import ALGORITHMS, Algorithm

MAX_BYTES = 2**20
MAX_SIGNATURES = 100  # C2SP asks for at least 16
_DASH = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line.

    Attributes:
        name: Name of the key.
        key_id: Four bytes that, with the name, say which key it is; no proof of anything.
        value: What the key's algorithm made, at least one byte.
    """

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        """Give the line, without its newline."""
        return f"{_DASH}{self.name} {encode_base64(self.key_id + self.value)}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it, none of them verified.

    Attributes:
        text: Ends with a newline.
        signatures: At least one.
    """

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key, with the name and the kind of signature it makes.

    Attributes:
        name: Neither white space nor `+`; best a URL without its scheme.
        algorithm: One of `ALGORITHMS`.
        public: The public key's bytes.
    """

    name: str
    algorithm: Algorithm
    public: bytes

    @property
    def id(self) -> bytes:
        """Give the four-byte key id.

        Source:
            C2SP signed-note, "Signatures".
        """
        return key_id(self.name, bytes([self.algorithm.kind]) + self.public)

    def __str__(self) -> str:
        """Give the one-line form that is published.

        Source:
            C2SP signed-note, "Verifier keys".
        """
        return key_line(self.name, bytes([self.algorithm.kind]) + self.public)


@dataclass(frozen=True, slots=True)
class Signed:
    """What a verified signature says.

    Attributes:
        key: Who signed.
        time_s: When, in POSIX seconds, by the signer's own clock; None where the algorithm has no time.
    """

    key: VerifierKey
    time_s: int | None


def encode_base64(data: bytes) -> str:
    """Encode in the standard alphabet with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def parse_base64(text: str) -> bytes:
    """Parse the one base64 form of some bytes.

    Args:
        text: Such as `AQI=`.

    Returns:
        The bytes, with `encode_base64(parse_base64(text)) == text`.

    Raises:
        FormatError: If it is not base64, or another form of the same bytes.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise FormatError("not base64") from error
    if encode_base64(data) != text:
        raise FormatError("not base64 in its one form")
    return data


def parse(data: bytes) -> Note:
    """Parse a signed note.

    Args:
        data: Its bytes, at most `MAX_BYTES`.

    Returns:
        The note, with `encode(parse(data)) == data`. Nothing is verified.

    Raises:
        FormatError: If it is not UTF-8, holds a control character, or lacks a well-formed signature line.

    Source:
        C2SP signed-note, "Format".
    """
    if len(data) > MAX_BYTES:
        raise FormatError(f"a note is larger than {MAX_BYTES} bytes")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"a note is not UTF-8 at byte {error.start}") from error
    cut = whole.rfind("\n\n")
    if cut < 0 or not whole.endswith("\n"):
        raise FormatError("a note has no blank line before its signatures, or no newline at its end")
    text, lines = whole[: cut + 1], whole[cut + 2 :].split("\n")[:-1]
    check_text(text)
    if not 0 < len(lines) <= MAX_SIGNATURES:
        raise FormatError(f"a note has {len(lines)} signature lines; 1 to {MAX_SIGNATURES} are allowed")
    return Note(text, tuple(parse_signature(line) for line in lines))


def parse_signature(line: str) -> Signature:
    """Parse one signature line, without its newline.

    Args:
        line: Such as `— example.com/log Az3grlgt...`.

    Returns:
        The signature, with `str(parse_signature(line)) == line`.

    Raises:
        FormatError: If it is not one.
    """
    name, _, value = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not is_name(name):
        raise FormatError("a signature line does not start with a dash and the name of a key")
    raw = parse_base64(value)
    if len(raw) < 5:
        raise FormatError(f"the signature of {name} is shorter than a key id and one byte")
    return Signature(name, raw[:4], raw[4:])


def encode(note: Note) -> bytes:
    """Encode a note.

    Args:
        note: A text that ends with a newline, and 1 to `MAX_SIGNATURES` signatures.

    Raises:
        InputError: If what it would give does not parse.
    """
    data = (note.text + "\n" + "".join(f"{line}\n" for line in note.signatures)).encode()
    try:
        same = parse(data) == note
    except FormatError as error:
        raise InputError(f"no such note: {error}") from error
    if not same:
        raise InputError("no such note: its text or a name would be read as something else")
    return data


def check_text(text: str) -> None:
    """Check that a text may be signed.

    Raises:
        FormatError: If it does not end with a newline, or holds another control character.
    """
    if not text.endswith("\n") or any(character < " " and character != "\n" for character in text):
        raise FormatError("a note's text lacks its last newline or holds a control character")


def is_name(text: str) -> bool:
    """Tell whether a text may name a key."""
    return bool(text) and not any(c.isspace() or c == "+" or c < " " for c in text)


def key_id(name: str, data: bytes) -> bytes:
    """Give the four-byte id of a key.

    Args:
        name: Of the key.
        data: The byte of its kind, and the public key.

    Source:
        C2SP signed-note, "Signatures".
    """
    return hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]


def key_line(name: str, data: bytes) -> str:
    """Give the one-line form of a public key.

    Args:
        name: Of the key.
        data: The byte of its kind, and the public key.

    Source:
        C2SP signed-note, "Verifier keys".
    """
    return f"{name}+{key_id(name, data).hex()}+{encode_base64(data)}"


def parse_key_line(text: str) -> tuple[str, bytes]:
    """Split the one-line form of a public key of any kind; its id is not checked.

    Args:
        text: Such as `example.com/foo+530d903a+AekyeRrm...`, without a newline.

    Returns:
        The name; the byte of the kind, and the public key.

    Raises:
        FormatError: If it is none.
    """
    name, _, rest = text.partition("+")
    raw = parse_base64(rest.partition("+")[2])
    if not is_name(name) or not raw:
        raise FormatError("not a verifier key")
    return name, raw


def parse_key(text: str) -> VerifierKey:
    """Parse a verifier key.

    Args:
        text: Such as `example.com/foo+530d903a+AekyeRrm...`, without a newline.

    Returns:
        The key, with `str(parse_key(text)) == text`.

    Raises:
        FormatError: If it is not one, its id is wrong, or its algorithm is not known.

    Source:
        C2SP signed-note, "Verifier keys".
    """
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    raw = parse_base64(encoded)
    if not is_name(name) or not raw or raw[0] not in ALGORITHMS:
        raise FormatError(
            "not a verifier key, or of an unknown algorithm",
            hint="it looks like example.com/log+1a2b3c4d+AQID..., in one line",
        )
    key = VerifierKey(name, ALGORITHMS[raw[0]], raw[1:])
    if len(key.public) != key.algorithm.public_bytes or key.id.hex() != key_id:
        raise FormatError(f"the verifier key of {name} has a wrong length or id")
    return key


def verify(note: Note, keys: Sequence[VerifierKey]) -> tuple[Signed, ...]:
    """Verify the signatures of known keys; those of others are ignored.

    Args:
        note: A parsed note.
        keys: The keys that are known.

    Returns:
        One entry for each known key that signed, in the order of `keys`; maybe none.

    Raises:
        SignatureError: If a signature by the name and id of a known key does not verify.

    Source:
        C2SP signed-note, "Signatures".
    """
    found = []
    for key in keys:
        times = [
            key.algorithm.verify(key.public, (key.name, note.text), signature.value)
            for signature in note.signatures
            if (signature.name, signature.key_id) == (key.name, key.id)
        ]
        if times:
            found.append(Signed(key, times[0]))
    if not found and keys:
        raise SignatureError(f"none of {len(keys)} known keys signed the note")
    return tuple(found)
