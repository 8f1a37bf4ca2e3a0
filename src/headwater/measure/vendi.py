"""The Vendi score: the effective number of different points in a sample."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.estimate import Estimate, bare
from headwater.measure.features import Floats, checked


def vendi(points: npt.ArrayLike) -> Estimate:
    """Measure the exponential of the entropy of the cosine kernel's spectrum.

    The n x n kernel has the eigenvalues of the d x d second-moment matrix, so the smaller one is solved.

    Args:
        points: Shape (n, d), no row of zeros; each is scaled to length 1.

    Returns:
        A number in [1, min(n, d)]: 1 for points in one direction. It grows with n.

    Raises:
        InputError: If there is no point, or one has no direction.

    Source:
        Friedman and Dieng (2023), "The Vendi score", definition 3.1, and the dual form of its section 3.
    """
    sample = checked(points)
    lengths = np.linalg.norm(sample, axis=1, keepdims=True)
    if not bool((lengths > 0).all()):
        raise InputError("a row of zeros has no direction", hint="leave it out or shift the features")
    return bare("vendi-1", from_spectrum(_spectrum(sample / lengths)), n=sample.shape[0])


def from_kernel(kernel: npt.ArrayLike) -> float:
    """Measure the Vendi score of any kernel.

    Args:
        kernel: Shape (n, n), symmetric, positive semi-definite, ones on the diagonal.

    Returns:
        A number in [1, n].

    Raises:
        InputError: If it is no such matrix.

    Source:
        Friedman and Dieng (2023), definition 3.1.
    """
    k = checked(kernel)
    if k.shape[0] != k.shape[1] or not np.allclose(k, k.T) or not np.allclose(np.diag(k), 1.0):
        raise InputError("a kernel is symmetric, with ones on its diagonal")
    return from_spectrum(np.linalg.eigvalsh(k / k.shape[0]))


def from_spectrum(shares: Floats) -> float:
    """Give the exponential of the entropy of eigenvalues that sum to one."""
    # Rounding leaves eigenvalues of about -1e-17 where there should be zeros.
    positive = shares[shares > 1e-15]
    return float(np.exp(-(positive * np.log(positive)).sum()))


def _spectrum(unit: Floats) -> Floats:
    n, d = unit.shape
    gram = unit.T @ unit if d < n else unit @ unit.T
    return np.asarray(np.linalg.eigvalsh(gram / n))
