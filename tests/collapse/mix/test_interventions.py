"""Every intervention: what it does to the training set, and to the human share."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.collapse import Corpus, Lab, Normal, mix, models, run
from headwater.collapse.batch import of
from headwater.collapse.mix import INTERVENTIONS, Draft, Intervention, draft_of, plan
from headwater.errors import InputError

M = 200


def draft(*, seed: int = 0, size: int = M, pool: int = M) -> Draft:
    """Begin a third generation of a Gaussian at 100, on human data at 0."""
    rng = np.random.default_rng(seed)
    fitted = models.Gaussian().fit(100.0 + rng.standard_normal(50), rng=rng)
    old = of(rng.standard_normal(pool), human=True, born=0)
    return draft_of(3, size, human=Normal(), fitted=fitted, pool=old, rng=rng)


EXAMPLES: dict[str, Intervention] = {
    "replace": mix.Replace(),
    "accumulate": mix.Accumulate(),
    "accumulate-subsample": mix.AccumulateSubsample(),
    "fresh": mix.Fresh(0.3),
    "reserve": mix.Reserve(0.3, np.zeros(10)),
    "bias": mix.Bias(scale=0.5),
    "detector": mix.Detector(0.9, 0.1),
    "verifier": mix.Verifier(lambda data, rng: np.asarray(data > 99.0)),
    "human-loop": mix.HumanLoop(30),
    "golden": mix.Golden(),
    "importance": mix.Importance(mix.simulated_confidence(3.0)),
}


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_each_has_an_example_a_name_and_a_stage(name: str) -> None:
    kind: Any = INTERVENTIONS[name]

    assert kind.name == name == EXAMPLES[name].name
    assert isinstance(EXAMPLES[name], kind)


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_each_composes_with_a_human_share_and_keeps_provenance_true(name: str) -> None:
    others = () if name in {"fresh", "reserve"} else (mix.Fresh(0.2),)
    batch = plan(EXAMPLES[name], *others).compose(draft()).batch

    assert len(batch) >= M / 4  # importance weights may leave samples out
    assert len(batch.data) == len(batch.human) == len(batch.born) == len(batch.weights)
    # The model sits at 100 and people at 0, so the data itself shows who made it.
    assert np.array_equal(batch.human, batch.data < 50.0)
    assert 0.0 < batch.human_share() < 1.0


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_each_takes_one_sample_a_generation(name: str) -> None:
    assert len(plan(EXAMPLES[name]).compose(draft(size=1, pool=1)).batch) >= 1


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_the_effective_human_share_is_what_theory_expects(name: str) -> None:
    if name == "importance":
        pytest.skip("its share depends on the detector")
    others = () if name in {"fresh", "reserve"} else (mix.Fresh(0.2),)
    lab = Lab(models.Gaussian(), Normal(), 100, 4, plan(EXAMPLES[name], *others), replicates=60)
    if name == "verifier":  # this verifier's samples never come from a model of people at 0
        lab = Lab(models.Gaussian(), Normal(100.0), 100, 4, plan(EXAMPLES[name], *others), replicates=60)
    shares = run(lab, np.random.default_rng(1), engine="generic").deviations()
    of_share = [d for d in shares if d.quantity == "human_share"]

    assert len(of_share) == 5
    assert all(abs(d.z) < 5.0 for d in of_share)


def test_shares_are_as_asked_and_new() -> None:
    batch = plan(mix.Fresh(0.25), mix.Reserve(0.5, [7.0, 8.0])).compose(draft()).batch

    assert float(np.mean(batch.human)) == 0.75
    assert int(np.sum(batch.born == 0)) == 100  # of the reserve
    assert set(batch.data[batch.born == 0]) == {7.0, 8.0}


def test_a_reserve_may_be_a_function_or_an_iterator() -> None:
    def sealed(n: int, rng: np.random.Generator) -> NDArray[Any]:
        return np.full(n, 5.0)

    for source in (sealed, iter([5.0, 5.0])):
        reserve = mix.Reserve(0.1, source)
        for seed in range(2):  # an iterator is read once only
            batch = plan(reserve).compose(draft(seed=seed)).batch
            assert int(np.sum(batch.data == 5.0)) == 20


def test_a_reserve_that_gives_too_little_is_refused() -> None:
    with pytest.raises(InputError, match="gave 1 samples"):
        plan(mix.Reserve(0.5, lambda n, rng: np.zeros(1))).compose(draft())
    with pytest.raises(InputError, match="empty"):
        mix.Reserve(0.5, [])


def test_the_order_in_which_a_plan_is_written_does_not_matter() -> None:
    parts: list[Intervention] = [
        mix.Fresh(0.3),
        mix.Detector(0.8, 0.1),
        mix.Bias(scale=0.5),
        mix.Accumulate(),
        mix.Golden(),
    ]
    one, other = (plan(*p).compose(draft()).batch for p in (parts, parts[::-1]))

    assert plan(*parts).names() == ("bias", "fresh", "detector", "accumulate", "golden")
    assert np.array_equal(one.data, other.data)
    assert np.array_equal(one.weights, other.weights)


def test_accumulating_keeps_everything_and_subsampling_draws_from_it() -> None:
    everything = plan(mix.Accumulate()).compose(draft()).batch
    some = plan(mix.AccumulateSubsample()).compose(draft()).batch

    assert (len(everything), float(np.mean(everything.human))) == (2 * M, 0.5)
    assert len(some) == M
    assert np.unique(some.data).size == M  # without replacement


def test_a_detector_removes_what_it_flags_and_counts_it() -> None:
    made = plan(mix.Fresh(0.5), mix.Detector(1.0, 0.0)).compose(draft())

    assert made.batch.human.all()
    assert made.notes["flagged_human"] == 0.0
    assert made.notes["flagged_synthetic"] >= 100.0


def test_a_detector_judges_whole_blocks() -> None:
    rng = np.random.default_rng(2)
    tokens = rng.integers(0, 9, 400)
    fitted = models.Categorical().fit(tokens, rng=rng)
    pool = of(tokens, human=True, born=0)
    world = draft_of(1, 100, human=Corpus(tokens, 10), fitted=fitted, pool=pool, rng=rng)
    batch = plan(mix.Fresh(0.5), mix.Detector(0.7, 0.2, block=10)).compose(world).batch

    assert len(batch) == 100
    assert np.all(batch.human.reshape(10, 10).all(axis=1) | ~batch.human.reshape(10, 10).any(axis=1))


def test_a_detector_or_a_verifier_that_lets_nothing_through_is_refused() -> None:
    with pytest.raises(InputError, match="removes nearly everything"):
        plan(mix.Detector(1.0)).compose(draft())
    with pytest.raises(InputError, match="accepts nearly nothing"):
        plan(mix.Verifier(lambda data, rng: np.zeros(len(data), dtype=bool))).compose(draft())


def test_only_accepted_synthetic_samples_are_trained_on() -> None:
    made = plan(mix.Verifier(lambda data, rng: np.asarray(data > 100.5)), mix.Fresh(0.1)).compose(draft())

    assert np.all(made.batch.data[~made.batch.human] > 100.5)
    assert 0.1 < made.notes["verified_of_drawn"] < 0.6


def test_an_imperfect_verifier_errs_at_its_rates() -> None:
    rng = np.random.default_rng(3)
    data = rng.standard_normal(20_000)
    accept = mix.imperfect(lambda x: np.asarray(x > 0), keeps_right=0.9, keeps_wrong=0.2)
    kept = accept(data, rng)

    for part, rate in ((data > 0, 0.9), (data <= 0, 0.2)):
        se = math.sqrt(rate * (1 - rate) / int(part.sum()))
        assert abs(float(kept[part].mean()) - rate) <= 4 * se


def test_people_replace_what_an_acquisition_function_picks() -> None:
    def largest(batch: Any, fitted: Any, n: int, rng: Any) -> NDArray[np.int64]:
        return np.argsort(-batch.data)[:n]

    made = plan(mix.HumanLoop(20, largest, lambda data, rng: data - 100.0)).compose(draft())

    assert int(made.batch.human.sum()) == 20
    assert made.batch.data[~made.batch.human].max() < 100.0 + made.batch.data[made.batch.human].min()
    assert made.notes["reviewed_human"] == 0.0
    assert math.isnan(mix.HumanLoop(1, largest).expected_share(0.0, generation=1, size=10))


def test_surprise_picks_the_least_likely() -> None:
    world = draft()
    batch = of(np.array([100.0, 300.0, 101.0, -50.0]), human=False, born=1)

    assert sorted(mix.surprise(batch, world.fitted, 2, world.rng).tolist()) == [1, 3]


def test_an_acquisition_function_picks_different_samples() -> None:
    same = mix.HumanLoop(2, lambda b, f, n, r: np.zeros(n, dtype=np.int64))
    with pytest.raises(InputError, match="different samples"):
        plan(same).compose(draft())


def test_golden_weights_add_up_to_the_golden_ratio() -> None:
    batch = plan(mix.Fresh(0.5), mix.Golden()).compose(draft()).batch

    assert batch.human_share() == pytest.approx((math.sqrt(5) - 1) / 2)
    assert batch.weights.sum() == pytest.approx(M)
    assert plan(mix.Golden()).compose(draft()).batch.uniform()


def test_importance_draws_human_samples_more_often_but_not_too_often() -> None:
    fair = plan(mix.Fresh(0.3)).compose(draft()).batch
    batch = plan(mix.Fresh(0.3), mix.Importance(mix.simulated_confidence(4.0))).compose(draft()).batch
    _, repeats = np.unique(batch.data, return_counts=True)

    assert batch.human_share() > fair.human_share() + 0.2
    assert repeats.max() <= 3


def test_shares_and_stages_that_exclude_each_other_are_refused() -> None:
    with pytest.raises(InputError, match=r"sum to 1\.1, over one"):
        plan(mix.Fresh(0.6), mix.Reserve(0.5, [1.0]))
    with pytest.raises(InputError, match="accumulate, replace"):
        plan(mix.Accumulate(), mix.Replace())
    with pytest.raises(InputError, match="bias, bias"):
        plan(mix.Bias(scale=0.5), mix.Bias(scale=0.6))


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(InputError, match="share"):
        mix.Fresh(share)
    with pytest.raises(InputError, match="share"):
        mix.Reserve(share, [1.0])


def test_other_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="rates"):
        mix.Detector(1.2)
    with pytest.raises(InputError, match="temperature"):
        mix.Bias(temperature=0.0)
    with pytest.raises(InputError, match="top-p"):
        mix.Bias(top_p=math.nan)
    with pytest.raises(InputError, match="beam"):
        mix.Bias(beam=0)
    with pytest.raises(InputError, match="budget"):
        mix.HumanLoop(-1)
    with pytest.raises(InputError, match="probabilities"):
        mix.imperfect(lambda x: np.asarray(x > 0), keeps_right=2.0, keeps_wrong=0.0)
    with pytest.raises(InputError, match="exponent"):
        mix.Importance(mix.simulated_confidence(1.0), exponent=-1.0)
    with pytest.raises(InputError, match="sharpness"):
        mix.simulated_confidence(0.5)
