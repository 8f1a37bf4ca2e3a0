"""What to ask humans; a new way to choose is a file here and a line in `SELECTORS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from headwater.review.select.active import Active
from headwater.review.select.badge import Badge
from headwater.review.select.batch import Selector
from headwater.review.select.entropy import Entropy
from headwater.review.select.kcenter import KCenter
from headwater.review.select.margin import Margin
from headwater.review.select.simple import Simple
from headwater.review.select.strata import Centroids
from headwater.review.select.weight import SHARP

SELECTORS: Mapping[str, Callable[[Centroids], Selector]] = MappingProxyType(
    {
        "active-1": Active,
        "active-2": lambda among: Active(among, SHARP, name="active-2"),
        "active-3": lambda among: Active(among, SHARP, first=0.25, name="active-3"),
        Simple.name: lambda _: Simple(),
        Entropy.name: lambda _: Entropy(),
        Margin.name: lambda _: Margin(),
        KCenter.name: lambda _: KCenter(),
        Badge.name: lambda _: Badge(),
    }
)
