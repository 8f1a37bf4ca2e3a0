"""What a decision did to languages, scripts, domains, lengths and their like: counts that add up."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from headwater.curate.labels import LABELS
from headwater.curate.policy import Action

AUDIT_SCHEMA = pa.schema(
    [
        ("dimension", pa.string()),
        ("value", pa.string()),
        ("action", pa.string()),
        ("n", pa.int64()),
        ("n_chars", pa.int64()),
    ]
)
WORDS_SCHEMA = pa.schema([("word", pa.binary()), ("n", pa.int64()), ("n_admit", pa.int64())])
NONE = "(none)"

_LENGTHS = (0, 1, 10, 30, 100, 300, 1_000, 3_000, 10_000)


def _length(labels: Mapping[str, Mapping[str, Any]]) -> str | None:
    n_words = labels.get("quality", {}).get("n_words")
    if n_words is None:
        return None
    at = bisect_right(_LENGTHS, n_words)
    if at == len(_LENGTHS):
        return f"{_LENGTHS[-1]}+ words"
    low, high = _LENGTHS[at - 1], _LENGTHS[at] - 1
    return f"{low} words" if low == high else f"{low}–{high} words"


def _column(label: str, column: str) -> Callable[[Mapping[str, Mapping[str, Any]]], str | None]:
    return lambda labels: (labels[label][column] or NONE) if label in labels else None


def _niche(labels: Mapping[str, Mapping[str, Any]]) -> str | None:
    if "language" not in labels or "capture" not in labels:
        return None
    return f"{labels['language']['language'] or NONE} on {labels['capture']['domain'] or NONE}"


# The strata every report audits: dimension -> labels of a document -> stratum, None to leave it out.
STRATA: Mapping[str, Callable[[Mapping[str, Mapping[str, Any]]], str | None]] = MappingProxyType(
    {
        "language": _column("language", "language"),
        "script": _column("language", "script"),
        "domain": _column("capture", "domain"),
        "length": _length,
        "niche": _niche,
    }
)


class Audit:
    """Count documents by stratum, reason and label fact, for each action."""

    def __init__(self) -> None:
        """Start from nothing."""
        self._n: Counter[tuple[str, str, str]] = Counter()
        self._n_chars: Counter[tuple[str, str, str]] = Counter()

    def add(self, labels: Mapping[str, Mapping[str, Any]], action: Action, reason: str, n_chars: int) -> None:
        """Count one document.

        Args:
            labels: Label name without version -> column -> value.
            action: What was decided.
            reason: Why.
            n_chars: Length of its text.
        """
        for dimension, value in self._facts(labels, reason):
            self._n[dimension, value, action] += 1
            self._n_chars[dimension, value, action] += n_chars

    @staticmethod
    def _facts(labels: Mapping[str, Mapping[str, Any]], reason: str) -> Iterator[tuple[str, str]]:
        yield "reason", reason
        for dimension, stratum_of in STRATA.items():
            stratum = stratum_of(labels)
            if stratum is not None:
                yield dimension, stratum
        for name, label in LABELS.items():
            row = labels.get(name.rsplit("-", 1)[0])
            if row is None:
                continue
            yield from ((f"tally:{name}", fact) for fact in dict.fromkeys(label.view.tally(row)))
            if label.view.column:
                yield f"bin:{name}", str(_bin(label.view.edges, row[label.view.column]))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield rows of `AUDIT_SCHEMA`, sorted."""
        for key in sorted(self._n):
            yield dict(zip(AUDIT_SCHEMA.names, (*key, self._n[key], self._n_chars[key]), strict=True))


def _bin(edges: tuple[float, ...], value: float) -> int:
    return min(max(bisect_right(edges, value) - 1, 0), len(edges) - 2)
