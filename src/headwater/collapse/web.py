"""The web as stocks and flows of human and generated pages that models learn from.

A mean field. Each period people add pages, the newest model adds others, and old ones vanish; now and then
a model is trained on a crawl of what is there, filtered and mixed with a sealed reserve. Everything is an
expectation, exact for many pages; any setting may be an array, and then all its values are computed at once.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater.collapse.forecast import Assumption
from headwater.errors import InputError

Floats = NDArray[np.float64]
QUARTER_RETENTION = 0.62**0.025  # 38 % of the pages of 2013 were gone ten years later
MANY_PAGES = 1_000
MOST_MODELS = 200


@dataclass(frozen=True, slots=True)
class Web:
    """Describe a web, its models and the remedies.

    What is no tuple and no count may be an array of shape (cells,).

    Attributes:
        generated: Share of each period's new pages that is generated, in [0, 1), shape (periods,).
        before: Human pages at the start, in periods' worth of human pages, >= 0.
        retention: Share of the pages that are still there a period later, in [0, 1].
        boost: Odds with which a human page is crawled, against a generated one; above 0.
        adoption: Share of generated pages that carry a mark, in [0, 1].
        tpr: Share of marked pages that the filter removes, in [0, 1].
        fpr: Share of human pages that it removes, in [0, 1).
        reserve: Share of each training set that is drawn from a sealed reserve, in [0, 1].
        bias: lambda, a factor on the variance of what a model writes, in (0, 1].
        size: Samples that a model is trained on, >= 2.
        every: Periods between two trainings, >= 1.

    Raises:
        InputError: If a number is out of range.

    Source:
        Defaults: docs/explanation/collapse-theory.md, "The web".
    """

    generated: tuple[float, ...]
    before: float = 40.0
    retention: ArrayLike = QUARTER_RETENTION
    boost: ArrayLike = 1.0
    adoption: ArrayLike = 0.0
    tpr: ArrayLike = 0.0
    fpr: ArrayLike = 0.0
    reserve: ArrayLike = 0.0
    bias: ArrayLike = 1.0
    size: int = 1_000_000
    every: int = 4

    def __post_init__(self) -> None:
        shares = {name: self.setting(name) for name in ("retention", "adoption", "tpr", "fpr", "reserve")}
        shares["generated"] = np.asarray(self.generated, dtype=np.float64)
        for name, values in shares.items():
            if values.size == 0 or not bool(np.all((values >= 0.0) & (values <= 1.0))):
                raise InputError(f"the {name} of a web lies in [0, 1]")
        if bool(np.any(shares["generated"] == 1.0) or np.any(shares["fpr"] == 1.0)):
            raise InputError("some new pages are human, and the filter lets some of them through")
        bias, boost = self.setting("bias"), self.setting("boost")
        if not bool(np.all((bias > 0.0) & (bias <= 1.0) & (boost > 0.0) & np.isfinite(boost))):
            raise InputError("the bias of a web lies in (0, 1], and a boost is above 0")
        if not (0.0 <= self.before < np.inf and self.size >= 2 and self.every >= 1):
            raise InputError("a web has before >= 0, size >= 2 and every >= 1")
        if len(self.generated) // self.every > MOST_MODELS:
            raise InputError(f"more than {MOST_MODELS} trainings", hint="look less far ahead")

    def setting(self, name: str) -> Floats:
        """Give a setting as an array of shape (cells,) or (1,)."""
        return np.atleast_1d(np.asarray(getattr(self, name), dtype=np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Hold what became of a web; the first axis of everything is cells.

    Attributes:
        generated: Generated share of the pages that are there, by period, shape (cells, periods).
        human_share: Of each training set, shape (cells, models); the first model is trained on people alone.
        origin: Of the generated part of each training set, the share that each model wrote, shape
            (cells, models, models), rows of zeros where there is none.
    """

    generated: Floats
    human_share: Floats
    origin: Floats


