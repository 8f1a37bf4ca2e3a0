"""How strong the keys of a profile are, and why: facts of the profile, and no attack."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from headwater.watermark.scheme import Scheme

ENOUGH_BITS: Final = 128


@dataclass(frozen=True, slots=True)
class Judgement:
    """Say what protects the key of a profile.

    Attributes:
        profile: Versioned name.
        key_bits: Work of the best attack known to us, in bits.
        length_bits: Bits of the key as it is stored.
        reasons: Why there are no more, and what else a user must know; one at least.
    """

    profile: str
    key_bits: int
    length_bits: int
    reasons: tuple[str, ...]

    @property
    def strong(self) -> bool:
        """Tell whether it is out of reach."""
        return self.key_bits >= ENOUGH_BITS

    def to_json(self) -> dict[str, Any]:
        """Give it as a JSON value."""
        return asdict(self) | {"strong": self.strong, "reasons": list(self.reasons)}


def judge(scheme: Scheme) -> Judgement:
    """Judge a profile by its traits.

    Args:
        scheme: A profile.
    """
    traits = scheme.traits
    reasons = [traits.weakness] if traits.weakness else []
    if traits.key_bits >= ENOUGH_BITS:
        reasons.append("AES-128 under a derived key; no attack better than trying all keys is known")
    if traits.device_dependent:
        reasons.append("marks depend on the device: text marked on a GPU is not found on a CPU")
    if not traits.distortion_free:
        reasons.append("marks change the law of tokens, which shows to whoever compares many texts")
    return Judgement(scheme.name, traits.key_bits, 8 * scheme.key_bytes, tuple(reasons))
