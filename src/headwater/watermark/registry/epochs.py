"""Epoch keys with delayed disclosure: a hash chain whose end is committed before its values are used.

Value i - 1 is the hash of value i, so whoever has a value has those of all earlier epochs and of no later
one. A value is disclosed some time after its epoch: then everybody can detect, and everybody can forge, so
a text first seen after the disclosure proves nothing.

Source:
    Perrig et al. (2000), "Efficient Authentication and Signing of Multicast Streams over Lossy Channels".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from headwater.errors import InputError, VerificationError

VALUE_BYTES = 32
_STEP = b"headwater watermark epoch\0"


@dataclass(frozen=True, slots=True)
class Epochs:
    """Commit to a chain of keys.

    Attributes:
        anchor: Value 0, 32 bytes, which keys nothing.
        n_epochs: How many there are, from 1.
        first_s: When epoch 1 begins, POSIX seconds.
        epoch_s: How long each lasts, seconds.
        lag_s: How long after its end a value is disclosed, seconds.
    """

    anchor: bytes
    n_epochs: int
    first_s: int
    epoch_s: int
    lag_s: int

    def begin_s(self, epoch: int) -> int:
        """Give when an epoch begins."""
        return self.first_s + (epoch - 1) * self.epoch_s

    def disclosed_s(self, epoch: int) -> int:
        """Give when its value may be known to everybody."""
        return self.begin_s(epoch) + self.epoch_s + self.lag_s

    def proves(self, epoch: int, *, seen_s: int) -> bool:
        """Tell whether a mark is the issuer's alone in a text first seen then."""
        return self.begin_s(epoch) <= seen_s < self.disclosed_s(epoch)


def value(last: bytes, *, n_epochs: int, epoch: int) -> bytes:
    """Give the value of an epoch.

    Args:
        last: Value `n_epochs`, 32 secret bytes.
        n_epochs: Length of the chain.
        epoch: 0 for the anchor, to `n_epochs`.

    Raises:
        InputError: If there is no such epoch, or the value has another length.
    """
    if len(last) != VALUE_BYTES or not 0 <= epoch <= n_epochs:
        raise InputError(f"a chain of {n_epochs} values of {VALUE_BYTES} bytes has no epoch {epoch}")
    return _back(last, n_epochs - epoch)


def verify(epochs: Epochs, epoch: int, disclosed: bytes) -> None:
    """Check that a disclosed value belongs to the chain.

    Raises:
        VerificationError: If it does not.
    """
    fits = len(disclosed) == VALUE_BYTES and 1 <= epoch <= epochs.n_epochs
    if not fits or _back(disclosed, epoch) != epochs.anchor:
        raise VerificationError(f"the value disclosed for epoch {epoch} is not of the chain")


def secret(disclosed: bytes) -> bytes:
    """Derive the 32-byte key that marks in an epoch from its value."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"headwater watermark epoch key").derive(
        disclosed
    )


def _back(one: bytes, n_steps: int) -> bytes:
    for _ in range(n_steps):
        one = hashlib.sha256(_STEP + one).digest()
    return one
