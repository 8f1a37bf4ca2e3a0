"""What each kind of note signature signs, and how: one entry of `ALGORITHMS` a kind; no I/O.

Source:
    C2SP signed-note, "Signature types"; C2SP tlog-cosignature. Ed25519 is RFC 8032, ML-DSA-44 FIPS 204.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from headwater.errors import FormatError, InputError, SignatureError

SEED_BYTES = 32
MAX_TIME_S = 2**63 - 1
_TIME = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One kind of signature.

    Attributes:
        name: What users call it; never changes its meaning.
        kind: The byte C2SP assigned to it.
        public_bytes: Length of a public key.
        signature_bytes: Length of what the key makes, without the time.
        timed: Whether the signature holds the time it was made.
        message: From the key's name, the note's text and the time to the bytes that are signed.
        scheme: The signature scheme underneath.
    """

    name: str
    kind: int
    public_bytes: int
    signature_bytes: int
    timed: bool
    message: Callable[[str, str, int], bytes]
    scheme: type[Ed25519PrivateKey | MLDSA44PrivateKey]

    def public(self, seed: bytes) -> bytes:
        """Derive the public key.

        Args:
            seed: The private key, 32 bytes.
        """
        return _private(self, seed).public_key().public_bytes_raw()

    def sign(self, seed: bytes, name: str, text: str, *, time_s: int) -> bytes:
        """Sign a text.

        Args:
            seed: The private key, 32 bytes.
            name: The key's name.
            text: The note's text; of a timed algorithm, that of a checkpoint.
            time_s: Now, in POSIX seconds; an algorithm without a time ignores it.

        Returns:
            The signature as the note holds it behind the key id.

        Raises:
            InputError: If the algorithm cannot sign this text or time.
        """
        if not 0 <= time_s <= MAX_TIME_S:
            raise InputError(f"no time to sign at: {time_s}")
        try:
            made = _private(self, seed).sign(self.message(name, text, time_s))
        except FormatError as error:
            raise InputError(f"{self.name} signs checkpoints only: {error}") from error
        return _TIME.pack(time_s) + made if self.timed else made

    def verify(self, public: bytes, signed: tuple[str, str], value: bytes) -> int | None:
        """Verify a signature.

        Args:
            public: The public key.
            signed: The key's name, and the note's text.
            value: The signature as the note holds it behind the key id.

        Returns:
            The time in it, or None if the algorithm has none.

        Raises:
            SignatureError: If it is not this key's over this text.
        """
        name, text = signed
        size = self.signature_bytes + _TIME.size * self.timed
        if len(value) != size:
            raise SignatureError(f"the signature of {name} has {len(value)} bytes instead of {size}")
        time_s = _TIME.unpack_from(value)[0] if self.timed else 0
        try:
            if time_s > MAX_TIME_S:
                raise SignatureError(f"the signature of {name} has no valid time")
            key = _public(self, public)
            key.verify(value[-self.signature_bytes :], self.message(name, text, time_s))
        except (InvalidSignature, FormatError, ValueError) as error:
            raise SignatureError(f"the {self.name} signature of {name} does not verify") from error
        return time_s if self.timed else None


def head_lines(text: str) -> tuple[str, int, bytes]:
    """Read origin, size and root from the text of a checkpoint.

    Args:
        text: The text of a note.

    Returns:
        Origin, number of leaves, root of 32 bytes.

    Raises:
        FormatError: If the text does not begin as a checkpoint does.

    Source:
        C2SP tlog-checkpoint, "Note text".
    """
    lines = text.split("\n")
    if len(lines) < 4 or not all(lines[:3]):
        raise FormatError("a checkpoint has three lines at least: origin, size, root")
    origin, digits, encoded = lines[:3]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19) or str(int(digits)) != digits:
        raise FormatError("the size of a checkpoint is not a decimal number")
    size = int(digits)
    try:
        root = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise FormatError("the root of a checkpoint is not base64") from error
    if len(root) != 32 or base64.b64encode(root).decode("ascii") != encoded or size > MAX_TIME_S:
        raise FormatError("the root of a checkpoint is not 32 bytes, or its size is 2**63 or more")
    return origin, size, root


def _private(algorithm: Algorithm, seed: bytes) -> Ed25519PrivateKey | MLDSA44PrivateKey:
    if len(seed) != SEED_BYTES:
        raise InputError(f"a private key is {SEED_BYTES} bytes, not {len(seed)}")
    if algorithm.scheme is Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(seed)
    return MLDSA44PrivateKey.from_seed_bytes(seed)


def _public(algorithm: Algorithm, public: bytes) -> Ed25519PublicKey | MLDSA44PublicKey:
    if algorithm.scheme is Ed25519PrivateKey:
        return Ed25519PublicKey.from_public_bytes(public)
    return MLDSA44PublicKey.from_public_bytes(public)


def _plain(name: str, text: str, time_s: int) -> bytes:
    return text.encode()


def _cosignature(name: str, text: str, time_s: int) -> bytes:
    head_lines(text)
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def _subtree(name: str, text: str, time_s: int) -> bytes:
    """Build the `cosigned_message` of a whole tree; extension lines are no part of it.

    Raises:
        FormatError: If the text is no checkpoint's, or a name is too long for it.
    """
    origin, size, root = head_lines(text)
    names = [name.encode(), origin.encode()]
    if max(map(len, names)) > 255:
        raise FormatError("the name of the key or the log is longer than 255 bytes")
    cosigner, log = (bytes([len(one)]) + one for one in names)
    return b"subtree/v1\n\x00" + cosigner + _TIME.pack(time_s) + log + struct.pack(">QQ", 0, size) + root


ED25519 = Algorithm("ed25519", 0x01, 32, 64, timed=False, message=_plain, scheme=Ed25519PrivateKey)
COSIGNATURE = Algorithm(
    "cosignature-ed25519", 0x04, 32, 64, timed=True, message=_cosignature, scheme=Ed25519PrivateKey
)
ML_DSA_44 = Algorithm("ml-dsa-44", 0x06, 1312, 2420, timed=True, message=_subtree, scheme=MLDSA44PrivateKey)

ALGORITHMS: dict[int, Algorithm] = {one.kind: one for one in (ED25519, COSIGNATURE, ML_DSA_44)}
