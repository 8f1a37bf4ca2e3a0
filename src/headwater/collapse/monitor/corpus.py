"""A corpus as the user names it: texts from any source, plain file or array, profiled in one pass."""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import sys
from collections import Counter
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
from headwater.record import Record, Skip
from headwater.sources import Shard
from headwater.sources.discover import Found, discover, kind_by_name
from headwater.sources.opening import Hash, digest_and_size, open_input, reaching, size_of
from headwater.sources.place import open_tree
from headwater.sources.plan import plan
from headwater.sources.shard import cut_bytes
from headwater.sources.texts import Lose, TextOf
from headwater.sources.texts import texts as texts_of

PIECE_WORDS = 256  # as many as a profile keeps of a document
_SHARD_BYTES = 1 << 23
# Below this a second process takes longer to start than it saves.
_WORTH_BYTES = 1 << 25
_CHUNKS_A_WORKER = 16
_END_BYTES = 1 << 16
_PLAIN = {".txt": "text", ".npy": "array"}
_COMPILED = ("headwater.measure.scan", "headwater.collapse.monitor.plain")
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
        first end of a line after 256 words, and after every 8 MiB; an array holds token numbers, one row a
        document.

    Raises:
        InputError: If a name stands for nothing that can be read.
        UnavailableError: If an input cannot be opened, or a worker dies.
    """
    plain, inputs = _found(names)
    paths = [one.path for one in inputs if one.kind]
    n_bytes = sum(piece.stop - piece.start for piece in plain) + sum(map(size_of, paths))
    shared = workers > 1 and n_bytes >= _WORTH_BYTES
    if shared:
        _prepare(text_of)
    pieces = _pieces(plain, inputs)
    if not shared or len(pieces) < 2:
        return _profiled(pieces, text_of, lambda done: show("reading", done, len(pieces)))
    return _shared(pieces, text_of, min(workers, len(pieces)), show)


def texts(names: Sequence[str], *, text_of: TextOf, lose: Lose, show: Show = _silent) -> Iterator[str]:
    """Read the documents of the corpus that names stand for, as `read` does.

    Args:
        names: As of `read`.
        text_of: As of `read`.
        lose: Told of every record of which a document may have been lost.
        show: As of `read`.

    Yields:
        Texts, in the order of the names.

    Raises:
        InputError: If a name stands for nothing that can be read.
        UnavailableError: If an input cannot be opened.
    """
    pieces = _pieces(*_found(names))
    yield from _texts(pieces, text_of, lose, lambda done: show("reading", done, len(pieces)))


def _found(names: Sequence[str]) -> tuple[list[Shard], list[Found]]:
    """Find the pieces of plain files, and the inputs of known kinds."""
    plain, other = list[Shard](), []
    for name in names:
        found = _plain(name)
        plain += found
        if not found:
            other.append(name)
    return plain, discover(other, besides="; and plain .txt and .npy files") if other else []


def _pieces(plain: Sequence[Shard], inputs: Sequence[Found]) -> list[Shard]:
    hashed = _telling_apart([one.path for one in inputs if one.kind])
    return [*plain, *plan(inputs, shard_bytes=_SHARD_BYTES, hashed=hashed)]


def _telling_apart(paths: Sequence[str]) -> Hash:
    """Tell copies from others: all of a file is hashed only where another has its size and ends."""
    told = {path: _ends(path) for path in paths}
    n = Counter(told.values())

    def hashed(path: str) -> tuple[str, int]:
        size, ends = told[path]
        return (ends, size) if n[size, ends] == 1 else digest_and_size(path)

    return hashed


def _ends(path: str) -> tuple[int, str]:
    """Give a file's size, and the digest of its start and its end."""
    with open_input(path) as file, reaching("read", path):
        start = file.read(_END_BYTES)
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - _END_BYTES))
        return size, hashlib.sha256(start + file.read(_END_BYTES)).hexdigest()


def _context() -> BaseContext:
    """Choose how workers start: forked from one process that has loaded what they need."""
    # Apple's own libraries do not survive a fork: there, each worker loads for itself.
    return multiprocessing.get_context("spawn" if sys.platform == "darwin" else "forkserver")


def _prepare(text_of: TextOf) -> None:
    """Begin to load what workers need, while inputs are hashed."""
    context = _context()
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload([__name__, text_of.__module__, *_COMPILED])
        forkserver.ensure_running()


def _shared(pieces: Sequence[Shard], text_of: TextOf, workers: int, show: Show) -> Reading:
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
    except (BrokenProcessPool, EOFError) as error:  # The latter of the process that they are forked from.
        raise UnavailableError("a worker died while reading", hint="is there enough memory?") from error
    return Reading(made, n_lost)


def _profiled(pieces: Sequence[Shard], text_of: TextOf, show: Callable[[int], None] | None = None) -> Reading:
    lost: list[Record | Skip] = []
    return Reading(profile.of(_texts(pieces, text_of, lost.append, show)), len(lost))


def _texts(
    pieces: Sequence[Shard], text_of: TextOf, lose: Lose, show: Callable[[int], None] | None
) -> Iterator[str]:
    for done, piece in enumerate(pieces, 1):
        if piece.kind == "text":
            yield from _lines(piece)
        elif piece.kind == "array":
            yield from _rows(piece.path)
        else:
            yield from texts_of(piece, text_of, lose=lose)
        if show is not None:
            show(done)


def _plain(name: str) -> list[Shard]:
    """List pieces of the plain text files and arrays of a name, unless it has inputs of a known kind."""
    tree = open_tree(name)
    if tree is None or any(kind_by_name(path) for path in tree.paths):
        return []
    return [
        piece
        for path in tree.paths
        if (kind := _PLAIN.get(path.lower()[-4:]))
        for piece in _cut(path, kind, size_of(path))
    ]


def _cut(path: str, kind: str, size: int) -> list[Shard]:
    whole = Shard(path, path, kind, "", size, 0, size)
    return cut_bytes(whole, _SHARD_BYTES) if kind == "text" else [whole]


def _lines(piece: Shard) -> Iterator[str]:
    from headwater.collapse.monitor.plain import documents

    with open_input(piece.path) as file:
        yield from documents(file, piece.start, piece.stop, words=PIECE_WORDS)


def _rows(path: str) -> Iterator[str]:
    with open_input(path) as raw, io.BufferedReader(raw) as file:  # type: ignore[type-var]
        yield from array.documents(file, path, words=PIECE_WORDS)
