"""What a document's judgement is worth: doubt, rarity, novelty and tail deficit, for its cost."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.review.select.chunk import Chunk, Floats
from headwater.review.select.strata import Centroids

# Weights are whole numbers of this unit, so that sums are exact in any order.
UNIT = 2.0**-24
_WIDEST_DEFICIT = 5.0


@dataclass(frozen=True, slots=True)
class Exponents:
    """Say how much each part counts; 0 leaves a part out.

    Attributes:
        doubt: Added to the uncertainty, so that a sure detector is checked too; above 0.
        uncertainty: Power of that sum.
        rarity: Power of the rarity of the stratum.
        novelty: Power of the distance to what was validated.
        deficit: Factor of the tail deficit, in 1/nats.
        cost: Power of the cost.
        probe: Power of uncertainty and doubt in what a probe is worth.
    """

    doubt: float = 0.05
    uncertainty: float = 1.0
    rarity: float = 1.0
    novelty: float = 1.0
    deficit: float = 0.5
    cost: float = 0.7
    probe: float = 0.0

    def __post_init__(self) -> None:
        """Check ranges.

        Raises:
            InputError: If a value is negative, or `doubt` is 0.
        """
        if self.doubt <= 0 or min(asdict(self).values()) < 0:
            raise InputError("exponents are not negative, and doubt is above 0")


# Most of a stream is text that detectors are sure of. Sharp weights leave it to the part of the chance that
# is the same for all, and spend the rest on what is in doubt; so do probes.
SHARP = Exponents(doubt=0.01, uncertainty=3.0, rarity=0.5, novelty=1.0, probe=3.0)


@dataclass(frozen=True, slots=True)
class Parts:
    """Hold what a weight is made of, each of shape (n,): why this document."""

    uncertainty: Floats
    novelty: Floats
    deficit: Floats
    cost_s: Floats


def parts(documents: Chunk, among: Centroids) -> Parts:
    """Measure what makes a document worth a human's time, rarity apart.

    Args:
        documents: With strata.
        among: The strata.

    Returns:
        Uncertainty 1 - abs(2p - 1) of the mean detector plus the spread between detectors, in [0, 1.5];
        novelty (1 + n validated)^-1/2 (0.3 + 1 - cosine); deficit clipped to 5 nats; cost.
    """
    p = documents.p_human
    uncertainty = 1.0 - np.abs(2.0 * p.mean(axis=1) - 1.0) + p.std(axis=1)
    seen = among.n_validated[documents.stratum]
    novelty = (1.0 + seen) ** -0.5 * (1.3 - documents.nearness)
    clipped = np.clip(documents.deficit, -_WIDEST_DEFICIT, _WIDEST_DEFICIT)
    return Parts(uncertainty, novelty, clipped, documents.cost_s)


def mass(made_of: Parts, exponents: Exponents) -> npt.NDArray[np.int64]:
    """Multiply the parts, rarity apart.

    Args:
        made_of: The parts.
        exponents: How much each counts.

    Returns:
        (u + doubt)^s v^b exp(g t) / c^h in units of `UNIT`, at least 1, shape (n,).
    """
    product = (
        (made_of.uncertainty + exponents.doubt) ** exponents.uncertainty
        * made_of.novelty**exponents.novelty
        * np.exp(exponents.deficit * made_of.deficit)
        / made_of.cost_s**exponents.cost
    )
    return np.asarray(np.maximum(np.round(product / UNIT), 1.0), dtype=np.int64)


def rarity(n_in: npt.NDArray[np.int64], exponents: Exponents) -> Floats:
    """Say how rare strata are.

    Args:
        n_in: Documents in each stratum, shape (n_strata,).
        exponents: How much it counts.

    Returns:
        (1 + K n_s / N)^(-a/2) in (0, 1], shape (n_strata,); 1 for an empty stratum.
    """
    share = n_in * n_in.size / max(int(n_in.sum()), 1)
    return np.asarray((1.0 + share) ** (-0.5 * exponents.rarity))
