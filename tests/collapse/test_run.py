"""Runs: engines agree with each other and with theory, and a wrong one is found out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.collapse import Check, Corpus, Lab, Law, Normal, NormalNd, Regression, mix, models, run
from headwater.collapse.engines import ENGINES, choose
from headwater.collapse.lab import Trace
from headwater.collapse.mix import Plan, plan
from headwater.collapse.models import zipf
from headwater.errors import InputError, VerificationError
from tests.collapse.theory.test_drift import K_SE

Floats = NDArray[np.float64]
TOKENS = np.repeat(np.arange(800), np.maximum(1, np.round(2000 * zipf(800)).astype(int)))
TRANSFORMS: list[Callable[[Mapping[str, Floats]], Floats]] = [
    lambda s: np.log(s["variance"]),
    lambda s: s["mean"],
    lambda s: np.square(s["mean"] - 3.0),
]
GAUSSIAN = {
    "replace": plan(),
    "bias": plan(mix.Bias(scale=0.9)),
    "temperature": plan(mix.Bias(temperature=0.9)),
    "fresh": plan(mix.Fresh(0.2)),
    "fresh and bias": plan(mix.Fresh(0.2), mix.Bias(scale=0.8)),
    "accumulate": plan(mix.Accumulate()),
    "accumulate and fresh": plan(mix.Accumulate(), mix.Fresh(0.4)),
}


def gaussian(p: Plan, *, ddof: int = 0, replicates: int = 250) -> Lab:
    """Describe a Gaussian recursion that is quick to run by brute force."""
    return Lab(models.Gaussian(ddof), Normal(3.0, 4.0), 20, 8, p, replicates)


@pytest.mark.parametrize("engine", ["sufficient", "generic"])
@pytest.mark.parametrize("name", GAUSSIAN)
def test_gaussian_engines_pass_the_check(engine: str, name: str) -> None:
    done = run(gaussian(GAUSSIAN[name]), np.random.default_rng(1), engine=engine)
    found = done.check()

    assert {d.generation for d in found.compared} == set(range(9))
    assert {d.quantity for d in found.compared} > {"human_share"}
    assert found.no_law == ()


@pytest.mark.parametrize("name", GAUSSIAN)
@pytest.mark.parametrize("ddof", [0, 1])
def test_gaussian_engines_agree_with_each_other(name: str, ddof: int) -> None:
    labs = [gaussian(GAUSSIAN[name], ddof=ddof, replicates=r) for r in (4000, 250)]
    one, other = (
        run(lab, np.random.default_rng(2), engine=e)
        for lab, e in zip(labs, ("sufficient", "generic"), strict=True)
    )
    for transform in TRANSFORMS:
        a, b = transform(one.statistics), transform(other.statistics)
        se = np.sqrt(a.var(axis=1, ddof=1) / a.shape[1] + b.var(axis=1, ddof=1) / b.shape[1])
        assert np.all(np.abs(a.mean(axis=1) - b.mean(axis=1)) <= (K_SE + 1.0) * se)  # of 27 numbers each


@pytest.mark.parametrize("engine", ["compacted", "generic"])
@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("size", [len(TOKENS), 500])
def test_type_engines_pass_the_check(engine: str, share: float, size: int) -> None:
    lab = Lab(models.Categorical(), Corpus(TOKENS), size, 5, plan(mix.Fresh(share)), 30)
    found = run(lab, np.random.default_rng(3), engine=engine).check()

    assert {d.quantity for d in found.compared} == {"types", "heterozygosity", "human_share"}
    assert found.no_law == ("no law for entropy_nats: categorical on Corpus, fresh + replace",)


RESERVE = np.random.default_rng(40).exponential(3.0, 60)  # of another mean and law than the truth
MIXED = {
    "reserve": plan(mix.Reserve(0.3, RESERVE)),
    "reserve, biased": plan(mix.Reserve(0.3, RESERVE), mix.Bias(scale=0.8)),
    "reserve and fresh": plan(mix.Reserve(0.2, RESERVE), mix.Fresh(0.2)),
    "reserve, golden": plan(mix.Reserve(0.3, RESERVE), mix.Golden()),
    "fresh, golden": plan(mix.Fresh(0.3), mix.Golden()),
    "fresh, golden and biased": plan(mix.Fresh(0.5), mix.Golden(), mix.Bias(temperature=0.9)),
    "accumulate": plan(mix.Accumulate()),
    "accumulate and fresh, biased": plan(mix.Accumulate(), mix.Fresh(0.4), mix.Bias(scale=0.8)),
    "accumulate and reserve": plan(mix.Accumulate(), mix.Reserve(0.3, RESERVE)),
}


@pytest.mark.parametrize("name", MIXED)
@pytest.mark.parametrize("ddof", [0, 1])
def test_reserves_weights_and_pools_of_gaussians_are_held_against_a_law(name: str, ddof: int) -> None:
    done = run(gaussian(MIXED[name], ddof=ddof), np.random.default_rng(21), engine="generic")
    found = done.check()
    wrong = {**done.statistics, "variance": done.statistics["variance"] * 1.25}

    assert {d.quantity for d in found.compared} == {"variance", "drift", "human_share"}
    assert found.no_law == ()
    with pytest.raises(VerificationError, match="variance of generation"):
        replace(done, trace=Trace(wrong, done.human_share)).check()


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("golden", [False, True])
def test_reserves_and_weights_of_vectors_are_held_against_a_law(ddof: int, *, golden: bool) -> None:
    sealed = np.random.default_rng(41).normal([1.0, 0.0, -2.0], 1.0, (30, 3))
    p = plan(mix.Reserve(0.3, sealed), *([mix.Golden()] if golden else []))
    lab = Lab(models.GaussianNd(ddof), NormalNd(3), 20, 5, p, 250)
    found = run(lab, np.random.default_rng(22)).check()

    assert {d.quantity for d in found.compared} == {"variance", "mean_squared", "human_share"}
    assert [line.split(":")[0] for line in found.no_law] == ["no law for log_determinant"]


FOREIGN = np.repeat(np.arange(400, 1200), 3)
TYPES = {
    "the same text": plan(mix.Reserve(0.2, TOKENS)),
    "another text": plan(mix.Reserve(0.2, FOREIGN)),
    "another text and fresh": plan(mix.Reserve(0.2, FOREIGN), mix.Fresh(0.1)),
    "golden": plan(mix.Fresh(0.2), mix.Golden()),
    "another text, golden": plan(mix.Reserve(0.3, FOREIGN), mix.Golden()),
}


@pytest.mark.parametrize("size", [len(TOKENS), 800])
@pytest.mark.parametrize("name", TYPES)
def test_reserves_and_weights_of_types_are_held_against_a_law(name: str, size: int) -> None:
    done = run(Lab(models.Categorical(), Corpus(TOKENS), size, 5, TYPES[name], 40), np.random.default_rng(23))
    found = done.check()
    wrong = {**done.statistics, "types": done.statistics["types"] * 1.05}

    assert {d.quantity for d in found.compared} == {"types", "heterozygosity", "human_share"}
    with pytest.raises(VerificationError, match="types of generation"):
        replace(done, trace=Trace(wrong, done.human_share)).check()


@pytest.mark.parametrize("keep", [mix.Accumulate(), mix.AccumulateSubsample()])
@pytest.mark.parametrize("size", [60, 30])
def test_pools_of_types_are_held_against_a_law(keep: mix.Intervention, size: int) -> None:
    corpus = Corpus(np.repeat(np.arange(12), 5))
    found = run(
        Lab(models.Categorical(), corpus, size, 6, plan(keep), 400), np.random.default_rng(24)
    ).check()

    assert {d.quantity for d in found.compared} == {"heterozygosity", "human_share"}
    assert [line.split(":")[0] for line in found.no_law] == ["no law for types", "no law for entropy_nats"]


@pytest.mark.parametrize("keep", [mix.Replace(), mix.Accumulate()])
@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_regressions_are_held_against_a_law(keep: mix.Intervention, temperature: float) -> None:
    p = plan(keep, *([mix.Bias(temperature=temperature)] if temperature != 1.0 else []))
    lab = Lab(models.Linear(noise=2.0), Regression(5, 1.5), 20, 5, p, 600)
    done = run(lab, np.random.default_rng(25))
    wrong = {"slope_squared": done.statistics["slope_squared"] * 1.3}

    assert {d.quantity for d in done.check().compared} == {"slope_squared", "human_share"}
    with pytest.raises(VerificationError, match="slope_squared of generation"):
        replace(done, trace=Trace(wrong, done.human_share)).check()


NO_LAW = {
    "no law for mean: gaussian on Normal, detector + replace": gaussian(plan(mix.Detector(0.5))),
    "no law for mean: gaussian on Law, replace": Lab(
        models.Gaussian(), Law(lambda n, rng: rng.random(n)), 9, 2
    ),
    "no law for mean: gaussian on Normal, reserve + replace": gaussian(
        plan(mix.Reserve(0.5, lambda n, rng: rng.random(n)))
    ),
    "no law for variance: gaussian on Normal, reserve + replace": gaussian(
        plan(mix.Reserve(0.5, RESERVE, block=5))
    ),
    "no law for mean: gaussian on Normal, fresh + accumulate + golden": gaussian(
        plan(mix.Fresh(0.5), mix.Accumulate(), mix.Golden())
    ),
    "no law for slope_squared: linear on Regression, replace": Lab(
        models.Linear(penalty=0.1), Regression(3), 20, 2
    ),
    "no law for slope_squared: linear on Regression, fresh + replace": Lab(
        models.Linear(), Regression(3), 20, 2, plan(mix.Fresh(0.5))
    ),
    "no law for types: categorical on Corpus, fresh + replace": Lab(
        models.Categorical(), Corpus(TOKENS, 4), 100, 2, plan(mix.Fresh(0.5))
    ),
    "no law for types: ngram on Corpus, fresh + replace + golden": Lab(
        models.Ngram(), Corpus(TOKENS), 100, 2, plan(mix.Fresh(0.5), mix.Golden())
    ),
    "no law for human_share: replace + importance": gaussian(
        plan(mix.Importance(mix.simulated_confidence(2.0)))
    ),
}


@pytest.mark.parametrize("line", NO_LAW)
def test_where_there_is_no_law_the_check_says_so(line: str) -> None:
    found = run(replace(NO_LAW[line], replicates=3), np.random.default_rng(26)).check()

    assert line in found.no_law
    assert str(found).endswith("\n".join(found.no_law))


def test_type_engines_agree_under_a_bias() -> None:
    lab = Lab(models.Categorical(), Corpus(TOKENS), len(TOKENS), 4, plan(mix.Bias(temperature=0.8)), 40)
    one, other = (run(lab, np.random.default_rng(4), engine=e) for e in ("compacted", "generic"))
    for name in ("types", "heterozygosity", "entropy_nats"):
        a, b = one.statistics[name][1:], other.statistics[name][1:]
        se = np.sqrt((a.var(axis=1, ddof=1) + b.var(axis=1, ddof=1)) / 40)
        assert np.all(np.abs(a.mean(axis=1) - b.mean(axis=1)) <= (K_SE + 1.0) * se)


def test_subsampling_passes_the_check() -> None:
    run(gaussian(plan(mix.AccumulateSubsample())), np.random.default_rng(5)).check()


def test_expectations_need_no_replicate() -> None:
    lab = gaussian(plan(mix.Fresh(0.2)), replicates=0)
    exact = run(lab, np.random.default_rng(6))
    simulated = run(replace(lab, replicates=20_000), np.random.default_rng(6))
    se = simulated.statistics["variance"].std(axis=1) / math.sqrt(20_000)

    assert (exact.engine, exact.check()) == ("exact", Check((), ()))
    difference = exact.statistics["variance"][:, 0] - simulated.statistics["variance"].mean(axis=1)
    assert np.all(np.abs(difference) <= K_SE * se)


def test_the_most_special_engine_is_chosen() -> None:
    corpus = Corpus(TOKENS)
    assert choose(gaussian(plan())) == "sufficient"
    assert choose(gaussian(plan(mix.Detector(0.5)))) == "generic"
    assert choose(gaussian(plan(), replicates=0)) == "exact"
    assert choose(Lab(models.Categorical(), corpus, 100, 1)) == "compacted"
    assert choose(Lab(models.Categorical(), Corpus(TOKENS, 5), 100, 1)) == "generic"
    assert choose(Lab(models.Ngram(), corpus, 100, 1)) == "generic"
    assert list(ENGINES) == ["exact", "sufficient", "compacted", "generic"]


def test_an_engine_that_cannot_is_refused() -> None:
    with pytest.raises(InputError, match="no engine"):
        choose(gaussian(plan()), "quantum")
    with pytest.raises(InputError, match="cannot run"):
        choose(gaussian(plan(mix.Detector(0.5))), "sufficient")
    with pytest.raises(InputError, match="no expectation"):
        choose(gaussian(plan(mix.Detector(0.5)), replicates=0))


@pytest.mark.parametrize("size", [2, 10, 100])
@pytest.mark.parametrize("name", GAUSSIAN)
@pytest.mark.parametrize("ddof", [0, 1])
def test_a_true_simulation_passes_however_long_and_small_it_is(size: int, name: str, ddof: int) -> None:
    # Variances underflow, and a few replicates carry the means: neither is held against the engine.
    lab = Lab(models.Gaussian(ddof), Normal(), size, 400, GAUSSIAN[name], 200)

    assert run(lab, np.random.default_rng(18)).check().compared


def test_theory_is_there_to_be_drawn_even_where_it_cannot_be_compared() -> None:
    done = run(gaussian(plan(), replicates=0), np.random.default_rng(19))

    assert set(done.statistics) == {"sd", "variance", "log_variance", "drift"}
    assert all(np.isfinite(v).all() for v in done.statistics.values())


def test_a_wrong_simulation_fails_loudly() -> None:
    done = run(gaussian(plan()), np.random.default_rng(7))
    wrong = {**done.statistics, "variance": done.statistics["variance"] * 1.3}
    broken = replace(done, trace=Trace(wrong, done.human_share))

    with pytest.raises(VerificationError, match="log_variance of generation") as caught:
        broken.check()
    assert "report" in caught.value.hint


def test_a_simulation_of_no_numbers_fails_loudly() -> None:
    done = run(gaussian(plan()), np.random.default_rng(7))
    nothing = {name: np.full_like(values, np.nan) for name, values in done.statistics.items()}

    with pytest.raises(VerificationError, match="of generation"):
        replace(done, trace=Trace(nothing, done.human_share)).check()


def test_a_wrong_human_share_fails_loudly() -> None:
    done = run(gaussian(plan(mix.Fresh(0.5))), np.random.default_rng(8))
    broken = replace(done, trace=Trace(done.statistics, done.human_share * 0.8))

    with pytest.raises(VerificationError, match="human_share"):
        broken.check()


def test_a_check_needs_two_replicates() -> None:
    with pytest.raises(InputError, match="two replicates"):
        run(gaussian(plan(), replicates=1), np.random.default_rng(9)).check()


def test_the_same_seed_gives_the_same_run_and_a_pool_changes_nothing() -> None:
    from concurrent.futures import ThreadPoolExecutor

    lab = gaussian(plan(mix.Detector(0.5, 0.1), mix.Fresh(0.5)), replicates=6)
    one, other = (run(lab, np.random.default_rng(10)) for _ in range(2))
    with ThreadPoolExecutor(2) as pool:
        third = run(lab, np.random.default_rng(10), mapper=pool.map)

    assert np.array_equal(one.statistics["variance"], other.statistics["variance"])
    assert np.array_equal(one.statistics["variance"], third.statistics["variance"])
    assert one.trace.notes[1]["flagged_synthetic"] > 0


def test_what_theory_does_not_know_is_not_compared() -> None:
    lab = Lab(models.Kde(), Law(lambda n, rng: rng.standard_normal((n, 1))), 50, 2, replicates=3)
    done = run(lab, np.random.default_rng(11))

    assert done.theory == ()
    assert {d.quantity for d in done.check().compared} == {"human_share"}
    assert done.check().no_law == ("no law for variance: kde on Law, replace",)


def test_more_human_data_keeps_more() -> None:
    kept = [
        run(gaussian(plan(mix.Fresh(a)), replicates=2000), np.random.default_rng(12))
        .statistics["variance"][-1]
        .mean()
        for a in (0.0, 0.1, 0.5, 1.0)
    ]

    assert kept == sorted(kept)


def test_accumulating_keeps_more_than_subsampling_and_that_more_than_replacing() -> None:
    kept = [
        run(gaussian(plan(p), replicates=400), np.random.default_rng(13)).statistics["variance"][-1].mean()
        for p in (mix.Accumulate(), mix.AccumulateSubsample(), mix.Replace())
    ]

    assert kept == sorted(kept, reverse=True)


def test_golden_weights_are_worth_what_theory_says() -> None:
    from headwater.collapse import theory

    # With known variance only the mean drifts; ten fresh and ten synthetic samples a generation.
    lab = Lab(models.Gaussian(), Normal(), 100, 25, plan(mix.Fresh(0.5), mix.Golden()), 400)
    mean = run(lab, np.random.default_rng(15)).statistics["mean"][-1]
    ratio = theory.weighted_efficiency(1.0, theory.golden_weight(1.0))
    se = float((mean**2).std(ddof=1)) / math.sqrt(mean.size)

    # The fitted variance falls a little short of one, by about 1/M.
    assert abs(float((mean**2).mean()) - 1.0 / (50 * ratio)) <= K_SE * se + 0.02 / (50 * ratio)


def test_degenerate_data() -> None:
    point = run(Lab(models.Gaussian(), Normal(7.0, 0.0), 5, 3, replicates=2), np.random.default_rng(16))
    one = run(Lab(models.Gaussian(), Normal(), 1, 3, replicates=2), np.random.default_rng(16))
    alone = run(
        Lab(models.Categorical(), Corpus(np.zeros(9, dtype=int)), 9, 3, replicates=2),
        np.random.default_rng(16),
    )

    assert np.all(point.statistics["variance"] == 0.0)
    assert point.check().compared
    assert np.all(one.statistics["variance"] == 0.0)
    assert np.all(alone.statistics["types"] == 1.0)
    assert alone.check().compared


def test_unusable_data_is_refused() -> None:
    with pytest.raises(InputError, match="empty"):
        Corpus(np.array([]))
    with pytest.raises(InputError, match="NaN"):
        Corpus(np.array([1.0, np.nan]))
    with pytest.raises(InputError, match="blocks of 4"):
        Corpus(np.arange(3), 4)
    with pytest.raises(InputError, match="variance"):
        Normal(0.0, -1.0)
    with pytest.raises(InputError, match="size"):
        Lab(models.Gaussian(), Normal(), 0, 1)
    with pytest.raises(InputError, match="two samples"):
        run(Lab(models.Gaussian(ddof=1), Law(lambda n, rng: rng.random(n)), 1, 1), np.random.default_rng(17))
    nan = Law(lambda n, rng: np.full(n, np.nan))
    with pytest.raises(InputError, match="NaN"):
        run(Lab(models.Gaussian(), nan, 5, 1), np.random.default_rng(17))


def test_a_law_of_whole_numbers_without_variance_stays_where_it_is() -> None:
    for keep in (mix.Replace(), mix.Accumulate()):
        done = run(
            Lab(models.Gaussian(), Normal(0, 0), 10, 3, plan(keep), replicates=4), np.random.default_rng(0)
        )

        assert not done.statistics["variance"].any()
        assert {d.z for d in done.check().compared} == {0.0}


def test_one_type_has_an_entropy_of_zero_and_not_of_minus_zero() -> None:
    done = run(Lab(models.Categorical(), Corpus(np.zeros(9, dtype=int)), 9, 2), np.random.default_rng(0))

    assert str(done.statistics["entropy_nats"][-1, 0]) == "0.0"
