"""A text written and read again, as every published text is, with some spaces as line breaks."""

from __future__ import annotations

import re

import numpy as np

from headwater.watermark.attacks.attack import Attack, Scene, chosen


def _change(text: str, share: float, scene: Scene, rng: np.random.Generator) -> str:
    spaces = [found.start() for found in re.finditer(r"(?<=\S) (?=\S)", text)]
    broken = list(text)
    for at in chosen(len(spaces), share, rng).tolist():
        broken[spaces[at]] = "\n"
    return "".join(broken)


ATTACK = Attack("retokenisation", "spaces that become line breaks", (0.0, 0.1, 0.5), _change)