def adopted(time: ArrayLike, *, plateau: float = 0.52, middle: float = 2.3, width: float = 1.6) -> Floats:
    """Give the generated share of new pages by a logistic curve.

    Args:
        time: Quarters since the end of 2022, any shape.
        plateau: Share that it tends to, in [0, 1).
        middle: When half of it is reached.
        width: Quarters in which the odds grow e-fold, above 0.

    Returns:
        Shares, the shape of `time`: 10 % at the end of 2022, 39 % a year later, 50 % in November 2024, 51 %
        in May 2025.

    Raises:
        InputError: If a number is out of range.

    Source:
        Graphite (2025), "More articles are now created by AI than humans", 65,000 articles of Common Crawl:
        10 % at the end of 2022, 39 % twelve months after ChatGPT, half in November 2024, 52 % in May 2025.
    """
    if not (0.0 <= plateau < 1.0 and width > 0.0):
        raise InputError("a plateau lies in [0, 1), and a width is above 0")
    t = np.asarray(time, dtype=np.float64)
    return np.asarray(plateau / (1.0 + np.exp(-(t - middle) / width)))


def flow(web: Web) -> Flow:
    """Let the stocks of a web flow.

    Args:
        web: The web.

    Returns:
        Shares by period and by training.

    Source:
        docs/explanation/collapse-theory.md, "The web".
    """
    retention, n_cells = web.setting("retention"), _n_cells(web)
    n_models = 1 + len(web.generated) // web.every
    human, made = np.full(n_cells, web.before), np.zeros((n_cells, n_models))
    share, origin = np.ones((n_cells, n_models)), np.zeros((n_cells, n_models, n_models))
    seen, newest = [], 0
    for period, new in enumerate(web.generated, 1):
        human, made = human * retention + 1.0, made * retention[:, None]
        made[:, newest] += new / (1.0 - new)
        whole = made.sum(axis=1)
        seen.append(whole / (whole + human))
        if period % web.every == 0:
            newest += 1
            share[:, newest] = _human_share(web, human, whole)
            np.divide(made, whole[:, None], out=origin[:, newest], where=whole[:, None] > 0.0)
    return Flow(np.stack(np.broadcast_arrays(*seen), axis=1), share, origin)


def moments(web: Web, flowed: Flow) -> tuple[Floats, Floats]:
    """Compute the variance within each model, and its drift.

    The truth is a normal law of variance 1.

    Args:
        web: The web.
        flowed: What became of it.

    Returns:
        E sigma^2 (ddof = 0) and E (mu - mu_0)^2, each of shape (cells, models).

    Source:
        F8 of docs/explanation/collapse-theory.md, with every sample's author drawn from all earlier ones.
    """
    a, bias, n_models = flowed.human_share, web.setting("bias"), flowed.human_share.shape[1]
    within, drift = np.zeros_like(a), np.zeros_like(a)
    joint = np.zeros((len(a), n_models, n_models))  # E mu_i mu_j
    for k in range(n_models):
        w, human = flowed.origin[:, k, :k], a[:, k]
        pull = np.einsum("cj,cji->ci", w, joint[:, :k, :k])  # of the stock's mean with each model's
        centre = np.einsum("ci,ci->c", pull, w)
        raw = np.einsum("cj,cj->c", w, bias[:, None] * within[:, :k] + drift[:, :k])
        wandered = (1.0 - human) ** 2 * centre  # squared mean of what is crawled
        drift[:, k] = wandered + (human + (1.0 - human) * raw - wandered) / web.size
        within[:, k] = human + (1.0 - human) * raw - drift[:, k]
        joint[:, k, :k] = joint[:, :k, k] = (1.0 - human)[:, None] * pull
        joint[:, k, k] = drift[:, k]
    return within, drift


def rates(flowed: Flow) -> Floats:
    """Compute the rate at which one human occurrence keeps its type present.

    Args:
        flowed: What became of a web.

    Returns:
        g, shape (cells, models): a type of c occurrences in a human training set is present with
        probability 1 - exp(-c g). The first training set is a human one that is drawn anew, g = 1.

    Source:
        F12 of docs/explanation/collapse-theory.md, with descendants in all later training sets.
    """
    a, n_models = flowed.human_share, flowed.human_share.shape[1]
    reach = (1.0 - a)[:, :, None] * flowed.origin  # (cells, later, earlier)
    found = np.empty_like(a)
    for last in range(n_models):
        alive = np.zeros((len(a), last + 1))  # 1 - chance that the family of a token has ended
        alive[:, last] = 1.0
        for k in range(last - 1, -1, -1):
            mean = np.einsum("cu,cu->c", reach[:, k + 1 : last + 1, k], alive[:, k + 1 :])
            alive[:, k] = -np.expm1(-mean)
        found[:, last] = (a[:, : last + 1] * alive).sum(axis=1)
    return found


