"""Where a document lies among all: centroids of a sample, and how much was validated near each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.review.select.chunk import Chunk, Vectors

_N_ROUNDS = 12
# Cosines are cut to this grid, so that the order in which a library adds does not show.
_GRID = 2.0**-16


@dataclass(frozen=True, slots=True)
class Centroids:
    """Hold unit vectors that documents are assigned to.

    Attributes:
        vector: Shape (n_strata, d).
        n_validated: Documents that humans already judged in each stratum, shape (n_strata,).
        languages: Codes of the languages in which humans already judged something.
    """

    vector: Vectors
    n_validated: npt.NDArray[np.int64]
    languages: frozenset[bytes] = field(default_factory=frozenset)

    def judged(self, documents: Chunk) -> Centroids:
        """Count what humans judged, and forget what was counted before.

        Args:
            documents: Vectors of the same dimension.

        Returns:
            The same strata.
        """
        seen = np.bincount(self.assign(documents).stratum, minlength=len(self.vector))
        return replace(
            self, n_validated=seen.astype(np.int64), languages=frozenset(documents.language.tolist())
        )

    def assign(self, documents: Chunk) -> Chunk:
        """Fill in stratum and nearness.

        Args:
            documents: With vectors of the same dimension.

        Returns:
            The same documents.

        Raises:
            InputError: If the dimension differs.
        """
        if documents.vector.shape[1] != self.vector.shape[1]:
            raise InputError(
                f"vectors have {self.vector.shape[1]} dimensions, not {documents.vector.shape[1]}"
            )
        cosine = documents.vector @ self.vector.T  # (n, n_strata)
        nearest = cosine.argmax(axis=1) if len(documents) else np.zeros(0, dtype=np.intp)
        near = np.round(cosine[np.arange(len(documents)), nearest] / _GRID) * _GRID
        return replace(documents, stratum=nearest.astype(np.int32), nearness=near.astype(np.float64))


def centroids(
    sample: Chunk, n_strata: int, *, rng: np.random.Generator, validated: Chunk | None = None
) -> Centroids:
    """Learn centroids by k-means on the sphere.

    Args:
        sample: Documents to learn from; twenty or more for each stratum are best.
        n_strata: How many at most; fewer when there are fewer documents.
        rng: Chooses where to start.
        validated: What humans already judged.

    Returns:
        The centroids, with counts of what was validated.

    Raises:
        InputError: If there is no document or no stratum.

    Source:
        I. S. Dhillon and D. S. Modha (2001), Machine Learning 42: spherical k-means.
    """
    if not len(sample) or n_strata < 1:
        raise InputError("strata are learned from at least one document")
    start = rng.choice(len(sample), size=min(n_strata, len(sample)), replace=False)
    vector = sample.vector[np.sort(start)]
    for _ in range(_N_ROUNDS):
        nearest = (sample.vector @ vector.T).argmax(axis=1)
        total = np.zeros_like(vector)
        np.add.at(total, nearest, sample.vector)
        length = np.linalg.norm(total, axis=1, keepdims=True)
        vector = np.where(length > 0, total / np.maximum(length, np.float32(1e-12)), vector)
    found = Centroids(vector, np.zeros(len(vector), dtype=np.int64))
    return found if validated is None else found.judged(validated)
