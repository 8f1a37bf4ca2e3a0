"""The end of a text cut off."""

from __future__ import annotations

import numpy as np

from headwater.watermark.attacks.attack import Attack, Scene


def _change(text: str, share: float, scene: Scene, rng: np.random.Generator) -> str:
    return text[: round(len(text) * (1.0 - share))]


ATTACK = Attack("truncation", "characters cut off at the end", (0.25, 0.5, 0.75), _change)
