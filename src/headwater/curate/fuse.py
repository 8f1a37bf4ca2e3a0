"""What statistics may say over a whole crawl: p-values by stratum, false discoveries, canaries, weights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from headwater.curate.calibration import Calibration
from headwater.curate.policy import Policy
from headwater.curate.summary import StratumUse
from headwater.stats import benjamini_hochberg, benjamini_yekutieli, clopper_pearson, storey_pi0
from headwater.stats.mixture import Floats, null_chance
from headwater.stats.prevalence import Contrast, contrast

LEAST_SHIFT, LEAST_DECLARED, LEAST_AUROC = 50, 50, 0.6
MAX_SHIFT, SHIFT_LEVEL = 0.15, 0.001
# Where fewer than one text in ten can be a person's, there is nobody to see whether people write as expected.
LEAST_PEOPLE = 0.1


@dataclass(frozen=True, slots=True)
class Subject:
    """A document that nothing else speaks against, one of its cluster.

    Attributes:
        id: Document id.
        names: Its strata, the finest first.
        score: Of the statistical label.
        declares: Ln of the likelihood ratio of what it declares, as `declaration.worth` gives it.
    """

    id: str
    names: tuple[str, ...]
    score: float
    declares: float = 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one document.

    Attributes:
        id: Document id.
        stratum: The stratum whose humans it was ranked among.
        p: Its p-value there.
        weight: The estimated chance that a person wrote it, in [0, 1].
        found: Whether it is a discovery.
        log_ratio: ln of the likelihood ratio of its score, declared texts of the crawl against humans of the
            calibration; None where too few are declared.
        review: Whether the weight leaves it open, so that a person should look.
    """

    id: str
    stratum: str
    p: float
    weight: float
    found: bool
    log_ratio: float | None = None
    review: bool = False


@dataclass(frozen=True, slots=True)
class Fusion:
    """What statistics say over a crawl.

    Attributes:
        findings: One a document that was ranked, in the order given.
        strata: One a stratum that was used, by name.
        n_unranked: Documents that no stratum was large enough for.
        threshold: Greatest p-value of a discovery; 0 without one.
        n_canaries: Humans that were held out and passed through.
        n_canary_hits: Of these, those that would have been called.
        canary_bound: Upper end of the 95 % interval (one-sided Clopper-Pearson) of that share.
        off: Why nothing is held against anybody; empty when it is.
    """

    findings: tuple[Finding, ...]
    strata: tuple[StratumUse, ...]
    n_unranked: int
    threshold: float
    n_canaries: int
    n_canary_hits: int
    canary_bound: float
    off: str = ""


