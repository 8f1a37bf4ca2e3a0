"""Packs of records: what went in comes out, whole or block by block, and damage is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import FormatError, InputError
from headwater.reserve import records
from headwater.reserve.records import NO_SALT, Row
from tests.log.samples import damaged


def rows(n: int) -> list[Row]:
    return [Row(b"{%d}" % at, at.to_bytes(16, "big"), b"head" * (at % 3), at, at % 7) for at in range(n)]


SOUND = records.encode(rows(3))


@pytest.mark.parametrize("n", [1, 255, 256, 257, 700])
def test_rows_come_back(n: int) -> None:
    pack = records.encode(rows(n))
    assert records.parse(pack) == rows(n)
    assert records.n_rows(pack[:12]) == n
    assert records.parse_block(pack, (n - 1) // 256) == rows(n)[(n - 1) // 256 * 256 :]


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=9), st.binary(max_size=9)), min_size=1, max_size=9))
def test_any_rows_come_back(some: list[tuple[bytes, bytes]]) -> None:
    made = [Row(record, bytes(range(16)), head) for record, head in some]
    assert records.parse(records.encode(made)) == made


@given(damaged(SOUND))
def test_damage_is_told_or_leaves_rows(data: bytes) -> None:
    try:
        found = records.parse(data)
    except FormatError:
        return
    assert records.parse(records.encode(found)) == found


def test_a_destroyed_row_holds_nothing() -> None:
    gone = Row(b"", NO_SALT)
    assert records.parse(records.encode([gone]))[0].is_redacted
    for row in (Row(b"", b"s" * 16), Row(b"", NO_SALT, b"head")):
        with pytest.raises(FormatError):
            records.parse(records.encode([row]))


@pytest.mark.parametrize("wrong", [[], [Row(b"x", b"short")], [Row(b"x" * 70_000, NO_SALT)]])
def test_what_no_pack_can_hold_is_refused(wrong: list[Row]) -> None:
    with pytest.raises(InputError):
        records.encode(wrong)
