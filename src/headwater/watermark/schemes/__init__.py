"""Every profile by its versioned name; a scheme is a file and a line."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from headwater.watermark.scheme import Scheme
from headwater.watermark.schemes import beacon, greenlist, gumbel, payload, tournament

_ALL: tuple[Scheme, ...] = (
    *gumbel.PROFILES,
    *greenlist.PROFILES,
    *tournament.PROFILES,
    *payload.PROFILES,
    *beacon.PROFILES,
)
SCHEMES: Mapping[str, Scheme] = MappingProxyType({scheme.name: scheme for scheme in _ALL})
