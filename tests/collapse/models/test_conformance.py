"""What holds for every model of the table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.collapse import models
from headwater.collapse.models import MODELS, Model
from headwater.collapse.sampling import Sampling
from headwater.errors import InputError, UnavailableError

Data = NDArray[Any]
HEAVY = {"vae", "transformer", "causal-lm"}


def rng() -> np.random.Generator:
    """Give the same generator every time."""
    return np.random.default_rng(0)


def tiny_lm(folder: Path) -> str:
    """Save a causal language model of a few thousand weights."""
    transformers = pytest.importorskip("transformers")
    config = transformers.GPT2Config(
        vocab_size=50, n_positions=32, n_embd=16, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0
    )
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    return str(folder)


BUILD: dict[str, Callable[[Path], Model]] = {
    "gaussian": lambda _: models.Gaussian(),
    "gaussian-nd": lambda _: models.GaussianNd(),
    "mixture": lambda _: models.Mixture(components=2),
    "kde": lambda _: models.Kde(),
    "categorical": lambda _: models.Categorical(),
    "linear": lambda _: models.Linear(),
    "ngram": lambda _: models.Ngram(n_types=50),
    "pca-gaussian": lambda _: models.PcaGaussian(components=2),
    "vae": lambda _: models.Vae(latent=2, width=16, epochs=2),
    "transformer": lambda _: models.Transformer(n_types=50, layers=1, width=32, epochs=1),
    "causal-lm": lambda folder: models.CausalLm(model=tiny_lm(folder), epochs=1, rate=1e-3),
}
DATA: dict[str, Data] = {
    "gaussian": rng().standard_normal(60),
    "gaussian-nd": rng().standard_normal((60, 3)),
    "mixture": rng().standard_normal((60, 2)) + 4.0 * rng().integers(0, 2, (60, 1)),
    "kde": rng().standard_normal((60, 2)),
    "categorical": rng().zipf(2.0, 60).clip(max=49),
    "linear": rng().standard_normal((60, 4)),
    "ngram": rng().zipf(2.0, 200).clip(max=49),
    "pca-gaussian": rng().random((60, 8)),
    "vae": rng().random((60, 8)),
    "transformer": rng().zipf(2.0, (20, 8)).clip(max=49),
    "causal-lm": rng().zipf(2.0, (20, 8)).clip(max=49),
}
NAMES = [pytest.param(name, marks=pytest.mark.slow if name in HEAVY else ()) for name in MODELS]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """Name each model; those of torch run with the slow tests."""
    return str(request.param)


@pytest.fixture
def model(name: str, tmp_path: Path) -> Model:
    """Build a small one."""
    if name == "mixture":
        pytest.importorskip("sklearn")
    if name in HEAVY:
        pytest.importorskip("torch")
    return BUILD[name](tmp_path)


def test_names_are_the_keys_of_the_table(name: str) -> None:
    kind: Any = MODELS[name]

    assert kind.name == name


def test_samples_look_like_the_data(name: str, model: Model) -> None:
    data = DATA[name]
    fitted = model.fit(data, rng=rng())
    samples = fitted.sample(7, rng())

    assert samples.shape == (7, *data.shape[1:])
    assert samples.dtype.kind == data.dtype.kind
    assert np.all(np.isfinite(samples))


def test_every_sample_has_a_score_and_the_model_a_summary(name: str, model: Model) -> None:
    fitted = model.fit(DATA[name], rng=rng())
    scores = fitted.score(DATA[name])

    assert scores.shape == (len(DATA[name]),)
    assert np.all(np.isfinite(scores))
    assert fitted.summary()
    assert all(np.isfinite(v) for v in fitted.summary().values())


def test_its_own_samples_can_be_learnt_again(name: str, model: Model) -> None:
    fitted = model.fit(DATA[name], rng=rng())
    again = model.fit(fitted.sample(len(DATA[name]), rng()), rng=rng())

    assert again.summary().keys() == fitted.summary().keys()


def test_the_same_seed_gives_the_same_samples(name: str, model: Model) -> None:
    one, other = (model.fit(DATA[name], rng=rng()).sample(9, rng()) for _ in range(2))

    assert np.array_equal(one, other)


def test_no_sample_is_refused(name: str, model: Model) -> None:
    with pytest.raises(InputError, match="at least one sample"):
        model.fit(DATA[name][:0], rng=rng())


def test_another_number_of_axes_is_refused(name: str, model: Model) -> None:
    with pytest.raises(InputError, match="-d data"):
        model.fit(DATA[name][..., None], rng=rng())


def test_what_is_no_number_is_refused(name: str, model: Model) -> None:
    data = DATA[name].astype(np.float64)
    data.flat[3] = np.nan

    with pytest.raises(InputError, match=r"NaN|whole numbers"):
        model.fit(data, rng=rng())


def test_weights_stand_for_repetitions(name: str, model: Model) -> None:
    if not model.weighted or name == "kde":  # a bandwidth depends on the number of samples
        pytest.skip("the model draws samples again by weight")
    counts = np.random.default_rng(1).integers(0, 4, len(DATA[name]))
    weighted = model.fit(DATA[name], rng=rng(), weights=counts.astype(np.float64))
    repeated = model.fit(np.repeat(DATA[name], counts, axis=0), rng=rng())

    assert weighted.summary() == pytest.approx(dict(repeated.summary()))


def test_useless_weights_are_refused(name: str, model: Model) -> None:
    if not model.weighted:
        pytest.skip("the model draws samples again by weight")
    n = len(DATA[name])
    for weights in (np.zeros(n), -np.ones(n), np.ones(n - 1), np.full(n, np.nan)):
        with pytest.raises(InputError, match="weights"):
            model.fit(DATA[name], rng=rng(), weights=weights)


def test_a_knob_it_does_not_have_is_refused(name: str, model: Model) -> None:
    fitted = model.fit(DATA[name], rng=rng())
    knobs = [Sampling(temperature=0.5), Sampling(top_p=0.5), Sampling(beam=2), Sampling(scale=0.5)]
    refusals = [refusal(fitted, sampling) for sampling in knobs]

    assert any(refusals)
    assert all(name in r for r in refusals if r)


def refusal(fitted: models.Fitted, sampling: Sampling) -> str:
    """Give what a fitted model says to a knob; nothing if it honours it."""
    try:
        fitted.sample(3, rng(), sampling=sampling)
    except InputError as error:
        return str(error)
    return ""


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sklearn.mixture", None)

    with pytest.raises(UnavailableError, match="sklearn is not installed"):
        models.Mixture().fit(DATA["mixture"], rng=rng())


def test_weights_that_are_not_here_are_not_fetched() -> None:
    pytest.importorskip("transformers")
    with pytest.raises(UnavailableError, match="no weights of nobody"):
        models.CausalLm(model="nobody/none").fit(DATA["causal-lm"], rng=rng())
