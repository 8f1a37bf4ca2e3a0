"""Planning: from the inputs that were found to the shards that workers read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Lock

from headwater.errors import FormatError, UnavailableError
from headwater.sources import SOURCES
from headwater.sources.discover import Found
from headwater.sources.opening import Hash, digest_and_size, size_of
from headwater.sources.shard import Shard

_N_THREADS = 2  # Hashing lets go of the interpreter: two take half the time of one.


def plan(
    found: Iterable[Found],
    *,
    shard_bytes: int,
    text_field: str = "",
    on_copy: Callable[[Found, Shard], None] | None = None,
    show: Callable[[int, int], None] | None = None,
    hashed: Hash | None = None,
) -> list[Shard]:
    """Hash every input and split it into shards.

    A table that cannot be read, and that the user did not name himself, is one shard in bytes, of which
    its reader gives one skip: a directory is read in spite of it.
    Two inputs with the same bytes would give every record twice under one id, so the second is
    not read.

    Args:
        found: What `discover` gave; ignored files are passed over.
        shard_bytes: Aim at this many input bytes a shard.
        text_field: Field of a row that holds its text; without it, the first of `row.TEXT_FIELDS` that does.
        on_copy: Called with each input that repeats the bytes of an earlier one, and that one's first shard.
        show: Called with the bytes hashed and the bytes in all, from any thread, one call at a time.
        hashed: From a path to a digest, other for other bytes, and the size; without it, SHA-256 of the
            whole, which names the same records alike wherever they lie.

    Returns:
        Shards, inputs in the order found, each input's shards in the order of their ranges.

    Raises:
        FormatError: If an input that the user named is not of its format.
        UnavailableError: If an input cannot be read.
    """
    inputs = [one for one in found if one.kind]
    shards: list[Shard] = []
    seen: dict[str, Shard] = {}
    with ThreadPoolExecutor(_N_THREADS) as pool, _hashing(inputs, show) as whole:
        cut = partial(_shards, shard_bytes=shard_bytes, text_field=text_field, hashed=hashed or whole)
        for one, pieces in zip(inputs, pool.map(cut, inputs), strict=True):
            first = seen.setdefault(pieces[0].digest, pieces[0])
            if first is pieces[0]:
                shards += pieces
            elif on_copy is not None:
                on_copy(one, first)
    return shards


@contextmanager
def _hashing(inputs: Sequence[Found], show: Callable[[int, int], None] | None) -> Iterator[Hash]:
    """Give a hash that shows how far it is, and that ends when the block is left, as by an interrupt."""
    n_bytes = sum(size_of(one.path) for one in inputs) if show else 0
    lock, n_done, left = Lock(), 0, False

    def on_read(n: int) -> None:
        nonlocal n_done
        if left:
            raise UnavailableError("the run was given up while its inputs were hashed")
        if show is not None:
            with lock:
                n_done += n
                show(n_done, n_bytes)

    try:
        yield partial(digest_and_size, on_read=on_read)
    finally:
        left = True


def _shards(one: Found, *, shard_bytes: int, text_field: str, hashed: Hash) -> list[Shard]:
    digest, size = hashed(one.path)
    try:
        return SOURCES[one.kind].shards(
            one.path,
            one.source,
            shard_bytes=shard_bytes,
            text_field=text_field,
            hashed=lambda _: (digest, size),
        )
    except FormatError:
        if one.named:
            raise
        return [Shard(one.path, one.source, one.kind, digest, size, 0, size, text_field=text_field)]
