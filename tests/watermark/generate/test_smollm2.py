"""Texts written side by side are those that each would be alone; by a tiny network of its kind."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.watermark.generate import smollm2
from headwater.watermark.keys import Key
from headwater.watermark.schemes import SCHEMES

N_TYPES, N_TOKENS = 300, 12
PROMPTS = ([20, 30, 40], [50, 60, 70], [20, 30, 40])


@pytest.fixture(scope="module")
def model() -> smollm2.Model:
    transformers = pytest.importorskip("transformers", reason="no transformers: pip install 'headwater[lm]'")
    import torch

    torch.manual_seed(1)
    config = transformers.LlamaConfig(
        vocab_size=N_TYPES,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=64,
        initializer_range=0.5,
    )
    return smollm2.Model(transformers.LlamaForCausalLM(config).double().eval())


def written(model: smollm2.Model, rows: list[int], *, to_end: bool) -> list[smollm2.Written]:
    marked = smollm2.Marking(SCHEMES["gumbel-aes-1"], Key("gumbel-aes-1", bytes(range(32))))
    markings = [smollm2.Marking(), marked, marked]
    return list(
        smollm2.generate(
            model,
            [PROMPTS[row] for row in rows],
            [markings[row] for row in rows],
            n_tokens=N_TOKENS,
            rngs=[np.random.default_rng(row) for row in rows],
            to_end=to_end,
        )
    )


@pytest.mark.parametrize("to_end", [False, True])
def test_texts_side_by_side_are_those_of_each_alone(model: smollm2.Model, *, to_end: bool) -> None:
    together = written(model, [0, 1, 2], to_end=to_end)
    alone = [written(model, [row], to_end=to_end)[0] for row in range(3)]

    for one, other in zip(together, alone, strict=True):
        np.testing.assert_array_equal(one.tokens, other.tokens)
        np.testing.assert_allclose(one.log_chances, other.log_chances, rtol=1e-9)
        np.testing.assert_allclose(one.entropies_nats, other.entropies_nats, rtol=1e-9)
    assert together[0].tokens.tolist() != together[2].tokens.tolist()


def test_chances_are_those_of_the_network_that_reads_all_at_once(model: smollm2.Model) -> None:
    import torch

    for row, text in enumerate(written(model, [0, 1, 2], to_end=False)):
        whole = np.concatenate([PROMPTS[row], text.tokens.astype(np.int64)])
        with torch.no_grad():
            logits = model.network(torch.from_numpy(whole[None])).logits[0, len(PROMPTS[row]) - 1 : -1]
        logits[:, :17] = -torch.inf
        said = torch.log_softmax(logits, dim=-1).numpy()[np.arange(N_TOKENS), text.tokens]

        np.testing.assert_allclose(text.log_chances, said, rtol=1e-9)


def test_prompts_of_different_lengths_are_refused(model: smollm2.Model) -> None:
    with pytest.raises(InputError, match="same length"):
        smollm2.generate(
            model,
            [[1, 2], [1]],
            [smollm2.Marking()] * 2,
            n_tokens=1,
            rngs=[np.random.default_rng(0)] * 2,
        )
