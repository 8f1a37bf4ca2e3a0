"""What marks cost: the model's own perplexity of what it wrote, and how varied that is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from headwater.measure.table import METRICS
from headwater.watermark.bench.samples import N_FIRST, Arm

_DIVERSITY = ("distinct-2-1", "self-bleu-4-1", "repetition-4-1")


@dataclass(frozen=True, slots=True)
class Quality:
    """Say what the texts of an arm are like.

    Attributes:
        arm: Its name.
        n: Texts.
        n_tokens: Of each that count for the perplexity.
        log_perplexity: Mean of ln 1/chance a token by the model's own law, nats.
        se: Its standard error over texts.
        beside: The same of the unmarked arm over as many tokens; None where there is none.
        beside_se: Its standard error.
        diversity: Metrics by name, of equally many texts of equal length in every arm; empty for arms whose
            texts are too short.
    """

    arm: str
    n: int
    n_tokens: int
    log_perplexity: float
    se: float
    beside: float | None
    beside_se: float
    diversity: Mapping[str, float]

    @property
    def z(self) -> float | None:
        """Give the difference to the unmarked arm in standard errors."""
        if self.beside is None:
            return None
        return (self.log_perplexity - self.beside) / math.hypot(self.se, self.beside_se)


def judge(arm: Arm, plain: Arm | None, *, n_texts: int, n_tokens: int) -> Quality:
    """Hold an arm against the unmarked one.

    Args:
        arm: One drawn at any temperature.
        plain: The unmarked one, at temperature 1.
        n_texts: For the diversity.
        n_tokens: For the diversity, of each text.
    """
    short = plain is None or arm.tokens.shape[1] != plain.tokens.shape[1]
    mean, se = _mean(arm, short=short)
    beside, beside_se = (None, 0.0) if plain is None else _mean(plain, short=short)
    enough = arm.tokens.shape[1] >= n_tokens and len(arm.tokens) >= n_texts
    rows = [row[:n_tokens].astype("int64") for row in arm.tokens[:n_texts]] if enough else []
    diversity = {name: METRICS[name].measure(rows).value for name in _DIVERSITY if rows}
    n_counted = N_FIRST if short else arm.tokens.shape[1]
    return Quality(arm.name, len(arm.tokens), n_counted, mean, se, beside, beside_se, diversity)


def _mean(arm: Arm, *, short: bool) -> tuple[float, float]:
    told = -arm.log_chances[:, 0 if short else 1]
    return float(told.mean()), float(told.std(ddof=1)) / math.sqrt(told.size)
