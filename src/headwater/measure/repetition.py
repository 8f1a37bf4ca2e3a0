"""Repetition: the share of n-grams that a document has used before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.documents import checked, gram_numbers
from headwater.measure.estimate import Estimate, normal


def repetition(documents: Sequence[npt.ArrayLike], *, length: int = 4) -> Estimate:
    """Measure the mean over documents of 1 - distinct n-grams / n-grams.

    Args:
        documents: Rows of integers; those without an n-gram of that length do not count. Longer documents
            repeat more, so compare documents of equal length.
        length: Words in an n-gram, at least 1.

    Returns:
        A share in [0, 1) with a normal interval over documents, taken to be independent; error NaN for one.

    Raises:
        InputError: If no document has an n-gram of that length.

    Source:
        Welleck et al. (2020), "Neural text generation with unlikelihood training": seq-rep-n.
    """
    grams = [row for row in gram_numbers(checked(documents), length) if row.size]
    if not grams:
        raise InputError(f"no document has {length} words", hint="take shorter n-grams")
    shares = np.array([1 - np.unique(row).size / row.size for row in grams])
    error = float(shares.std(ddof=1) / np.sqrt(shares.size)) if shares.size > 1 else np.nan
    return normal(f"repetition-{length}-1", float(shares.mean()), error, n=shares.size, limits=(0.0, 1.0))
