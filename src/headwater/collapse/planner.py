"""Which mix of remedies keeps the rare words of a corpus at the least cost, by the web's mean field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater.collapse import web
from headwater.collapse.forecast import Assumption
from headwater.collapse.web import Web
from headwater.errors import InputError
from headwater.measure.tail_mass import tail_types

Floats = NDArray[np.float64]
COVERAGES = tuple(step / 20 for step in range(21))
REVIEWED = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
SEALED = (0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0)
_NUDGE = 0.1  # by which a sensitivity moves an assumption
_STEPS = 20  # of a frontier, at most
_ERRORS = 2.0  # standard errors of chance that a target is above, to mean anything


@dataclass(frozen=True, slots=True)
class Costs:
    """Say what remedies cost, in one currency, for each training set.

    Attributes:
        watermark: Marks on all generated pages of the web, and finding them, >= 0; a part costs its share.
        hour: An hour of a reviewer, >= 0.
        page: A page of the reserve, licensed, >= 0.
        pages_per_hour: Pages that a reviewer judges in an hour, above 0.

    Raises:
        InputError: If a number is out of range.
    """

    watermark: float
    hour: float
    page: float
    pages_per_hour: float = 60.0

    def __post_init__(self) -> None:
        """Refuse what is no cost.

        Raises:
            InputError: If a number is out of range.
        """
        if not all(0.0 <= getattr(self, field.name) < np.inf for field in fields(self)):
            raise InputError("a cost is a number >= 0")
        if not self.pages_per_hour:
            raise InputError("a reviewer judges more than no page an hour")


@dataclass(frozen=True, slots=True)
class Setting:
    """Say what the plan is for, and how good the remedies are.

    Attributes:
        generated: Share of each period's new pages that is generated, in [0, 1), shape (periods,).
        every: Periods between two trainings, >= 1.
        size: Pages of a training set, >= `web.MANY_PAGES`.
        tpr: Share of marked pages that are found, in [0, 1].
        caught: Share of generated pages that a reviewer calls so, in [0, 1].
        wronged: Share of human pages that a reviewer calls generated, in [0, 1).
        sealed: The greatest share of a training set that the reserve can give, in [0, 1].
        marked: The greatest share of generated pages that can be marked, in [0, 1].
        before: Human pages at the start, in periods' worth of new ones, >= 0.
        retention: Share of the pages that are still there a period later, in [0, 1].
        tokenizer: Whose tokens are counted, the models' own; empty where words are.

    Source:
        docs/reference/command-line.md, "headwater plan", which gives that of each default.
    """

    generated: tuple[float, ...]
    every: int = 4
    size: int = 1_000_000
    tpr: float = 0.99
    caught: float = 0.8
    wronged: float = 0.05
    sealed: float = 0.5
    marked: float = 1.0
    before: float = 40.0
    retention: float = web.QUARTER_RETENTION
    tokenizer: str = ""


@dataclass(frozen=True, slots=True)
class Mix:
    """Hold one mix of remedies and what comes of it.

    Attributes:
        coverage: Share of generated pages that are marked.
        reviewed: Share of the crawl that reviewers judge.
        sealed: Share of each training set that is drawn from the reserve.
        loss: Tail loss of the last training set; see `tail_loss`.
        human: Human share of the last training set.
        cost: Of all training sets together.
    """

    coverage: float
    reviewed: float
    sealed: float
    loss: float
    human: float
    cost: float


@dataclass(frozen=True, slots=True)
class Advice:
    """Hold what the planner found.

    Attributes:
        best: The cheapest mix that keeps the loss at or under its target; None where none does.
        least: The mix of least loss, the cheapest of these.
        nothing: No remedy at all.
        frontier: Mixes than which none is both cheaper and better, by rising cost; from one to the next the
            loss falls by a twentieth of what it can fall at least.
        sensitivities: What is assumed -> the loss of `best` (or `least`) where that is a tenth worse.
        assumptions: What was taken for granted.
    """

    best: Mix | None
    least: Mix
    nothing: Mix
    frontier: tuple[Mix, ...]
    sensitivities: Mapping[str, float]
    assumptions: tuple[Assumption, ...]


def tail_loss(rates: ArrayLike, counts: ArrayLike) -> Floats:
    """Compute what a training set has lost of a corpus's tail.

    Args:
        rates: g of `web.rates`, any shape; 1 for human text.
        counts: Occurrences of every type in a human training set, >= 0, shape (types,).

    Returns:
        1 - kept / kept by human text, the shape of `rates`, where kept is the share of the occurrences of
        the rarest types (those that make up a tenth of the corpus) whose type is there.

    Raises:
        InputError: If counts are unusable.

    Source:
        F12 of docs/explanation/collapse-theory.md, weighted by occurrences.
    """
    tail, n_types = _tail(counts)
    weight = tail * n_types / (tail * n_types).sum()

    def kept(g: Floats) -> Floats:
        return np.asarray(-np.expm1(-g[..., None] * tail) @ weight)

    return np.asarray(1.0 - kept(np.asarray(rates, dtype=np.float64)) / kept(np.ones(())))


def resolution(counts: ArrayLike) -> float:
    """Compute by how much chance alone moves the tail loss of human text.

    Args:
        counts: As in `tail_loss`.

    Returns:
        A standard error around 0: text is drawn anew, each type's occurrences by Poisson's law.

    Raises:
        InputError: If counts are unusable.
    """
    tail, n_types = _tail(counts)
    there = -np.expm1(-tail)
    return float(np.sqrt(n_types * tail**2 @ (there * (1.0 - there))) / (n_types * tail @ there))


def _tail(counts: ArrayLike) -> tuple[Floats, Floats]:
    """Give the counts that occur in the tail, rising, and how many types have each."""
    held = np.asarray(counts, dtype=np.int64)
    tail, n_types = np.unique(held[tail_types(held)], return_counts=True)
    return tail.astype(np.float64), n_types.astype(np.float64)


def advise(counts: ArrayLike, setting: Setting, costs: Costs, *, target: float) -> Advice:
    """Find the cheapest mix of remedies that keeps the tail.

    Args:
        counts: Occurrences of every type in a human training set, shape (types,).
        setting: What is assumed.
        costs: What remedies cost.
        target: Tail loss of the last training set that is allowed, in (0, 1).

    Returns:
        The advice, on a grid of `COVERAGES`, `REVIEWED` and `SEALED`.

    Raises:
        InputError: If a number is out of range, or the mean field says nothing of such a web.
    """
    if not 0.0 < target < 1.0:
        raise InputError("the target of a tail loss lies between 0 and 1")
    if not (0.0 <= setting.marked <= 1.0 and 0.0 <= setting.sealed <= 1.0):
        raise InputError("what can be marked, and what the reserve can give, are shares in [0, 1]")
    if setting.size < web.MANY_PAGES:
        raise InputError(
            f"the mean field says nothing of training sets of {setting.size} pages",
            hint=f"it holds from {web.MANY_PAGES:,} on",
        )
    if len(setting.generated) < setting.every:
        raise InputError("no model is trained in so short a time", hint="look further ahead")
    error = resolution(counts)
    if (times := (_ERRORS * error / target) ** 2) > 1.0:
        raise InputError(
            f"the corpus has too few rare words: chance alone loses {error:.1%} of them, give or take, "
            f"and the target is {target:.1%}",
            hint=f"give some {times:,.0f} times as much text, or allow a greater loss",
        )
    marked, sealed = (
        [share for share in shares if share <= most]
        for shares, most in ((COVERAGES, setting.marked), (SEALED, setting.sealed))
    )
    grid = np.array(list(product(marked, REVIEWED, sealed)))
    mixes = _mixes(counts, setting, costs, grid)
    nothing = mixes[0]
    least = min(mixes, key=lambda mix: (mix.loss, mix.cost))
    met = [mix for mix in mixes if mix.loss <= target]
    best = min(met, key=lambda mix: (mix.cost, mix.loss), default=None)
    return Advice(
        best,
        least,
        nothing,
        _frontier(mixes),
        _sensitivities(counts, setting, costs, best or least),
        web.assumptions(_web(setting, grid[:1]), tokenizer=setting.tokenizer),
    )


def _web(setting: Setting, grid: Floats) -> Web:
    coverage, reviewed, sealed = grid.T
    return Web(
        setting.generated,
        setting.before,
        retention=setting.retention,
        # What a mark does not show, a reviewer may see.
        adoption=1.0 - (1.0 - coverage * setting.tpr) * (1.0 - reviewed * setting.caught),
        tpr=1.0,
        fpr=reviewed * setting.wronged,
        reserve=sealed,
        size=setting.size,
        every=setting.every,
    )


def _mixes(counts: ArrayLike, setting: Setting, costs: Costs, grid: Floats) -> list[Mix]:
    flowed = web.flow(_web(setting, grid))
    loss = tail_loss(web.rates(flowed)[:, -1], counts)
    coverage, reviewed, sealed = grid.T
    with np.errstate(over="ignore", invalid="ignore"):
        hours = reviewed * setting.size / costs.pages_per_hour
        once = coverage * costs.watermark + hours * costs.hour + sealed * setting.size * costs.page
        cost = once * (flowed.human_share.shape[1] - 1)
    if not bool(np.all(np.isfinite(cost))):
        raise InputError("the costs are too great to be added up", hint="name them in a larger unit")
    columns = (*grid.T, loss, flowed.human_share[:, -1], cost)
    return [Mix(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _frontier(mixes: Sequence[Mix]) -> tuple[Mix, ...]:
    kept: list[Mix] = []
    step = (max(mix.loss for mix in mixes) - min(mix.loss for mix in mixes)) / _STEPS
    for mix in sorted(mixes, key=lambda one: (one.cost, one.loss)):
        if not kept or (mix.loss < kept[-1].loss and mix.loss <= kept[-1].loss - step):
            kept.append(mix)
    return tuple(kept)


def _sensitivities(counts: ArrayLike, setting: Setting, costs: Costs, mix: Mix) -> dict[str, float]:
    """Give the loss of a mix where one assumption is a tenth worse than was assumed."""
    grid = np.array([[mix.coverage, mix.reviewed, mix.sealed]])
    rising = tuple(min(0.99, share * (1.0 + _NUDGE)) for share in setting.generated)
    worse = {
        "generated share of new pages": replace(setting, generated=rising),
        "marked pages that are found": replace(setting, tpr=setting.tpr * (1.0 - _NUDGE)),
        "generated pages that reviewers catch": replace(setting, caught=setting.caught * (1.0 - _NUDGE)),
        "human pages at the start": replace(setting, before=setting.before * (1.0 - _NUDGE)),
    }
    found = {name: _mixes(counts, one, costs, grid)[0].loss for name, one in worse.items()}
    less = grid * np.array([[1.0 - _NUDGE, 1.0, 1.0]])
    return found | {"coverage of the marks": _mixes(counts, setting, costs, less)[0].loss}
