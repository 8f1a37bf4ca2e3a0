"""What will be left, from a corpus's unigram counts and a plan alone: no model is trained.

The forecast of a vocabulary is for generators that drift: sampled faithfully, each generation as large
as the corpus. Where that does not hold it refuses, and `tempering` is the law to ask instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater.collapse import theory
from headwater.collapse.sampling import FAITHFUL, Sampling
from headwater.collapse.theory.domain import as_distribution, as_positive, as_share
from headwater.errors import InputError

Floats = NDArray[np.float64]
TRUSTED_GENERATIONS = 3  # of the tempering law: 0, 1 and 2; the error of the next was 18 % where measured
FEW_TYPES = 30  # below it types depend on each other, and the Poisson law does not hold


@dataclass(frozen=True, slots=True)
class Assumption:
    """State one thing that a forecast takes for granted.

    Attributes:
        name: What is assumed.
        holds: Whether it does, as far as the plan tells.
        why: What is known about it.
    """

    name: str
    holds: bool
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Forecast the types present in every generation's training set.

    Attributes:
        expected: Expected number of types, shape (generations + 1,); entry 0 is the corpus.
        low: Lower end of the interval, the same shape.
        high: Upper end.
        assumptions: What was taken for granted; the last ones may not hold for the last generations.
    """

    expected: Floats
    low: Floats
    high: Floats
    assumptions: tuple[Assumption, ...]

    def lost(self) -> Floats:
        """Give the share of the corpus's types that is absent, by generation."""
        return np.asarray(1.0 - self.expected / self.expected[0], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Tempering:
    """Forecast the unigram law under repeated sampling at a temperature.

    Attributes:
        entropy_nats: Of every generation's output, shape (generations + 1,).
        effective_types: exp of the entropy.
        trusted: Which generations the law is known to be good for, bool, the same shape.
    """

    entropy_nats: Floats
    effective_types: Floats
    trusted: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Detection:
    """Say what a detector must do.

    Attributes:
        caught: Share of synthetic text that must be flagged: true-positive rate times adoption.
        tpr: True-positive rate needed at the adoption asked about; above 1 it cannot be had.
        reachable: Whether it can.
    """

    caught: float
    tpr: float
    reachable: bool


def vocabulary(
    counts: ArrayLike,
    *,
    generations: int,
    share: float = 0.0,
    sampling: Sampling = FAITHFUL,
    level: float = 0.95,
) -> Vocabulary:
    """Forecast the vocabulary left after generations of training on generated text.

    Args:
        counts: Occurrences of every type in the corpus, whole numbers >= 0, shape (types,).
        generations: Last generation, >= 0.
        share: Human share of every training set from generation 1 on, fresh or from a reserve.
        sampling: How the models are sampled.
        level: Of the intervals, in (0, 1); they cover the chance of the recursion, not model error.

    Returns:
        Expectations and intervals, conservative because types are negatively dependent.

    Raises:
        InputError: If counts are unusable, or the sampling is not faithful.

    Source:
        F12 of docs/explanation/collapse-theory.md.
    """
    c = _corpus(counts)
    stated = assumptions(sampling)
    failed = next((a for a in stated if not a.holds), None)
    if failed is not None:
        raise InputError(
            f"no forecast of a vocabulary without {failed.name}: {failed.why}",
            hint="ask `tempering` for a temperature; otherwise regenerate once and measure",
        )
    if not 0.0 < level < 1.0:
        raise InputError(f"a level lies strictly between 0 and 1, not {level}")
    expected, spread = theory.expected_types(c, generations, share=share)
    half = NormalDist().inv_cdf(0.5 + level / 2.0) * spread
    low, high = np.maximum(expected - half, 0.0), np.minimum(expected + half, expected[0])
    few = bool(expected[-1] < FEW_TYPES)
    many = Assumption("many types", not few, f"{expected[-1]:.0f} types are left in the end")
    return Vocabulary(expected, low, high, (*stated, many))


def assumptions(sampling: Sampling = FAITHFUL) -> tuple[Assumption, ...]:
    """State what a vocabulary forecast takes for granted.

    Args:
        sampling: How the models are sampled.

    Returns:
        Each assumption, and whether it holds.
    """
    cold, cut, searched = sampling.temperature != 1.0, sampling.top_p < 1.0, sampling.beam > 1
    return (
        Assumption(
            "temperature 1",
            not cold,
            f"sampling at {sampling.temperature:g} selects, and selection outruns drift by far"
            if cold
            else "drift alone is at work",
        ),
        Assumption(
            "the whole law",
            not cut,
            f"top-p {sampling.top_p:g} cuts the tail in every generation" if cut else "nothing is cut off",
        ),
        Assumption(
            "sampling",
            not searched,
            f"a beam search of {sampling.beam} does not sample" if searched else "tokens are drawn",
        ),
        Assumption(
            "faithful unigrams",
            holds=True,
            why="an n-gram model keeps them; an under-trained neural one at temperature 1 may add types",
        ),
    )


def generations_to_loss(counts: ArrayLike, *, loss: float, share: float = 0.0, limit: int = 100_000) -> float:
    """Forecast when a share of the vocabulary is lost.

    Args:
        counts: Occurrences of every type in the corpus, shape (types,).
        loss: Share of types lost, in [0, 1).
        share: Human share of every training set.
        limit: Generations looked ahead, >= 1.

    Returns:
        The first generation with at least this loss, 0 for a loss of 0; infinity if it does not come
        within the limit, or never because of the human share.

    Raises:
        InputError: If a number is out of range.

    Source:
        F12 of docs/explanation/collapse-theory.md, solved by bisection over the rate.
    """
    c = _corpus(counts)
    if not 0.0 <= loss < 1.0 or limit < 1:
        raise InputError(
            f"a loss to wait for lies in [0, 1), not {loss}",
            hint="0.5 waits until half the types are gone",
        )
    if loss == 0.0:
        return 0.0
    distinct, n_types = np.unique(c, return_counts=True)
    if share > 0.0 and float(n_types @ np.exp(-share * theory.ancestry(share) * distinct)) < loss * c.size:
        return math.inf
    rate = theory.rates(limit, share=share)

    def enough(k: int) -> bool:
        return bool(n_types @ np.exp(-rate[k] * distinct) >= loss * c.size)

    if not enough(limit):
        return math.inf
    low, high = 0, limit  # not enough at low, enough at high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return float(high)


def generations_equivalent(counts: ArrayLike, *, types: float, share: float = 0.0) -> float:
    """Say how many generations of replacement a loss of vocabulary is worth.

    Args:
        counts: Occurrences of every type in the human reference, shape (types,).
        types: Types of the reference that are present in an equally large current corpus.
        share: Human share that the generations would have had.

    Returns:
        The generation of `vocabulary` whose expectation is nearest below; 0 if nothing is lost,
        infinity if no number of generations loses as much.

    Raises:
        InputError: If a number is out of range.
    """
    n = float(_corpus(counts).size)
    if not 0.0 < types <= n:
        raise InputError(f"between 1 and {n:.0f} of the reference's types can be present, not {types}")
    return generations_to_loss(counts, loss=1.0 - types / n, share=share)


def minimum_reserve(*, count: float, keep: float, generations: int | None = None) -> float:
    """Compute the least human share that keeps a type of a given count.

    Args:
        count: Occurrences of the type in a human training set, above 0.
        keep: Probability that it is present in a generation's training set, in [0, 1).
        generations: Of which generation; None for the long run.

    Returns:
        The share, in [0, 1], rounded up at the sixth digit.

    Raises:
        InputError: If a number is out of range, or a human training set alone would have the type less
            often.

    Source:
        F12 of docs/explanation/collapse-theory.md, solved by bisection.
    """
    c = as_positive(count, name="count")
    if not 0.0 <= keep < 1.0:
        raise InputError(
            f"a probability to keep lies in [0, 1), not {keep}",
            hint="nothing keeps a type for certain",
        )

    def kept(share: float) -> float:
        if generations is None:
            return float(theory.survival_limit(c, share=share))
        return float(theory.survival(c, generations, share=share))

    if kept(1.0) < keep:
        raise InputError(
            f"a type of {c:g} occurrences is in only {kept(1.0):.1%} of human training sets",
            hint="ask for less, or for a larger training set",
        )
    return _least_share(lambda share: kept(share) >= keep)


def minimum_fresh_share(*, keep: float, scale: float, size: int | None = None) -> float:
    """Compute the least human share that keeps variance under a sampling bias.

    Args:
        keep: Share rho of the variance to keep, in [0, 1].
        scale: Sampling bias lambda, in (0, 1].
        size: Samples M a generation; None for many.

    Returns:
        The share, in [0, 1].

    Raises:
        InputError: If a number is out of range, or M human samples alone keep less.

    Source:
        F8 of docs/explanation/collapse-theory.md.
    """
    least = theory.fresh_share_for(keep=keep, scale=scale)
    if size is None:
        return least
    if size < 1:
        raise InputError(f"no share of {size} samples", hint="give at least one")
    if keep > 1.0 - 1.0 / size:
        raise InputError(f"{size} human samples keep {1.0 - 1.0 / size:.4g} of the variance, not {keep:g}")

    def enough(share: float) -> bool:
        kept = theory.fresh_moments_limit(size, share=share, scale=scale)[0] if share > 0.0 else 0.0
        return kept >= keep

    return _least_share(enough)


def required_detection(*, synthetic: float, human: float, fpr: float, adoption: float = 1.0) -> Detection:
    """Compute how well a detector must work for a human share.

    Args:
        synthetic: Synthetic share of the crawl, in (0, 1).
        human: Human share wanted in the corpus, in (0, 1].
        fpr: Share of human documents flagged, in [0, 1).
        adoption: Share of synthetic documents that carry a mark, in (0, 1].

    Returns:
        What must be caught, and the true-positive rate that catches it.

    Raises:
        InputError: If a number is out of range.

    Source:
        F13 of docs/explanation/collapse-theory.md.
    """
    marked = as_share(adoption, name="adoption", least_open=True)
    caught = theory.required_detection(synthetic=synthetic, human=human, fpr=fpr)
    return Detection(caught, caught / marked, caught <= marked)


def tempering(
    counts: ArrayLike,
    *,
    temperature: float,
    generations: int,
    share: float = 0.0,
    types: ArrayLike | None = None,
) -> Tempering:
    """Forecast what repeated sampling at a temperature does to the unigram law.

    Args:
        counts: Occurrences of every type in the corpus, shape (k,).
        temperature: T above 0.
        generations: Last generation, >= 0.
        share: Human share of every training set.
        types: How many types have each count, such as those of `profile.spectrum`; None for one each.

    Returns:
        Entropies of the outputs. The law is empirical: where it was measured the first three
        generations were within 6 %, and with human data later ones kept more than it says.

    Raises:
        InputError: If a number is out of range.

    Source:
        F16 of docs/explanation/collapse-theory.md.
    """
    if types is None:
        counts, types = np.unique(_corpus(counts), return_counts=True)
    entropy = theory.tempered_entropies(
        counts, temperature, generations=generations, share=share, types=types
    )
    return Tempering(entropy, np.exp(entropy), np.arange(entropy.size) < TRUSTED_GENERATIONS)


def _corpus(counts: ArrayLike) -> Floats:
    c = np.asarray(counts, dtype=np.float64)
    as_distribution(c)
    return c[c > 0]


def _least_share(enough: Callable[[float], bool]) -> float:
    if enough(0.0):
        return 0.0
    low, high = 0.0, 1.0
    while high - low > 1e-7:
        middle = (low + high) / 2.0
        low, high = (low, middle) if enough(middle) else (middle, high)
    return min(1.0, math.ceil(high * 1e6) / 1e6)
