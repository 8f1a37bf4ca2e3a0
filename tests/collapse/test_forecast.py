"""Forecasts against tabulated values, against recursions, and against what they must refuse."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.collapse import Corpus, Lab, Sampling, forecast, mix, models, run, theory
from headwater.collapse.models import zipf
from headwater.errors import InputError
from headwater.measure import profile
from tests.measure.profile.worlds import spell

COUNTS = np.round(20_000 * zipf(5000)).astype(np.int64).clip(min=1)
N_TOKENS = 100_000


def documentation() -> Iterator[str]:
    """Yield the docstrings of the standard library: human text that every machine has."""
    root = Path(ast.__file__).parent
    for path in [*sorted(root.glob("*.py")), *sorted(root.glob("[a-z]*/*.py"))]:
        if "site-packages" in path.parts or "test" in path.as_posix():
            continue
        tree = ast.parse(path.read_bytes())
        kinds = ast.Module | ast.ClassDef | ast.FunctionDef
        yield from (ast.get_docstring(n) or "" for n in ast.walk(tree) if isinstance(n, kinds))


@cache
def tokens() -> NDArray[np.int64]:
    """Number the words of human text in order of appearance."""
    numbers: dict[str, int] = {}
    stream: list[int] = []
    for text in documentation():
        stream += [numbers.setdefault(w, len(numbers)) for w in re.findall(r"[a-z]+|[^\sa-z]", text.lower())]
        if len(stream) >= N_TOKENS:
            break
    return np.array(stream[:N_TOKENS])


@pytest.mark.parametrize("share", [0.0, 0.05, 0.1, 0.3])
def test_a_language_model_loses_words_as_forecast_from_counts_alone(share: float) -> None:
    human = Corpus(tokens(), block=20)
    lab = Lab(models.Ngram(), human, N_TOKENS, 12, mix.plan(mix.Fresh(share)), 1)
    observed = run(lab, np.random.default_rng(1)).statistics["types"][:, 0]
    expected = forecast.vocabulary(np.bincount(tokens()), generations=12, share=share).expected

    assert np.abs(observed / expected - 1.0).max() <= 0.05


def test_intervals_cover_an_independent_recursion() -> None:
    corpus = np.repeat(np.arange(COUNTS.size), COUNTS)
    done = run(
        Lab(models.Categorical(), Corpus(corpus), corpus.size, 20, replicates=60), np.random.default_rng(2)
    )
    said = forecast.vocabulary(COUNTS, generations=20, level=0.99)
    inside = (done.statistics["types"] >= said.low[:, None]) & (
        done.statistics["types"] <= said.high[:, None]
    )

    # Conservative: at 99 % at most 1 in 60 is expected outside; 4 leave room for chance.
    assert np.all((~inside).sum(axis=1) <= 4)
    assert said.lost()[0] == 0.0
    assert np.all(np.diff(said.lost()) > 0)


def test_a_forecast_states_what_it_takes_for_granted() -> None:
    said = forecast.vocabulary(COUNTS, generations=3)
    few = forecast.vocabulary([3, 2, 1], generations=50)

    assert all(a.holds for a in said.assumptions)
    assert [a.name for a in few.assumptions if not a.holds] == ["many types"]


@pytest.mark.parametrize(
    ("sampling", "name"),
    [
        (Sampling(temperature=0.8), "temperature 1"),
        (Sampling(top_p=0.9), "the whole law"),
        (Sampling(beam=5), "sampling"),
    ],
)
def test_a_forecast_refuses_a_sampling_that_selects(sampling: Sampling, name: str) -> None:
    with pytest.raises(InputError, match=f"without {name}") as caught:
        forecast.vocabulary(COUNTS, generations=3, sampling=sampling)
    assert "tempering" in caught.value.hint


@pytest.mark.parametrize("share", [0.0, 0.02])
@pytest.mark.parametrize("loss", [0.01, 0.2, 0.5])
def test_the_generation_of_a_loss_is_the_first_with_it(loss: float, share: float) -> None:
    k = int(forecast.generations_to_loss(COUNTS, loss=loss, share=share))
    lost = forecast.vocabulary(COUNTS, generations=k, share=share).lost()

    assert lost[k] >= loss > lost[k - 1]


def test_a_loss_that_never_comes() -> None:
    assert forecast.generations_to_loss(COUNTS, loss=0.9, share=0.3) == math.inf
    assert forecast.generations_to_loss(COUNTS, loss=0.999, limit=10) == math.inf
    assert forecast.generations_to_loss(COUNTS, loss=0.0) == 0.0


def test_more_human_data_delays_a_loss() -> None:
    waits = [forecast.generations_to_loss(COUNTS, loss=0.6, share=a) for a in (0.0, 0.01, 0.03, 0.2)]

    assert waits == sorted(waits)
    assert waits[0] < waits[-1]


def test_a_vocabulary_reads_as_generations() -> None:
    expected = forecast.vocabulary(COUNTS, generations=9).expected

    for k in (0, 1, 4, 9):
        assert forecast.generations_equivalent(COUNTS, types=float(expected[k])) == pytest.approx(k, abs=1)
    assert forecast.generations_equivalent(COUNTS, types=float(expected[0])) == 0.0


@pytest.mark.parametrize(
    ("count", "keep", "share"), [(5, 0.9, 0.128), (10, 0.99, 0.128), (100, 0.99, 0.0048)]
)
def test_the_minimum_reserve_is_as_tabulated(count: float, keep: float, share: float) -> None:
    found = forecast.minimum_reserve(count=count, keep=keep)

    assert found == pytest.approx(share, rel=0.01)
    assert (
        theory.survival_limit(count, share=found) >= keep > theory.survival_limit(count, share=found - 2e-6)
    )


def test_a_shorter_horizon_needs_less() -> None:
    shares = [forecast.minimum_reserve(count=20, keep=0.95, generations=k) for k in (1, 5, 20, 100)]

    assert shares[0] == 0.0
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(forecast.minimum_reserve(count=20, keep=0.95), rel=0.01)


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
def test_the_minimum_fresh_share_keeps_its_variance(keep: float) -> None:
    many = forecast.minimum_fresh_share(keep=keep, scale=0.8)
    few = forecast.minimum_fresh_share(keep=keep, scale=0.8, size=50)

    assert many == pytest.approx(keep * 0.2 / (1 - keep * 0.8))
    assert few > many
    assert theory.fresh_moments_limit(50, share=few, scale=0.8)[0] >= keep
    assert forecast.minimum_fresh_share(keep=keep, scale=0.8, size=10**7) == pytest.approx(many, rel=1e-3)


def test_required_detection_depends_on_adoption() -> None:
    everyone = forecast.required_detection(synthetic=0.5, human=0.9, fpr=0.05)
    half = forecast.required_detection(synthetic=0.5, human=0.9, fpr=0.05, adoption=0.5)

    assert everyone.tpr == pytest.approx(0.894, abs=1e-3)
    assert everyone.reachable
    assert not half.reachable
    assert half.tpr == pytest.approx(2 * everyone.tpr)


def test_tempering_gives_entropies_and_says_how_far_it_is_trusted() -> None:
    said = forecast.tempering(COUNTS, temperature=0.8, generations=4)
    p = COUNTS / COUNTS.sum()

    assert said.entropy_nats[0] == pytest.approx(float(theory.entropy_nats(theory.temper(p, 0.8))))
    assert np.all(np.diff(said.entropy_nats) < 0)
    assert said.effective_types == pytest.approx(np.exp(said.entropy_nats))
    assert said.trusted.tolist() == [True, True, True, False, False]


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_a_sketch_that_leaves_types_out_gives_the_same_tempering_law(share: float) -> None:
    counts = np.unique(tokens(), return_counts=True)[1]
    words = " ".join(map(spell, tokens().tolist()))
    few = profile.spectrum(profile.of([words], size=profile.Size(words=counts.size // 4)))

    for temperature in (0.7, 0.9, 1.2):
        law = partial(forecast.tempering, temperature=temperature, generations=2, share=share)
        said = law(few[0], types=few[1]).entropy_nats
        assert said == pytest.approx(law(counts).entropy_nats, rel=0.01)


def test_the_tempering_law_is_that_of_a_categorical_recursion() -> None:
    corpus = np.repeat(np.arange(COUNTS.size), COUNTS)
    lab = Lab(models.Categorical(), Corpus(corpus), corpus.size, 3, mix.plan(mix.Bias(temperature=0.8)), 5)
    entropy = run(lab, np.random.default_rng(3)).statistics["entropy_nats"].mean(axis=1)
    said = forecast.tempering(COUNTS, temperature=0.8, generations=2).entropy_nats

    # Training set k + 1 is output k; drift takes another 2 to 3 % here.
    assert entropy[1:] == pytest.approx(said, rel=0.04)


def test_unusable_numbers_are_refused() -> None:
    for counts in ([], [0, 0], [-1.0], [math.nan]):
        with pytest.raises(InputError, match="counts"):
            forecast.vocabulary(counts, generations=3)
    with pytest.raises(InputError, match="share"):
        forecast.vocabulary(COUNTS, generations=3, share=1.2)
    with pytest.raises(InputError, match="level"):
        forecast.vocabulary(COUNTS, generations=3, level=1.0)
    with pytest.raises(InputError, match="counted"):
        forecast.vocabulary(COUNTS, generations=-1)
    with pytest.raises(InputError, match="loss"):
        forecast.generations_to_loss(COUNTS, loss=1.0)
    with pytest.raises(InputError, match="present"):
        forecast.generations_equivalent(COUNTS, types=1e9)
    with pytest.raises(InputError, match=r"in only 63\.2%"):
        forecast.minimum_reserve(count=1, keep=0.9)
    with pytest.raises(InputError, match="probability"):
        forecast.minimum_reserve(count=1, keep=1.0)
    with pytest.raises(InputError, match="human samples keep"):
        forecast.minimum_fresh_share(keep=0.999, scale=0.8, size=50)
    with pytest.raises(InputError, match="adoption"):
        forecast.required_detection(synthetic=0.5, human=0.9, fpr=0.05, adoption=0.0)


def test_one_type_is_there_until_chance_takes_it() -> None:
    said = forecast.vocabulary([10**6], generations=10)

    assert said.expected == pytest.approx(np.ones(11))
    assert said.low.min() >= 0.0


def test_no_samples_have_no_share() -> None:
    with pytest.raises(InputError, match="no share of 0 samples"):
        forecast.minimum_fresh_share(keep=0.5, scale=0.8, size=0)
