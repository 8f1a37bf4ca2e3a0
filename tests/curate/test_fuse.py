"""What is called over a crawl: levels, false discoveries, and what switches it off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from headwater.curate.calibration import Calibration, Canary, rungs
from headwater.curate.fuse import Fusion, Subject, fuse, most_people, shift
from headwater.curate.policy import Policy

POLICY = Policy()
LEVELS = {"en": 0.0, "de": 2.0}  # German people score higher: one threshold for all would wrong them.


def calibration(rng: np.random.Generator, *, n: int = 2_000, n_canaries: int = 1_000) -> Calibration:
    """Draw human scores of two languages, and canaries of the first."""
    scores = {
        f"{language}/prose/400+": sorted((float(s), 1.0) for s in rng.normal(at, 1.0, n))
        for language, at in LEVELS.items()
    }
    return Calibration("l-1", "w", scores, tuple(Canary("", "en/prose/400+") for _ in range(n_canaries)))


def crawl(rng: np.random.Generator, *, n: int, share: float, moved: float = 0.0) -> Iterator[Subject]:
    """Draw documents; the ids of generated ones start with g."""
    for at in range(n):
        language = "en" if at % 2 else "de"
        generated = rng.random() < share
        score = rng.normal(LEVELS[language] + (4.0 if generated else moved), 1.0)
        key = f"{'g' if generated else 'h'}{language}{at}"
        yield Subject(key, rungs(language, "prose", 500), float(score))


def fused(seed: int, *, policy: Policy = POLICY, share: float = 0.2, moved: float = 0.0) -> Fusion:
    rng = np.random.default_rng(seed)
    known = calibration(rng)
    canaries = [rng.normal(0.0, 1.0, len(known.canaries)).tolist() for _ in range(1)]
    return fuse(crawl(rng, n=4_000, share=share, moved=moved), known, policy, canary_scores=canaries)


def test_false_discoveries_stay_at_their_rate_and_most_generated_text_is_found() -> None:
    shares, powers = [], []
    for seed in range(20):
        found = [finding for finding in fused(seed).findings if finding.found]
        generated = sum(finding.id.startswith("g") for finding in found)
        shares.append(1.0 - generated / max(len(found), 1))
        powers.append(generated / 800)

    # The mean of 20 proportions near 0.1 * 0.8 of some 700 each has a standard error below 0.01.
    assert np.mean(shares) <= 0.1 + 3 * 0.01
    assert np.mean(powers) > 0.7


def test_humans_of_every_language_are_called_at_most_at_the_level() -> None:
    found = fused(3)
    for language in LEVELS:
        human = [finding for finding in found.findings if finding.id.startswith(f"h{language}")]
        share = np.mean([finding.found for finding in human])
        assert share <= 0.01 + 3 * (0.01 * 0.99 * (1 / len(human) + 1 / 2_000)) ** 0.5


def test_under_any_dependence_fewer_are_called() -> None:
    careful = fused(4, policy=replace(POLICY, any_dependence=True))

    assert sum(f.found for f in careful.findings) <= sum(f.found for f in fused(4).findings)
    assert all(finding.p <= 0.01 for finding in careful.findings if finding.found)


def test_canaries_that_are_called_too_often_switch_everything_off() -> None:
    rng = np.random.default_rng(5)
    known = calibration(rng)
    late = [rng.normal(2.0, 1.0, len(known.canaries)).tolist()]
    found = fuse(crawl(rng, n=2_000, share=0.2), known, POLICY, canary_scores=late)

    assert "of the canaries are called" in found.off
    assert not any(finding.found for finding in found.findings)


def test_one_bad_shard_is_enough() -> None:
    rng = np.random.default_rng(6)
    known = calibration(rng)
    good = rng.normal(0.0, 1.0, len(known.canaries)).tolist()
    found = fuse(crawl(rng, n=2_000, share=0.2), known, POLICY, canary_scores=[good, [9.0] * len(good)])

    assert found.off


def test_too_few_canaries_switch_everything_off() -> None:
    rng = np.random.default_rng(7)
    known = calibration(rng, n_canaries=20)
    found = fuse(crawl(rng, n=500, share=0.5), known, POLICY, canary_scores=[[0.0] * 20])

    assert found.off == "20 canaries are too few to bound the humans called by 3.0%"


def test_a_crawl_whose_people_write_otherwise_is_abstained_from() -> None:
    moved = fused(8, share=0.0, moved=0.8)

    assert all(state.abstained for state in moved.strata)
    assert not any(finding.found for finding in moved.findings)
    assert {finding.weight for finding in moved.findings} == {1.0}


def test_generated_text_alone_is_no_shift() -> None:
    assert not any(state.abstained for state in fused(9, share=0.5).strata)


def test_people_who_all_score_above_the_median_are_not_taken_for_machines() -> None:
    moved = fused(12, share=0.0, moved=3.5)

    assert all(state.abstained for state in moved.strata)
    assert not any(finding.found for finding in moved.findings)


def test_the_share_of_people_is_bounded_from_above() -> None:
    human = np.arange(100.0)

    assert most_people(np.full(300, 99.0), human) == pytest.approx(2 * (1 - 0.001 ** (1 / 300)))
    assert most_people(np.full(5, 99.0), human) == 1.0
    assert most_people(human, human) == 1.0
    rng = np.random.default_rng(13)
    missed = [
        most_people(np.where(rng.random(200) < 0.3, rng.normal(size=200), 9.0), rng.normal(size=2_000)) < 0.3
        for _ in range(300)
    ]
    assert sum(missed) <= 3  # 0.3 expected of a chance of 1 in 1,000; 3 is above its 99.9 % quantile.


def test_small_samples_show_no_shift() -> None:
    assert shift(np.zeros(5), np.arange(99.0)) == (0.0, 1.0)


def test_a_language_without_calibration_is_left_alone() -> None:
    rng = np.random.default_rng(10)
    foreign = [Subject(str(at), rungs("fr", "prose", 500), 99.0) for at in range(50)]
    found = fuse(foreign, calibration(rng), POLICY, canary_scores=[])

    assert found.n_unranked == 50
    assert found.findings == ()


def test_weights_fall_as_scores_rise() -> None:
    findings = [finding for finding in fused(11).findings if finding.stratum.startswith("en")]
    ordered = [finding.weight for finding in sorted(findings, key=lambda finding: finding.p)]

    assert ordered == sorted(ordered)
    assert ordered[0] < 0.1
    assert ordered[-1] == pytest.approx(1.0, abs=0.1)


def test_weights_follow_the_ratio_of_declared_texts_to_humans_where_there_are_enough() -> None:
    rng = np.random.default_rng(12)
    known, documents = calibration(rng), list(crawl(rng, n=4_000, share=0.3))
    declared = {"en/prose/400+": rng.normal(4.0, 1.0, 200).tolist()}
    canaries = [rng.normal(0.0, 1.0, len(known.canaries)).tolist()]
    found = fuse(documents, known, POLICY, canary_scores=canaries, declared=declared)
    english = [finding for finding in found.findings if finding.stratum.startswith("en")]

    assert all(finding.log_ratio is None for finding in found.findings if finding not in english)
    weights = {key: np.mean([f.weight for f in english if f.id.startswith(key)]) for key in "gh"}
    assert weights["g"] < 0.1
    assert weights["h"] > 0.9
    # A calibrated chance: among texts of a weight, about that share is human.
    sure = [f for f in english if f.weight > 0.95]
    assert np.mean([f.id.startswith("h") for f in sure]) > 0.95
    assert {f.review for f in english} == {True, False}
    assert all(0.2 <= f.weight <= 0.8 for f in english if f.review)


def test_a_declaration_changes_the_weight_of_its_document_and_no_p_value() -> None:
    rng = np.random.default_rng(8)
    known, documents = calibration(rng), list(crawl(rng, n=2_000, share=0.2))
    canaries = [rng.normal(0.0, 1.0, 1_000).tolist()]
    plain = fuse(documents, known, POLICY, canary_scores=canaries).findings
    saying = [replace(one, declares=2.0) if at % 2 else one for at, one in enumerate(documents)]
    told = fuse(saying, known, POLICY, canary_scores=canaries).findings
    declares = {one.id: one.declares for one in saying}

    assert [(one.id, one.p, one.found) for one in told] == [(one.id, one.p, one.found) for one in plain]
    for before, after in zip(plain, told, strict=True):
        odds = before.weight / (before.weight + (1.0 - before.weight) * np.exp(declares[after.id]))
        assert after.weight == pytest.approx(odds)
    assert any(before.weight > after.weight for before, after in zip(plain, told, strict=True))


def test_a_stratum_whose_declared_texts_score_like_human_ones_is_abstained_from() -> None:
    rng = np.random.default_rng(13)
    known = calibration(rng)
    declared = {"en/prose/400+": rng.normal(0.1, 1.0, 200).tolist()}
    canaries = [rng.normal(0.0, 1.0, len(known.canaries)).tolist()]
    documents = crawl(rng, n=2_000, share=0.3)
    found = fuse(documents, known, POLICY, canary_scores=canaries, declared=declared)
    states = {state.stratum[:2]: state for state in found.strata}

    assert states["en"].abstained
    assert not states["de"].abstained
    assert not any(f.found or f.review for f in found.findings if f.stratum.startswith("en"))


def test_a_stratum_is_abstained_from_when_the_calibration_knows_that_its_score_tells_nothing() -> None:
    rng = np.random.default_rng(14)
    alike = {"en/prose/400+": sorted(rng.normal(0.1, 1.0, 200).tolist())}
    known = replace(calibration(rng), generated=alike)
    canaries = [rng.normal(0.0, 1.0, len(known.canaries)).tolist()]
    found = fuse(crawl(rng, n=2_000, share=0.3), known, POLICY, canary_scores=canaries)
    states = {state.stratum[:2]: state for state in found.strata}

    assert states["en"].abstained
    assert states["en"].auroc == pytest.approx(0.53, abs=0.05)
    assert (states["de"].abstained, states["de"].auroc) == (False, None)
    assert all(finding.log_ratio is None for finding in found.findings)


def test_people_drawn_with_unequal_chances_are_no_shift_when_the_chances_are_known() -> None:
    rng = np.random.default_rng(15)
    scores = rng.normal(0.0, 1.0, 40_000)
    chance = 0.02 + 0.2 / (1.0 + np.exp(-2.0 * scores))  # A review asks most about what scores high.
    drawn = rng.random(scores.size) < chance
    pairs = sorted(zip(scores[drawn].tolist(), (1.0 / chance[drawn]).tolist(), strict=True))
    shifts = []
    for weighted in (True, False):
        held = [(score, weight if weighted else 1.0) for score, weight in pairs]
        people = Calibration("l-1", "w", {"en/prose/400+": held})
        documents = [one for one in crawl(rng, n=4_000, share=0.1) if one.names[-1] == "en"]
        (state,) = fuse(documents, people, POLICY, canary_scores=[]).strata
        assert state.n_human == len(pairs)
        shifts.append((state.shift, state.abstained))

    assert shifts[0][0] < 0.08
    assert not shifts[0][1]
    assert shifts[1][0] > 2 * shifts[0][0]
