"""How much every count is discounted: modified Kneser-Ney, or one discount for all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.kneser_ney.trie import Trie

# Used where counts of counts do not say, as KenLM's --discount_fallback.
_FALLBACK = (0.5, 1.0, 1.5)


def modified(trie: Trie) -> npt.NDArray[np.float64]:
    """Estimate three discounts an order from the counts of counts.

    Args:
        trie: The n-grams of a stream.

    Returns:
        Shape (order + 1, 4): the discount of an n-gram of that length seen once, twice, three times or
        more, in columns 1 to 3; rows 0 and 1 are 0. Where a formula fails (a count of counts of 0, or a
        discount outside [0, count]) the order has 0.5, 1 and 1.5.

    Source:
        Chen and Goodman (1999), equation 17; the fallback is KenLM's.
    """
    table = np.zeros((trie.offset.size - 1, 4))
    for length in range(2, table.shape[0]):
        counts = trie.count[trie.offset[length] : trie.offset[length + 1]]
        table[length, 1:] = _estimate(np.bincount(np.minimum(counts, 5), minlength=6)[1:5])
    return table


def _estimate(times: npt.NDArray[np.int64]) -> tuple[float, float, float]:
    if not times.all():
        return _FALLBACK
    one, two, three, four = (float(n) for n in times)
    share = one / (one + 2 * two)
    found = (
        1 - 2 * share * two / one,
        2 - 3 * share * three / two,
        3 - 4 * share * four / three,
    )
    return found if all(0 <= d <= i for i, d in enumerate(found, 1)) else _FALLBACK


def absolute(trie: Trie, discount: float) -> npt.NDArray[np.float64]:
    """Lay out one discount for every count and order but the first.

    Args:
        trie: The n-grams of a stream.
        discount: In [0, 1].

    Returns:
        Shape (order + 1, 4), as of `modified`.

    Raises:
        InputError: If the discount is not in [0, 1].

    Source:
        Kneser and Ney (1995), "Improved backing-off for m-gram language modeling".
    """
    if not 0.0 <= discount <= 1.0:
        raise InputError(f"a discount is in [0, 1], not {discount}")
    table = np.zeros((trie.offset.size - 1, 4))
    table[2:, 1:] = discount
    return table
