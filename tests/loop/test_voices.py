"""Every family of models: it learns, its laws are laws, and what it writes has them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.loop import author
from headwater.loop.author import PROFILE
from headwater.loop.scene import Scene
from headwater.loop.voices import VOICES, Voice, family
from headwater.loop.voices.voice import Task, nucleus
from headwater.watermark.page import Marker, examine
from headwater.watermark.schemes import SCHEMES
from headwater.watermark.tokenizer import TOKENIZERS
from headwater.watermark.tokenizer.tokenizer import load
from tests.loop.texts import pages
from tests.watermark import worlds

N_TYPES = 60
TASK = Task(N_TYPES, order=3, seed=0)


def rows(n: int, seed: int) -> list[np.ndarray]:
    """Draw texts in which each token is mostly its predecessor's successor."""
    rng = np.random.default_rng(seed)
    texts = []
    for _ in range(n):
        text = [int(rng.integers(N_TYPES))]
        for _ in range(79):
            text.append((text[-1] + 1) % N_TYPES if rng.random() < 0.9 else int(rng.integers(N_TYPES)))
        texts.append(np.array(text, dtype=np.uint32))
    return texts


def tiny(folder: Path) -> str:
    """Save a causal language model of a few thousand weights."""
    transformers = pytest.importorskip("transformers")
    config = transformers.GPT2Config(
        vocab_size=N_TYPES, n_positions=128, n_embd=16, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0
    )
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    return str(folder)


def trained(name: str, folder: Path) -> Voice:
    """Train a family on forty texts."""
    if name != "kneser-ney":
        pytest.importorskip("torch")
    return family(tiny(folder) if name == "causal-lm" else name)(rows(40, 1), TASK)


EVERY = pytest.mark.parametrize("name", [*VOICES, "causal-lm"])


@EVERY
def test_laws_are_laws_and_texts_may_drop_out(name: str, tmp_path: Path) -> None:
    laws = trained(name, tmp_path).laws(top_p=0.9, rng=np.random.default_rng(2))
    texts = rows(3, 3)
    for place, n in ((2, 3), (3, 3), (4, 2), (5, 1)):
        told = laws([text[:place] for text in texts[:n]])

        assert len(told) == n
        for tokens, chances in told:
            assert len(set(tokens.tolist())) == len(tokens) == len(chances) > 0
            assert chances.min() > 0.0
            assert chances.sum() == pytest.approx(1.0)


@EVERY
def test_what_was_read_before_is_remembered(name: str, tmp_path: Path) -> None:
    """A law after several calls is that of a voice that reads the whole text at once."""
    if name == "kneser-ney":
        pytest.skip("draws an order, so two calls differ")
    voice, (text,) = trained(name, tmp_path), rows(1, 4)
    laws = voice.laws(top_p=1.0, rng=np.random.default_rng(0))
    for place in (2, 3, 4):
        ((tokens, chances),) = laws([text[:place]])
    ((fresh, beside),) = voice.laws(top_p=1.0, rng=np.random.default_rng(0))([text[:4]])

    a, b = np.argsort(tokens), np.argsort(fresh)
    assert np.array_equal(tokens[a], fresh[b])
    np.testing.assert_allclose(chances[a], beside[b], rtol=1e-4)


@pytest.mark.parametrize("name", list(VOICES))
def test_a_voice_learns_what_comes_next(name: str, tmp_path: Path) -> None:
    voice = trained(name, tmp_path)

    mean = float(np.mean([voice.log_p(row).mean() for row in rows(10, 5)]))

    assert -math.log(N_TYPES) + 0.2 < mean < 0.0


def test_the_chances_of_a_transformer_sum_to_one_over_all_types(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    voice = family("transformer")([row % 40 for row in rows(20, 6)], TASK)
    begin = np.array([3, 4, 5], dtype=np.uint32)

    total = sum(
        math.exp(voice.log_p(np.append(begin, np.uint32(token)))[-1]) for token in range(TASK.n_types)
    )

    assert total == pytest.approx(1.0, rel=1e-4)


@pytest.mark.slow
def test_marked_pages_of_a_transformer_are_found() -> None:
    pytest.importorskip("torch")
    tokenizer, key = TOKENIZERS["gpt2"], worlds.key(SCHEMES[PROFILE], 5)
    model = author.train(pages()[:60], load(tokenizer), Scene(models=("transformer",)))

    marked = model.write(2, rng=np.random.default_rng(1), top_p=0.95, key=key)

    found = examine(marked, [Marker("mill", tokenizer, SCHEMES[PROFILE], key)])
    assert all(one.log_p < math.log(1e-6) for one in found)


def test_a_nucleus_keeps_the_most_probable() -> None:
    tokens, chances = nucleus(np.array([7, 8, 9]), np.array([0.2, 0.5, 0.3]), 0.6)

    assert tokens.tolist() == [8, 9]
    assert chances.tolist() == pytest.approx([0.625, 0.375])


def test_a_model_with_another_vocabulary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fewer types"):
        family(tiny(tmp_path))(rows(4, 1), Task(N_TYPES + 1, order=3, seed=0))


def test_a_loop_without_a_model_is_refused() -> None:
    with pytest.raises(InputError, match="a model at least"):
        Scene(models=())
