"""How much of a crawl is generated: known cases counted, the rest estimated from the mixture of scores."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headwater.curate.calibration import Calibration
from headwater.curate.fuse import LEAST_AUROC, LEAST_DECLARED, is_shifted
from headwater.curate.sighting import Sighting
from headwater.curate.sighting import known as known_of
from headwater.curate.summary import PrevalencePart, Silence
from headwater.stats.mixture import Floats
from headwater.stats.prevalence import Contrast, contrast, share_of

if TYPE_CHECKING:
    from scipy.sparse import csr_array

LEAST_HUMAN = 99
LEAST_PART, MOST_DOMAINS = 30, 50
N_DRAWS = 400
_SHORT = "too short, or in no language that is recognised surely"
_NO_HUMANS = f"fewer than {LEAST_HUMAN} human scores in the language"
_NO_GENERATED = f"fewer than {LEAST_DECLARED} texts of the language known to be generated"
_ALIKE = f"the score hardly tells the two kinds apart there (AUROC below {LEAST_AUROC})"
_TRANSLATED = "translated by a program, as they show: neither a person's text nor generated"
_SHIFTED = "the crawl's people do not write like the calibration's there"
_ASIDE = (_SHORT, _NO_HUMANS, _NO_GENERATED)


@dataclass(frozen=True, slots=True)
class StratumLaw:
    """What is known of one stratum's scores.

    Attributes:
        stratum: Its name.
        n_human: Human scores.
        n_generated: Scores of texts known to be generated.
        n: Texts of the crawl in it of which nothing is known.
        auroc: Chance that a generated text scores above a human one.
        silence: Why nothing is said of it; empty when something is.
    """

    stratum: str
    n_human: int
    n_generated: int
    n: int
    auroc: float
    silence: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """What `estimate` found.

    Attributes:
        parts: The whole first, then languages, months and domains.
        silent: What nothing can be said of, most first.
        strata: Every stratum that both kinds are known of.
    """

    parts: tuple[PrevalencePart, ...]
    silent: tuple[Silence, ...]
    strata: tuple[StratumLaw, ...]


def estimate(
    crawl: Iterable[Sighting],
    calibration: Calibration,
    *,
    generated: Iterable[Sighting] = (),
    rng: np.random.Generator,
    n_draws: int = N_DRAWS,
) -> Estimate:
    """Estimate which share of a crawl is generated, by language, month and domain.

    What is known (declared, watermarked, or proven to be a person's) is counted as known. Of the rest, each
    stratum's scores are taken for a mixture of its human scores and those of texts known to be generated.

    Args:
        crawl: Texts, one a cluster of near-duplicates.
        calibration: Human scores, and perhaps generated ones.
        generated: Further texts that are known to be generated; those of the crawl and of the calibration are
            learned from too.
        rng: Draws the intervals.
        n_draws: Bootstrap samples.

    Returns:
        Shares of the texts that something can be said of, with 95 % intervals, and how many are left out.
    """
    # The order decides what is drawn, so that equal crawls give equal intervals.
    seen = sorted(crawl, key=lambda one: (one.site, one.month, one.language, one.names, one.score))
    declared = (one for one in seen if one.origin == "generated")
    known = pooled(chain(declared, generated, known_of(calibration)))
    cells = _Cells(n_draws=n_draws)
    at, why = np.full(len(seen), -1), [""] * len(seen)
    groups: dict[str, list[int]] = defaultdict(list)
    for i, one in enumerate(seen):
        if one.origin == "translated":
            why[i] = _TRANSLATED
        elif one.origin:
            at[i] = int(one.origin == "generated")
        elif (stratum := _stratum(one, calibration, known)) in _ASIDE:
            why[i] = stratum
        else:
            groups[stratum].append(i)
    laws = []
    for name, members in sorted(groups.items()):
        scores = np.array([seen[i].score for i in members])
        weights = calibration.stands_for(name)
        both = contrast(calibration.human(name), known[name], weights=weights)
        laws.append(_law(name, both, scores, calibration))
        if laws[-1].silence:
            for i in members:
                why[i] = laws[-1].silence
        else:
            at[members] = cells.add(both, scores, rng=rng)
    parts = _parts(seen, at, cells, rng=rng)
    silent = tuple(Silence(*pair) for pair in Counter(filter(None, why)).most_common())
    return Estimate(parts, silent, tuple(laws))


def pooled(generated: Iterable[Sighting]) -> Mapping[str, list[float]]:
    """Gather scores by stratum, fine and coarse."""
    pools: dict[str, list[float]] = defaultdict(list)
    for one in generated:
        for name in one.names:
            pools[name].append(one.score)
    return pools


def _stratum(one: Sighting, calibration: Calibration, known: Mapping[str, list[float]]) -> str:
    """Name the finest stratum in which both kinds are known, or why there is none."""
    human = [name for name in one.names if calibration.size(name) >= LEAST_HUMAN]
    both = [name for name in human if len(known.get(name, ())) >= LEAST_DECLARED]
    return both[0] if both else _SHORT if not one.names else _NO_GENERATED if human else _NO_HUMANS


def _law(stratum: str, found: Contrast, scores: Floats, calibration: Calibration) -> StratumLaw:
    shifted = is_shifted(scores, calibration.people(stratum))
    silence = _ALIKE if found.auroc < LEAST_AUROC else _SHIFTED if shifted else ""
    n_generated = int(found.alternative.sum())
    return StratumLaw(stratum, calibration.size(stratum), n_generated, scores.size, found.auroc, silence)


@dataclass(slots=True)
class _Cells:
    """How much of a generated text each kind of text stands for: known human, known generated, then bins."""

    n_draws: int
    parts: list[Floats] = field(default_factory=lambda: [np.array([0.0, 1.0])])
    draws: list[Floats] = field(default_factory=list)

    def add(self, laws: Contrast, scores: Floats, *, rng: np.random.Generator) -> NDArray[np.int64]:
        bins = laws.bins(scores)
        first = sum(part.size for part in self.parts)
        counts = np.bincount(bins, minlength=laws.null.size)
        parts, draws = laws.parts(counts, rng=rng, n_draws=self.n_draws)
        self.parts.append(parts)
        self.draws.append(draws)
        return bins + first

    def whole(self) -> tuple[Floats, Floats]:
        known = np.tile(self.parts[0], (self.n_draws, 1))
        return np.concatenate(self.parts), np.hstack([known, *self.draws])


def _parts(
    seen: Sequence[Sighting], at: NDArray[np.int64], cells: _Cells, *, rng: np.random.Generator
) -> tuple[PrevalencePart, ...]:
    parts, draws = cells.whole()
    found = []
    for dimension, name_of in _DIMENSIONS.items():
        groups: dict[str, list[int]] = defaultdict(list)
        for i, one in enumerate(seen):
            groups[name_of(one)].append(i)
        for name in _chosen(dimension, groups, at):
            members = np.array(groups[name], dtype=np.int64)
            spoken = members[at[members] >= 0]
            sites = [seen[i].site for i in spoken]
            counts = _counts(sites, at[spoken], parts.size)
            share = share_of(counts, parts, draws, rng=rng)
            n_known = int(np.sum(at[spoken] == 1))
            n_silent = members.size - spoken.size
            facts = (share.n, n_known, counts.shape[0], n_silent, share.value, share.low, share.high)
            found.append(PrevalencePart(dimension, name, *facts))
    return tuple(found)


_DIMENSIONS: Mapping[str, Callable[[Sighting], str]] = {
    "all": lambda _: "",
    "language": lambda one: one.language,
    "month": lambda one: one.month,
    "domain": lambda one: one.site,
}


def _chosen(dimension: str, groups: Mapping[str, Sequence[int]], at: NDArray[np.int64]) -> list[str]:
    """Choose the parts that are large enough: months in order, others by size."""
    sizes = {name: int(np.sum(at[np.array(members)] >= 0)) for name, members in groups.items()}
    least = 1 if dimension == "all" else LEAST_PART
    large = sorted(name for name, size in sizes.items() if size >= least)
    if dimension == "month":
        return large
    return sorted(large, key=lambda name: -sizes[name])[:MOST_DOMAINS]


def _counts(sites: Sequence[str], cells: NDArray[np.int64], n_cells: int) -> csr_array:
    from scipy.sparse import coo_array

    _, rows = np.unique(np.array(sites), return_inverse=True)
    shape = (int(rows.max()) + 1 if rows.size else 0, n_cells)
    return coo_array((np.ones(rows.size), (rows, cells)), shape=shape).tocsr()
