"""Documents to choose from, as columns: what a selector sees of each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError

Ids = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]
Strata = npt.NDArray[np.int32]
Names = npt.NDArray[np.character]

_LEAST_CHANCE = 1e-6
_NAME = np.dtype("S16")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Hold some documents, in any number and order.

    Attributes:
        id: The first 8 bytes of each document's digest, big-endian, shape (n,).
        vector: Unit vectors, shape (n, d).
        p_human: Calibrated chance of each detector that the document is human, shape (n, n_detectors).
        deficit: Tail deficit in nats, shape (n,): what a reference gives the document above what a model
            gives.
        cost_s: Seconds that a validator is expected to need, above 0, shape (n,).
        stratum: Nearest centroid, shape (n,).
        nearness: Cosine to that centroid, shape (n,).
        language: Code of the language of each, empty where it is not known, shape (n,).
    """

    id: Ids
    vector: Vectors
    p_human: Floats
    deficit: Floats
    cost_s: Floats
    stratum: Strata
    nearness: Floats
    language: Names

    def __len__(self) -> int:
        """Count documents."""
        return int(self.id.size)

    def take(self, rows: npt.NDArray[np.intp]) -> Chunk:
        """Give some rows.

        Args:
            rows: Places, shape (m,).

        Returns:
            Those documents.
        """
        return Chunk(*(getattr(self, column.name)[rows] for column in fields(self)))


def chunk(
    ids: npt.ArrayLike,
    vector: npt.ArrayLike,
    p_human: npt.ArrayLike,
    *,
    deficit: npt.ArrayLike | None = None,
    cost_s: npt.ArrayLike | None = None,
    language: Sequence[str] | None = None,
) -> Chunk:
    """Check documents and bring vectors to length 1.

    Strata are filled in by `Centroids.assign`.

    Args:
        ids: First 8 bytes of each digest, shape (n,).
        vector: Any vectors, shape (n, d); a vector of zeros stays one.
        p_human: Chances in [0, 1], shape (n,) or (n, n_detectors).
        deficit: In nats, shape (n,); zeros when left out.
        cost_s: In seconds, above 0, shape (n,); ones when left out.
        language: Codes such as `de`, n of them; unknown when left out, or where empty.

    Returns:
        The documents, all in stratum 0.

    Raises:
        InputError: If lengths differ, or something is out of range or not finite.
    """
    who = np.asarray(ids, dtype=np.uint64)
    rows = np.asarray(vector, dtype=np.float32)
    chance = np.asarray(p_human, dtype=np.float64)
    chance = chance[:, None] if chance.ndim == 1 else chance
    lack = np.zeros(who.size) if deficit is None else np.asarray(deficit, dtype=np.float64)
    cost = np.ones(who.size) if cost_s is None else np.asarray(cost_s, dtype=np.float64)
    spoken = np.array([one.encode() for one in language or [""] * who.size], dtype=_NAME)
    sizes = {len(rows), len(chance), lack.size, cost.size, spoken.size}
    if who.ndim != 1 or rows.ndim != 2 or sizes != {who.size}:
        raise InputError("each document needs an id, a vector, a chance, a deficit, a cost and a language")
    if not all(bool(np.isfinite(column).all()) for column in (rows, chance, lack, cost)):
        raise InputError("a document has a value that is not finite")
    if who.size and not (chance.min() >= 0.0 and chance.max() <= 1.0 and cost.min() > 0.0):
        raise InputError("chances lie in [0, 1] and costs above 0")
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.maximum(length, np.float32(1e-12))
    blank = np.zeros(who.size)
    return Chunk(who, unit, chance, lack, cost, blank.astype(np.int32), blank, spoken)


def join(chunks: Sequence[Chunk]) -> Chunk:
    """Put chunks one behind the other.

    Args:
        chunks: At least one.

    Returns:
        All rows.
    """
    names = [column.name for column in fields(Chunk)]
    return replace(chunks[0], **{name: np.concatenate([getattr(c, name) for c in chunks]) for name in names})


def uniform(ids: Ids, seed: str) -> Floats:
    """Give each document a number of its own, uniform over seeds.

    Args:
        ids: First 8 bytes of digests.
        seed: Any text, best one that nobody could choose, such as a beacon's.

    Returns:
        In (0, 1), shape (n,); the same for one id and seed wherever and in whatever order it is asked.

    Source:
        G. L. Steele, D. Lea and C. H. Flood (2014), OOPSLA: the finaliser of SplitMix64, variant 13.
    """
    start = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    with np.errstate(over="ignore"):
        z = (ids ^ np.uint64(start)) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return np.asarray(((z >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)


def entropy(p_human: Floats) -> Floats:
    """Give the entropy of the mean of detectors, in nats, shape (n,)."""
    p = np.clip(p_human.mean(axis=1), _LEAST_CHANCE, 1.0 - _LEAST_CHANCE)
    return np.asarray(-p * np.log(p) - (1.0 - p) * np.log1p(-p))
