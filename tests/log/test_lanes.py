"""The bulk path gives what hashlib gives."""

from __future__ import annotations

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.log import lanes, tree
from headwater.reserve.sha1 import SHA1


@given(st.lists(st.binary(max_size=200), max_size=40))
@settings(max_examples=60)
def test_leaves_are_those_of_hashlib(entries: list[bytes]) -> None:
    assert lanes.leaves(entries) == tree.leaves(entries)


@given(st.integers(0, 130), st.integers(0, 40))
@settings(max_examples=60)
def test_leaves_of_one_length_are_those_of_hashlib(length: int, n: int) -> None:
    entries = [bytes([at]) * length for at in range(n)]

    assert lanes.leaves(entries) == tree.leaves(entries)


def test_every_length_up_to_three_blocks_is_padded_right() -> None:
    for length in range(190):
        assert lanes.leaves([b"x" * length]) == tree.leaf_hash(b"x" * length), length


def test_long_messages_are_hashed_a_few_at_a_time() -> None:
    entries = [bytes([at]) * 60_000 for at in range(40)]

    assert lanes.leaves(entries) == tree.leaves(entries)


def test_more_messages_than_a_chunk_holds() -> None:
    entries = [at.to_bytes(34, "big") for at in range(4096 + 17)]

    assert lanes.leaves(entries) == tree.leaves(entries)


def both(messages: list[bytes]) -> tuple[list[bytes], ...]:
    return [hashlib.sha256(one).digest() for one in messages], [
        hashlib.sha1(one).digest() for one in messages
    ]


@given(st.lists(st.binary(max_size=300) | st.integers(0, 70_000).map(bytes), max_size=50))
@settings(max_examples=60)
def test_digests_of_messages_of_any_lengths_are_those_of_hashlib(messages: list[bytes]) -> None:
    assert lanes.digests(messages, lanes.SHA256, SHA1) == both(messages)


def test_digests_of_every_length_up_to_three_blocks_are_padded_right() -> None:
    messages = [bytes(range(length)) for length in range(190)]

    assert lanes.digests(messages, lanes.SHA256, SHA1) == both(messages)
    assert lanes.digests([memoryview(one) for one in messages], SHA1) == both(messages)[1:]


@given(st.binary(max_size=2000))
@settings(max_examples=40)
def test_parents_are_those_of_hashlib(data: bytes) -> None:
    level = data[: len(data) // 32 * 32]

    assert lanes.parents(level) == tree.parents(level)