def fuse(
    tested: Iterable[Subject],
    calibration: Calibration,
    policy: Policy,
    *,
    canary_scores: Sequence[Sequence[float | None]],
    declared: Mapping[str, Sequence[float]] = MappingProxyType({}),
) -> Fusion:
    """Rank documents among humans of their kind, and control what is called.

    A discovery is rejected by the step-up procedure at `false_discovery_rate` and has a p-value of at most
    `false_exclusion`, which bounds the share of humans called in every stratum. When the canaries' bound
    exceeds `canary_budget`, there are none.

    Args:
        tested: Documents, one for each cluster of near-duplicates.
        calibration: Scores of certified humans.
        policy: Rates and budgets.
        canary_scores: For each shard the scores of the calibration's canaries, in their order; None for those
            that did not pass through it.
        declared: Stratum -> scores of the crawl's texts that declare to be generated.

    Returns:
        Findings and state. Where 50 texts of a stratum are declared, weights come from the likelihood ratio
        of the two kinds; elsewhere from the density of p-values. What a document declares changes its weight
        and no p-value, so that the rates hold whoever declares what.
    """
    groups, n_unranked = _grouped(tested, calibration, policy)
    states, parts, weights, ratios = [], [], [], list[float | None]()
    for stratum in sorted(groups):
        scores = np.array([document.score for document in groups[stratum]])
        laws = _laws(calibration, stratum, declared.get(stratum, ()))
        state = _state(calibration, stratum, scores, laws)
        p = np.ones(scores.size) if state.abstained else calibration.p_values(stratum, scores)
        states.append(state)
        parts.append(p)
        ratio = laws.log_ratio(scores) if laws and not state.abstained else None
        ratios += ratio.tolist() if ratio is not None else [None] * scores.size
        weighed = _weights(p, ratio, laws.share(scores) if laws else 0.0)
        weights += _told(weighed, [document.declares for document in groups[stratum]]).tolist()
    p = np.concatenate(parts) if parts else np.zeros(0)
    control = benjamini_yekutieli if policy.any_dependence else benjamini_hochberg
    called = control(p, level=policy.false_discovery_rate).rejected & (p <= policy.false_exclusion)
    threshold = float(p[called].max()) if called.any() else 0.0
    silent = frozenset(state.stratum for state in states if state.abstained)
    ranks = canary_ranks(calibration, policy, canary_scores, without=silent)
    hits = [rank <= threshold for rank in ranks if rank is not None]
    bound = clopper_pearson(sum(hits), len(hits), 0.9)[1]
    off = _off(bound, len(hits), policy)
    keys = [(document.id, stratum) for stratum in sorted(groups) for document in groups[stratum]]
    doubtful = [policy.review_from <= weight <= policy.review_to for weight in weights]
    columns = (p.tolist(), weights, (called & (not off)).tolist(), ratios, doubtful)
    findings = tuple(Finding(*key, *row) for key, *row in zip(keys, *columns, strict=True))
    return Fusion(findings, tuple(states), n_unranked, threshold, len(hits), sum(hits), bound, off)


def _grouped(
    tested: Iterable[Subject], calibration: Calibration, policy: Policy
) -> tuple[Mapping[str, list[Subject]], int]:
    groups: dict[str, list[Subject]] = defaultdict(list)
    n_unranked = 0
    for document in tested:
        stratum = calibration.stratum(document.names, level=policy.false_exclusion)
        if stratum is None:
            n_unranked += 1
        else:
            groups[stratum].append(document)
    return groups, n_unranked


def _laws(calibration: Calibration, stratum: str, declared: Sequence[float]) -> Contrast | None:
    """Contrast a stratum's humans with texts known to be generated, if there are enough."""
    if len(declared) < LEAST_DECLARED:
        return None
    return contrast(calibration.human(stratum), declared, weights=calibration.stands_for(stratum))


def _state(calibration: Calibration, stratum: str, scores: Floats, laws: Contrast | None) -> StratumUse:
    human = calibration.people(stratum)
    distance, _ = shift(scores, human)
    # Where the crawl declares too few, the calibration may know whether its score tells anything here.
    told = laws or _laws(calibration, stratum, calibration.known_generated(stratum))
    auroc = told.auroc if told else None
    abstained = abstains(scores, human) or (auroc is not None and auroc < LEAST_AUROC)
    return StratumUse(stratum, calibration.size(stratum), scores.size, distance, abstained, auroc)


def abstains(scores: Floats, human: Floats) -> bool:
    """Tell whether nothing may be held against a stratum's documents.

    That is where its humans write otherwise than the calibration's, and also where too few documents score
    low to see whether they do: what was not checked is not held against anybody.
    """
    below = int(np.count_nonzero(scores < np.median(human)))
    return below < LEAST_SHIFT or is_shifted(scores, human)


def is_shifted(scores: Floats, human: Floats) -> bool:
    """Tell whether the crawl's humans surely write otherwise, or are not there."""
    distance, p = shift(scores, human)
    return (p < SHIFT_LEVEL and distance > MAX_SHIFT) or most_people(scores, human) < LEAST_PEOPLE


