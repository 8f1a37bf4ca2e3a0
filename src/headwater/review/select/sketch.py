"""What is remembered of a stream: totals by stratum, and the documents with the lowest keys."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.review.select.chunk import Chunk, Floats, join, uniform
from headwater.review.select.strata import Centroids

Longs = npt.NDArray[np.int64]
Rate = Callable[[Chunk, Floats], tuple[Floats, Longs]]


@dataclass(frozen=True, slots=True)
class Kept:
    """Hold the documents with the lowest keys.

    Attributes:
        documents: In the order of their keys.
        key: Ascending, shape (n,); equal keys stand in the order of ids.
        bound: The lowest key that was dropped; infinite when none was.
    """

    documents: Chunk
    key: Floats
    bound: float


@dataclass(frozen=True, slots=True)
class Sketch:
    """Hold a stream in fixed memory.

    Sketches of parts of a stream merge to that of the whole, exactly.

    Attributes:
        seed: What the documents' numbers were drawn with.
        n_in: Documents in each stratum, shape (n_strata,).
        mass_in: Mass in each stratum, in whole units, shape (n_strata,).
        best: Lowest by the selector's key.
        even: Lowest by the number that keys are made from: a simple random sample.
        audit: Lowest by another number of their own: a simple random sample that no key knows of.
    """

    seed: str
    n_in: Longs
    mass_in: Longs
    best: Kept
    even: Kept
    audit: Kept

    @property
    def n_documents(self) -> int:
        """Count the documents of the stream."""
        return int(self.n_in.sum())

    def digest(self) -> str:
        """Give the SHA-256 over all that is remembered, in hex."""
        state = hashlib.sha256(self.seed.encode())
        for part in (self.n_in, self.mass_in, self.best.key, self.even.key, self.audit.key):
            state.update(part.tobytes())
        for kept in (self.best, self.even, self.audit):
            for column in fields(kept.documents):
                if column.name != "vector":
                    state.update(np.ascontiguousarray(getattr(kept.documents, column.name)).tobytes())
        return state.hexdigest()


@dataclass(frozen=True, slots=True)
class Capacity:
    """Say how many documents are remembered by key, at random, and for the audit."""

    best: int = 32_768
    even: int = 16_384
    audit: int = 4_096


def scan(
    stream: Iterable[Chunk], rate: Rate, *, among: Centroids, seed: str, capacity: Capacity | None = None
) -> Sketch:
    """Read a stream once.

    Args:
        stream: Documents in chunks of any size; each document once.
        rate: From documents, with strata, and their uniform numbers to keys (lower is kept) and masses.
        among: The strata.
        seed: What numbers are drawn with.
        capacity: How much to remember.

    Returns:
        The sketch.

    Raises:
        InputError: If the stream is empty.
    """
    room = capacity or Capacity()
    sketch: Sketch | None = None
    for piece in stream:
        fresh = _sketch(among.assign(piece), rate, n_strata=len(among.vector), seed=seed)
        sketch = fresh if sketch is None else merge(sketch, fresh, capacity=room)
    if sketch is None:
        raise InputError("there is nothing to choose from")
    return merge(sketch, capacity=room)


def merge(*sketches: Sketch, capacity: Capacity) -> Sketch:
    """Put sketches of parts of a stream together.

    Args:
        sketches: At least one, of one seed and one set of strata; no document in two.
        capacity: How much to remember.

    Returns:
        The sketch of the whole.

    Raises:
        InputError: If seeds or strata differ.
    """
    first = sketches[0]
    if any(other.seed != first.seed or other.n_in.size != first.n_in.size for other in sketches):
        raise InputError("only sketches of one seed and one set of strata merge")
    return Sketch(
        first.seed,
        np.sum([s.n_in for s in sketches], axis=0),
        np.sum([s.mass_in for s in sketches], axis=0),
        _lowest([s.best for s in sketches], capacity.best),
        _lowest([s.even for s in sketches], capacity.even),
        _lowest([s.audit for s in sketches], capacity.audit),
    )


def _sketch(documents: Chunk, rate: Rate, *, n_strata: int, seed: str) -> Sketch:
    number = uniform(documents.id, seed)
    key, mass = rate(documents, number)
    mass_in = np.zeros(n_strata, dtype=np.int64)
    np.add.at(mass_in, documents.stratum, mass)  # in whole numbers, so that no order shows
    n_in = np.bincount(documents.stratum, minlength=n_strata).astype(np.int64)
    orders = (key, number, uniform(documents.id, f"{seed}/audit"))
    best, even, audit = (Kept(documents, order, np.inf) for order in orders)
    return Sketch(seed, n_in, mass_in, best, even, audit)


def _lowest(kept: list[Kept], n: int) -> Kept:
    key = np.concatenate([k.key for k in kept])
    bound = min(k.bound for k in kept)
    # What cannot be among the lowest is left before rows are copied.
    limit = np.partition(key, n)[n] if key.size > n else np.inf
    rows = [np.flatnonzero(k.key <= limit) for k in kept]
    documents = join([k.documents.take(r) for k, r in zip(kept, rows, strict=True)])
    near = np.concatenate([k.key[r] for k, r in zip(kept, rows, strict=True)])
    order = np.lexsort((documents.id, near))
    return Kept(documents.take(order[:n]), near[order[:n]], min(bound, float(limit)))
