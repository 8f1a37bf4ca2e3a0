"""N-grams that several documents share: counted in a first pass, left out in the second.

Documents of one site repeat each other, so their p-values under one key go up and down together. What is
left out does not depend on the key, so the null law of what stays is the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.watermark.ngrams import Ngrams

Words = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """Remember which cells the n-grams of no, one or several documents fell into.

    Its size is fixed. Two n-grams in one cell count as shared, which loses evidence and never makes any.

    Attributes:
        once: Shape (2**bits / 64,), a bit a cell: at least once.
        again: The same: at least twice.
    """

    once: Words
    again: Words

    @property
    def bits(self) -> int:
        """Give the logarithm of the number of cells."""
        return (64 * self.once.size).bit_length() - 1

    @property
    def load(self) -> float:
        """Give the share of cells in use: about the chance to lose an n-gram for nothing."""
        return float(np.bitwise_count(self.once).sum()) / (64 * self.once.size)


def empty(bits: int = 28) -> Sketch:
    """Make a sketch that has seen nothing.

    Args:
        bits: Logarithm of the number of cells, 6 to 36; memory is 2**bits / 4 bytes.

    Raises:
        InputError: If it is out of range.
    """
    if not 6 <= bits <= 36:
        raise InputError(f"a sketch has 2**6 to 2**36 cells, not 2**{bits}")
    return Sketch(np.zeros(1 << bits - 6, np.uint64), np.zeros(1 << bits - 6, np.uint64))


def add(sketch: Sketch, found: Ngrams) -> None:
    """Count the n-grams of documents; the sketch is changed.

    Args:
        sketch: Of all documents so far.
        found: Of documents that it has not seen, each n-gram once a document, as `gather` gives them.
    """
    from headwater.watermark import kernels

    kernels.count(found.table, np.uint64(64 - sketch.bits), sketch.once, sketch.again)


def merge(one: Sketch, other: Sketch) -> Sketch:
    """Put together what two passes over different documents have seen.

    Raises:
        InputError: If they have different numbers of cells.
    """
    if one.once.size != other.once.size:
        raise InputError("sketches of different sizes do not merge")
    return Sketch(one.once | other.once, one.again | other.again | (one.once & other.once))


def own(sketch: Sketch, found: Ngrams) -> Ngrams:
    """Keep the n-grams that no two documents have.

    Args:
        sketch: Of all documents, `found` among them.
        found: What is scored of some.
    """
    from headwater.watermark import kernels

    return found.only(~kernels.counted(found.table, np.uint64(64 - sketch.bits), sketch.again))
