"""A one-dimensional Gaussian fitted to its own samples: variance, drift and distance, in closed form.

Variances are in units of the truth's, sigma_0^2 = 1, and the estimator is explicit: `ddof=1` divides
by M - 1, `ddof=0` by M. With ddof=1 the *mean* variance never falls although almost every path goes to
zero, so compare medians, logarithms or standard deviations with a simulation, never mean variances.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from headwater.collapse.theory.domain import Floats, as_generations, as_positive, as_share, as_size
from headwater.errors import InputError


def expected_variance(n: ArrayLike, size: int, *, ddof: int, scale: float = 1.0) -> Floats:
    """Compute E[sigma_n^2] of the fitted Gaussian.

    Args:
        n: Numbers of generations, any shape.
        size: Samples M a generation, > ddof.
        ddof: 0 (maximum likelihood) or 1 (unbiased).
        scale: Sampling bias lambda: samples are drawn with variance lambda sigma^2.

    Returns:
        (r lambda)^n with r = 1 - (1 - ddof)/M, the shape of `n`.

    Raises:
        InputError: If a number is out of range.

    Source:
        F1 of docs/explanation/collapse-theory.md; Alemohammad et al. (2024) for lambda.
    """
    k = as_generations(n)
    factor = _shrink(size, ddof) * as_positive(scale, name="scale")
    return np.power(factor, k, dtype=np.float64)


def expected_sd(n: ArrayLike, size: int, *, ddof: int, scale: float = 1.0) -> Floats:
    """Compute E[sigma_n] of the fitted Gaussian.

    Args:
        n: Numbers of generations, any shape.
        size: Samples M a generation, >= 2.
        ddof: 0 or 1.
        scale: Sampling bias lambda.

    Returns:
        (c4(M) sqrt(r lambda))^n, about e^{-n/4M} for ddof=1 and e^{-3n/4M} for ddof=0.

    Raises:
        InputError: If a number is out of range.

    Source:
        F2 of docs/explanation/collapse-theory.md; c4 is the mean of chi_{M-1} / sqrt(M - 1).
    """
    k = as_generations(n)
    m = as_size(size, least=2)
    log_c4 = 0.5 * math.log(2.0 / (m - 1)) + math.lgamma(m / 2) - math.lgamma((m - 1) / 2)
    log_factor = log_c4 + 0.5 * math.log(_shrink(m, ddof) * as_positive(scale, name="scale"))
    return np.asarray(np.exp(k * log_factor), dtype=np.float64)


def log_variance_law(n: ArrayLike, size: int, *, ddof: int, scale: float = 1.0) -> tuple[Floats, Floats]:
    """Compute mean and variance of log sigma_n^2, which is nearly normal.

    Args:
        n: Numbers of generations, any shape.
        size: Samples M a generation, >= 2.
        ddof: 0 or 1.
        scale: Sampling bias lambda.

    Returns:
        n (psi(k) - log k + log(r lambda)) and n psi_1(k) with k = (M - 1)/2, each the shape of `n`.

    Raises:
        InputError: If a number is out of range.

    Source:
        F3 of docs/explanation/collapse-theory.md: a sum of n independent log chi-squares.
    """
    from scipy.special import digamma, polygamma

    generations = as_generations(n)
    k = (as_size(size, least=2) - 1) / 2.0
    drift = float(digamma(k)) - math.log(k) + math.log(_shrink(size, ddof) * as_positive(scale, name="scale"))
    return np.multiply(generations, drift), np.multiply(generations, float(polygamma(1, k)))


def log_determinant_law(
    n: ArrayLike, size: int, *, dimension: int, ddof: int, scale: float = 1.0
) -> tuple[Floats, Floats]:
    """Compute mean and variance of log |Sigma_n| in d dimensions.

    Args:
        n: Numbers of generations, any shape.
        size: Samples M a generation, > dimension.
        dimension: d >= 1.
        ddof: 0 or 1.
        scale: Sampling bias lambda.

    Returns:
        n times the sum over j = 1 to d of psi(k_j) + log(2 lambda / (M - ddof)), and n times that of
        psi_1(k_j), with k_j = (M - j)/2; each the shape of `n`.

    Raises:
        InputError: If a number is out of range.

    Source:
        F3 of docs/explanation/collapse-theory.md: |Sigma| is a product of chi-squares, Bartlett (1933).
    """
    from scipy.special import digamma, polygamma

    generations, d = as_generations(n), as_size(dimension)
    m = as_size(size, least=d + 1)
    k = (m - np.arange(1, d + 1)) / 2.0
    # A fitted variance divides by M - ddof, which is (M - 1) / r.
    unit = math.log(_shrink(m, ddof) * as_positive(scale, name="scale") * 2.0 / (m - 1))
    drift = float(digamma(k).sum()) + d * unit
    return np.multiply(generations, drift), np.multiply(generations, float(polygamma(1, k).sum()))


def median_variance(n: ArrayLike, size: int, *, ddof: int, scale: float = 1.0) -> Floats:
    """Compute the median of sigma_n^2 over replicates.

    Args:
        n: Numbers of generations, any shape.
        size: Samples M a generation, >= 2.
        ddof: 0 or 1.
        scale: Sampling bias lambda.

    Returns:
        exp(mean - skewness term) of the log law, about e^{-n/(M-1)} for ddof=1; 1 at n = 0.

    Raises:
        InputError: If a number is out of range.

    Source:
        F3 of docs/explanation/collapse-theory.md with the Cornish-Fisher term of order 1/M.
    """
    from scipy.special import polygamma

    k = (as_size(size, least=2) - 1) / 2.0
    mean, _ = log_variance_law(n, size, ddof=ddof, scale=scale)
    skew = float(polygamma(2, k)) / (6.0 * float(polygamma(1, k)))
    return np.asarray(np.where(as_generations(n) > 0, np.exp(mean - skew), 1.0), dtype=np.float64)


def expected_drift(n: ArrayLike, size: int, *, ddof: int, scale: float = 1.0) -> Floats:
    """Compute E[(mu_n - mu_0)^2], how far the fitted mean has wandered.

    Args:
        n: Numbers of generations, any shape.
        size: Samples M a generation, > ddof.
        ddof: 0 or 1.
        scale: Sampling bias lambda.

    Returns:
        (lambda/M) sum_{j<n} (r lambda)^j: n/M for ddof=1 and 1 - (1 - 1/M)^n for ddof=0 at lambda = 1.

    Raises:
        InputError: If a number is out of range.

    Source:
        F4 of docs/explanation/collapse-theory.md.
    """
    k = as_generations(n)
    lam = as_positive(scale, name="scale")
    factor = _shrink(size, ddof) * lam
    total = k.astype(np.float64) if factor == 1.0 else (1.0 - np.power(factor, k)) / (1.0 - factor)
    return np.asarray(lam / size * total, dtype=np.float64)


def wasserstein_squared(n: ArrayLike, size: int, *, ddof: int, scale: float = 1.0) -> Floats:
    """Compute E[W2^2] between the fitted Gaussian and the truth.

    Args:
        n: Numbers of generations, any shape.
        size: Samples M a generation, >= 2.
        ddof: 0 or 1.
        scale: Sampling bias lambda.

    Returns:
        E[(mu - mu_0)^2] + E[sigma^2] + 1 - 2 E[sigma]; to first order 3n/(2M) for ddof=1. It grows
        without bound for ddof=1 and tends to 2 for ddof=0.

    Raises:
        InputError: If a number is out of range.

    Source:
        F4 of docs/explanation/collapse-theory.md; Shumailov et al. (2024), theorem 3.1, takes ddof=1.
    """
    spread = expected_variance(n, size, ddof=ddof, scale=scale)
    sd = expected_sd(n, size, ddof=ddof, scale=scale)
    return np.asarray(
        expected_drift(n, size, ddof=ddof, scale=scale) + spread + 1.0 - 2.0 * sd, dtype=np.float64
    )


def sd_tail_bound(n: ArrayLike, size: int, *, epsilon: float) -> Floats:
    """Bound the probability that the fitted deviation is still above a level.

    Args:
        n: Numbers of generations, any shape.
        size: Samples M a generation, >= 2; ddof=1.
        epsilon: Level in units of sigma_0, above 0.

    Returns:
        min(1, e^{-n/(4M)} / epsilon), the shape of `n`.

    Raises:
        InputError: If a number is out of range.

    Source:
        Suresh et al. (2025), arXiv 2412.17646: Markov's inequality on E[sigma].
    """
    k = as_generations(n)
    bound = np.exp(-k / (4.0 * as_size(size, least=2))) / as_positive(epsilon, name="level")
    return np.asarray(np.minimum(1.0, bound), dtype=np.float64)


def fresh_moments(
    n: ArrayLike, size: int, *, share: float, scale: float = 1.0, start: tuple[float, float] = (1.0, 0.0)
) -> tuple[Floats, Floats]:
    """Compute variance and drift under a human share and a sampling bias.

    Args:
        n: Numbers of generations, any shape.
        size: Samples M a generation, >= 1.
        share: Human share a of them, in [0, 1].
        scale: Sampling bias lambda on the synthetic rest.
        start: (s_0, V_0); the truth unless stated, (1 - 1/M, 1/M) for a first fit to human data.

    Returns:
        s_n = E[sigma_n^2] and V_n = E[(mu_n - mu_0)^2], each the shape of `n`, from
        V' = (1-a)^2 V + (a + (1-a) lambda s)/M and s' + V' = a + (1-a)(V + lambda s). Estimator: ddof=0.

    Raises:
        InputError: If a number is out of range.

    Source:
        F8 of docs/explanation/collapse-theory.md.
    """
    k = as_generations(n)
    m, a, lam = as_size(size), as_share(share), as_positive(scale, name="scale")
    path = [start]
    for _ in range(int(k.max(initial=0))):
        s, v = path[-1]
        drift = (1.0 - a) ** 2 * v + (a + (1.0 - a) * lam * s) / m
        path.append((a + (1.0 - a) * (v + lam * s) - drift, drift))
    table = np.array(path)[k]
    return table[..., 0], table[..., 1]


def fresh_moments_limit(size: int, *, share: float, scale: float = 1.0) -> tuple[float, float]:
    """Compute where variance and drift settle under a share and a bias.

    Args:
        size: Samples M a generation, >= 1.
        share: Human share a, in (0, 1].
        scale: Sampling bias lambda, (1 - a) lambda < 1.

    Returns:
        The fixed point (s*, V*) of `fresh_moments`; s* tends to a/(1 - (1-a) lambda) for large M.

    Raises:
        InputError: If a number is out of range or nothing settles.

    Source:
        F8 of docs/explanation/collapse-theory.md, a linear system of two equations.
    """
    m, a = as_size(size), as_share(share, least_open=True)
    lam, rest = as_positive(scale, name="scale"), 1.0 - a
    if rest * lam >= 1.0:
        raise InputError(f"with a human share of {a} and scale {lam} the variance grows without bound")
    left = np.array([[-rest * lam / m, 1.0 - rest**2], [1.0 - rest * lam, 1.0 - rest]])
    s, v = np.linalg.solve(left, np.array([a / m, a]))
    return float(s), float(v)


def variance_kept(*, share: float, scale: float) -> float:
    """Compute the share of variance kept in the end, for many samples a generation.

    Args:
        share: Human share a, in [0, 1].
        scale: Sampling bias lambda, in (0, 1].

    Returns:
        a / (1 - (1-a) lambda); 0 for a = 0 and lambda < 1, 1 for lambda = 1.

    Raises:
        InputError: If a number is out of range.

    Source:
        F8 for M to infinity; the fresh-data loop of Alemohammad et al. (2024).
    """
    a, lam = as_share(share), as_share(scale, name="scale", least_open=True)
    return 1.0 if lam == 1.0 else a / (1.0 - (1.0 - a) * lam)


def fresh_share_for(*, keep: float, scale: float) -> float:
    """Compute the least human share that keeps a share of the variance.

    Args:
        keep: Share rho of the variance to keep, in [0, 1].
        scale: Sampling bias lambda, in (0, 1].

    Returns:
        rho (1 - lambda) / (1 - rho lambda); 0 without bias.

    Raises:
        InputError: If a number is out of range.

    Source:
        `variance_kept` solved for a.
    """
    rho, lam = as_share(keep, name="share to keep"), as_share(scale, name="scale", least_open=True)
    return 0.0 if lam == 1.0 else rho * (1.0 - lam) / (1.0 - rho * lam)


def effective_ratio(size: int, *, share: float) -> float:
    """Compute how many fresh samples the loop is worth, per fresh sample.

    Args:
        size: Samples M a generation, >= 1.
        share: Human share a of them, in (0, 1].

    Returns:
        n_e / n_r = 1 / (F* a M), about 2 - a; 1 for a = 1. Above 1 the synthetic data helps.

    Raises:
        InputError: If a number is out of range.

    Source:
        F7 of docs/explanation/collapse-theory.md; Alemohammad et al. (2024), figure 11.
    """
    m, a = as_size(size), as_share(share, least_open=True)
    return (m * (2.0 * a - a * a) + 1.0 - a) / (a * m)


def _shrink(size: int, ddof: int) -> float:
    if ddof not in {0, 1}:
        raise InputError(f"ddof is 0 or 1, not {ddof}")
    return 1.0 - (1 - ddof) / as_size(size, least=1 + ddof)
