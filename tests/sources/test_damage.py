"""Laws that hold for any bytes: nothing raises, everything is accounted for, shards change nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import headwater.sources.warc
from headwater.sources.shard import Limits
from tests.sources.samples import PACKERS, Reading, gz, http, pack, page, pages, read_bytes, warc, zst

SMALL = Limits(max_payload_bytes=4000, max_header_bytes=600, max_expansion=20)
NAMES = sorted(PACKERS)
SEEDS = {
    **{name: pack(pages(6), name) for name in NAMES},
    "whole.warc.gz": gz(b"".join(pages(6))),
    "whole.warc.zst": zst(b"".join(pages(6))),
    "mixed.warc.gz": pack(
        [
            warc(b"software: x", kind="warcinfo"),
            warc(http(gz(page(1)), fields=["Content-Type: text/html", "Content-Encoding: gzip"])),
            warc(http(b"5\r\nhello\r\n0\r\n\r\n", fields=["Transfer-Encoding: chunked"])),
            warc(page(3) * 20, kind="resource", fields=["Content-Type: text/html"]),
            warc(b"plain words", kind="conversion"),
            warc(http(b"".join(map(gz, pages(2))), fields=["Content-Type: application/gzip"])),
        ],
        "x.warc.gz",
    ),
}


def damaged_bytes(seeds: Mapping[str, bytes]) -> st.SearchStrategy[tuple[str, bytes]]:
    """Give the name of a seed, and it with a few bytes changed, cut out, doubled or moved."""
    return st.sampled_from(sorted(seeds)).flatmap(
        lambda name: st.tuples(
            st.just(name),
            st.lists(wound(len(seeds[name])), max_size=4).map(lambda ws: inflict(seeds[name], ws)),
        )
    )


def wound(size: int) -> st.SearchStrategy[tuple[str, int, int, bytes]]:
    """Give one damage: what, where, how long, and bytes for it."""
    where = st.integers(0, size)
    kinds = st.sampled_from(["flip", "cut", "insert", "double", "truncate"])
    return st.tuples(kinds, where, st.integers(1, 400), st.binary(min_size=1, max_size=8))


def inflict(data: bytes, wounds: list[tuple[str, int, int, bytes]]) -> bytes:
    """Damage bytes."""
    for kind, at, length, stuff in wounds:
        if kind == "flip":
            data = data[:at] + stuff + data[at + len(stuff) :]
        elif kind == "cut":
            data = data[:at] + data[at + length :]
        elif kind == "insert":
            data = data[:at] + stuff + data[at:]
        elif kind == "double":
            data = data[: at + length] + data[at:]
        elif len(wounds) == 1:
            data = data[:at]
    return data


def read(name: str, data: bytes, *, shard_bytes: int = 1 << 40, limits: Limits = SMALL) -> Reading:
    """Read bytes as a file of that name in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return read_bytes(Path(folder), name, data, shard_bytes=shard_bytes, limits=limits)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(damaged_bytes(SEEDS))
def test_damage_never_raises_and_every_byte_is_accounted_for(case: tuple[str, bytes]) -> None:
    name, data = case
    reading = read(name, data)

    # `read` checks the sum; what stays to be said is that nothing was invented.
    assert len(reading.records) <= 2 * 6 * 5


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(damaged_bytes(SEEDS), st.integers(1, 3000), st.sampled_from([0, 300, 1 << 20]))
def test_shards_of_any_width_give_the_same_records(
    case: tuple[str, bytes], shard_bytes: int, lookback: int
) -> None:
    name, data = case
    width = max(shard_bytes, len(data) // 20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(headwater.sources.warc, "LOOKBACK_BYTES", lookback)
        many = read(name, data, shard_bytes=width)

    assert many.records == read(name, data).records


@settings(max_examples=100)
@given(st.sampled_from(NAMES), st.binary(max_size=300), st.integers(1, 300))
def test_arbitrary_bytes_are_accounted_for(name: str, data: bytes, shard_bytes: int) -> None:
    assert read(name, data).size == len(data)
    assert read(name, data, shard_bytes=shard_bytes).size == len(data)


@settings(max_examples=60)
@given(st.sampled_from(NAMES), st.integers(0, 19), st.data())
def test_a_flipped_byte_costs_one_record_at_most(name: str, victim: int, data: st.DataObject) -> None:
    pieces = [PACKERS[name](record) for record in pages(20)]
    at = data.draw(st.integers(0, len(pieces[victim]) - 1))
    value = data.draw(st.integers(0, 255))
    pieces[victim] = pieces[victim][:at] + bytes([value]) + pieces[victim][at + 1 :]

    # In a plain file a changed length may claim the whole of the next record, so one more may go.
    assert len(read(name, b"".join(pieces), limits=Limits()).records) >= (18 if name == "x.warc" else 19)


@pytest.mark.parametrize("name", NAMES)
def test_every_truncation_keeps_every_whole_record(name: str) -> None:
    pieces = [PACKERS[name](record) for record in pages(3)]
    data = b"".join(pieces)
    ends = [sum(map(len, pieces[: i + 1])) for i in range(3)]
    for cut in range(0, len(data), 7):
        assert len(read(name, data[:cut]).records) >= sum(end <= cut for end in ends)
