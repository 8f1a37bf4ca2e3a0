"""A scene and a file of samples, of words of human pages, with cl100k's tokens below 2**16."""

from __future__ import annotations

from functools import cache

import numpy as np

from headwater.watermark import sampler
from headwater.watermark.attacks.attack import Scene
from headwater.watermark.bench.samples import Arm
from headwater.watermark.scheme import Floats, Tokens
from headwater.watermark.schemes import SCHEMES
from headwater.watermark.tokenizer import TOKENIZERS
from headwater.watermark.tokenizer.tokenizer import load
from tests.watermark import worlds

CUT = TOKENIZERS["cl100k"]


@cache
def human() -> str:
    """Give some pages."""
    return " ".join(worlds.texts())[:120_000]


def nearest(tokens: Tokens) -> Tokens:
    """Call the next token the nearest."""
    return np.asarray(tokens ^ np.uint32(1))


@cache
def scene() -> Scene:
    """Give what attackers have."""
    return Scene(load(CUT), human(), nearest)


@cache
def _law() -> Floats:
    tokens = load(CUT).tokens([human()]).tokens
    tokens = tokens[tokens < 65_536]
    words = [token for token in np.unique(tokens).tolist() if load(CUT).text([token])[1:].isalpha()]
    law = np.zeros(CUT.n_types)
    law[words] = np.bincount(tokens, minlength=CUT.n_types)[words]
    return np.asarray(law / law.sum(), dtype=np.float64)


def arm(name: str, profile: str, *, n: int = 8, n_tokens: int = 100) -> Arm:
    """Draw texts, each under a key of its own."""
    rng, rows, secrets = np.random.default_rng(5), [], []
    for number in range(n):
        if profile:
            key = worlds.key(SCHEMES[profile], number)
            row = sampler.sample(lambda so_far: _law(), SCHEMES[profile], key, n_tokens=n_tokens, rng=rng)
            secrets.append(np.frombuffer(key.secret, dtype=np.uint8))
        else:
            row = rng.choice(_law().size, size=n_tokens, p=_law()).astype(np.uint32)
            secrets.append(np.empty(0, dtype=np.uint8))
        rows.append(row)
    log_chances = np.stack([np.log(_law()[row]) for row in rows])
    return Arm(
        name,
        profile,
        1.0,
        np.stack(rows).astype(np.uint16),
        np.stack(secrets),
        np.stack([log_chances[:, :16].mean(axis=1), log_chances.mean(axis=1)], axis=1),
        np.linspace(5.0, 6.0, n),
    )
