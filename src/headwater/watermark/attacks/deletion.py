"""Tokens left out."""

from __future__ import annotations

import numpy as np

from headwater.watermark.attacks.attack import Attack, Scene, chosen


def _change(text: str, share: float, scene: Scene, rng: np.random.Generator) -> str:
    tokens = scene.cut.tokens([text]).tokens
    return scene.cut.text(np.delete(tokens, chosen(tokens.size, share, rng)))


ATTACK = Attack("deletion", "tokens left out", (0.05, 0.1, 0.2, 0.4), _change)
