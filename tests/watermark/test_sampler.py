"""The sampler: where it marks, and where it leaves the model alone."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.watermark import detect, sampler
from headwater.watermark.scheme import Floats, Tokens
from headwater.watermark.schemes import SCHEMES
from tests.watermark import worlds

SCHEME = SCHEMES["gumbel-aes-1"]
KEY = worlds.key(SCHEME, 5)


def uniform(so_far: Tokens) -> Floats:
    return np.full(50, 0.02)


def echo(so_far: Tokens) -> Floats:
    """Give the law of a model that repeats three tokens, mostly."""
    law = np.full(50, 0.2 / 49)
    law[so_far.size % 3] = 0.8
    return law


def test_the_same_seed_gives_the_same_text_and_another_key_another() -> None:
    def draw(number: int) -> list[int]:
        key = worlds.key(SCHEME, number)
        drawn = sampler.sample(uniform, SCHEME, key, n_tokens=40, rng=np.random.default_rng(1))
        return list(map(int, drawn))

    assert draw(5) == draw(5) != draw(6)


def test_a_prompt_is_context_and_is_not_returned() -> None:
    prompt = [1, 2, 3]
    drawn = sampler.sample(uniform, SCHEME, KEY, n_tokens=1, rng=np.random.default_rng(1), prompt=prompt)

    # With a whole context the first token is marked already: the key chooses it, not the generator.
    again = sampler.sample(uniform, SCHEME, KEY, n_tokens=1, rng=np.random.default_rng(2), prompt=prompt)
    assert drawn.tolist() == again.tolist()
    assert drawn.shape == (1,)


def test_a_context_that_occurred_before_is_not_marked_again() -> None:
    # After the prompt's contexts every draw is the generator's: many seeds, many tokens.
    prompt = [1, 2, 3, 9, 1, 2, 3]
    drawn = {
        int(
            sampler.sample(uniform, SCHEME, KEY, n_tokens=1, rng=np.random.default_rng(seed), prompt=prompt)[
                0
            ]
        )
        for seed in range(60)
    }

    assert len(drawn) > 20


@pytest.mark.parametrize("name", ["gumbel-aes-1", "gumbel-vllm-philox-1", "tournament-aes-1"])
def test_a_model_that_repeats_itself_is_not_held_to_it(name: str) -> None:
    scheme = SCHEMES[name]
    key = worlds.key(scheme, 5)
    marked = sampler.sample(echo, scheme, key, n_tokens=1500, rng=np.random.default_rng(3))

    # Each token is the expected one with chance 0.8, marked or not.
    hits = (marked == np.arange(marked.size) % 3).mean()

    assert abs(hits - 0.8) < 5 * np.sqrt(0.16 / marked.size)
    assert detect.detect(marked, scheme, [key]).log_p < np.log(1e-6)


def test_the_first_tokens_of_vllm_do_not_know_the_prompt() -> None:
    scheme = SCHEMES["gumbel-vllm-philox-1"]
    key = worlds.key(scheme, 5)
    texts = [
        sampler.sample(
            uniform, scheme, key, n_tokens=30, rng=np.random.default_rng(seed), prompt=[seed]
        ).tolist()
        for seed in range(3)
    ]

    assert texts[0] == texts[1] == texts[2]


def test_no_tokens_are_a_text() -> None:
    assert sampler.sample(uniform, SCHEME, KEY, n_tokens=0, rng=np.random.default_rng(1)).size == 0


def test_a_key_of_another_profile_and_a_negative_length_are_refused() -> None:
    with pytest.raises(InputError, match="marks no text"):
        sampler.sample(uniform, SCHEMES["greenlist-aes-1"], KEY, n_tokens=1, rng=np.random.default_rng(1))
    with pytest.raises(InputError, match="-1 tokens"):
        sampler.sample(uniform, SCHEME, KEY, n_tokens=-1, rng=np.random.default_rng(1))


def test_logits_become_a_law() -> None:
    logits = np.log([0.5, 0.25, 0.25, 0.0], where=[True, True, True, False], out=np.full(4, -np.inf))

    assert sampler.law_of(logits) == pytest.approx([0.5, 0.25, 0.25, 0.0])
    assert sampler.law_of(logits, temperature=0.5) == pytest.approx([4 / 6, 1 / 6, 1 / 6, 0.0])
    assert sampler.law_of(logits, top_p=0.5) == pytest.approx([1.0, 0.0, 0.0, 0.0])
    assert sampler.law_of(logits, top_p=0.6) == pytest.approx([2 / 3, 1 / 3, 0.0, 0.0])


@pytest.mark.parametrize("logits", [[], [[1.0]], [np.nan, 1.0], [-np.inf], [np.inf, 0.0]])
def test_what_has_no_law_is_refused(logits: object) -> None:
    with pytest.raises(InputError):
        sampler.law_of(logits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options", [{"temperature": 0.0}, {"temperature": np.inf}, {"top_p": 0.0}, {"top_p": 1.5}]
)
def test_no_law_at_temperature_zero(options: dict[str, float]) -> None:
    with pytest.raises(InputError):
        sampler.law_of([1.0, 2.0], **options)
