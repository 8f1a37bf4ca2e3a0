"""Single families against other people's code, and what each keeps when it meets itself again."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from headwater.collapse import Corpus, Lab, Law, Sampling, mix, models, run
from headwater.errors import InputError


def rng() -> np.random.Generator:
    """Give the same generator every time."""
    return np.random.default_rng(0)


def test_a_gaussian_scores_as_scipy_does() -> None:
    x = rng().normal(3.0, 2.0, 50)
    fitted = models.Gaussian(ddof=1).fit(x, rng=rng())

    assert fitted.variance == pytest.approx(x.var(ddof=1))
    assert fitted.score(x) == pytest.approx(stats.norm(x.mean(), x.std(ddof=1)).logpdf(x))


def test_a_point_mass_scores_itself_alone() -> None:
    fitted = models.Gaussian().fit(np.full(3, 2.0), rng=rng())

    assert fitted.score(np.array([2.0, 2.1])).tolist() == [math.inf, -math.inf]
    assert fitted.sample(3, rng()).tolist() == [2.0, 2.0, 2.0]


def test_a_gaussian_in_many_dimensions_scores_as_scipy_does() -> None:
    x = rng().standard_normal((50, 3)) @ rng().standard_normal((3, 3))
    fitted = models.GaussianNd(ddof=1).fit(x, rng=rng())
    law = stats.multivariate_normal(x.mean(axis=0), np.cov(x.T))

    assert fitted.score(x) == pytest.approx(law.logpdf(x))
    assert fitted.summary()["log_determinant"] == pytest.approx(np.linalg.slogdet(np.cov(x.T))[1])


def test_a_singular_gaussian_stays_in_its_plane() -> None:
    x = np.column_stack([rng().standard_normal(20), np.zeros(20)])
    fitted = models.GaussianNd().fit(x, rng=rng())

    assert np.all(np.abs(fitted.sample(5, rng())[:, 1]) < 1e-12)
    assert np.isfinite(fitted.score(x)).all()
    assert fitted.score(np.array([[0.0, 1.0]])).tolist() == [-math.inf]


def test_a_mixture_scores_and_finds_modes_as_scikit_learn_does() -> None:
    sklearn = pytest.importorskip("sklearn.mixture")
    x = np.concatenate([rng().normal(-5, 1, (100, 2)), rng().normal(5, 1, (100, 2))])
    fitted = models.Mixture(components=2).fit(x, rng=rng())
    theirs = sklearn.GaussianMixture(2, tol=1e-5, random_state=0).fit(x)

    assert fitted.score(x) == pytest.approx(theirs.score_samples(x), abs=1e-3)
    assert sorted(fitted.means[:, 0].round()) == [-5.0, 5.0]
    assert fitted.summary()["variance"] == pytest.approx(x.var(axis=0).sum(), rel=1e-3)


def test_a_kernel_density_is_scipys_in_one_dimension() -> None:
    x, weights = rng().standard_normal(60), rng().random(60)
    fitted = models.Kde().fit(x[:, None], rng=rng(), weights=weights)

    assert fitted.score(x[:, None]) == pytest.approx(stats.gaussian_kde(x, weights=weights).logpdf(x))


def test_a_kernel_density_needs_variance() -> None:
    with pytest.raises(InputError, match="needs variance"):
        models.Kde().fit(np.ones((5, 2)), rng=rng())


def test_regression_is_least_squares_and_ridge() -> None:
    rows = rng().standard_normal((40, 4))
    x, y = rows[:, :3], rows[:, 3]
    plain = models.Linear().fit(rows, rng=rng()).slope
    ridge = models.Linear(penalty=0.5).fit(rows, rng=rng()).slope

    assert plain == pytest.approx(np.linalg.lstsq(x, y, rcond=None)[0])
    assert ridge == pytest.approx(np.linalg.solve(x.T @ x + 20.0 * np.eye(3), x.T @ y))


def test_types_without_mass_have_no_probability() -> None:
    fitted = models.Categorical().fit(np.array([0, 2, 2]), rng=rng())

    assert fitted.score(np.array([0, 1, 2, 3])) == pytest.approx(
        [math.log(1 / 3), -math.inf, math.log(2 / 3), -math.inf]
    )
    cut = fitted.sample(50, rng(), sampling=Sampling(top_p=0.5))
    assert set(cut.tolist()) == {2}


def test_zipfs_law() -> None:
    p = models.zipf(100, exponent=1.5)

    assert p.sum() == pytest.approx(1.0)
    assert p[0] / p[3] == pytest.approx(8.0)
    with pytest.raises(InputError, match="Zipf"):
        models.zipf(0)


def test_a_closed_language_model_invents_no_word() -> None:
    tokens = rng().zipf(1.5, 3000).clip(max=900)
    closed = models.Ngram(n_types=1000).fit(tokens, rng=rng())
    opened = models.Ngram(n_types=1000, closed=False).fit(tokens, rng=rng())

    assert set(closed.sample(5000, rng()).tolist()) <= set(tokens.tolist())
    assert set(opened.sample(5000, rng()).tolist()) - set(tokens.tolist())


def test_principal_components_keep_the_variance_they_span() -> None:
    pytest.importorskip("sklearn")
    digits = models.load_digits()
    spread = np.sort(np.linalg.eigvalsh(np.cov(digits.T, ddof=0)))[::-1]
    fitted = models.PcaGaussian(components=10).fit(digits, rng=rng())

    assert digits.shape == (1797, 64)
    assert fitted.summary()["variance"] == pytest.approx(spread[:10].sum())
    assert fitted.residual == pytest.approx(spread[10:].sum() / 54)


@pytest.mark.parametrize("model", [models.Mixture(), models.Ngram()], ids=["mixture", "ngram"])
def test_models_without_weights_are_trained_on_samples_drawn_by_weight(model: models.Model) -> None:
    if model.name == "mixture":
        pytest.importorskip("sklearn")
        human: Law | Corpus = Law(lambda n, generator: generator.standard_normal((n, 2)))
    else:
        human = Corpus(rng().integers(0, 20, 300), 5)
    done = run(Lab(model, human, 200, 2, mix.plan(mix.Fresh(0.5), mix.Golden()), 2), rng())

    assert done.human_share[1:] == pytest.approx((math.sqrt(5) - 1) / 2)
    assert done.check().compared


@pytest.mark.slow
def test_digits_lose_their_variance_generation_by_generation() -> None:
    pytest.importorskip("torch")
    pytest.importorskip("sklearn")
    digits = models.load_digits()[:1000]
    variance = run(Lab(models.Vae(), Corpus(digits), 1000, 2), rng()).statistics["variance"][:, 0]
    kept = variance[1:] / variance[:-1]

    # Shumailov et al. (2024) lose a tenth of the standard deviation a generation on other digits.
    assert np.all((kept > 0.65) & (kept < 0.95))


@pytest.mark.slow
def test_a_cold_transformer_forgets_words() -> None:
    pytest.importorskip("torch")
    stream = np.repeat(np.arange(200), np.round(6000 * models.zipf(200)).astype(int) + 4)
    blocks = rng().permutation(stream)[: stream.size // 16 * 16].reshape(-1, 16)
    model = models.Transformer(n_types=200, layers=1, width=32, epochs=8, rate=1e-2)
    cold = Lab(model, Corpus(blocks), len(blocks), 3, mix.plan(mix.Bias(temperature=0.7)))
    types = run(cold, rng()).statistics["types"][:, 0]
    mixed = Lab(model, Corpus(blocks), len(blocks), 3, mix.plan(mix.Bias(temperature=0.7), mix.Fresh(0.5)))

    assert types[-1] < 0.5 * types[0]
    assert run(mixed, rng()).statistics["types"][-1, 0] > 1.5 * types[-1]


@pytest.mark.slow
def test_the_cache_of_a_transformer_changes_nothing() -> None:
    torch = pytest.importorskip("torch")
    from headwater.collapse.models import attention

    shape = attention.Shape(n_types=30, block=8, layers=2, width=64)
    parameters = attention.initial(shape)
    tokens = torch.randint(0, 30, (3, 8))
    cache: list[object] = [None, None]
    steps = [attention.forward(parameters, shape, tokens[:, i : i + 1], cache=cache) for i in range(8)]

    whole = attention.forward(parameters, shape, tokens)
    assert torch.allclose(torch.cat(steps, dim=1), whole, atol=1e-5)


@pytest.mark.slow
def test_a_nucleus_keeps_the_head_of_each_law() -> None:
    torch = pytest.importorskip("torch")
    from headwater.collapse.models.transformer import nucleus

    p = nucleus(torch.tensor([[0.1, 0.6, 0.3], [0.4, 0.3, 0.3]]), 0.8)
    assert torch.allclose(p, torch.tensor([[0.0, 2 / 3, 1 / 3], [0.4, 0.3, 0.3]]))


@pytest.mark.slow
def test_a_transformer_can_start_from_another() -> None:
    pytest.importorskip("torch")
    blocks = rng().integers(0, 20, (64, 8))
    first = models.Transformer(n_types=20, layers=1, width=32, epochs=2).fit(blocks, rng=rng())
    start = models.Transformer(n_types=20, layers=1, width=32, epochs=1, start=first)

    assert start.fit(blocks, rng=rng()).score(blocks).mean() > first.score(blocks).mean()
    with pytest.raises(InputError, match="another shape"):
        start.fit(blocks[:, :4], rng=rng())
