"""What is not drift: temperature, truncated tails, detectors and verifiers, in closed form."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from headwater.collapse.theory.domain import (
    Floats,
    as_distribution,
    as_generations,
    as_positive,
    as_share,
    as_size,
)
from headwater.errors import InputError


def human_share_after_filter(*, synthetic: float, caught: float, fpr: float) -> float:
    """Compute the human share of a mixture after a detector has filtered it.

    Args:
        synthetic: Synthetic share s before, in [0, 1].
        caught: t, the share of synthetic samples flagged: true-positive rate times adoption.
        fpr: f, the share of human samples flagged, in [0, 1].

    Returns:
        (1-s)(1-f) / ((1-s)(1-f) + s(1-t)).

    Raises:
        InputError: If a number is out of range, or nothing at all is left.

    Source:
        F13 of docs/explanation/collapse-theory.md (Bayes).
    """
    s = as_share(synthetic, name="synthetic share")
    human = (1.0 - s) * (1.0 - as_share(fpr, name="false-positive rate"))
    machine = s * (1.0 - as_share(caught, name="share caught"))
    if human + machine == 0.0:
        raise InputError("the filter removes everything")
    return human / (human + machine)


def required_detection(*, synthetic: float, human: float, fpr: float) -> float:
    """Compute how much of the synthetic text must be caught for a human share.

    Args:
        synthetic: Synthetic share s before, in (0, 1).
        human: Human share a* wanted afterwards, in (0, 1].
        fpr: Share of human samples flagged, in [0, 1).

    Returns:
        The least true-positive rate times adoption, in [0, 1]; 0 when nothing need be caught.

    Raises:
        InputError: If a number is out of range.

    Source:
        F13 of docs/explanation/collapse-theory.md, solved for t.
    """
    s, f = as_share(synthetic, name="synthetic share"), as_share(fpr, name="false-positive rate")
    a = as_share(human, name="human share", least_open=True)
    if not 0.0 < s < 1.0 or f == 1.0:
        raise InputError("a mixture has both kinds, and a detector lets some human text through")
    return max(0.0, 1.0 - (1.0 - s) * (1.0 - f) * (1.0 - a) / (s * a))


def verifier_threshold(*, keeps_right: float, keeps_wrong: float) -> float:
    """Compute the error rate below which training on verified labels succeeds.

    Args:
        keeps_right: phi, the probability that the verifier keeps a correct label, in (0, 1].
        keeps_wrong: psi, the probability that it keeps a wrong one, in [0, 1].

    Returns:
        p* = 1/(1 + psi/phi): with a generator's error rate below it accuracy goes to 1, above it to
        0, as the samples grow. 0.5 for a verifier that does not look.

    Raises:
        InputError: If a number is out of range.

    Source:
        F14 of docs/explanation/collapse-theory.md; Feng et al. (2025), arXiv 2406.07515.
    """
    phi = as_share(keeps_right, name="probability to keep a correct label", least_open=True)
    return 1.0 / (1.0 + as_share(keeps_wrong, name="probability to keep a wrong label") / phi)


def temper(weights: ArrayLike, temperature: float) -> Floats:
    """Sharpen or flatten a distribution as sampling at a temperature does.

    Args:
        weights: Counts or probabilities, shape (k,).
        temperature: T above 0.

    Returns:
        p^(1/T) made to sum to one, shape (k,); zeros stay zeros.

    Raises:
        InputError: If the weights are no distribution or the temperature is not positive.

    Source:
        The definition of temperature sampling.
    """
    p, t = as_distribution(weights), as_positive(temperature, name="temperature")
    with np.errstate(divide="ignore"):
        log_p = np.log(p) / t
    raised = np.exp(log_p - log_p.max())
    return np.asarray(raised / raised.sum(), dtype=np.float64)


def tempered_outputs(
    weights: ArrayLike, temperature: float, *, generations: int, share: float = 0.0
) -> Floats:
    """Compute the unigram law of every generation's output under repeated tempering.

    Args:
        weights: Human counts or probabilities, shape (k,).
        temperature: T above 0 at which every generation is sampled.
        generations: Last generation, >= 0; generation 0 is fitted to human data and sampled at T.
        share: Human share a of every later training set, in [0, 1].

    Returns:
        Probabilities, shape (generations + 1, k). Without human data row j is p^(T^-(j+1)).

    Raises:
        InputError: If a number is out of range.

    Source:
        F16 of docs/explanation/collapse-theory.md: an empirical law, good for about three generations.
    """
    p, a = as_distribution(weights), as_share(share)
    rows = [temper(p, temperature)]
    for _ in range(int(as_generations(generations))):
        rows.append(temper(a * p + (1.0 - a) * rows[-1], temperature))
    return np.stack(rows)


def tempered_entropies(
    counts: ArrayLike, temperature: float, *, generations: int, share: float = 0.0, types: ArrayLike
) -> Floats:
    """Compute entropies of tempered laws from how many types have which count.

    Args:
        counts: Above 0, shape (k,).
        temperature: T above 0.
        generations: Last generation, >= 0.
        share: Human share a of every later training set, in [0, 1].
        types: Number of types of each count, shape (k,); estimates may be broken or negative.

    Returns:
        Nats, shape (generations + 1,), at least 0.

    Raises:
        InputError: If a number is out of range, or no type is left.

    Source:
        F16 of docs/explanation/collapse-theory.md.
    """
    c, n = np.asarray(counts, dtype=np.float64), np.asarray(types, dtype=np.float64)
    if c.size == 0 or c.shape != n.shape or not (np.isfinite(c).all() and (c > 0.0).all() and n @ c > 0.0):
        raise InputError("a law needs counts above 0, and types of them")
    t, a = as_positive(temperature, name="temperature"), as_share(share)
    human = np.log(c / (n @ c))
    log_q, found = human, []
    for generation in range(int(as_generations(generations)) + 1):
        if generation:
            with np.errstate(divide="ignore"):
                log_q = np.logaddexp(np.log(a) + human, np.log1p(-a) + log_q)
        with np.errstate(over="ignore"):
            log_q = log_q / t
        log_q -= log_q.max()
        q = np.exp(log_q)
        mass = max(1.0, float(n @ q))  # At least one type is the likeliest, whatever estimates add up to.
        log_q -= np.log(mass)
        found.append(max(0.0, -float(n @ (q / mass * np.where(q > 0.0, log_q, 0.0)))))
    return np.array(found)


def entropy_nats(p: ArrayLike) -> Floats:
    """Compute the entropy of known distributions.

    Args:
        p: Probabilities along the last axis.

    Returns:
        -sum p log p in nats, the shape without the last axis. For samples use `headwater.measure`.

    Source:
        Shannon (1948).
    """
    q = np.asarray(p, dtype=np.float64)
    return np.asarray(-np.sum(q * np.log(np.where(q > 0, q, 1.0)), axis=-1), dtype=np.float64)


def tail_cut_error(size: ArrayLike, *, exponent: float, cut: int) -> Floats:
    """Approximate the test error of memorising Zipf data whose tail was cut.

    Args:
        size: Training samples T, >= 1, any shape.
        exponent: beta > 1 of p_i ~ i^-beta.
        cut: Rank k after which no training sample is seen.

    Returns:
        T^-c + k^-(beta-1) with c = 1 - 1/beta, up to constants, the shape of `size`: more data does not
        help past T ~ k^beta.

    Raises:
        InputError: If a number is out of range.

    Source:
        Dohmatob et al. (2024), arXiv 2402.07043.
    """
    if not (math.isfinite(exponent) and exponent > 1.0):
        raise InputError(f"the exponent of a Zipf tail is above 1 here, not {exponent}")
    t = np.asarray(size, dtype=np.float64)
    if not bool(np.all(t >= 1)):
        raise InputError("sizes are at least 1")
    power = 1.0 - 1.0 / exponent
    return np.asarray(t**-power + as_size(cut) ** -(exponent - 1.0), dtype=np.float64)
