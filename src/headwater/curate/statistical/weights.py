"""The weights: what they are, the score they give a text, and their bytes."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from headwater.curate.statistical.features import Features, Floats, Hashes, extract
from headwater.errors import FormatError
from headwater.measure.kneser_ney import KneserNey, encode, parse

SHIPPED = "statistical-1.npz"
_CLIP = 3.0
_FIRST_TOKENS = 128
_ARRAYS = ("frequent", "types", "grams", "step", "mean", "deviation", "dense", "bias")


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Hold a trained score.

    Attributes:
        frequent: Shape (n,), ascending, words the skeleton keeps as they are.
        types: Shape (n_types - 1,), ascending, tokens of the skeleton that the language models know.
        grams: Shape (3 * N_BUCKETS,), int8, weight of each hashed n-gram in steps.
        step: Shape (), nats a step.
        mean: Shape (n_dense,), means of the dense features in training.
        deviation: Shape (n_dense,), their standard deviations.
        dense: Shape (n_dense,), nats a deviation.
        bias: Shape (), nats.
        human: Grammar of human text, order 3.
        generated: Grammar of generated text, order 3.
    """

    frequent: Hashes
    types: Hashes
    grams: npt.NDArray[np.int8]
    step: Floats
    mean: Floats
    deviation: Floats
    dense: Floats
    bias: Floats
    human: KneserNey
    generated: KneserNey


def scorer(weights: Weights) -> Callable[[str], tuple[float, int]]:
    """Derive what scoring texts needs once.

    Args:
        weights: Trained weights.

    Returns:
        From a text to its score, as `scorer_of_features` gives it, and the words it stands on.
    """
    score = scorer_of_features(weights)

    def score_text(text: str) -> tuple[float, int]:
        found = extract(text, weights.frequent)
        return score(found), found.n_words

    return score_text


def scorer_of_features(weights: Weights) -> Callable[[Features], float]:
    """Derive what scoring needs once.

    Args:
        weights: Trained weights.

    Returns:
        From features, extracted with the weights' frequent words, to a score in nats, higher for text that
        reads as generated. It is a log odds on the training set, and no probability anywhere else; 0 for a
        text without words.
    """
    from headwater.curate.statistical.kernels import dot, linear

    references = (weights.human.scorer(), weights.generated.scorer())
    told = np.stack([weights.mean, weights.deviation, weights.dense])

    def score(found: Features) -> float:
        if found.n_words == 0:
            return 0.0
        grams = dot(weights.grams, found.index, found.weight) * weights.step
        dense = np.concatenate([found.shape, likelihoods(found, weights.types, references)])
        return float(grams + linear(dense, told, _CLIP) + weights.bias)

    return score


def standard(dense: Floats, weights: Weights) -> Floats:
    """Bring dense features to mean 0 and deviation 1, at most 3 deviations out.

    Args:
        dense: Shape (..., n_dense).
        weights: Whose means and deviations.

    Returns:
        The same shape.
    """
    return np.maximum(np.minimum((dense - weights.mean) / weights.deviation, _CLIP), -_CLIP)


N_LIKELIHOODS = 6


def likelihoods(
    found: Features, types: Hashes, references: tuple[Callable[[Any], Floats], Callable[[Any], Floats]]
) -> Floats:
    """Compare a text's grammar with the human and the generated reference.

    Args:
        found: Features of the text.
        types: Tokens that the references know, ascending.
        references: Scorers of the human and of the generated reference.

    Returns:
        Shape (6,): mean surprise under each in nats, spread of the human one, mean and spread of the
        difference, and how unevenly the difference runs through the text.
    """
    from headwater.curate.statistical.kernels import compared, numbered

    stream = numbered(found.skeleton[:_FIRST_TOKENS], types)
    if stream.size < 8:
        return np.zeros(N_LIKELIHOODS)
    human, generated = (reference(stream) for reference in references)
    return compared(human, generated)


def dump(weights: Weights) -> bytes:
    """Write weights; the same weights give the same bytes."""
    held = {name: getattr(weights, name) for name in _ARRAYS}
    for name in ("human", "generated"):
        held[name] = np.frombuffer(encode(getattr(weights, name)), dtype=np.uint8)
    out = io.BytesIO()
    np.savez_compressed(out, **held)
    return out.getvalue()


def read(data: bytes) -> Weights:
    """Read weights.

    Args:
        data: What `dump` gave.

    Returns:
        The weights.

    Raises:
        FormatError: If the bytes are no weights of this version.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            arrays: Mapping[str, Any] = {name: held[name] for name in (*_ARRAYS, "human", "generated")}
    except (OSError, ValueError, KeyError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise FormatError("these are no weights of a statistical label") from error
    parts: dict[str, Any] = {name: arrays[name] for name in _ARRAYS}
    parts |= {name: parse(arrays[name].tobytes()) for name in ("human", "generated")}
    return Weights(**parts)


@cache
def shipped() -> Weights:
    """Read the weights that come with the package, once a process."""
    return read(files("headwater.curate.statistical").joinpath(SHIPPED).read_bytes())
