"""A witnessed key: a key that a server keeps for somebody who signs nothing, and says that they voted."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from headwater.errors import FormatError
from headwater.log import note
from headwater.log.algorithm import ED25519, SEED_BYTES
from headwater.log.checkpoint import Signer
from headwater.log.note import VerifierKey

KIND = b"\xffheadwater-witnessed-1\n"


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Hold the public half of a key that a server keeps for one member.

    Attributes:
        name: The member's pseudonym.
        public: Public key, Ed25519.
    """

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Give the four-byte key id, as C2SP signed-note has it."""
        return note.key_id(self.name, KIND + self.public)

    def __str__(self) -> str:
        """Give the one-line form that a roll has."""
        return note.key_line(self.name, KIND + self.public)

    def check(self, signed: bytes, value: bytes) -> None:
        """Verify what the server signed.

        Args:
            signed: DSSE's pre-authentication encoding of the statement.
            value: The signature.
        """
        ED25519.verify(self.public, (self.name, signed.decode("utf-8")), value)


def parse(name: str, data: bytes) -> Witnessed:
    """Parse what a roll has of a witnessed key.

    Args:
        name: Its name.
        data: Bytes behind the name and the id, with `KIND` before them.

    Raises:
        FormatError: If it is none.
    """
    public = data.removeprefix(KIND)
    if len(public) != ED25519.public_bytes:
        raise FormatError(f"the witnessed key of {name!a:.80} has a wrong length")
    return Witnessed(name, public)


def signer(secret: bytes, name: str) -> Signer:
    """Derive the private key that a server keeps for a member.

    Args:
        secret: Of the server.
        name: The member's pseudonym; each has a key of their own, so that no vote can be given to another.
    """
    seed = hmac.digest(secret, b"headwater-witnessed-1\n" + name.encode(), hashlib.sha256)
    return Signer(name, ED25519, seed[:SEED_BYTES])


def of(key: VerifierKey) -> Witnessed:
    """Give the roll's form of a key that the server keeps."""
    return Witnessed(key.name, key.public)
