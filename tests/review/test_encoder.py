"""The encoder of `transformers`: a text lies where it lies, and a batch is drawn again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from headwater.errors import InputError, UnavailableError, VerificationError
from headwater.review.draw import Beside, Plan, draw, verify
from headwater.review.embedding import EMBEDDINGS
from tests.review.runs import finished

transformers = pytest.importorskip("transformers", reason="transformers is not installed")
tokenizers = pytest.importorskip("tokenizers", reason="tokenizers is not installed")
pytestmark = pytest.mark.slow
WORDS = ("[PAD]", "[UNK]", "the", "weir", "was", "loud", "river", "mill", "in", "year", "had")
PLAN = Plan("beacon-7", n=20, pool="kept", n_strata=6, embedding="encoder-1")


def encoder(folder: Path, *, seed: int = 1, pads: bool = True) -> str:
    """Write an encoder of one layer, of random weights; that of a causal model knows no padding."""
    import torch

    torch.manual_seed(seed)
    words = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    padding = {"pad_token": "[PAD]"} if pads else {"eos_token": "[UNK]"}
    transformers.PreTrainedTokenizerFast(tokenizer_object=words, **padding).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    transformers.BertModel(config).save_pretrained(folder)
    return str(folder)


@pytest.mark.parametrize("pads", [True, False])
def test_a_text_lies_where_it_lies_in_any_company(tmp_path: Path, *, pads: bool) -> None:
    embedding = EMBEDDINGS["encoder-1"](encoder(tmp_path, pads=pads))
    texts = ["the weir was loud", "", "the river " * 400, "mill"] * 12
    alone = np.concatenate([embedding.embed([text]) for text in texts])

    assert alone.shape == (48, 16)
    np.testing.assert_allclose(embedding.embed(texts), alone, atol=1e-5)
    assert embedding.embed([]).shape[0] == 0


def test_a_batch_is_drawn_again_with_the_same_model_and_with_no_other(tmp_path: Path) -> None:
    model, other = encoder(tmp_path / "one"), encoder(tmp_path / "other", seed=2)
    batch = draw(finished(), PLAN, Beside(model=model))

    assert verify(finished(), batch.data, Beside(model=model)).data == batch.data
    assert draw(finished(), replace(PLAN, embedding="hashed-1")).data != batch.data
    with pytest.raises(VerificationError, match="another model"):
        verify(finished(), batch.data, Beside(model=other))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no model in"):
        draw(finished(), PLAN, Beside(model=str(tmp_path / "nowhere")))
    with pytest.raises(UnavailableError):
        draw(finished(), PLAN, Beside(model=str(tmp_path)))
