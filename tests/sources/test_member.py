"""Members of gzip files, decoded in one go or step by step: both say what the standard library says."""

from __future__ import annotations

import gzip
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.sources.member import Gzip, StreamedMember, WholeMember
from headwater.sources.window import Window
from tests.log.samples import damaged

LIMIT = 100_000
TEXT = b"words that somebody wrote " * 40
PADDING = bytes(50)
NOISE = random.Random(1).randbytes(60_000)


def named(flags: int, extra: bytes) -> bytes:
    """Make a member with flags in its header, and what they announce."""
    plain = gzip.compress(TEXT, mtime=0)
    return plain[:3] + bytes([flags]) + plain[4:10] + extra + plain[10:]


def by_the_library(data: bytes) -> tuple[bytes, int] | None:
    """Decode a member by zlib: its bytes and its end; None if it is not a whole good one."""
    state = zlib.decompressobj(wbits=31)
    try:
        found = state.decompress(data)
    except zlib.error:
        return None
    return (found, len(data) - len(state.unused_data)) if state.eof else None


MEMBERS = {
    "short": gzip.compress(TEXT, mtime=0),
    "stored": gzip.compress(NOISE, 0, mtime=0),
    "longer than what is read first": gzip.compress(NOISE, mtime=0),
    "with a name": named(0x08, b"a name\0"),
    "with a comment": named(0x10, b" " * 300 + b"\0"),
    "with an extra field": named(0x04, b"\3\0abc"),
}


@pytest.mark.parametrize("behind", [b"", gzip.compress(b"x", mtime=0), PADDING, b"\x1f\x8b\x08"])
@pytest.mark.parametrize("name", MEMBERS)
def test_a_good_member_ends_where_it_ends_whatever_stands_behind_it(name: str, behind: bytes) -> None:
    data = b"before" + MEMBERS[name] + behind
    member = Gzip().open(Window(None, data=data), 6, LIMIT)
    expected = by_the_library(MEMBERS[name])

    assert member is not None
    assert expected is not None
    assert member.window.have(0, LIMIT) == len(expected[0])
    assert member.window.peek(0, LIMIT) == expected[0]
    assert member.finish() == (6 + expected[1], "")
    assert isinstance(member, WholeMember) or behind == PADDING


@given(damaged(*MEMBERS.values(), MEMBERS["short"] * 3), st.sampled_from([b"", b"\0\0", MEMBERS["short"]]))
def test_of_any_bytes_both_ways_say_what_the_standard_library_says(data: bytes, behind: bytes) -> None:
    member = Gzip().open(Window(None, data=data + behind), 0, LIMIT)
    expected = by_the_library(data + behind)

    if isinstance(member, WholeMember):
        assert (member.data, member.end) == expected
    elif expected and member:
        assert member.finish() == (expected[1], "")


@pytest.mark.parametrize("flag", [0x20, 0x40, 0x80])
def test_flags_without_a_meaning_are_left_to_the_standard_library(flag: int) -> None:
    member = Gzip().open(Window(None, data=named(flag, b"")), 0, LIMIT)

    assert isinstance(member, StreamedMember)
    assert member.finish()[1]


@pytest.mark.parametrize("n", [LIMIT - 1, LIMIT, LIMIT + 1, 50_000_000])
def test_what_decodes_to_more_than_the_limit_is_not_decoded_in_one_go(n: int) -> None:
    member = Gzip().open(Window(None, data=gzip.compress(bytes(n))), 0, LIMIT)

    assert isinstance(member, WholeMember) == (n <= LIMIT)
