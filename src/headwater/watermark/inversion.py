"""Totals of bits with whole weights: their law, by inversion of its transform."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

_WHOLE = 4096  # nodes of an inversion that leaves none out
_AT_ONCE = 1 << 15  # nodes of all inversions that are summed at once
_LONGEST = 2048  # scores of a total that is looked up; more are inverted one by one
_PLAIN = 1e-4  # tails that a table holds; rarer ones would lose digits

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]


def look_up(k: Floats, n: Longs, weights: tuple[int, ...], chance: float) -> Floats:
    """Give ln P(total >= k) from a table for each n, where it holds the total.

    Args:
        k: Shape (m,), whole numbers.
        n: Shape (m,).
        weights: Of the bits of a score.
        chance: Of a one.

    Returns:
        Shape (m,); NaN for tails below 1e-4, totals three standard deviations below the mean, and n of 0 or
        more than 2,048.
    """
    log_p = np.full(k.size, np.nan)
    order = np.argsort(n, kind="stable")
    sizes, firsts = np.unique(n[order], return_index=True)
    for size, first, stop in zip(sizes.tolist(), firsts, [*firsts[1:], n.size], strict=False):
        some = order[first:stop]
        if not 0 < size <= _LONGEST:
            continue
        least, held = _table(size, weights, chance)
        places = (k[some] - least).astype(np.int64)
        inside = (places >= 0) & (places < held.size)
        log_p[some[inside]] = held[places[inside]]
    return log_p


# Texts have lengths of their own: with room for fewer, one length would drive out another. All take 60 MB.
@lru_cache(maxsize=_LONGEST)
def _table(n: int, weights: tuple[int, ...], chance: float) -> tuple[int, Floats]:
    """Give the least total of a table, and ln P(total >= k) from there on, down to 1e-4.

    The transform is sampled so finely that only what lies 10 standard deviations away falls upon the rest.
    """
    values, times = np.unique(np.array(weights), return_counts=True)
    mean = n * chance * sum(weights)
    sd = math.sqrt(n * chance * (1.0 - chance) * float((times * values**2).sum()))
    period = 1 << max(6, math.ceil(math.log2(20.0 * sd)))
    least = math.floor(mean) - period // 2
    t = np.arange(period // 2 + 1) * (2 * math.pi / period)
    one = np.ones(t.size, dtype=np.complex128)
    for value, often in zip(values.tolist(), times.tolist(), strict=True):
        one *= (1.0 - chance + chance * np.exp(1j * value * t)) ** often
    with np.errstate(divide="ignore", invalid="ignore"):
        # n is whole, so it does not matter by which multiple of 2 pi i the logarithm is off.
        nodes = np.exp(n * np.log(one) - 1j * t * least)
    tails = np.cumsum(np.fft.irfft(np.conj(np.where(one == 0.0, 0.0, nodes)), period)[::-1])[::-1]
    first = max(0, math.floor(mean - 3.0 * sd) - least)
    held = tails[first : np.count_nonzero(tails >= _PLAIN)]
    return least + first, np.log(np.minimum(held, 1.0))


def log_tail(k: Floats, n: Longs, weights: tuple[int, ...], chance: float) -> Floats:
    """Give ln P(total >= k) by inversion of the tilted transform.

    The law is tilted so that the total lies near its mean; there the inversion integral is summed by the
    trapezoid rule, which for a law on whole numbers is exact but for what lies 60 standard deviations away.

    Args:
        k: Shape (m,), whole numbers above the mean.
        n: Shape (m,).
        weights: Of the bits of a score.
        chance: Of a one.

    Returns:
        Shape (m,), to a relative error of the tail below 1e-9.

    Source:
        Abate and Whitt (1992), "Numerical inversion of probability generating functions"; the tilt is
        Esscher's.
    """
    values, times = np.unique(np.array(weights, dtype=np.float64), return_counts=True)
    tilt, sd = _tilt(k, n, (values, times), chance)
    period = np.maximum(64.0, np.ceil(60.0 * sd))
    whole = period <= _WHOLE
    n_nodes = np.where(whole, period // 2, np.ceil(10.0 / sd * period / (2 * math.pi))).astype(np.int64)
    log_p = np.empty(k.size)
    for number in np.unique(n_nodes).tolist():
        rows = np.flatnonzero(n_nodes == number)
        for some in np.array_split(rows, -(-rows.size * number // _AT_ONCE)):
            told = (k[some], n[some], tilt[some], period[some])
            log_p[some] = _integral(told, number, (values, times), chance)
    return log_p


def _integral(
    told: tuple[Floats, Longs, Floats, Floats],
    n_nodes: int,
    weights: tuple[Floats, npt.NDArray[np.int64]],
    chance: float,
) -> Floats:
    """Sum the inversion integral of some totals over equally many nodes; the transform at -t is conjugate."""
    (k, n, tilt, period), (values, times) = told, weights
    t = np.arange(n_nodes + 1) * (2 * math.pi / period[:, None])  # (m, nodes)
    # ln(1 - c + c e^(z w)), with e^(tilt w) taken out so that nothing overflows.
    scale = np.logaddexp(math.log1p(-chance), math.log(chance) + tilt[:, None] * values)  # (m, weights)
    one = np.exp(math.log(chance) + tilt[:, None] * values - scale)
    product, turn = np.ones(t.shape, dtype=np.complex128), np.exp(1j * t)
    turned, at = np.ones_like(turn), 0
    for share, value, often in zip(one.T, values.tolist(), times.tolist(), strict=True):
        for _ in range(int(value) - at):
            turned *= turn
        at, factor = int(value), share[:, None] * turned + (1.0 - share[:, None])
        for _ in range(often):
            product *= factor
    with np.errstate(divide="ignore", invalid="ignore"):
        # n is whole, so it does not matter by which multiple of 2 pi i the logarithm is off.
        logs = n[:, None] * np.log(product)
        nodes = np.exp(logs - 1j * t * k[:, None]) / -np.expm1(-(tilt[:, None] + 1j * t))
    counted = np.full(n_nodes + 1, 2.0)
    counted[0] = 1.0
    real = nodes.real * counted
    real[2 * n_nodes == period, -1] /= 2.0  # the two ends are one node
    inside = real.sum(axis=1) / period
    return np.asarray(np.minimum(0.0, n * (scale @ times) - tilt * k + np.log(inside)), dtype=np.float64)


def _tilt(
    k: Floats, n: Longs, weights: tuple[Floats, npt.NDArray[np.int64]], chance: float
) -> tuple[Floats, Floats]:
    """Find the tilts that move means to k, but no nearer to 0 than one standard deviation."""
    values, times = weights
    odds = math.log(chance) - math.log1p(-chance)

    def moments(tilt: Floats) -> tuple[Floats, Floats]:
        share = 1.0 / (1.0 + np.exp(-(odds + tilt[:, None] * values)))
        return n * (share @ (times * values)), n * ((share * (1.0 - share)) @ (times * values**2))

    low, high = np.zeros(k.size), np.full(k.size, 64.0)
    for _ in range(50):
        middle = 0.5 * (low + high)
        short = moments(middle)[0] < k
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    tilt = np.maximum(high, 1.0 / np.sqrt(moments(np.zeros(k.size))[1]))
    return tilt, np.sqrt(moments(tilt)[1])
