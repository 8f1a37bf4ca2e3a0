"""A Gaussian mixture by expectation maximisation, from scikit-learn (extra `lab`)."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from headwater.collapse.models.model import Data, Floats, numbers
from headwater.collapse.sampling import FAITHFUL, Sampling
from headwater.errors import InputError
from headwater.extras import require


@dataclass(frozen=True, slots=True, eq=False)
class FittedMixture:
    """Hold the weights, means and covariances of a mixture.

    Attributes:
        weights: Shape (k,), sum 1.
        means: Shape (k, d).
        covariances: Shape (k, d, d).
    """

    weights: Floats
    means: Floats
    covariances: Floats

    def sample(self, size: int, rng: np.random.Generator, *, sampling: Sampling = FAITHFUL) -> Data:
        """Draw samples, shape (size, d); the scale multiplies all covariances."""
        sampling.only("scale", model="mixture")
        component = rng.choice(self.weights.size, size=size, p=self.weights)
        factors = np.linalg.cholesky(self.covariances * sampling.scale)
        z = rng.standard_normal((size, self.means.shape[1]))
        return np.asarray(self.means[component] + np.einsum("nij,nj->ni", factors[component], z))

    def score(self, data: Data) -> Floats:
        """Give log densities, shape (n,)."""
        from scipy.special import logsumexp

        x = np.asarray(data, dtype=np.float64)
        factors = np.linalg.cholesky(self.covariances)
        centred = x[None] - self.means[:, None]  # (k, n, d)
        z = np.linalg.solve(factors, np.swapaxes(centred, 1, 2))
        log_det = 2.0 * np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
        d = x.shape[1]
        log_p = -0.5 * ((z**2).sum(axis=1) + (log_det + d * math.log(2.0 * math.pi))[:, None])
        return np.asarray(logsumexp(log_p, axis=0, b=self.weights[:, None]), dtype=np.float64)

    def summary(self) -> Mapping[str, float]:
        """Give the total variance of the mixture and that within its components."""
        within = float(self.weights @ np.trace(self.covariances, axis1=1, axis2=2))
        centre = self.weights @ self.means
        between = float(self.weights @ ((self.means - centre) ** 2).sum(axis=1))
        return {"variance": within + between, "variance_within": within}


@dataclass(frozen=True, slots=True)
class Mixture:
    """Fit a mixture of full-covariance Gaussians.

    Attributes:
        components: How many, >= 1.
        tolerance: Where expectation maximisation stops.

    Raises:
        InputError: If there is no component.
    """

    name: ClassVar[str] = "mixture"
    weighted: ClassVar[bool] = False
    components: int = 2
    tolerance: float = 1e-5

    def __post_init__(self) -> None:
        if self.components < 1:
            raise InputError("a mixture has at least one component")

    def fit(self, data: Data, *, rng: np.random.Generator, weights: Floats | None = None) -> FittedMixture:
        """Fit to vectors.

        Args:
            data: Shape (n, d), n >= components.
            rng: Where the starting point comes from.
            weights: Not honoured; a run draws samples again by weight.

        Returns:
            The fitted model.

        Raises:
            InputError: If there are too few samples, or they are not finite.
            UnavailableError: If scikit-learn is not installed.
        """
        x = numbers(data, dimensions=2, model=self.name)
        if len(x) < max(2, self.components):
            raise InputError(f"{len(x)} samples are too few for {self.components} components")
        mixture: Any = require("sklearn.mixture", extra="lab").GaussianMixture(
            self.components, tol=self.tolerance, max_iter=500, random_state=int(rng.integers(2**31))
        )
        limits = require("threadpoolctl", extra="lab").threadpool_limits
        # A small fit is slower on several threads, and one that has not settled is a fit all the same.
        with limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            mixture.fit(x)
        return FittedMixture(mixture.weights_, mixture.means_, mixture.covariances_)
