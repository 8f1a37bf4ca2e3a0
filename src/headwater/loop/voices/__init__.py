"""Families of models that write on the web of a loop; a new one is a file here and a line in `VOICES`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from headwater.extras import require
from headwater.loop.voices import causal_lm, kneser_ney, transformer
from headwater.loop.voices.voice import Train, Voice

VOICES: Mapping[str, Train] = MappingProxyType(
    {"kneser-ney": kneser_ney.train, "transformer": transformer.train}
)

__all__ = ["VOICES", "Train", "Voice", "check", "family"]


def family(name: str) -> Train:
    """Find a family.

    Args:
        name: One of `VOICES`; anything else is a causal language model by name or path.
    """
    return VOICES.get(name) or causal_lm.of(name)


def check(name: str, *, n_types: int) -> None:
    """Refuse a family that cannot be trained here, before anything is.

    Args:
        name: As in `family`.
        n_types: Types of the loop's tokenizer.

    Raises:
        InputError: If it is a model with a smaller vocabulary.
        UnavailableError: If its packages or its weights are not there.
    """
    if name not in VOICES:
        causal_lm.check(name, n_types)
    elif name == "transformer":
        require("torch", extra="lm")
