"""Ties of texts with equally many ones, told apart by a second keyed draw, so that p-values are finer.

A count has few totals: the last below a level may be rarer than half of it. Each one therefore draws another
number under the key, and texts with as many ones are ranked by the sum of these. Scores and marks stay what
they are, and no p-value gets larger. A p-value above 1/10 decides nothing and is left as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.watermark import prf
from headwater.watermark.keys import Key
from headwater.watermark.law import TIE_BITS, TIE_MOST, TIE_STEP, Bits, Floats, Law, TiedBits
from headwater.watermark.ngrams import Ngrams
from headwater.watermark.scheme import Scheme

NEAR = math.log(0.1)
_LOWEST = np.uint64((1 << TIE_BITS) - 1)


def law_of(scheme: Scheme) -> Law:
    """Give the law of totals with ties told apart; the scheme's own for finer scores."""
    law = scheme.law
    return TiedBits(law.chance) if isinstance(law, Bits) and law.n_bits == 1 else law


def told_apart(found: Ngrams, scores: Floats, scheme: Scheme, key: Key) -> tuple[Floats, Law]:
    """Add to every 1 its draw, and give the law of the totals.

    Null law: that of the scores; draws are independent of them, as they are made by another key.

    Args:
        found: What counts of m texts.
        scores: Shape (k,), of what was found.
        scheme: How the texts may be marked.
        key: A key of it, with its tag or without.

    Returns:
        Scores, shape (k,), and their law: those given where there is nothing to tell apart, or a text is too
        long.
    """
    law = law_of(scheme)
    if law == scheme.law or found.n_scored.max(initial=0) > TIE_MOST:
        return scores, scheme.law
    secret = prf.derive(key.secret[: prf.MASTER_BYTES], f"{scheme.name} ties")
    drawn = np.bitwise_count(prf.words(found.table, secret) & _LOWEST)
    return scores * (1.0 + TIE_STEP * drawn), law


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Hold the texts whose p-values are near a level, ties told apart.

    Attributes:
        which: Shape (m,), whether each of all texts is among them.
        found: What counts of them.
        scores: Of that.
        law: Of the totals of these scores.
    """

    which: npt.NDArray[np.bool_]
    found: Ngrams
    scores: Floats
    law: Law

    @property
    def log_p(self) -> Floats:
        """Give ln of the p-values of their totals."""
        return self.law.log_survival(self.found.totals(self.scores), self.found.n_scored)


def ranked(found: Ngrams, scores: Floats, scheme: Scheme, key: Key, *, log_p: Floats) -> Ranked | None:
    """Tell ties apart where that can matter.

    Args:
        found: As in `told_apart`.
        scores: As in `told_apart`.
        scheme: As in `told_apart`.
        key: As in `told_apart`.
        log_p: Shape (m,), ln of the p-values of whole totals.

    Returns:
        The texts with a p-value of at most 1/10; None where there is none, or nothing to tell apart.
    """
    near = log_p <= NEAR
    if law_of(scheme) == scheme.law or not near.any():
        return None
    some = found.of_texts(near)
    return Ranked(near, some, *told_apart(some, scores[np.repeat(near, found.n_scored)], scheme, key))
