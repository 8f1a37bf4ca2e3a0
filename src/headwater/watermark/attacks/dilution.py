"""A text pasted into a longer one by people; the share is that of the human text around it."""

from __future__ import annotations

import numpy as np

from headwater.watermark.attacks.attack import Attack, Scene


def _change(text: str, share: float, scene: Scene, rng: np.random.Generator) -> str:
    n_around = round(len(text) * share / (1.0 - share))
    start = int(rng.integers(0, max(1, len(scene.human) - n_around)))
    around = scene.human[start : start + n_around]
    at = int(rng.integers(0, len(around) + 1))
    return f"{around[:at]} {text} {around[at:]}"


ATTACK = Attack("dilution", "human text in the page that it is pasted into", (0.5, 0.75, 0.9, 0.98), _change)
