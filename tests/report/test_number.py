"""Numbers as a person reads them."""

from __future__ import annotations

import math

import pytest

from headwater.report.number import compact, count, share, size, tally

THIN = "\u202f"


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0"), (999, "999"), (1043, "1 043"), (10**12, "1 000 000 000 000")]
)
def test_count(n: int, text: str) -> None:
    assert count(n) == text.replace(" ", THIN)


@pytest.mark.parametrize(
    ("n", "total", "text"),
    [
        (0, 7, "0 %"),
        (7, 7, "100 %"),
        (1, 2, "50.0 %"),
        (1, 10**6, "< 0.1 %"),
        (10**6 - 1, 10**6, "> 99.9 %"),
        (0, 0, "–"),
    ],
)
def test_a_share_is_0_or_100_only_when_it_is_so(n: int, total: int, text: str) -> None:
    assert share(n, total) == text.replace(" ", THIN)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.25, "0.25"),
        (31.6, "31.6"),
        (2026.0, "2026"),
        (10_000.0, "10 k"),
        (999_600.0, "1 M"),
        (1e15, "1000 T"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
    ],
)
def test_axis_labels_are_short(value: float, text: str) -> None:
    assert compact(value) == text.replace(" ", THIN)


@pytest.mark.parametrize(
    ("n", "unit", "text"),
    [
        (0, "bytes", "0 B"),
        (1234, "bytes", "1.2 kB"),
        (4_600_000, "bytes", "4.6 MB"),
        (1200, "rows", "1 200 rows"),
    ],
)
def test_sizes(n: int, unit: str, text: str) -> None:
    assert size(n, unit) == text.replace(" ", THIN)


def test_a_column_of_counts_stays_narrow() -> None:
    assert tally(603_123) == f"603{THIN}123"
    assert tally(10**9) == f"1{THIN}G"
