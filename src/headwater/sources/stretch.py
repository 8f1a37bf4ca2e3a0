"""A stretch: the items of compressed members that touch, up to damage, as one account of their bytes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from headwater.record import Record, Skip
from headwater.sources.member import Codec
from headwater.sources.shard import Limits, Shard
from headwater.sources.stream import Stream
from headwater.sources.window import Window


class Piece(NamedTuple):
    """An item of decoded bytes.

    Attributes:
        item: What was made of it, with no length of its own.
        n_units: How many lines or revisions it is, for the numbers of those that follow.
        cut: Whether it is a skip that damage may have caused, and that goes with the damage: the last
            piece, or a notice of no unit.
        blank: Whether it holds nothing that damage could have cut.
    """

    item: Record | Skip
    n_units: int = 1
    cut: bool = False
    blank: bool = False


Pieces = Callable[[Window, Shard], Iterable[Piece]]


def read_members(
    window: Window, codec: Codec, shard: Shard, limits: Limits, *, pieces: Pieces
) -> Iterator[Record | Skip]:
    """Read a compressed file that can be read only from its beginning.

    Every item stands where its first member begins and takes no length; the last one takes all of it.
    After damage, reading goes on at the next member that decodes.

    Args:
        window: The file.
        codec: How its members are compressed.
        shard: The whole file.
        limits: Bounds on one record.
        pieces: From decoded bytes, and the shard from the first member on, to pieces.

    Yields:
        Records and skips in source order.
    """
    start, fault = 0, ""
    while start >= 0:
        stream = Stream(window, codec, start, max_expansion=limits.max_expansion)
        found = pieces(Window(stream), replace(shard, start=start))
        start, fault = yield from _stretch(stream, replace(shard, start=start), found, fault)


def _stretch(
    stream: Stream, shard: Shard, pieces: Iterable[Piece], before: str
) -> Generator[Record | Skip, None, tuple[int, str]]:
    """Yield the items of members that touch, and the damage behind them.

    A piece that damage cut, before or behind, is part of the damage unless what is left is a record.

    Returns:
        Where to go on, -1 when the file is done, and the reason of the damage.
    """
    start, stop = shard.start, shard.size
    held: list[Piece] = []
    number = 0
    piece: Piece | None = None
    for piece in pieces:
        if isinstance(piece.item, Record):
            stream.saw_record()
        if number or not before or piece.blank or isinstance(piece.item, Record):
            held.append(piece)
        if len(held) > 2:
            yield held.pop(0).item
        number += piece.n_units
    sound, after, fault = stream.finish()
    if fault:
        held = [one for one in held if not (one.cut and (one is piece or not one.n_units))]
        stop = min(sound, stop - 1) if held else start
    yield from (one.item for one in held[:-1])
    if held:
        yield replace(held[-1].item, length=stop - start)
    elif not fault:
        yield _nothing(shard, before if number else "")
    if fault:
        end = after if after >= 0 else shard.size
        yield Skip(shard.source, stop, end - stop, fault, f"after {number} {_UNIT[shard.kind]}", n_records=0)
    return after, fault


_UNIT = {"jsonl": "lines", "mediawiki": "revisions"}


def _nothing(shard: Shard, before: str) -> Skip:
    """Account for members without an item of their own, up to the end of the file."""
    length = shard.size - shard.start
    if before:
        return Skip(shard.source, shard.start, length, before, "the end of a piece that was cut", n_records=0)
    return Skip(shard.source, shard.start, length, "empty-member", n_records=0, lost=False)
