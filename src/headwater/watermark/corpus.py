"""What share of a corpus a key has marked, with an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from headwater.errors import InputError
from headwater.stats import clopper_pearson
from headwater.watermark.detect import Reading
from headwater.watermark.law import Law


@dataclass(frozen=True, slots=True)
class Tally:
    """Count what one key says of documents; tallies of different documents add up.

    Attributes:
        at: Level of one document.
        n_documents: Documents with a token that counts.
        n_found: Those with a p-value at most `at`.
        n_scored: Tokens that count.
        total: Sum of their scores.
    """

    at: float
    n_documents: int = 0
    n_found: int = 0
    n_scored: int = 0
    total: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        """Count both.

        Raises:
            InputError: If they were counted at different levels.
        """
        if self.at != other.at:
            raise InputError("tallies at different levels do not add up")
        return Tally(
            self.at,
            self.n_documents + other.n_documents,
            self.n_found + other.n_found,
            self.n_scored + other.n_scored,
            self.total + other.total,
        )


def tally(reading: Reading, *, at: float = 1e-3) -> Tally:
    """Count documents.

    Args:
        reading: What one key says of them.
        at: Level of one document, in (0, 1).
    """
    counts = reading.n_scored > 0
    return Tally(
        at,
        n_documents=int(counts.sum()),
        n_found=int((reading.log_p[counts] <= math.log(at)).sum()),
        n_scored=int(reading.n_scored.sum()),
        total=math.fsum(reading.totals.tolist()),
    )


@dataclass(frozen=True, slots=True)
class Share:
    """Say how much of a corpus is marked.

    Attributes:
        n_documents: Documents with a token that counts.
        n_found: Those with a p-value at most `at`.
        at: The level of one document.
        estimate: Share of the documents that are marked, in [0, 1].
        low: Lower end of its interval.
        high: Upper end.
        log_p: ln of the p-value that no document is marked, of all scores together.
    """

    n_documents: int
    n_found: int
    at: float
    estimate: float
    low: float
    high: float
    log_p: float


def share(counted: Tally, law: Law, *, confidence: float = 0.95, power: float = 1.0) -> Share:
    """Estimate what share of the documents of a corpus a key has marked.

    Of unmarked documents at most the share `at` has a p-value so small; of marked ones at least `power`,
    which depends on how they were made and must be known from elsewhere. With a power of 1 the interval is
    for documents marked plainly enough to be found.

    Null law: n-grams that documents share are left out (`shared.own`), so documents are independent.

    Args:
        counted: What one key says of all documents, at a level in (0, power).
        law: Of the key's scheme.
        confidence: Of the interval, in (0, 1).
        power: Least chance that a marked document is found at that level, in (0, 1].

    Returns:
        The share. An interval of a share that is 0 contains 0; its lower end is above 0 only if more
        documents were found than the level explains.

    Raises:
        InputError: If a number is out of range, or no document has a token that counts.

    Source:
        Rogan and Gladen (1978), "Estimating prevalence from the results of a screening test", equation 1;
        the ends are those of Clopper and Pearson's interval for the share that is found, put through it.
    """
    at, n = counted.at, counted.n_documents
    if not 0.0 < at < power <= 1.0:
        raise InputError(f"no share at a level of {at} and a power of {power}")
    if n == 0:
        raise InputError("no document has a token that counts")
    found = clopper_pearson(counted.n_found, n, confidence)
    # Of unmarked documents somewhere between none and `at` is found: each end takes what makes it wider.
    return Share(
        n_documents=n,
        n_found=counted.n_found,
        at=at,
        estimate=_prevalence(counted.n_found / n, at, power),
        low=_prevalence(found[0], at, 1.0),
        high=_prevalence(found[1], 0.0, power),
        log_p=float(law.log_survival(np.array([counted.total]), np.array([counted.n_scored]))[0]),
    )


def _prevalence(found: float, false: float, power: float) -> float:
    return min(1.0, max(0.0, (found - false) / (power - false)))
