"""Reserves for the tests: keys that anyone can see, small archives, and a clock that stands still."""

from __future__ import annotations

from headwater.log.algorithm import ED25519, ML_DSA_44
from headwater.log.checkpoint import Signer
from headwater.reserve.keyring import Keyring

ORIGIN = "reserve.example/one"
NOW_S = 1_700_000_000


def keyring(origin: str = ORIGIN, *, first: int = 0) -> Keyring:
    """Make keys from seeds that anyone can see: for tests, and for nothing else."""

    def pair(name: str, at: int) -> tuple[Signer, ...]:
        kinds = (ED25519, ML_DSA_44)
        return tuple(Signer(name, kind, bytes([at + n] * 32)) for n, kind in enumerate(kinds))

    return Keyring(pair(origin, first), pair(f"{origin}/registry", first + 2))


KEYS = keyring()
