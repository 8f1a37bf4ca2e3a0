"""Moments: every form a source writes, and what is no moment at all."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.sources.moment import normalise


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2020-01-31T12:00:00Z", "2020-01-31T12:00:00Z"),
        ("2020-01-31T12:00:00.123456Z", "2020-01-31T12:00:00Z"),
        ("2020-01-31T12:00:00+02:00", "2020-01-31T10:00:00Z"),
        ("2020-01-31 12:00:00", "2020-01-31T12:00:00Z"),
        ("2020-01-31", "2020-01-31T00:00:00Z"),
        ("2020-01", "2020-01-01T00:00:00Z"),
        ("2020", "2020-01-01T00:00:00Z"),
        ("20200131120000", "2020-01-31T12:00:00Z"),
        (1577836800, "2020-01-01T00:00:00Z"),
        (1577836800000, "2020-01-01T00:00:00Z"),
        (datetime.date(2020, 1, 1), "2020-01-01T00:00:00Z"),
        (datetime.datetime(2020, 1, 1), "2020-01-01T00:00:00Z"),
        ("0001-01-01", "0001-01-01T00:00:00Z"),
        ("2020-02-30T00:00:00Z", ""),
        ("yesterday", ""),
        ("", ""),
        (None, ""),
        (True, ""),
        (float("nan"), ""),
        (10**400, ""),
        ([], ""),
    ],
)
def test_forms(value: object, expected: str) -> None:
    assert normalise(value) == expected


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.datetimes(timezones=st.timezones())))
def test_any_value_gives_a_canonical_moment_or_none(value: object) -> None:
    found = normalise(value)

    assert found == "" or (len(found) == 20 and normalise(found) == found)
