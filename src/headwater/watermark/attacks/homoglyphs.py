"""Letters exchanged for Cyrillic ones that look the same."""

from __future__ import annotations

import numpy as np

from headwater.watermark.attacks.attack import Attack, Scene, chosen

_ALIKE = dict(zip("aceiopxyACEHIKMOPTX", "асеіорхуАСЕНІКМОРТХ", strict=True))


def _change(text: str, share: float, scene: Scene, rng: np.random.Generator) -> str:
    letters = list(text)
    places = [at for at, letter in enumerate(letters) if letter in _ALIKE]
    for at in chosen(len(places), share, rng).tolist():
        letters[places[at]] = _ALIKE[letters[places[at]]]
    return "".join(letters)


ATTACK = Attack("homoglyphs", "letters exchanged for Cyrillic ones", (0.01, 0.05, 0.2, 1.0), _change)
