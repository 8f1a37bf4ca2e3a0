"""Which of the documents that stay a document is near to: an index over signatures, exact and near-linear."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final, final

import numpy as np

# Kept documents that one document is held against, and that one key of the index names. A cluster needs
# more than that only where over a thousand texts share a template and are otherwise unlike.
MAX_COMPARED: Final = 1_024


@final
class Signed:
    """Find the first document kept whose signature agrees with another's.

    Of two signatures that differ in at most d values, cut into d + 1 pieces, one piece is the same in both.
    So whatever is near shares a key with what is asked for, and what is unlike is seldom looked at.

    Args:
        signatures: Document id -> column `signature`; empty for a text too short to sign.
        min_share: Least share of equal values, in (0, 1].
    """

    def __init__(self, signatures: Mapping[str, bytes], *, min_share: float) -> None:
        """Keep nothing yet."""
        self._signatures = signatures
        self._min_share = min_share
        self._ids: list[str] = []
        self._rows: list[np.ndarray[Any, np.dtype[np.uint32]]] = []
        self._index: dict[tuple[int, bytes], list[int]] = defaultdict(list)

    def first_near(self, document: str) -> str | None:
        """Give the first document kept that is near; None if there is none."""
        signature = self._signatures.get(document, b"")
        found = {at for key in self._keys(signature) for at in self._index.get(key, ())}
        if not found:
            return None
        compared = sorted(found)[:MAX_COMPARED]
        rows = np.stack([self._rows[at] for at in compared])  # (n_compared, n_values)
        share = (rows == np.frombuffer(signature, "<u4")).mean(axis=1)
        near = np.flatnonzero(share >= self._min_share)
        return self._ids[compared[near[0]]] if len(near) else None

    def keep(self, document: str) -> None:
        """Keep a document."""
        signature = self._signatures.get(document, b"")
        for key in self._keys(signature):
            if len(self._index[key]) < MAX_COMPARED:
                self._index[key].append(len(self._ids))
        self._ids.append(document)
        self._rows.append(np.frombuffer(signature, "<u4"))

    def _keys(self, signature: bytes) -> Iterator[tuple[int, bytes]]:
        n_values = len(signature) // 4
        n_pieces = min(n_values, math.floor((1 - self._min_share) * n_values + 1e-9) + 1)
        for piece in range(n_pieces):
            start, stop = (n_values * edge // n_pieces for edge in (piece, piece + 1))
            yield piece, signature[4 * start : 4 * stop]
