"""The head: one form, and sizes that agree."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import FormatError
from headwater.log import head
from headwater.log.head import Head
from tests.log.samples import ORIGIN, damaged

FULL = Head(ORIGIN, 5 * 65536 + 7, bytes(range(32)), 3 * 65536, (bytes(32), b"\1" * 32), b"\2" * 32)


@given(damaged(head.encode(FULL), head.encode(Head(ORIGIN))))
def test_any_bytes_are_refused_or_encode_to_themselves(data: bytes) -> None:
    try:
        found = head.parse(data)
    except FormatError:
        return
    assert head.encode(found) == data


@given(st.integers(0, 2**30), st.integers(0, 3), st.integers(0, 65535))
def test_a_head_comes_back(n_before: int, n_segments: int, rest: int) -> None:
    start = n_before * 65536
    made = Head("o", start + n_segments * 65536 + rest, bytes(32), start, (bytes(32),) * n_segments)
    made = replace(made, tail=b"\3" * 32 if rest else b"")

    assert head.parse(head.encode(made)) == made


@pytest.mark.parametrize(
    "change",
    [
        {"size": FULL.size + 1, "tail": ""},
        {"size": 5 * 65536},
        {"size": 6 * 65536},
        {"size": -1},
        {"size": "7"},
        {"size": True},
        {"start": 1},
        {"start": -65536},
        {"start": 2 * 65536},
        {"segments": ["00"]},
        {"segments": "00"},
        {"segments": [None]},
        {"tail": "AB" * 32},
        {"tail": 5},
        {"root": ""},
        {"origin": ""},
        {"origin": 5},
        {"format": "headwater-log-2"},
        {"more": 1},
    ],
)
def test_a_head_that_does_not_agree_with_itself_is_refused(change: dict[str, object]) -> None:
    value = json.loads(head.encode(FULL)) | change
    with pytest.raises(FormatError):
        head.parse(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())
