"""The one recursion behind the toy models: which share F of the original diversity drift has cost.

Every generation a model is fitted by maximum likelihood to M samples. F is the same number for the
multinomial and for the Gaussian: E[1 - sum p^2] = H_0 (1 - F), E[sigma^2] = sigma_0^2 (1 - F) with
ddof = 0, and E[(mu - mu_0)^2] = sigma_0^2 F. Generation n is the model after n fits; generation 0 is
the truth. It is neutral genetic drift (Wright-Fisher), where F is the inbreeding coefficient.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from headwater.collapse.theory.domain import Floats, as_generations, as_share, as_size
from headwater.errors import InputError


def loss_replace(n: ArrayLike, size: int) -> Floats:
    """Compute the diversity lost when each generation sees only the last.

    Args:
        n: Numbers of generations, any shape.
        size: Samples M that every generation is fitted to, >= 1.

    Returns:
        F_n = 1 - (1 - 1/M)^n in [0, 1], the shape of `n`; 0 at n = 0, 1 from n = 1 on for M = 1.

    Raises:
        InputError: If a number is out of range.

    Source:
        Wright (1931), Genetics 16; Seddik et al. (2024), arXiv 2404.05090, for E[sum p^2].
    """
    k = as_generations(n)
    m = as_size(size)
    if m == 1:
        return np.where(k > 0, 1.0, 0.0)
    return np.asarray(-np.expm1(k * math.log1p(-1.0 / m)), dtype=np.float64)


def loss_accumulate(n: ArrayLike, size: int) -> Floats:
    """Compute the diversity lost when each generation sees all data so far.

    Args:
        n: Numbers of generations, any shape.
        size: Samples M that every generation adds, the human ones first, >= 1.

    Returns:
        F_n = 1 - prod_{i<=n} (1 - 1/(M i^2)), the shape of `n`; bounded by `loss_accumulate_limit`.

    Raises:
        InputError: If a number is out of range.

    Source:
        F5 of docs/explanation/collapse-theory.md; the setting is Gerstgrasser et al. (2024), 2404.01413.
    """
    k = as_generations(n)
    m = as_size(size)
    i = np.arange(1, int(k.max(initial=0)) + 1, dtype=np.float64)
    kept = np.concatenate([[1.0], np.cumprod(1.0 - 1.0 / (m * i * i))])
    return np.asarray(1.0 - kept[k], dtype=np.float64)


def loss_accumulate_limit(size: int) -> float:
    """Compute the diversity that accumulating loses in the end.

    Args:
        size: Samples M that every generation adds, >= 1.

    Returns:
        1 - sin(x)/x with x = pi / sqrt(M), about pi^2 / (6 M); 1 for M = 1.

    Raises:
        InputError: If the size is below 1.

    Source:
        Euler's product for the sine, applied to `loss_accumulate`.
    """
    return 1.0 - float(np.sinc(1.0 / math.sqrt(as_size(size))))


def loss_subsample(n: ArrayLike, size: int) -> Floats:
    """Compute the diversity lost when each generation sees M of all data so far.

    The training set is drawn without replacement from the pool, and M samples of the new model join
    the pool. With G the probability that two different members of the pool of n M descend from one
    sample, F_n = 1/M + (1 - 1/M) G_n, and G_{n+1} averages over new-new, new-old and old-old pairs.

    Args:
        n: Numbers of generations, any shape.
        size: Samples M, >= 1.

    Returns:
        F_n, the shape of `n`; between `loss_accumulate` and `loss_replace`.

    Raises:
        InputError: If a number is out of range.

    Source:
        docs/explanation/collapse-theory.md, "Subsampling the pool"; Kazdan et al. (2024), 2410.16713.
    """
    k = as_generations(n)
    m = float(as_size(size))
    lost, pair = [0.0], 0.0
    for i in range(1, int(k.max(initial=0)) + 1):
        lost.append(1.0 / m + (1.0 - 1.0 / m) * pair)
        old = i * m
        across = 1.0 / old + (1.0 - 1.0 / old) * pair
        total = (old + m) * (old + m - 1.0)
        pair = (m * (m - 1.0) * lost[-1] + 2.0 * m * old * across + old * (old - 1.0) * pair) / total
    return np.asarray(np.array(lost)[k], dtype=np.float64)


def loss_fresh(n: ArrayLike, size: int, *, share: float) -> Floats:
    """Compute the diversity lost when a share of the samples is fresh and human.

    Args:
        n: Numbers of generations, any shape.
        size: Samples M that every generation is fitted to, >= 1.
        share: Human share a of them, in [0, 1].

    Returns:
        F_n from F_{n+1} = (1-a)^2 F_n + (1 - (1-a) F_n)/M, F_0 = 0; the shape of `n`.

    Raises:
        InputError: If a number is out of range.

    Source:
        F7 of docs/explanation/collapse-theory.md; setting of Alemohammad et al. (2024), 2307.01850.
    """
    k = as_generations(n)
    m, a = as_size(size), as_share(share)
    limit = 1.0 / (m * (2.0 * a - a * a) + 1.0 - a)
    # The recursion is affine, so the distance to its fixed point shrinks by one factor a generation.
    factor = (1.0 - a) ** 2 - (1.0 - a) / m
    return np.asarray(limit * (1.0 - np.power(factor, k, dtype=np.float64)), dtype=np.float64)


def loss_fresh_limit(size: int, *, share: float) -> float:
    """Compute the diversity lost in the end under a constant human share.

    Args:
        size: Samples M that every generation is fitted to, >= 1.
        share: Human share a, in [0, 1].

    Returns:
        F* = 1 / (M (2a - a^2) + 1 - a); 1 for a = 0, 1/M for a = 1.

    Raises:
        InputError: If a number is out of range.

    Source:
        F7 of docs/explanation/collapse-theory.md.
    """
    m, a = as_size(size), as_share(share)
    return 1.0 / (m * (2.0 * a - a * a) + 1.0 - a)


def loss_reserve(n: ArrayLike, size: int, *, share: float, reserve: int) -> Floats:
    """Compute the diversity lost when the human share is one sealed reserve.

    The reserve, drawn from with replacement, is the truth of a loop that started with it, so what it
    lacks itself is lost as well.

    Args:
        n: Numbers of generations, any shape.
        size: Samples M that every generation is fitted to, >= 1.
        share: Reserve share a of them, in [0, 1].
        reserve: Number of samples R in the reserve, which is also the first generation's truth.

    Returns:
        1 - (1 - 1/R) (1 - F_n) with F_n of `loss_fresh`, the shape of `n`.

    Raises:
        InputError: If a number is out of range.

    Source:
        docs/explanation/collapse-theory.md, "A sealed reserve".
    """
    kept = 1.0 - 1.0 / as_size(reserve)
    return np.asarray(1.0 - kept * (1.0 - loss_fresh(n, size, share=share)), dtype=np.float64)


def heterozygosity(initial: float, loss: ArrayLike) -> Floats:
    """Compute the expected probability that two draws from a model differ.

    Args:
        initial: H_0 = 1 - sum p^2 of the truth, in [0, 1].
        loss: F, any shape, in [0, 1].

    Returns:
        E[1 - sum p_n^2] = H_0 (1 - F), the shape of `loss`.

    Raises:
        InputError: If a number is out of range.

    Source:
        F10 of docs/explanation/collapse-theory.md; Seddik et al. (2024) write S = 1 - H.
    """
    f = np.asarray(loss, dtype=np.float64)
    if not bool(np.all((f >= 0) & (f <= 1))):
        raise InputError("a loss lies in [0, 1]")
    return np.asarray(as_share(initial, name="heterozygosity") * (1.0 - f), dtype=np.float64)


def fixation_time(size: int) -> float:
    """Compute the mean time until one type of M different ones is left.

    Args:
        size: Samples M that every generation is fitted to, >= 1.

    Returns:
        2 M (1 - 1/M) generations, within about one part in M; 0 for M = 1. Which type is left is a
        draw from the truth: the fixation probability of a type is its share p_i.

    Raises:
        InputError: If the size is below 1.

    Source:
        Kingman (1982), expected time to the last common ancestor of M, in units of M generations.
    """
    m = as_size(size)
    return 2.0 * m * (1.0 - 1.0 / m)


def generations_to_loss(loss: float, size: int) -> float:
    """Compute after how many replace-generations a share of the diversity is lost.

    Args:
        loss: F in [0, 1).
        size: Samples M that every generation is fitted to, >= 2.

    Returns:
        log(1 - F) / log(1 - 1/M), not rounded; 0 for F = 0.

    Raises:
        InputError: If a number is out of range.

    Source:
        `loss_replace` solved for n.
    """
    if not 0.0 <= loss < 1.0:
        raise InputError(f"the loss to wait for lies in [0, 1), not {loss}")
    return math.log1p(-loss) / math.log1p(-1.0 / as_size(size, least=2))
