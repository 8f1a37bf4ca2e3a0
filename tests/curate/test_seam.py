"""Where shards meet: overlaps become floors, holes become skips, and silence on both sides is neither."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.seam import floors, gaps
from headwater.record import Skip
from headwater.sources.shard import Shard, cut_bytes

NOTHING = (-1, 0)


def shards(n: int, *, digest: str = "a", width: int = 100) -> list[Shard]:
    """Cut an input into shards."""
    size = n * width
    return cut_bytes(Shard(f"/{digest}", f"{digest}.warc", "warc", digest * 64, size, 0, size), width)


def ends(pieces: list[Shard], *spans: tuple[int, int]) -> dict[str, tuple[int, int]]:
    """Say what each shard read."""
    return {piece.name: span for piece, span in zip(pieces, spans, strict=True)}


def test_shards_that_touch_have_no_seam() -> None:
    pieces = shards(3)
    spans = ends(pieces, (0, 120), (120, 205), (205, 300))

    assert gaps(pieces, spans) == []
    assert floors(pieces, spans) == {}


def test_what_no_shard_read_is_a_gap_and_no_record() -> None:
    pieces = shards(2)

    assert gaps(pieces, ends(pieces, (0, 90), (110, 200))) == [Skip("a.warc", 90, 20, "gap", n_records=0)]


def test_what_two_shards_read_belongs_to_the_first() -> None:
    pieces = shards(2)

    assert floors(pieces, ends(pieces, (0, 150), (110, 200))) == {pieces[1].name: 150}


def test_a_shard_in_which_nothing_starts_is_looked_through() -> None:
    pieces = shards(3)

    assert gaps(pieces, ends(pieces, (0, 250), NOTHING, (250, 300))) == []
    assert floors(pieces, ends(pieces, (0, 260), NOTHING, (250, 300))) == {pieces[2].name: 260}
    assert gaps(pieces, ends(pieces, (0, 100), NOTHING, (250, 300)))[0].length == 150


def test_inputs_do_not_meet_each_other() -> None:
    first, second = shards(1), shards(1, digest="b")
    spans = ends(first + second, (0, 50), (0, 100))

    assert gaps(first + second, spans) == []
    assert floors(first + second, spans) == {}


def test_nothing_has_no_seams() -> None:
    pieces = shards(2)

    assert gaps([], {}) == []
    assert gaps(pieces, ends(pieces, NOTHING, NOTHING)) == []


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 250)) | st.none(), min_size=1, max_size=6))
def test_every_byte_between_the_first_and_the_last_is_read_or_a_gap(
    spans: list[tuple[int, int] | None],
) -> None:
    pieces = shards(len(spans))
    read: list[tuple[int, int]] = []
    for piece, span in zip(pieces, spans, strict=True):
        start = NOTHING[0] if span is None else piece.start + span[0]
        read.append(NOTHING if span is None else (start, start + span[1]))
    told = ends(pieces, *read)
    held = [span for span in read if span != NOTHING]
    covered = {at for span in held for at in range(*span)}
    holes = {at for gap in gaps(pieces, told) for at in range(gap.offset, gap.offset + gap.length)}
    later = floors(pieces, told)

    if not holes & covered:  # A record that reaches over a whole shard hides what lies behind it.
        whole = set(range(held[0][0], max(end for _, end in held))) if held else set()
        assert covered | holes == whole
    for piece, span in zip(pieces, read, strict=True):
        assert piece.name not in later or later[piece.name] > span[0] >= 0
