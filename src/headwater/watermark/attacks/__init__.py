"""Every attack by its name; an attack is a file and a line."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from headwater.watermark.attacks import (
    case,
    deletion,
    dilution,
    homoglyphs,
    insertion,
    retokenisation,
    substitution,
    synonyms,
    truncation,
)
from headwater.watermark.attacks.attack import Attack

_ALL = (
    retokenisation.ATTACK,
    truncation.ATTACK,
    dilution.ATTACK,
    substitution.ATTACK,
    deletion.ATTACK,
    insertion.ATTACK,
    synonyms.ATTACK,
    case.ATTACK,
    homoglyphs.ATTACK,
)
ATTACKS: Mapping[str, Attack] = MappingProxyType({attack.name: attack for attack in _ALL})
