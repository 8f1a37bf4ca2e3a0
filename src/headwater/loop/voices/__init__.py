"""Families of models that write on the web of a loop; a new one is a file here and a line in `VOICES`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from headwater.loop.voices import causal_lm, kneser_ney, transformer
from headwater.loop.voices.voice import Train, Voice

VOICES: Mapping[str, Train] = MappingProxyType(
    {"kneser-ney": kneser_ney.train, "transformer": transformer.train}
)

__all__ = ["VOICES", "Train", "Voice", "family"]


def family(name: str) -> Train:
    """Find a family.

    Args:
        name: One of `VOICES`; anything else is a causal language model by name or path.
    """
    return VOICES.get(name) or causal_lm.of(name)
