"""Tokens exchanged for tokens of human text, whatever they mean."""

from __future__ import annotations

import numpy as np

from headwater.watermark.attacks.attack import Attack, Scene, chosen


def _change(text: str, share: float, scene: Scene, rng: np.random.Generator) -> str:
    tokens = scene.cut.tokens([text]).tokens.copy()
    places = chosen(tokens.size, share, rng)
    tokens[places] = rng.choice(scene.human_tokens, places.size)
    return scene.cut.text(tokens)


ATTACK = Attack("substitution", "tokens exchanged for others", (0.05, 0.1, 0.2, 0.4), _change)
