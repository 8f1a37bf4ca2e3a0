"""How often marks are found, and how often unmarked text is, at one level of the same p-value."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.stats import clopper_pearson
from headwater.watermark import detect, keys, ngrams
from headwater.watermark.attacks.attack import Attack, Scene
from headwater.watermark.bench.samples import Arm
from headwater.watermark.scheme import Floats, Scheme, Tokens
from headwater.watermark.schemes import SCHEMES

LEVELS = (1e-3, 1e-4, 1e-5, 1e-6)
_KEPT = 1 << 20  # p-values that a median is taken of, at most


@dataclass(frozen=True, slots=True)
class Found:
    """Count the texts that are found at each of `LEVELS`.

    Attributes:
        arm: Of the texts.
        group: What they have in common, such as `200 tokens`.
        n: How many they are.
        counts: Found at each level.
        median_log_p: Median of ln p.
    """

    arm: str
    group: str
    n: int
    counts: tuple[int, ...]
    median_log_p: float

    def share(self, at: int) -> tuple[float, float, float]:
        """Give the share that is found at a level, and the ends of its 95 % interval."""
        return (self.counts[at] / self.n, *clopper_pearson(self.counts[at], self.n, 0.95))


def counted(arm: str, group: str, log_p: Floats) -> Found:
    """Count p-values at every level.

    Args:
        arm: Of the texts.
        group: What they have in common.
        log_p: Shape (n,), n at least 1.
    """
    return Found(arm, group, log_p.size, tuple(_reached(log_p).tolist()), float(np.median(log_p)))


def _reached(log_p: Floats) -> npt.NDArray[np.int64]:
    """Count the p-values at every level."""
    return np.array([(log_p <= math.log(level)).sum() for level in LEVELS], dtype=np.int64)


def log_p(arm: Arm, texts: Sequence[npt.ArrayLike]) -> Floats:
    """Test texts of an arm, each under its own key, as a whole and by its spans.

    Args:
        arm: A marked one.
        texts: Tokens of its texts, changed or not, in its order.

    Returns:
        ln p, shape (n,).
    """
    scheme = SCHEMES[arm.profile]
    found = np.empty(len(texts))
    for at, text in enumerate(texts):
        reading = detect.read(ngrams.gather(ngrams.batch([text]), scheme), scheme, arm.key(at))
        found[at] = reading.log_p_either[0]
    return found


def attacked(arm: Arm, attack: Attack, share: float, scene: Scene, *, rng: np.random.Generator) -> Found:
    """Attack the texts of an arm, and look for the marks that are left.

    Args:
        arm: A marked one.
        attack: What is done to the text; its outcome is text too, and is tokenized again.
        share: How much of it.
        scene: What the attacker has.
        rng: Draws what is changed.
    """
    changed = [attack.change(scene.cut.text(text), share, scene, rng) for text in arm.tokens]
    read = scene.cut.tokens(changed)
    texts = [read.tokens[read.starts[at] : read.starts[at + 1]] for at in range(len(changed))]
    return counted(arm.name, f"{attack.name} {share:g}", log_p(arm, texts))


def false_alarms(
    profile: str,
    human: Tokens,
    length: int,
    *,
    n_tests: int,
    rng: np.random.Generator,
    show: Callable[[int, int], None],
) -> Found:
    """Test human text under random keys, by the same p-value.

    The median is that of the first 2**20 tests, so that memory has a bound.

    Args:
        profile: Of the keys.
        human: Shape (n,), at least `length` tokens.
        length: Of the texts that it is cut into.
        n_tests: The fewest tests.
        rng: Draws the keys.
        show: Told of the tests done and to do.
    """
    scheme = SCHEMES[profile]
    texts = ngrams.batch(list(human[: human.size // length * length].reshape(-1, length)))
    found = ngrams.gather(texts, scheme)
    n_keys = -(-n_tests // (texts.starts.size - 1))
    kept, n, counts = list[Floats](), 0, np.zeros(len(LEVELS), dtype=np.int64)
    for done in range(n_keys):
        log_p = detect.read(found, scheme, drawn(scheme, rng)).log_p_either
        n, counts = n + log_p.size, counts + _reached(log_p)
        if done == 0 or n <= _KEPT:
            kept.append(log_p)
        show(done + 1, n_keys)
    median = float(np.median(np.concatenate(kept)))
    return Found(profile, f"{length} tokens", n, tuple(counts.tolist()), median)


def drawn(scheme: Scheme, rng: np.random.Generator) -> keys.Key:
    """Draw a key that keeps nothing secret."""
    secret = bytearray(rng.bytes(scheme.key_bytes))
    secret[::8] = bytes(byte & 0x7F for byte in secret[::8])
    return keys.Key(scheme.name, bytes(secret))