def most_people(scores: Floats, human: Floats) -> float:
    """Bound the share that people like the calibration's can have written.

    Half of what such people write scores below their median, so documents are missed there if they are few,
    or if their authors are people who score higher: which of the two, scores alone do not tell.

    Args:
        scores: Of the crawl, shape (m,).
        human: Of the calibration, shape (n,).

    Returns:
        Upper bound in [0, 1], exceeded with a chance of 1 in 1,000: twice that of Clopper and Pearson for
        the share below the human median.
    """
    below = int(np.count_nonzero(scores < np.median(human)))
    return min(1.0, 2.0 * clopper_pearson(below, scores.size, 1.0 - 2.0 * SHIFT_LEVEL)[1])


def shift(scores: Floats, human: Floats) -> tuple[float, float]:
    """Compare documents and humans where generated text is rare.

    That is below the human median. If the crawl's humans are like the calibration's, and generated text
    seldom scores there, both laws are the same there, whatever share is generated.

    Args:
        scores: Of the crawl, shape (m,).
        human: Of the calibration, shape (n,).

    Returns:
        Greatest distance of the two distribution functions and its p-value (two-sample Kolmogorov-Smirnov);
        (0, 1) with fewer than 50 scores on either side.

    Source:
        Smirnov (1939); Hodges (1958), Arkiv foer Matematik 3.
    """
    from scipy.stats import ks_2samp

    median = float(np.median(human))
    below = scores[scores < median], human[human < median]
    if min(part.size for part in below) < LEAST_SHIFT:
        return 0.0, 1.0
    found = ks_2samp(*below)
    return float(found.statistic), float(found.pvalue)


def canary_ranks(
    calibration: Calibration,
    policy: Policy,
    scores: Sequence[Sequence[float | None]],
    *,
    without: frozenset[str],
) -> list[float | None]:
    """Rank each canary as documents are ranked.

    Args:
        calibration: Whose canaries.
        policy: Says how large a stratum must be.
        scores: For each shard the canaries' scores.
        without: Strata in which nothing is held against anybody.

    Returns:
        For each canary the least p-value any shard gives it; None where it is not ranked.
    """
    ranks: list[float | None] = []
    for at, canary in enumerate(calibration.canaries):
        names = tuple(canary.stratum.rsplit("/", depth)[0] for depth in range(canary.stratum.count("/") + 1))
        stratum = calibration.stratum(names, level=policy.false_exclusion)
        passed = [shard[at] for shard in scores if shard[at] is not None]
        if stratum is None or stratum in without or not passed:
            ranks.append(None)
        else:
            ranks.append(float(calibration.p_values(stratum, passed).min()))
    return ranks


def canary_calls(
    calibration: Calibration, policy: Policy, scores: Sequence[Sequence[float | None]], fusion: Fusion
) -> list[bool]:
    """Tell for each canary whether statistics call it; none when they are off."""
    abstained = frozenset(state.stratum for state in fusion.strata if state.abstained)
    ranks = canary_ranks(calibration, policy, scores, without=abstained)
    return [not fusion.off and rank is not None and rank <= fusion.threshold for rank in ranks]


def _off(bound: float, n: int, policy: Policy) -> str:
    if bound <= policy.canary_budget:
        return ""
    if clopper_pearson(0, n, 0.9)[1] > policy.canary_budget:
        return f"{n} canaries are too few to bound the humans called by {policy.canary_budget:.1%}"
    return f"up to {bound:.1%} of the canaries are called, the budget is {policy.canary_budget:.1%}"


def _told(weights: Floats, declares: Sequence[float]) -> Floats:
    """Multiply the odds of a machine by what documents declare; Bayes' rule, the score given."""
    return np.asarray(weights / (weights + (1.0 - weights) * np.exp(np.array(declares))))


def _weights(p: Floats, log_ratio: Floats | None, share: float) -> Floats:
    """Give the chance that each document of a stratum is human; 1 where nothing was learned."""
    if log_ratio is not None:
        return np.asarray((1.0 - share) / (1.0 - share + share * np.exp(log_ratio)))
    if p.min() == 1.0:
        return np.ones(p.size)
    return null_chance(p, null_share=storey_pi0(p, cut=0.5))
