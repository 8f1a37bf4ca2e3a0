"""Images as a Gaussian on their principal components; the digits of scikit-learn as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from headwater.collapse.models.gaussian_nd import FittedGaussianNd, GaussianNd
from headwater.collapse.models.model import Data, Floats, as_weights, numbers
from headwater.collapse.sampling import FAITHFUL, Sampling
from headwater.errors import InputError
from headwater.extras import require


@dataclass(frozen=True, slots=True, eq=False)
class FittedPcaGaussian:
    """Hold a Gaussian in a subspace.

    Attributes:
        centre: Shape (d,).
        axes: Orthonormal rows, shape (k, d).
        latent: Law of the coordinates.
        residual: Mean squared distance from the subspace, per dimension outside it.
    """

    centre: Floats
    axes: Floats
    latent: FittedGaussianNd
    residual: float

    def sample(self, size: int, rng: np.random.Generator, *, sampling: Sampling = FAITHFUL) -> Data:
        """Draw images, shape (size, d); the residual is not sampled, as in a decoder."""
        sampling.only("temperature", "scale", model="pca-gaussian")
        return self.centre + self.latent.sample(size, rng, sampling=sampling) @ self.axes

    def score(self, data: Data) -> Floats:
        """Give log densities with isotropic noise outside the subspace, shape (n,)."""
        x = np.asarray(data, dtype=np.float64) - self.centre
        inside = x @ self.axes.T
        outside = x.shape[1] - self.axes.shape[0]
        off = np.maximum((x**2).sum(axis=1) - (inside**2).sum(axis=1), 0.0)
        noise = max(self.residual, 1e-9)
        return np.asarray(
            self.latent.score(inside) - 0.5 * (off / noise + outside * np.log(2.0 * np.pi * noise)),
            dtype=np.float64,
        )

    def summary(self) -> Mapping[str, float]:
        """Give the total variance within the subspace."""
        return {"variance": float(np.trace(self.latent.covariance))}


@dataclass(frozen=True, slots=True)
class PcaGaussian:
    """Fit principal components and a Gaussian on them.

    Attributes:
        components: How many, >= 1; fewer where the data has fewer dimensions or samples.

    Raises:
        InputError: If there is none.
    """

    name: ClassVar[str] = "pca-gaussian"
    weighted: ClassVar[bool] = True
    components: int = 16

    def __post_init__(self) -> None:
        if self.components < 1:
            raise InputError("at least one principal component is needed")

    def fit(
        self, data: Data, *, rng: np.random.Generator, weights: Floats | None = None
    ) -> FittedPcaGaussian:
        """Fit to flattened images.

        Args:
            data: Shape (n, d), n >= 2.
            rng: Handed on.
            weights: Shape (n,).

        Returns:
            The fitted model.

        Raises:
            InputError: If there are fewer than two images, or one is not finite.
        """
        x = numbers(data, dimensions=2, model=self.name)
        if len(x) < 2:
            raise InputError("principal components need two samples")
        w = as_weights(weights, len(x))
        centre = w @ x
        centred = x - centre
        _, _, axes = np.linalg.svd(centred * np.sqrt(w)[:, None], full_matrices=False)
        axes = axes[: self.components]
        inside = centred @ axes.T
        off = float(w @ np.maximum((centred**2).sum(axis=1) - (inside**2).sum(axis=1), 0.0))
        latent = GaussianNd().fit(inside, rng=rng, weights=w)
        return FittedPcaGaussian(centre, axes, latent, off / max(1, x.shape[1] - axes.shape[0]))


def load_digits() -> Floats:
    """Load the 1,797 handwritten digits that come with scikit-learn.

    Returns:
        Flattened 8 x 8 images in [0, 1], shape (1797, 64).

    Raises:
        UnavailableError: If scikit-learn is not installed.

    Source:
        Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI repository.
    """
    datasets = require("sklearn.datasets", extra="lab")
    return np.asarray(datasets.load_digits().data, dtype=np.float64) / 16.0
