"""How votes become one answer; a new aggregator is a file here and a line in `AGGREGATORS`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from headwater.review.agreement import dawid_skene, majority, weighted
from headwater.review.agreement.consensus import Aggregator

AGGREGATORS: Mapping[str, Aggregator] = MappingProxyType(
    {
        majority.NAME: majority.majority,
        weighted.NAME: weighted.gold_weighted,
        dawid_skene.NAME_ONE_COIN: dawid_skene.one_coin,
        dawid_skene.NAME: dawid_skene.dawid_skene,
    }
)
