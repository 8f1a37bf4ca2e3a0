"""The language model study takes a model of `transformers` by its path."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from headwater.collapse.study import find, load, run
from headwater.errors import UnavailableError

STUDY = find("shumailov-lm")


@pytest.mark.slow
def test_a_path_without_a_model_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("transformers")

    with pytest.raises(UnavailableError, match=r"no tokenizer of .*nothing here"):
        run(STUDY, tmp_path, model=str(tmp_path / "nothing"), workers=1)


@pytest.mark.slow
def test_a_tiny_model_is_tuned_searched_and_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tiny_model(tmp_path / "tiny")
    study: Any = sys.modules[load(STUDY).cells.__module__]
    whole = study.causal(str(path))
    model = replace(whole.model, epochs=1, prompts=whole.train[:8])
    small = replace(whole, train=whole.train[:8], test=whole.test[:8], generations=1, model=model, looked=512)
    monkeypatch.setattr(study, "causal", lambda name: small)

    arms = study.arms(str(path))
    found = {name: study.arm(str(path), bias, share, np.random.default_rng(0)) for name, bias, share in arms}
    told = study.tell(str(path), {name.lower(): result for name, result in found.items()})

    assert [name for name, _, _ in arms] == ["beam5-0-seed0", "beam5-0.1-seed0"]
    # Hardly trained, it is as good as guessing among its 300 words.
    assert all(100 < perplexity < 600 for result in found.values() for perplexity in result["test"])
    assert len(told.figures) == 3


def tiny_model(path: Path) -> Path:
    """Save a model and a tokenizer of three hundred words."""
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel(unk_token="<unk>"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    trainer = tokenizers.trainers.WordLevelTrainer(vocab_size=300, special_tokens=["<unk>"])
    words.train([str(STUDY.parent / "plays.txt")], trainer)
    transformers.PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>").save_pretrained(path)
    shape = transformers.GPT2Config(
        vocab_size=300, n_positions=128, n_embd=16, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0
    )
    transformers.GPT2LMHeadModel(shape).save_pretrained(path)
    return path
