"""What a model is: `fit` gives a fitted one, which can `sample`, `score` and describe itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater.collapse.sampling import FAITHFUL, Sampling
from headwater.errors import InputError

Floats = NDArray[np.float64]
Data = NDArray[Any]


class Fitted(Protocol):
    """Hold a fitted model."""

    def sample(self, size: int, rng: np.random.Generator, *, sampling: Sampling = FAITHFUL) -> Data:
        """Draw samples, in the form of the training data, shape (size, ...)."""

    def score(self, data: Data) -> Floats:
        """Give the log density or log probability of each sample in nats, shape (n,)."""

    def summary(self) -> Mapping[str, float]:
        """Describe the model by a few numbers; these are what a run records."""


class Model(Protocol):
    """Describe a family of models; one file each, one line each in `MODELS`."""

    @property
    def name(self) -> str:
        """Name the family; it goes into results and never changes meaning."""

    @property
    def weighted(self) -> bool:
        """Tell whether `fit` honours weights; else samples are drawn again by weight."""

    def fit(self, data: Data, *, rng: np.random.Generator, weights: Floats | None = None) -> Fitted:
        """Fit to samples along the first axis."""


def numbers(data: ArrayLike, *, dimensions: int, model: str) -> Floats:
    """Accept real-valued training data.

    Args:
        data: Samples.
        dimensions: Axes it must have.
        model: What the message calls the model.

    Returns:
        The same as float64.

    Raises:
        InputError: If it is empty, has other axes, or holds NaN or infinity.
    """
    x = np.asarray(data, dtype=np.float64)
    if x.ndim != dimensions or x.size == 0:
        raise InputError(f"{model} is fitted to {dimensions}-d data with at least one sample, not {x.shape}")
    if not bool(np.all(np.isfinite(x))):
        raise InputError(f"{model} cannot be fitted to NaN or infinity", hint="drop these samples")
    return x


def tokens(data: ArrayLike, *, dimensions: int, model: str) -> NDArray[np.int64]:
    """Accept discrete training data.

    Args:
        data: Whole numbers >= 0.
        dimensions: Axes it must have.
        model: What the message calls the model.

    Returns:
        The same as int64.

    Raises:
        InputError: If it is empty, has other axes, or is not made of whole numbers >= 0.
    """
    x = np.asarray(data)
    if x.ndim != dimensions or x.size == 0:
        raise InputError(f"{model} is fitted to {dimensions}-d data with at least one sample, not {x.shape}")
    if x.dtype.kind not in "iu" or int(x.min()) < 0:
        raise InputError(f"{model} is fitted to whole numbers >= 0")
    return x.astype(np.int64)


def as_weights(weights: Floats | None, n: int) -> Floats:
    """Accept training weights, or none.

    Args:
        weights: >= 0, shape (n,), or None for equal ones.
        n: Number of samples.

    Returns:
        Weights that sum to one.

    Raises:
        InputError: If they do not fit or are unusable.
    """
    if weights is None:
        return np.full(n, 1.0 / n)
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != (n,) or not bool(np.all(np.isfinite(w) & (w >= 0))) or not w.sum() > 0:
        raise InputError("weights are finite numbers >= 0, one a sample, not all zero")
    return np.asarray(w / w.sum(), dtype=np.float64)


@contextmanager
def one_thread(torch: Any) -> Iterator[None]:
    """Let torch use one thread, since small networks are slower on several.

    Args:
        torch: The library.

    Yields:
        Nothing; the number of threads is as before afterwards.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
