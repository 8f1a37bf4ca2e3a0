"""Words written in the other case: all small, or with a capital."""

from __future__ import annotations

import re

import numpy as np

from headwater.watermark.attacks.attack import Attack, Scene, chosen

_WORD = re.compile(r"[^\W\d_]+")


def _change(text: str, share: float, scene: Scene, rng: np.random.Generator) -> str:
    words = list(_WORD.finditer(text))
    turned = set(chosen(len(words), share, rng).tolist())
    parts, upto = [], 0
    for at, word in enumerate(words):
        said = word.group()
        other = said.capitalize() if said[0].islower() else said.lower()
        parts += [text[upto : word.start()], other if at in turned else said]
        upto = word.end()
    return "".join([*parts, text[upto:]])


ATTACK = Attack("case", "words with their first letter in the other case", (0.1, 0.25, 0.5, 1.0), _change)
