"""Laws of a total of scores where nothing is marked, with tails far below the smallest float."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from headwater.stats import binomial_upper, poisson_lower

_FLOOR = 1e-290  # below it a tail is summed in log space
_SLACK = 1e-9  # totals of whole scores are whole up to this
TIE_BITS = 16
TIE_STEP = 2.0**-28
TIE_MOST = 2**24 - 1

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]


class Law(Protocol):
    """Give the law of the total over n scores where nothing is marked."""

    @property
    def mean(self) -> float:
        """Give the mean of one score."""

    @property
    def sd(self) -> float:
        """Give the standard deviation of one score."""

    def log_survival(self, totals: Floats, n: Longs) -> Floats:
        """Give ln P(total >= t) for pairs of a total and a number of scores."""

    def log_mgf(self, tilt: float) -> float:
        """Give ln E exp(tilt score) of one score; infinite where there is none."""


@dataclass(frozen=True, slots=True)
class Bits:
    """Count ones among `n_bits` independent bits a score.

    Attributes:
        chance: Of a one, in (0, 1).
        n_bits: Bits that a score adds up.
    """

    chance: float
    n_bits: int = 1

    @property
    def mean(self) -> float:
        """Give the mean of one score."""
        return self.chance * self.n_bits

    @property
    def sd(self) -> float:
        """Give the standard deviation of one score."""
        return math.sqrt(self.n_bits * self.chance * (1.0 - self.chance))

    def log_mgf(self, tilt: float) -> float:
        """Give ln E exp(tilt score)."""
        return self.n_bits * _log_mgf_bit(self.chance, tilt)

    def log_survival(self, totals: Floats, n: Longs) -> Floats:
        """Give the logarithm of the binomial tail, exactly.

        Args:
            totals: Shape (m,).
            n: Shape (m,).

        Returns:
            Shape (m,), at most 0.

        Source:
            `headwater.stats.binomial_upper`: NIST DLMF 8.17.5.
        """
        from scipy.special import betainc

        k = np.ceil(totals - _SLACK).astype(np.int64)
        trials = n * self.n_bits
        inside = (k > 0) & (k <= trials)
        with np.errstate(divide="ignore", invalid="ignore"):
            tail = betainc(np.where(inside, k, 1), np.where(inside, trials - k + 1, 1), self.chance)
            log_p = np.where(inside, np.log(tail), np.where(k <= 0, 0.0, -np.inf))
        for at in np.flatnonzero(inside & (tail < _FLOOR)):
            log_p[at] = binomial_upper(int(k[at]), int(trials[at]), self.chance, log=True)
        return np.asarray(log_p, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class TiedBits:
    """Count ones, each of which draws a number besides; their sum tells ties apart.

    A score is 0, or 1 and `TIE_STEP` times the ones among `TIE_BITS` fair bits. Of at most `TIE_MOST` scores
    the steps never add up to 1, and every total is exact in double precision.

    Attributes:
        chance: Of a one, in (0, 1).
    """

    chance: float

    @property
    def mean(self) -> float:
        """Give the mean of one score."""
        return self.chance * (1.0 + TIE_STEP * TIE_BITS / 2.0)

    @property
    def sd(self) -> float:
        """Give the standard deviation of one score."""
        square = (1.0 + TIE_STEP * TIE_BITS / 2.0) ** 2 + TIE_STEP**2 * TIE_BITS / 4.0
        return math.sqrt(self.chance * square - self.mean**2)

    def log_mgf(self, tilt: float) -> float:
        """Give ln E exp(tilt score)."""
        return _log_mgf_bit(self.chance, tilt + TIE_BITS * _log_mgf_bit(0.5, tilt * TIE_STEP))

    def log_survival(self, totals: Floats, n: Longs) -> Floats:
        """Give the logarithm of the tail, exactly.

        More ones, or as many and a sum at least as large; the sum over k ones is binomial itself.

        Args:
            totals: Shape (m,).
            n: Shape (m,), each at most `TIE_MOST`.

        Returns:
            Shape (m,), at most 0, and no larger than the tail of the ones alone.
        """
        ones = np.clip(np.floor(totals), 0, n)
        more = Bits(self.chance).log_survival(ones + 1.0, n)
        equal = _log_binomial(ones, n, self.chance)
        share = Bits(0.5, TIE_BITS).log_survival((totals - ones) / TIE_STEP, ones.astype(np.int64))
        log_p = np.minimum(np.logaddexp(more, equal + share), 0.0)
        return np.asarray(np.where(totals <= 0.0, 0.0, log_p), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Exponentials:
    """Add up exponential scores of mean 1: a gamma law."""

    mean: float = 1.0
    sd: float = 1.0

    def log_mgf(self, tilt: float) -> float:
        """Give ln E exp(tilt score); infinite from a tilt of 1 on."""
        return _log_mgf_exponential(tilt)

    def log_survival(self, totals: Floats, n: Longs) -> Floats:
        """Give the logarithm of the gamma tail, exactly.

        Args:
            totals: Shape (m,).
            n: Shape (m,).

        Returns:
            Shape (m,), at most 0.

        Source:
            NIST DLMF 8.4.10: Q(n, t) is the chance that a Poisson count of rate t stays below n.
        """
        from scipy.special import gammaincc

        some = (n > 0) & (totals > 0.0)
        with np.errstate(divide="ignore"):
            tail = gammaincc(np.where(some, n, 1), np.where(some, totals, 0.0))
            log_p = np.where(some, np.log(tail), 0.0)
        for at in np.flatnonzero(some & (tail < _FLOOR)):
            log_p[at] = poisson_lower(int(n[at]) - 1, float(totals[at]), log=True)
        return np.asarray(log_p, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class MixedExponentials:
    """Add up scores (1 - share) A + share B of independent exponential A and B.

    Attributes:
        share: In (0, 1/2).
    """

    share: float

    @property
    def mean(self) -> float:
        """Give the mean of one score."""
        return 1.0

    @property
    def sd(self) -> float:
        """Give the standard deviation of one score."""
        return math.hypot(1.0 - self.share, self.share)

    def log_mgf(self, tilt: float) -> float:
        """Give ln E exp(tilt score); infinite from a tilt of 1 / (1 - share) on."""
        return _log_mgf_exponential((1.0 - self.share) * tilt) + _log_mgf_exponential(self.share * tilt)

    def log_survival(self, totals: Floats, n: Longs) -> Floats:
        """Give the logarithm of the tail of the convolution of two gamma laws, exactly.

        A gamma law of the larger scale is a negative-binomial mixture of gamma laws of the smaller one,
        so the tail is a sum of positive terms.

        Args:
            totals: Shape (m,).
            n: Shape (m,).

        Returns:
            Shape (m,), at most 0.

        Source:
            Moschopoulos (1985), "The distribution of the sum of independent gamma random variables",
            for two variables of one shape.
        """
        return np.array([self._log_tail(t, k) for t, k in zip(totals.tolist(), n.tolist(), strict=True)])

    def _log_tail(self, total: float, n: int) -> float:
        from scipy.special import gammaln

        if n == 0 or total <= 0.0:
            return 0.0
        keep = self.share / (1.0 - self.share)
        rate = total / self.share
        n_terms = 64 + int(4 * n / keep)
        while True:
            j = np.arange(n_terms, dtype=np.float64)
            weight = gammaln(n + j) - gammaln(n) - gammaln(j + 1) + n * math.log(keep) + j * math.log1p(-keep)
            i = np.arange(2 * n + n_terms - 1, dtype=np.float64)
            below = np.logaddexp.accumulate(i * math.log(rate) - rate - gammaln(i + 1))
            terms = weight + np.minimum(below[2 * n - 1 :], 0.0)
            total_log = float(np.logaddexp.reduce(terms))
            # What is left out is less than the weights that are, a series falling at least geometrically.
            fall = (n + j[-1]) / (j[-1] + 1.0) * (1.0 - keep)
            if fall < 1.0 and weight[-1] - math.log1p(-fall) < total_log - 36.0:
                return min(0.0, total_log)
            n_terms *= 2


@dataclass(frozen=True, slots=True)
class WeightedBits:
    """Add up bits, each with a whole weight of its own.

    Attributes:
        chance: Of a one, in (0, 1).
        weights: At least 1, with greatest common divisor 1.
    """

    chance: float
    weights: tuple[int, ...]

    @property
    def mean(self) -> float:
        """Give the mean of one score."""
        return self.chance * sum(self.weights)

    @property
    def sd(self) -> float:
        """Give the standard deviation of one score."""
        return math.sqrt(self.chance * (1.0 - self.chance) * sum(w * w for w in self.weights))

    def log_mgf(self, tilt: float) -> float:
        """Give ln E exp(tilt score)."""
        return sum(_log_mgf_bit(self.chance, tilt * weight) for weight in self.weights)

    def log_survival(self, totals: Floats, n: Longs) -> Floats:
        """Give the logarithm of the tail, from a table and far out by itself.

        Args:
            totals: Shape (m,), whole numbers.
            n: Shape (m,).

        Returns:
            Shape (m,), at most 0, to a relative error of the tail below 1e-9.

        Source:
            `headwater.watermark.inversion`; checked against the exact convolution in
            tests/watermark/test_law.py.
        """
        from headwater.watermark import inversion

        k = np.ceil(np.asarray(totals, dtype=np.float64) - _SLACK)
        most = (n * sum(self.weights)).astype(np.float64)
        log_p = np.where(k > most, -np.inf, 0.0)
        full = (k == most) & (k > 0.0)
        log_p[full] = n[full] * len(self.weights) * math.log(self.chance)
        inside = (k > 0.0) & (k < most)
        told = inversion.look_up(k, n, self.weights, self.chance)
        log_p = np.where(inside & ~np.isnan(told), told, log_p)
        far = inside & np.isnan(told)
        upper = np.flatnonzero(far & (k > n * self.mean))
        log_p[upper] = inversion.log_tail(k[upper], n[upper], self.weights, self.chance)
        # The lower tail is the upper tail of the law with ones and zeros exchanged.
        lower = np.flatnonzero(far & (k <= n * self.mean))
        left: Floats = most[lower] - k[lower] + 1.0
        below = inversion.log_tail(left, n[lower], self.weights, 1.0 - self.chance)
        log_p[lower] = np.log1p(-np.exp(below))
        return log_p


def _log_binomial(k: Floats, n: Longs, chance: float) -> Floats:
    from scipy.special import gammaln

    ways = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    return np.asarray(ways + k * math.log(chance) + (n - k) * math.log1p(-chance), dtype=np.float64)


def _log_mgf_bit(chance: float, tilt: float) -> float:
    return float(np.logaddexp(math.log1p(-chance), math.log(chance) + tilt))


def _log_mgf_exponential(tilt: float) -> float:
    return -math.log1p(-tilt) if tilt < 1.0 else math.inf
