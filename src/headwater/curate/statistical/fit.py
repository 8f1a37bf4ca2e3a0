"""Training: a regularised logistic regression over all features, with language models fitted across folds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from headwater.curate.statistical.features import Features, Floats, Hashes, extract
from headwater.curate.statistical.weights import N_LIKELIHOODS, Weights, likelihoods, standard
from headwater.errors import InputError
from headwater.measure.kneser_ney import KneserNey
from headwater.measure.kneser_ney import fit as fit_reference
from headwater.measure.tokens import word_hashes

N_FREQUENT = 500
N_TYPES = 4_000
_MOST_TOKENS = 400_000
_SHARE = 0.05  # How much a deviation of a dense feature counts beside a block of n-grams.


@dataclass(frozen=True, slots=True)
class Example:
    """A text to learn from.

    Attributes:
        text: The text.
        generated: Whether a machine wrote it.
        group: What may not be told apart by chance, such as its source document or prompt.
        source: Where it is from; each source counts by the root of its size.
    """

    text: str
    generated: bool
    group: str
    source: str


def fit(
    examples: Sequence[Example], *, penalty: float = 3e-4, n_folds: int = 4, n_steps: int = 60
) -> Weights:
    """Train weights; deterministic.

    Args:
        examples: Of both kinds.
        penalty: Weight of the squared norm.
        n_folds: The language models that a text is compared with never saw its group.
        n_steps: Steps of L-BFGS at most.

    Returns:
        The weights.

    Raises:
        InputError: If one kind is missing.
    """
    label = np.array([example.generated for example in examples])
    if label.all() or not label.any():
        raise InputError("there is nothing to tell apart", hint="give human and generated examples")
    frequent = _frequent([e.text for e in examples])
    found = [extract(example.text, frequent) for example in examples]
    return fit_features(found, examples, frequent, penalty=penalty, n_folds=n_folds, n_steps=n_steps)


def fit_features(
    found: Sequence[Features],
    examples: Sequence[Example],
    frequent: Hashes,
    *,
    penalty: float = 3e-4,
    n_folds: int = 4,
    n_steps: int = 60,
) -> Weights:
    """Train weights on features that were measured already; as `fit`."""
    from headwater.curate.statistical.kernels import N_BUCKETS, numbered

    label = np.array([example.generated for example in examples])
    types = _types(found)
    streams = [numbered(one.skeleton, types) for one in found]
    dense = np.array([one.shape for one in found])
    compared = _across_folds(found, streams, label, types=types, folds=_folds(examples, n_folds))
    dense = np.concatenate([dense, compared], axis=1)
    human, generated = _references(streams, label, types)
    empty = np.zeros(3 * N_BUCKETS, dtype=np.int8)
    zero = np.zeros(dense.shape[1])
    scale = np.maximum(dense.std(axis=0), 1e-6)
    start = Weights(
        frequent, types, empty, np.zeros(()), dense.mean(axis=0), scale, zero, np.zeros(()), human, generated
    )
    matrix = _matrix(found, standard(dense, start) * _SHARE)
    solved = _solve(matrix, label, _shares(examples), penalty=penalty, n_steps=n_steps)
    n_grams = 3 * N_BUCKETS
    step = float(np.abs(solved[:n_grams]).max()) / 127.0
    return replace(
        start,
        grams=np.rint(solved[:n_grams] / step).astype(np.int8),
        step=np.array(step),
        dense=solved[n_grams:-1] * _SHARE,
        bias=np.array(solved[-1]),
    )


def _frequent(texts: Sequence[str]) -> Hashes:
    distinct = np.concatenate([np.unique(word_hashes(text)) for text in texts])
    return _most(distinct, N_FREQUENT)


def _types(found: Sequence[Features]) -> Hashes:
    return _most(np.concatenate([one.skeleton for one in found]), N_TYPES)


def _most(hashes: Hashes, n: int) -> Hashes:
    values, counts = np.unique(hashes, return_counts=True)
    return np.sort(values[np.argsort(-counts, kind="stable")[:n]])


def _folds(examples: Sequence[Example], n_folds: int) -> npt.NDArray[np.int64]:
    from zlib import crc32

    return np.array([crc32(f"{e.source}/{e.group}".encode()) % n_folds for e in examples])


def _references(streams: Sequence[Any], label: Any, types: Hashes) -> tuple[KneserNey, KneserNey]:
    kinds = [[s for s, one in zip(streams, label, strict=True) if one == kind] for kind in (False, True)]
    human, generated = (
        fit_reference(np.concatenate(_spread(kind)), n_types=types.size + 1, order=3) for kind in kinds
    )
    return human, generated


def _spread(streams: Sequence[Any]) -> Sequence[Any]:
    """Take texts from all over, as many as keep a model's tables small enough for a processor's cache."""
    n_tokens = sum(stream.size for stream in streams)
    return streams[:: max(1, round(n_tokens / _MOST_TOKENS))]


def _across_folds(
    found: Sequence[Features], streams: Sequence[Any], label: Any, *, types: Hashes, folds: Any
) -> Floats:
    out = np.zeros((len(found), N_LIKELIHOODS))
    for fold in np.unique(folds):
        rest = np.flatnonzero(folds != fold).tolist()
        models = _references([streams[i] for i in rest], label[rest], types)
        references = (models[0].scorer(), models[1].scorer())
        for i in np.flatnonzero(folds == fold).tolist():
            out[i] = likelihoods(found[i], types, references)
    return out


def _matrix(found: Sequence[Features], dense: Floats) -> Any:
    from scipy import sparse

    from headwater.curate.statistical.kernels import N_BUCKETS

    ends = np.cumsum([0, *(one.index.size for one in found)])
    columns, values = (np.concatenate([getattr(one, name) for one in found]) for name in ("index", "weight"))
    grams = sparse.csr_matrix((values, columns, ends), shape=(len(found), 3 * N_BUCKETS))
    return sparse.hstack([grams, sparse.csr_matrix(dense.astype(np.float32))]).tocsr()


def _shares(examples: Sequence[Example]) -> Floats:
    """Weigh sources by the root of their size, and both kinds alike."""
    kinds = [(example.generated, example.source) for example in examples]
    size = Counter(kinds)
    weight = np.array([size[kind] ** -0.5 for kind in kinds])
    label = np.array([example.generated for example in examples])
    for kind in (False, True):
        weight[label == kind] /= weight[label == kind].sum()
    return weight


def _solve(matrix: Any, label: Any, weight: Floats, *, penalty: float, n_steps: int) -> Floats:
    from scipy.optimize import minimize
    from scipy.special import expit

    transposed, sign = matrix.T.tocsr(), 2.0 * label - 1.0

    def loss(p: Floats) -> tuple[float, Floats]:
        margin = sign * (matrix @ p[:-1] + p[-1])
        pull = -sign * weight * expit(-margin)
        value = weight @ np.logaddexp(0.0, -margin) + 0.5 * penalty * (p[:-1] @ p[:-1])
        return float(value), np.append(transposed @ pull + penalty * p[:-1], pull.sum())

    start = np.zeros(matrix.shape[1] + 1)
    options = {"maxiter": n_steps, "maxcor": 6}
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x)
