"""What share of a corpus a key has marked, with an interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headwater.errors import InputError
from headwater.stats import clopper_pearson
from headwater.watermark.detect import Reading
from headwater.watermark.law import Law


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


def share(
    readings: Sequence[Reading], law: Law, *, at: float = 1e-3, confidence: float = 0.95, power: float = 1.0
) -> Share:
    """Estimate what share of the documents of a corpus a key has marked.

    Of unmarked documents at most the share `at` has a p-value so small; of marked ones at least `power`,
    which depends on how they were made and must be known from elsewhere. With a power of 1 the interval is
    for documents marked plainly enough to be found.

    Null law: n-grams that documents share are left out (`shared.own`), so documents are independent.

    Args:
        readings: What one key says of every document, batch after batch.
        law: Of the key's scheme.
        at: Level of one document, in (0, power).
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
    if not 0.0 < at < power <= 1.0:
        raise InputError(f"no share at a level of {at} and a power of {power}")
    n = np.concatenate([np.empty(0, np.int64), *(reading.n_scored for reading in readings)])
    log_p = np.concatenate([np.empty(0), *(reading.log_p for reading in readings)])[n > 0]
    totals = np.array([math.fsum(total for reading in readings for total in reading.totals.tolist())])
    if log_p.size == 0:
        raise InputError("no document has a token that counts")
    n_found = int((log_p <= math.log(at)).sum())
    found = clopper_pearson(n_found, log_p.size, confidence)
    # Of unmarked documents somewhere between none and `at` is found: each end takes what makes it wider.
    return Share(
        n_documents=log_p.size,
        n_found=n_found,
        at=at,
        estimate=_prevalence(n_found / log_p.size, at, power),
        low=_prevalence(found[0], at, 1.0),
        high=_prevalence(found[1], 0.0, power),
        log_p=float(law.log_survival(totals, np.array([int(n.sum())]))[0]),
    )


def _prevalence(found: float, false: float, power: float) -> float:
    return min(1.0, max(0.0, (found - false) / (power - false)))
