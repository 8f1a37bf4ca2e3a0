"""A corpus as the user names it: texts from any source, plain file or array, profiled in one pass."""

from __future__ import annotations

import io
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

from headwater.collapse.monitor import array
from headwater.errors import UnavailableError
from headwater.measure import profile
from headwater.measure.profile import Profile
from headwater.record import Record
from headwater.sources import SOURCES, Limits, Shard
from headwater.sources.discover import discover, kind_by_name
from headwater.sources.opening import open_input, size_of
from headwater.sources.place import open_tree
from headwater.sources.plan import plan

PIECE_WORDS = 256  # as many as a profile keeps of a document
_SHARD_BYTES = 1 << 23
_LINE_CHARS = 1 << 20
_LIMITS = Limits()
# Below this a second process takes longer to start than it saves.
_WORTH_BYTES = 1 << 25
_CHUNKS_A_WORKER = 8
Piece = str | Shard
TextOf = Callable[[Record], str | None]
Show = Callable[[str, int, int], None]


def _silent(_step: str, _done: int, _total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What came of reading a corpus.

    Attributes:
        profile: Of its documents.
        n_lost: Records of which a document may have been lost.
    """

    profile: Profile
    n_lost: int


def read(names: Sequence[str], *, text_of: TextOf, show: Show = _silent, workers: int = 1) -> Reading:
    """Profile the corpus that names stand for, in one pass and bounded memory.

    Args:
        names: What `sources.discover` takes, and plain `.txt` or `.npy` files or folders of these.
        text_of: The text of a record; None where it has none that can be read. With more than one worker, a
            top-level function of an importable module.
        show: Told of the step, the inputs or shards read and how many there are.
        workers: Processes for a large corpus of several pieces; their number does not change the profile.

    Returns:
        The profile, and how many records could not be read. A plain file is cut into documents at the
        first end of a line after 256 words; an array holds token numbers, one row a document.

    Raises:
        InputError: If a name stands for nothing that can be read.
        UnavailableError: If an input cannot be opened, or a worker dies.
    """
    plain, other = [], []
    for name in names:
        found = _plain(name)
        plain += found
        if not found:
            other.append(name)
    inputs = discover(other) if other else []
    paths = [*plain, *(one.path for one in inputs if one.kind)]
    shared = workers > 1 and sum(map(size_of, paths)) >= _WORTH_BYTES
    if shared:
        _prepare(text_of)
    pieces: list[Piece] = [*plain, *plan(inputs, shard_bytes=_SHARD_BYTES)]
    if not shared or len(pieces) < 2:
        return _profiled(pieces, text_of, lambda done: show("reading", done, len(pieces)))
    return _shared(pieces, text_of, min(workers, len(pieces)), show)


def _context() -> BaseContext:
    """Choose how workers start: forked from one process that has loaded what they need."""
    # Apple's own libraries do not survive a fork: there, each worker loads for itself.
    return multiprocessing.get_context("spawn" if sys.platform == "darwin" else "forkserver")


def _prepare(text_of: TextOf) -> None:
    """Begin to load what workers need, while inputs are hashed."""
    context = _context()
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload([__name__, text_of.__module__, "headwater.measure.scan"])
        forkserver.ensure_running()


def _shared(pieces: Sequence[Piece], text_of: TextOf, workers: int, show: Show) -> Reading:
    """Profile runs of pieces in processes of their own; profiles merge to what one pass would have given.

    Raises:
        UnavailableError: If a worker dies.
    """
    width = -(-len(pieces) // (_CHUNKS_A_WORKER * workers))
    chunks = [pieces[at : at + width] for at in range(0, len(pieces), width)]
    made, n_lost, done = profile.of(()), 0, 0
    try:
        with ProcessPoolExecutor(workers, _context()) as pool:
            for chunk, part in zip(chunks, pool.map(_profiled, chunks, [text_of] * len(chunks)), strict=True):
                made, n_lost, done = (
                    profile.merge(made, part.profile),
                    n_lost + part.n_lost,
                    done + len(chunk),
                )
                show("reading", done, len(pieces))
    except BrokenProcessPool as error:
        raise UnavailableError("a worker died while reading", hint="is there enough memory?") from error
    return Reading(made, n_lost)


def _profiled(pieces: Sequence[Piece], text_of: TextOf, show: Callable[[int], None] | None = None) -> Reading:
    lost: list[str] = []

    def texts() -> Iterator[str]:
        for done, piece in enumerate(pieces, 1):
            if isinstance(piece, Shard):
                yield from _records(piece, text_of, lost)
            else:
                yield from _pieces(piece) if piece.lower().endswith(".txt") else _rows(piece)
            if show is not None:
                show(done)

    return Reading(profile.of(texts()), len(lost))


def _plain(name: str) -> list[str]:
    """List the plain text files and arrays of a name, unless it has inputs of a known kind."""
    tree = open_tree(name)
    if tree is None or any(kind_by_name(path) for path in tree.paths):
        return []
    return [path for path in tree.paths if path.lower().endswith((".txt", ".npy"))]


def _pieces(path: str) -> Iterator[str]:
    """Cut a plain file at the first end of a line after enough words."""
    piece: list[str] = []
    n_words = 0
    with (
        open_input(path) as raw,
        io.TextIOWrapper(io.BufferedReader(raw), "utf-8", "replace") as file,  # type: ignore[type-var]
    ):
        while line := file.readline(_LINE_CHARS):
            piece.append(line)
            n_words += len(line.split())
            if n_words >= PIECE_WORDS:
                yield "".join(piece)
                piece, n_words = [], 0
    if n_words:
        yield "".join(piece)


def _rows(path: str) -> Iterator[str]:
    with open_input(path) as raw, io.BufferedReader(raw) as file:  # type: ignore[type-var]
        yield from array.documents(file, path, words=PIECE_WORDS)


def _records(shard: Shard, text_of: TextOf, lost: list[str]) -> Iterator[str]:
    for found in SOURCES[shard.kind].read(shard, _LIMITS):
        text = text_of(found) if isinstance(found, Record) else None
        if text is not None:
            yield text
        elif isinstance(found, Record) or found.lost:
            lost.append(found.source)
