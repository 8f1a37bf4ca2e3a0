"""Distinct-n: the share of n-grams that are different, in samples of equal size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.documents import checked, gram_numbers
from headwater.measure.estimate import Estimate, bare, require_equal_n


def distinct(documents: Sequence[npt.ArrayLike], *, length: int) -> Estimate:
    """Measure the share of n-grams that are different.

    For length 1 this is the type-token ratio.

    Args:
        documents: Rows of integers; n-grams do not cross from one to the next.
        length: Words in an n-gram, at least 1.

    Returns:
        A share in (0, 1]. It falls with the number of n-grams, `n`.

    Raises:
        InputError: If there is no n-gram of that length.

    Source:
        Li et al. (2016), "A diversity-promoting objective function for neural conversation models":
        distinct n-grams over all n-grams.
    """
    grams = np.concatenate(gram_numbers(checked(documents), length))
    if grams.size == 0:
        raise InputError(f"no document has {length} words", hint="take shorter n-grams")
    return bare(f"distinct-{length}-1", np.count_nonzero(np.bincount(grams)) / grams.size, n=grams.size)


def distinct_difference(
    one: Sequence[npt.ArrayLike], other: Sequence[npt.ArrayLike], *, length: int
) -> float:
    """Compare the distinct-n of two collections with equally many n-grams.

    Args:
        one: The first collection.
        other: The second.
        length: Words in an n-gram.

    Returns:
        `one` minus `other`.

    Raises:
        InputError: If the numbers of n-grams differ; `bootstrap.trimmed` makes collections equal.
    """
    first, second = distinct(one, length=length), distinct(other, length=length)
    require_equal_n(first.n, second.n, what=f"distinct-{length}")
    return first.value - second.value
