"""The compiled pass over votes; numba is imported with this module, so import it late."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Codes = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@njit(cache=True, nogil=True)
def _posterior(row: Floats, known: int) -> None:
    """Turn log-weights into chances, in place."""
    if known >= 0:
        row[:] = 0.0
        row[known] = 1.0
        return
    top, total = row.max(), 0.0
    for k in range(row.size):
        row[k] = math.exp(row[k] - top)
        total += row[k]
    for k in range(row.size):
        row[k] /= total


@njit(cache=True, nogil=True)
def sweep(
    ballots: tuple[Longs, Codes, Floats],
    log_model: tuple[Floats, Floats],
    beside: tuple[Codes, Floats],
    state: tuple[Floats, Floats],
) -> float:
    """Weigh the votes of every item, and count what validators said of each label.

    Args:
        ballots: Where items begin, shape (n_items + 1,); of each vote its cell, which is a validator and what
            they said; votes in each cell, shape (n_cells,).
        log_model: Log-chance of each cell's vote when the label is k, shape (n_cells, k); log prior of
            labels, shape (k,).
        beside: Gold, shape (n_items,), -1 where unknown; log-likelihoods, shape (n_items, k).
        state: Both overwritten: posterior, shape (n_items, k); expected votes, shape (n_cells, k).

    Returns:
        The changes of chances against what the posterior was, summed over items, halved.
    """
    starts, cell, _ = ballots
    log_confusion, log_prior = log_model
    gold, seen = beside
    posterior, counts = state
    counts[:] = 0.0
    row, change = np.empty(log_prior.size), 0.0
    for item in range(gold.size):
        for k in range(row.size):
            row[k] = log_prior[k] + seen[item, k]
        for vote in range(starts[item], starts[item + 1]):
            for k in range(row.size):
                row[k] += log_confusion[cell[vote], k]
        _posterior(row, gold[item])
        for k in range(row.size):
            change += 0.5 * abs(row[k] - posterior[item, k])
            posterior[item, k] = row[k]
        for vote in range(starts[item], starts[item + 1]):
            for k in range(row.size):
                counts[cell[vote], k] += row[k]
    return change


@njit(cache=True, nogil=True)
def sweep_two(
    ballots: tuple[Longs, Codes, Floats],
    log_model: tuple[Floats, Floats],
    beside: tuple[Codes, Floats],
    state: tuple[Floats, Floats],
) -> float:
    """Do what `sweep` does where there are two labels, by log odds."""
    starts, cell, n_votes = ballots
    log_confusion, log_prior = log_model
    gold, seen = beside
    posterior, counts = state
    odds = log_confusion[:, 1] - log_confusion[:, 0]
    first, change = log_prior[1] - log_prior[0], 0.0
    said = np.zeros(odds.size)
    for item in range(gold.size):
        row = first + seen[item, 1] - seen[item, 0]
        for vote in range(starts[item], starts[item + 1]):
            row += odds[cell[vote]]
        p = 1.0 / (1.0 + math.exp(-min(max(row, -700.0), 700.0)))
        if gold[item] >= 0:
            p = float(gold[item])
        change += abs(p - posterior[item, 1])
        posterior[item, 0], posterior[item, 1] = 1.0 - p, p
        for vote in range(starts[item], starts[item + 1]):
            said[cell[vote]] += p
    counts[:, 1] = said
    counts[:, 0] = n_votes - said
    return change


@njit(cache=True, nogil=True)
def count(ballots: tuple[Codes, Codes, Codes], posterior: Floats, counts: Floats) -> None:
    """Count what validators said of each label.

    Args:
        ballots: Item, validator and label of each vote.
        posterior: Shape (n_items, k).
        counts: Overwritten: expected votes, shape (n_validators, l, k).
    """
    item, validator, label = ballots
    counts[:] = 0.0
    for vote in range(item.size):
        for k in range(posterior.shape[1]):
            counts[validator[vote], label[vote], k] += posterior[item[vote], k]
