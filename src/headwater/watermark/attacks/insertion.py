"""Tokens of human text put between those of the text."""

from __future__ import annotations

import numpy as np

from headwater.watermark.attacks.attack import Attack, Scene, chosen


def _change(text: str, share: float, scene: Scene, rng: np.random.Generator) -> str:
    tokens = scene.cut.tokens([text]).tokens
    places = chosen(tokens.size, share, rng)
    return scene.cut.text(np.insert(tokens, places, rng.choice(scene.human_tokens, places.size)))


ATTACK = Attack(
    "insertion", "tokens of human text put in, by those there were", (0.05, 0.1, 0.2, 0.4), _change
)
