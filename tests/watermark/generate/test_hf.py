"""The processor for transformers: in a loop like its own, and in `generate` with a model built here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.watermark import detect
from headwater.watermark.generate.hf import MarkLogits
from headwater.watermark.scheme import Scheme
from headwater.watermark.schemes import SCHEMES
from tests.watermark import worlds

torch = pytest.importorskip("torch")
N_TYPES = 5_003
EACH = [pytest.param(worlds.small(scheme), id=name) for name, scheme in SCHEMES.items()]


def test_a_batch_that_changes_is_refused() -> None:
    scheme = SCHEMES["gumbel-aes-1"]
    process = MarkLogits(scheme, worlds.key(scheme, 1))
    process(torch.zeros((2, 5), dtype=torch.long), torch.zeros((2, 50)))

    with pytest.raises(InputError, match="2 rows went on with 3"):
        process(torch.zeros((3, 6), dtype=torch.long), torch.zeros((3, 50)))


def test_a_key_of_another_profile_is_refused() -> None:
    with pytest.raises(InputError, match="marks no text"):
        MarkLogits(SCHEMES["gumbel-aes-1"], worlds.key(SCHEMES["greenlist-aes-1"], 1))


def test_a_context_that_repeats_is_left_as_it_is() -> None:
    scheme = SCHEMES["gumbel-aes-1"]
    process = MarkLogits(scheme, worlds.key(scheme, 1))
    logits = torch.from_numpy(np.random.default_rng(1).normal(size=(1, 40)))
    text = torch.tensor([[1, 2, 3, 7]])
    for more in (1, 2, 3):
        process(text, logits)
        text = torch.cat([text, torch.tensor([[more]])], dim=1)
    again = process(text, logits)  # 1, 2, 3 once more

    assert torch.allclose(again, torch.log_softmax(logits, dim=-1))


@pytest.mark.interop
@pytest.mark.parametrize("scheme", EACH)
def test_what_generate_samples_is_found(scheme: Scheme) -> None:
    transformers: Any = pytest.importorskip("transformers", reason="no transformers")
    torch.manual_seed(3)
    config = transformers.LlamaConfig(
        vocab_size=N_TYPES, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4
    )
    model = transformers.LlamaForCausalLM(config).eval()
    key, other = worlds.key(scheme, 1), worlds.key(scheme, 2)
    prompt = torch.randint(0, N_TYPES, (2, 6))
    out = model.generate(
        prompt, do_sample=True, top_k=0, top_p=1.0, temperature=1.0, max_new_tokens=120, min_new_tokens=120,
        pad_token_id=0, logits_processor=[MarkLogits(scheme, key)],
    )  # fmt: skip

    for text in out[:, 6:].numpy():
        assert detect.detect(text, scheme, [key]).log_p < -14
        assert detect.detect(text, scheme, [other]).log_p > -9
