"""A model that writes: it is trained on pages, and its marked pages are found by their key and no other."""

from __future__ import annotations

import math

import numpy as np

from headwater.loop import author
from headwater.loop.author import PROFILE
from headwater.loop.scene import Scene
from headwater.watermark.page import Marker, examine
from headwater.watermark.schemes import SCHEMES
from headwater.watermark.tokenizer import TOKENIZERS
from headwater.watermark.tokenizer.tokenizer import load
from tests.loop.texts import pages
from tests.watermark import worlds

GPT2 = TOKENIZERS["gpt2"]
SCENE = Scene()
KEY = worlds.key(SCHEMES[PROFILE], 5)


def test_marked_pages_are_found_and_unmarked_ones_are_not() -> None:
    model = author.train(pages()[:60], load(GPT2), SCENE)
    rng = np.random.default_rng(1)
    marked, plain = model.write(3, rng=rng, top_p=0.95, key=KEY), model.write(3, rng=rng, top_p=0.95)

    found = examine(marked + plain, [Marker("mill", GPT2, SCHEMES[PROFILE], KEY)])

    assert all(one.log_p < math.log(1e-12) for one in found[:3])
    assert all(one.log_p > math.log(1e-4) for one in found[3:])


def test_a_model_knows_its_own_text_better_than_other_text_of_its_kind() -> None:
    model = author.train(pages()[:60], load(GPT2), SCENE)

    own, other = model.surprise(pages()[:10]), model.surprise(pages()[60:70])

    assert own < other < math.log(GPT2.n_types)
    assert model.perplexity(pages()[:10]).shape == (10,)


def test_equal_seeds_write_equal_pages() -> None:
    model = author.train(pages()[:20], load(GPT2), SCENE)

    first, second = (model.write(2, rng=np.random.default_rng(7), top_p=0.9) for _ in range(2))

    assert first == second
