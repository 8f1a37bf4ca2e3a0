"""Compiled looks at a text before it is folded: most of what folding undoes stands in hardly any text.

Numba is imported with this module, so import it late.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit, types

Points = npt.NDArray[np.uint32]

# Signatures are written out, as in `measure.scan`.
_POINTS, _BYTES = (types.Array(number, 1, "C", readonly=True) for number in (types.uint32, types.uint8))


@njit(cache=True)
def _is_space(point: np.uint32) -> bool:
    """Tell what `str.isspace` tells."""
    if point <= 32:
        return bool(point == 32 or 9 <= point <= 13 or 28 <= point <= 31)
    if point < 0x1680:
        return bool(point == 0x85 or point == 0xA0)
    return bool(
        0x2000 <= point <= 0x200A
        or point == 0x1680
        or point == 0x2028
        or point == 0x2029
        or point == 0x202F
        or point == 0x205F
        or point == 0x3000
    )


@njit([(_POINTS,)], cache=True)
def words(points: Points) -> tuple[int, int]:
    """Measure the runs without white space.

    Args:
        points: Shape (n,), code points.

    Returns:
        The length of the longest, and the most of length one that stand in a row; 0 for none.
    """
    longest, length, row, most = 0, 0, 0, 0
    for i in range(points.size + 1):
        if i < points.size and not _is_space(points[i]):
            length += 1
        elif length > 0:
            row = row + 1 if length == 1 else 0
            longest, most, length = max(longest, length), max(most, row), 0
    return longest, most


@njit([(_POINTS, _BYTES)], cache=True)
def classes(points: Points, table: npt.NDArray[np.uint8]) -> tuple[int, int]:
    """Count code points of the classes 1 and 2.

    Args:
        points: Shape (n,), code points.
        table: Shape (n_points,), the class of each; what lies above has none.

    Returns:
        How many are of class 1, and of class 2.
    """
    first, second = 0, 0
    for point in points:
        if point < table.size:
            kind = table[point]
            first += kind == 1
            second += kind == 2
    return first, second


@njit([(_POINTS, _POINTS)], cache=True)
def parts(points: Points, marks: Points) -> bool:
    """Tell whether any of some marks stands behind a space.

    Args:
        points: Shape (n,), code points.
        marks: Shape (n_marks,), code points.

    Returns:
        Whether one does.
    """
    for i in range(points.size - 1):
        if points[i] == 32:
            for mark in marks:
                if points[i + 1] == mark:
                    return True
    return False
