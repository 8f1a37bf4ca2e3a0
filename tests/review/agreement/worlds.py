"""Simulated validators with known labels and known skill."""

from __future__ import annotations

import numpy as np

from headwater.review.votes import Codes, Votes, votes


def crowd(
    rng: np.random.Generator, *, n_items: int, per_item: int, skills: list[float]
) -> tuple[Codes, Votes]:
    """Let validators of given skill vote on items; errors are spread over the other label of two."""
    truth = rng.integers(0, 2, n_items).astype(np.int32)
    item = np.repeat(np.arange(n_items), per_item)
    who = np.argsort(rng.random((n_items, len(skills))), axis=1)[:, :per_item].ravel()
    right = rng.random(item.size) < np.asarray(skills)[who]
    return truth, votes(item, who, np.where(right, truth[item], 1 - truth[item]), n_labels=2)


def copiers(rng: np.random.Generator, *, share: float, n_items: int = 4000) -> tuple[Codes, Votes]:
    """Let some of 80 validators paste the answer of one assistant that is right 65 % of the time."""
    truth = rng.integers(0, 2, n_items).astype(np.int32)
    assistant = np.where(rng.random(n_items) < 0.65, truth, 1 - truth)
    item = np.repeat(np.arange(n_items), 5)
    who = np.argsort(rng.random((n_items, 80)), axis=1)[:, :5].ravel()
    own = np.where(rng.random(item.size) < 0.85, truth[item], 1 - truth[item])
    pastes = (who < share * 80) & (rng.random(item.size) < 0.85)
    return truth, votes(item, who, np.where(pastes, assistant[item], own), n_labels=2)