def vocabulary(flowed: Flow, counts: ArrayLike) -> Floats:
    """Forecast the share of a corpus's types in each training set.

    Args:
        flowed: What became of a web, without a bias.
        counts: Occurrences of every type in a human training set, >= 0, not all zero, shape (types,).

    Returns:
        Shape (cells, models).

    Raises:
        InputError: If counts are unusable.
    """
    c = np.asarray(counts, dtype=np.float64)
    if c.ndim != 1 or not bool(np.all(np.isfinite(c) & (c >= 0))) or not bool(np.any(c > 0)):
        raise InputError("counts are finite numbers >= 0, not all zero")
    distinct, n_types = np.unique(c[c > 0], return_counts=True)
    return np.asarray(-np.expm1(-rates(flowed)[..., None] * distinct) @ n_types / n_types.sum())


def grid(web: Web, across: tuple[str, ArrayLike], up: tuple[str, ArrayLike]) -> Web:
    """Vary two settings of a web over all pairs of values.

    Args:
        web: The other settings, each one number.
        across: Name of a setting and its values, shape (columns,).
        up: Name of another, and its values, shape (rows,).

    Returns:
        A web of rows * columns cells, row after row: reshape what comes of it to (rows, columns).

    Raises:
        InputError: If a name is of no setting that may vary, or a value is out of range.
    """
    known = {field.name for field in fields(Web)} - {"generated", "before", "size", "every"}
    if {across[0], up[0]} - known or across[0] == up[0]:
        raise InputError(f"no grid of {across[0]} and {up[0]}", hint=f"two of {', '.join(sorted(known))}")
    x, y = np.meshgrid(np.asarray(across[1], dtype=np.float64), np.asarray(up[1], dtype=np.float64))
    varied: dict[str, Any] = {across[0]: x.ravel(), up[0]: y.ravel()}
    return replace(web, **varied)


def assumptions(web: Web, *, tokenizer: str = "") -> tuple[Assumption, ...]:
    """State what the mean field takes for granted.

    Args:
        web: The web.
        tokenizer: Whose tokens are counted; empty where words are.

    Returns:
        Each assumption, and whether it holds as far as the settings tell.
    """
    drifts = bool(np.all(web.setting("bias") == 1.0))
    fits = "words drift" if drifts else "sampling selects, and its vocabulary is not that of drift"
    unit = Assumption("whole words", holds=True, why="models write words; who writes pieces coins others")
    if tokenizer:
        unit = Assumption("its tokens", holds=True, why=f"models read and write tokens of {tokenizer}")
    return (
        Assumption("many pages", web.size >= MANY_PAGES, f"{web.size:,} samples a model"),
        Assumption("faithful sampling of words", drifts, fits),
        unit,
        Assumption("one family of models", holds=True, why="the newest model writes all generated pages"),
        Assumption("a blind filter", holds=True, why="what is removed does not depend on what a page says"),
        Assumption("no copies", holds=True, why="a page is crawled as often as any other of its kind"),
    )


def _n_cells(web: Web) -> int:
    names = ("retention", "boost", "adoption", "tpr", "fpr", "reserve", "bias")
    try:
        return int(np.broadcast(*(web.setting(name) for name in names)).size)
    except ValueError as error:
        raise InputError("settings that vary have as many values as one another") from error


def _human_share(web: Web, human: Floats, made: Floats) -> Floats:
    caught = web.setting("adoption") * web.setting("tpr")
    kept = human * web.setting("boost") * (1.0 - web.setting("fpr"))
    rest = made * (1.0 - caught)
    # A crawl of which nothing is left gives no human page.
    crawled = np.divide(kept, kept + rest, out=np.zeros_like(kept + rest), where=kept + rest > 0.0)
    reserve = web.setting("reserve")
    return np.asarray(reserve + (1.0 - reserve) * crawled)
