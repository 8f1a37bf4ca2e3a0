"""Selection in closed form: temperature, cut tails, detectors and verifiers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from headwater.collapse import theory
from headwater.errors import InputError
from tests.collapse.theory.test_drift import K_SE


def test_the_human_share_after_a_filter_is_that_of_a_simulation() -> None:
    rng = np.random.default_rng(1)
    is_human = rng.random(200_000) < 0.4
    flagged = rng.random(is_human.size) < np.where(is_human, 0.05, 0.8 * 0.6)
    kept = is_human[~flagged]
    expected = theory.human_share_after_filter(synthetic=0.6, caught=0.48, fpr=0.05)

    assert abs(float(kept.mean()) - expected) <= K_SE * math.sqrt(expected * (1 - expected) / kept.size)


def test_required_detection_is_as_tabulated() -> None:
    wanted = (0.7, 0.9, 0.99)
    half = [theory.required_detection(synthetic=0.5, human=a, fpr=0.05) for a in wanted]
    most = [theory.required_detection(synthetic=0.9, human=a, fpr=0.05) for a in wanted]

    assert half == pytest.approx([0.593, 0.894, 0.990], abs=6e-4)
    assert most == pytest.approx([0.955, 0.988, 0.999], abs=6e-4)


@pytest.mark.parametrize(
    ("synthetic", "human", "fpr"), [(0.5, 0.9, 0.0), (0.9, 0.99, 0.2), (0.1, 0.95, 0.05)]
)
def test_what_is_required_suffices(synthetic: float, human: float, fpr: float) -> None:
    caught = theory.required_detection(synthetic=synthetic, human=human, fpr=fpr)

    assert theory.human_share_after_filter(synthetic=synthetic, caught=caught, fpr=fpr) == pytest.approx(
        human
    )


def test_nothing_need_be_caught_where_the_share_is_there_already() -> None:
    assert theory.required_detection(synthetic=0.1, human=0.5, fpr=0.0) == 0.0
    assert theory.required_detection(synthetic=0.5, human=1.0, fpr=0.05) == 1.0


@pytest.mark.parametrize(("offset", "sign"), [(-0.05, 1.0), (0.05, -1.0)])
def test_the_verifier_threshold_separates_success_from_failure(offset: float, sign: float) -> None:
    # Feng et al. (2025): two Gaussian classes, labels wrong at rate p, pruned by an imperfect verifier.
    rng = np.random.default_rng(2)
    right, wrong, dimension, size = 0.8, 0.4, 50, 20_000
    p = theory.verifier_threshold(keeps_right=right, keeps_wrong=wrong) + offset
    label = rng.choice([-1.0, 1.0], size=size)
    x = rng.standard_normal((size, dimension))
    x[:, 0] += label
    is_wrong = rng.random(size) < p
    kept = rng.random(size) < np.where(is_wrong, wrong, right)
    w = (np.where(is_wrong, -label, label)[kept, None] * x[kept]).mean(axis=0)

    # The signal along the mean is (share right - share wrong) >= 0.1; its noise is 1/sqrt(n) ~ 0.01.
    assert sign * float(w[0]) > K_SE / math.sqrt(float(kept.sum()))


def test_verifiers_without_and_with_knowledge() -> None:
    assert theory.verifier_threshold(keeps_right=0.3, keeps_wrong=0.3) == 0.5
    assert theory.verifier_threshold(keeps_right=0.1, keeps_wrong=0.0) == 1.0


def test_tempering_without_human_data_raises_to_a_power() -> None:
    p = np.array([0.5, 0.3, 0.2])
    rows = theory.tempered_outputs(p, 0.8, generations=3)

    for j, row in enumerate(rows):
        raised = p ** (0.8 ** -(j + 1))
        assert row == pytest.approx(raised / raised.sum())


def test_temperature_one_with_any_share_changes_nothing_and_all_human_never_compounds() -> None:
    p = np.array([0.6, 0.3, 0.1, 0.0])

    assert theory.tempered_outputs(p, 1.0, generations=5, share=0.3) == pytest.approx(np.tile(p, (6, 1)))
    assert theory.tempered_outputs(p, 0.5, generations=5, share=1.0) == (
        pytest.approx(np.tile(theory.temper(p, 0.5), (6, 1)))
    )


def test_entropy_falls_under_cold_sampling_and_human_data_slows_it() -> None:
    p = 1.0 / np.arange(1, 2049)
    cold = theory.entropy_nats(theory.tempered_outputs(p, 0.8, generations=4))
    mixed = theory.entropy_nats(theory.tempered_outputs(p, 0.8, generations=4, share=0.1))

    assert np.all(np.diff(cold) < 0)
    assert np.all(mixed[1:] > cold[1:])
    assert theory.entropy_nats([0.5, 0.5, 0.0]) == pytest.approx(math.log(2))


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_entropies_need_only_the_number_of_types_of_each_count(share: float) -> None:
    counts = np.repeat([500.0, 40.0, 3.0, 1.0], [2, 10, 300, 1000])
    rows = theory.tempered_outputs(counts, 0.8, generations=4, share=share)
    once, types = np.unique(counts, return_counts=True)
    said = theory.tempered_entropies(once, 0.8, generations=4, share=share, types=types)

    assert said == pytest.approx(theory.entropy_nats(rows), rel=1e-12)


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_estimates_that_cancel_where_it_is_cold_are_still_a_law(share: float) -> None:
    # A frequent type of a sample of one in sixteen, and the sum of counts that it shares with rare ones.
    with np.errstate(all="raise", under="ignore"):
        said = theory.tempered_entropies(
            [5.0, 990.0, 1000.0], 0.05, generations=9, share=share, types=[300, 16, 1 - 16 * 0.99]
        )

    assert np.isfinite(said).all()
    assert said[2:] == pytest.approx(0.0, abs=1e-12)


def test_extreme_temperatures_do_not_overflow() -> None:
    far = theory.tempered_entropies([9.0, 2.0], 0.5, generations=5000, types=[1, 4])
    assert far[[11, -1]].tolist() == [0.0, 0.0]
    hot = theory.tempered_entropies([9.0, 2.0], 2.0, generations=5000, types=[1, 4])
    assert hot[-1] == pytest.approx(math.log(5))
    assert theory.temper([0.5, 0.3, 0.2], 1e-4).tolist() == [1.0, 0.0, 0.0]
    assert theory.temper([0.9, 0.1], 1e9) == pytest.approx([0.5, 0.5])


def test_a_cut_tail_stops_the_scaling() -> None:
    # Exact: a learner that knows what it saw errs on the unseen share, sum p (1 - p)^T plus the tail.
    beta, n_types = 2.0, 10**6
    p = np.arange(1, n_types + 1) ** -beta
    p /= p.sum()

    def unseen(size: float, cut: int) -> float:
        head = p[:cut] / p[:cut].sum()
        return float(np.sum(p[:cut] * np.exp(-size * head)) + p[cut:].sum())

    for size, cut in [(1e3, 10**6), (1e5, 10**6), (1e9, 100), (1e9, 1000)]:
        ratio = unseen(size, cut) / float(theory.tail_cut_error(size, exponent=beta, cut=cut))
        assert 0.4 < ratio < 1.6  # the law leaves a constant of order one open


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="temperature"):
        theory.temper([1.0], 0.0)
    with pytest.raises(InputError, match="all counts are zero"):
        theory.temper([0.0, 0.0], 1.0)
    with pytest.raises(InputError, match="counts"):
        theory.temper([], 1.0)
    for counts, types in (([], []), ([0.0], [1]), ([2.0], [0]), ([math.inf], [1]), ([2.0], [1, 1])):
        with pytest.raises(InputError, match="counts above 0"):
            theory.tempered_entropies(counts, 0.8, generations=1, types=types)
    with pytest.raises(InputError, match="removes everything"):
        theory.human_share_after_filter(synthetic=1.0, caught=1.0, fpr=0.0)
    with pytest.raises(InputError, match="both kinds"):
        theory.required_detection(synthetic=1.0, human=0.5, fpr=0.0)
    with pytest.raises(InputError, match="exponent"):
        theory.tail_cut_error(10, exponent=1.0, cut=10)
    with pytest.raises(InputError, match="keep a correct"):
        theory.verifier_threshold(keeps_right=0.0, keeps_wrong=0.5)
