"""A collection of documents as rows of integers, checked once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.counts import places

Longs = npt.NDArray[np.int64]


def checked(documents: Sequence[npt.ArrayLike], *, least: int = 1) -> list[Longs]:
    """Check a collection of documents.

    Args:
        documents: Rows of integers that name types, any length, shape (n_i,) each.
        least: The fewest documents that will do.

    Returns:
        The same as int64 (numbers of 64 bits are reinterpreted, which keeps different types different).

    Raises:
        InputError: If there are too few, one is no row of integers, or all are empty.
    """
    rows = [np.asarray(document) for document in documents]
    if len(rows) < least:
        raise InputError(f"{len(rows)} documents where at least {least} are needed")
    if any(row.ndim != 1 or (row.size and row.dtype.kind not in "iu") for row in rows):
        raise InputError("a document is one row of integers")
    if not any(row.size for row in rows):
        raise InputError("every document is empty", hint="give at least one token")
    wide = (np.int64, np.uint64)
    return [row.view(np.int64) if row.dtype in wide else row.astype(np.int64) for row in rows]


def gram_numbers(documents: Sequence[Longs], length: int) -> list[Longs]:
    """Number the n-grams of documents, equal ones alike across all of them.

    Args:
        documents: From `checked`.
        length: Words in an n-gram, at least 1.

    Returns:
        One row a document, shape (max(n_i - length + 1, 0),), numbers from 0.

    Raises:
        InputError: If the length is below 1.
    """
    if length < 1:
        raise InputError(f"no n-grams of {length} words")
    stream = places(np.concatenate(documents))
    document = np.repeat(np.arange(len(documents)), [row.size for row in documents])
    names, n_words = stream, int(stream.max()) + 1 if stream.size else 1
    for step in range(1, length):
        names = np.unique(names[:-1] * n_words + stream[step:], return_inverse=True)[1].astype(np.int64)
    first, last = document[: names.size], document[length - 1 :]
    counts = np.bincount(first[first == last], minlength=len(documents))
    return np.split(names[first == last], np.cumsum(counts)[:-1])
