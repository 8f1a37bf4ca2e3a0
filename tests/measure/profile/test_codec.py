"""A profile's bytes come back as they were, and other bytes are refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import canonical
from headwater.errors import FormatError
from headwater.measure.profile import encode, merge, of, parse
from tests.measure.profile.test_merge import documents
from tests.measure.profile.worlds import SMALL

DATA = encode(
    of(["the tide turns and the tide returns", "ebb", "the sea of the ebb and of the tide"], size=SMALL)
)
HEADER, ARRAYS = DATA.split(b"\n", 1)


@settings(max_examples=60, deadline=None)
@given(documents)
def test_a_profile_survives_its_bytes(corpus: list[str]) -> None:
    profile = of(corpus, size=SMALL)

    again = parse(encode(profile))

    assert encode(again) == encode(profile)
    assert encode(merge(again, profile)) == encode(merge(profile, profile))


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(DATA) - 1), st.integers(0, 255))
def test_one_byte_changed_is_refused_or_is_another_profile(place: int, value: int) -> None:
    changed = DATA[:place] + bytes([value]) + DATA[place + 1 :]

    try:
        profile = parse(changed)
    except FormatError:
        return
    assert encode(profile) == changed
    assert profile.words.counts.sum() <= profile.n_words


@given(st.binary(max_size=60))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse(data)


@pytest.mark.parametrize("data", [b"", b"{}\n", HEADER, DATA[:-8], DATA + b"\0" * 8, b" " + DATA])
def test_cut_and_padded_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse(data)


@pytest.mark.parametrize(
    "change",
    [
        {"n_words": 15},
        {"n_documents": 2},
        {"n_documents": -3},
        {"n_documents": 3.5},
        {"n_documents": True},
        {"lengths": []},
        {"packed": [[1, 2]]},
        {"packed": 3},
        {"n_keys": [1]},
        {"n_keys": "12345"},
        {"size": {}},
        {"size": None},
        {"size": {**json.loads(HEADER)["size"], "words": 3}},
        {"size": {**json.loads(HEADER)["size"], "bucket_bits": 60}},
        {"n_repeated": 10**6},
        {"n_sample_words": 1},
        {"format": "headwater-profile-1"},
        {"more": 1},
    ],
)
def test_a_header_that_lies_is_refused(change: dict[str, object]) -> None:
    header = canonical.encode({**json.loads(HEADER), **change})

    with pytest.raises(FormatError):
        parse(header + b"\n" + ARRAYS)
