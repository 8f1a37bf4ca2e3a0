"""Where a judgement adds most: in doubt, rare, unlike what was seen, in the lost tail, and cheap."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.review.select.batch import Drawn, Slice, no_pi, slices
from headwater.review.select.chunk import Chunk, Floats, Vectors, join, uniform
from headwater.review.select.sketch import Longs, Sketch
from headwater.review.select.strata import Centroids
from headwater.review.select.weight import Exponents, mass, parts, rarity

ACTIVE_SHARE = 0.6
AUDIT_SHARE = 0.2
# Part of the chance that is the same for all, which bounds the weights of an estimate by its inverse.
DEFENSIVE = 0.2
_SURVIVORS_PER_ITEM = 6.0
_LEAST_SURVIVORS_PER_ITEM = 1.5
_LEAST_SURVIVORS = 1000.0
_MOST_PROBED = 20_000


@dataclass(frozen=True, slots=True)
class Active:
    """Draw by weight and apart, three fifths; at random, one; far from all, one.

    Attributes:
        among: Strata, with what humans already judged.
        exponents: How much each part of the weight counts.
        first: Share of the probes that go first to languages in which nothing was judged, in [0, 1].
        name: The versioned name of all this.
    """

    among: Centroids
    exponents: Exponents = field(default_factory=Exponents)
    first: float = 0.0
    name: str = "active-1"

    def spec(self) -> Mapping[str, Any]:
        """Give all settings, as a JSON value."""
        return {
            "exponents": asdict(self.exponents),
            "n_strata": len(self.among.vector),
            "shares": {"active": ACTIVE_SHARE, "audit": AUDIT_SHARE, "defensive": DEFENSIVE}
            | ({"languages": self.first} if self.first else {}),
        }

    def rate(self, documents: Chunk, number: Floats) -> tuple[Floats, Longs]:
        """Give number over mass: what is kept is what is likely to be drawn."""
        heavy = mass(parts(documents, self.among), self.exponents)
        return number / heavy, heavy

    def draw(self, sketch: Sketch, n: int, rng: np.random.Generator) -> Drawn:
        """Choose a batch.

        The slice by weight is drawn in two steps whose chances multiply to pi = min(1, kappa q) with
        q = (1 - delta) w / sum w + delta / N. First each document passes if its number is below t q, which
        needs no more than the totals of the sketch; then the local pivotal method draws among those that
        passed with chance pi / min(1, t q).

        Args:
            sketch: Of the whole stream.
            n: How many.
            rng: Tosses the coins of the second step.

        Returns:
            At most n documents; a probe has no pi, since it was not left to chance. A document of both other
            slices is one of the audit, and its pi is that of being in either.

        Raises:
            InputError: If n is below 1, or the sketch remembers too few documents.
        """
        if n < 1:
            raise InputError("a batch has at least one document")
        n, n_all = min(n, sketch.n_documents), sketch.n_documents
        n_active = round(ACTIVE_SHARE * n)
        audit = sketch.audit.documents.take(
            np.arange(min(round(AUDIT_SHARE * n), len(sketch.audit.documents)))
        )
        pool, number = _pool(sketch)
        q, passing = self._shares(sketch, pool), self._passing(sketch, n_active)
        kappa = min(_kappa(q, n_active), passing)
        active = pool.take(_by_weight(pool.vector, (number, q), (kappa, passing), rng=rng))
        active = active.take(np.flatnonzero(~np.isin(active.id, audit.id)))
        taken = join([active, audit])
        probes = self._probes(sketch, pool, taken, n - len(taken))
        left_out = 1.0 - np.minimum(kappa * self._shares(sketch, taken), 1.0)
        pi = np.concatenate([1.0 - left_out * (1.0 - len(audit) / n_all), no_pi(len(probes))])
        sizes: tuple[tuple[Slice, int], ...] = (
            ("active", len(active)),
            ("audit", len(audit)),
            ("probe", len(probes)),
        )
        part = [one for name, size in sizes for one in slices(name, size)]
        return Drawn(chosen := join([taken, probes]), part, pi, self._why(sketch, chosen))

    def _shares(self, sketch: Sketch, documents: Chunk) -> Floats:
        """Give q of documents; over the whole stream it sums to 1."""
        rare = rarity(sketch.n_in, self.exponents)
        heavy = mass(parts(documents, self.among), self.exponents) * rare[documents.stratum]
        return (1.0 - DEFENSIVE) * heavy / _total(sketch, rare) + DEFENSIVE / sketch.n_documents

    def _passing(self, sketch: Sketch, n_active: int) -> float:
        """Say how many are to pass: no more than are remembered for sure.

        Raises:
            InputError: If that is too few.
        """
        rare = rarity(sketch.n_in, self.exponents)
        # Whoever passes has a number below 2 t times one of the two terms of q, and is in one of two lists.
        by_weight = sketch.best.bound * _total(sketch, rare) / (2.0 * (1.0 - DEFENSIVE) * float(rare.max()))
        by_chance = sketch.even.bound * sketch.n_documents / (2.0 * DEFENSIVE)
        wanted = max(_SURVIVORS_PER_ITEM * n_active, _LEAST_SURVIVORS)
        passing = min(wanted, by_weight, by_chance)
        if passing < _LEAST_SURVIVORS_PER_ITEM * n_active:
            raise InputError(
                f"the sketch remembers too few documents for a batch with {n_active} chosen by weight",
                hint="choose fewer, or scan with a larger capacity",
            )
        return passing

    def _probes(self, sketch: Sketch, pool: Chunk, taken: Chunk, n: int) -> Chunk:
        from headwater.review.select.spread import farthest, grid

        free, n = pool.take(np.flatnonzero(~np.isin(pool.id, taken.id))), max(n, 0)
        first = self._unheard(free, taken, round(self.first * n))
        free = free.take(np.flatnonzero(~np.isin(free.id, first.id))[:_MOST_PROBED])
        doubt = parts(free, self.among).uncertainty + self.exponents.doubt
        worth = rarity(sketch.n_in, self.exponents)[free.stratum] * doubt**self.exponents.probe
        seen = np.concatenate([taken.vector, first.vector, self.among.vector[self.among.n_validated > 0]])
        n_apart = min(n - len(first), len(free))
        return join([first, free.take(farthest(grid(free.vector), grid(seen), worth, n_apart))])

    def _unheard(self, free: Chunk, taken: Chunk, n: int) -> Chunk:
        """Give n documents at most, each the most doubtful of a language in which nothing was judged."""
        heard = [b"", *self.among.languages, *taken.language.tolist()]
        rows = np.lexsort((free.id, -parts(free, self.among).uncertainty))
        rows = rows[~np.isin(free.language[rows], heard)]
        _, each = np.unique(free.language[rows], return_index=True)
        return free.take(rows[np.sort(each)[:n]])

    def _why(self, sketch: Sketch, documents: Chunk) -> Mapping[str, Floats]:
        made_of = parts(documents, self.among)
        return {
            "uncertainty": made_of.uncertainty,
            "novelty": made_of.novelty,
            "deficit": made_of.deficit,
            "cost_s": made_of.cost_s,
            "rarity": rarity(sketch.n_in, self.exponents)[documents.stratum],
        }


def _total(sketch: Sketch, rare: Floats) -> float:
    return math.fsum((sketch.mass_in * rare).tolist())


def _pool(sketch: Sketch) -> tuple[Chunk, Floats]:
    """Give everything remembered once, by id, and its number."""
    every = join([sketch.even.documents, sketch.best.documents])
    _, rows = np.unique(every.id, return_index=True)
    pool = every.take(rows)
    return pool, uniform(pool.id, sketch.seed)


def _kappa(q: Floats, n: int) -> float:
    """Solve sum of min(1, kappa q) = n over a stream whose q sum to 1, all large ones being given."""
    descending = np.sort(q)[::-1]
    n_sure = np.arange(min(n, q.size))
    kappa = (n - n_sure) / np.maximum(
        1.0 - np.concatenate([[0.0], np.cumsum(descending)[: n_sure.size - 1]]), 1e-12
    )
    fits = kappa * descending[: n_sure.size] <= 1.0
    return float(kappa[np.argmax(fits)]) if fits.any() else float("inf")


def _by_weight(
    vector: Vectors, of: tuple[Floats, Floats], at: tuple[float, float], *, rng: np.random.Generator
) -> npt.NDArray[np.intp]:
    from headwater.review.select.spread import grid, pivotal

    (number, q), (kappa, passing) = of, at
    rows = np.flatnonzero(number <= passing * q)
    chance = np.minimum(kappa * q[rows], 1.0) / np.minimum(passing * q[rows], 1.0)
    drawn = pivotal(grid(vector[rows]), np.minimum(chance, 1.0), rng.random(2 * rows.size + 1))
    return rows[drawn > 0.5]
