"""Stages: five names for what a corpus shows, by rules that anybody can read and apply by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

LEVEL = 0.05
# Two coordinates can raise the alarm by themselves, tail loss and perplexity, so each has half the level.
ALARM = LEVEL / 2
CORE_GONE = 0.5
KEPT_LITTLE = 0.1
OTHER_WORDS = 1.5
STAGES: Mapping[str, str] = MappingProxyType({
    "healthy": "Nothing differs more than parts of the reference differ among themselves.",
    "early": "The tail goes: rare words of the reference are missing, and the text has fewer rare words.",
    "late": "More than half of the core is lost, or less than a tenth of the words is left.",
    "noise": "The text is improbable, or of other words than the reference: noise, or another topic.",
    "over-confident": "The text is more probable than parts of the reference: sharpened, or copied from it.",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coordinate:
    """Hold one coordinate with its null.

    Attributes:
        name: Versioned name.
        value: Of the corpus.
        null_low: The 2.5 % quantile of what parts of the reference give.
        null_high: The 97.5 % quantile.
        p: How often parts of the reference give as much; 1 where that is not asked.
    """

    name: str
    value: float
    null_low: float
    null_high: float
    p: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold what the rules look at.

    Attributes:
        tail_loss: L, share of the reference's rarest words that is missing; one-sided p.
        core_loss: C, share of the heterozygosity that is lost.
        perplexity_drift: D, nats a word that the median block is less probable; two-sided p; None for
            texts too short to have a block.
        variety_loss: Fall of the missing mass, the share of words that occur once: the text's own tail.
        kept: Words of the reference that are left, as a share of what a part of it has.
        unknown: How many times as many words are not the reference's as in a part of it.
    """

    tail_loss: Coordinate
    core_loss: Coordinate
    perplexity_drift: Coordinate | None
    variety_loss: Coordinate
    kept: float
    unknown: float

    def coordinates(self) -> tuple[Coordinate, ...]:
        """List the coordinates that there are, in the order L, C, D, variety."""
        every = (self.tail_loss, self.core_loss, self.perplexity_drift, self.variety_loss)
        return tuple(one for one in every if one is not None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Name a stage.

    Attributes:
        stage: A key of `STAGES`.
        rules: The rules that hold, in words; the first gave the stage.
    """

    stage: str
    rules: tuple[str, ...]


def judge(evidence: Evidence) -> Verdict:
    """Name the stage: the first rule that holds, else healthy.

    Args:
        evidence: The coordinates.

    Returns:
        The stage with every rule that holds. Healthy text is called otherwise with probability `LEVEL`, as
        far as the p-values have their level.

    Source:
        docs/how-to/watch-a-corpus.md, "The rules".
    """
    lost, drift = _alarm(evidence.tail_loss), evidence.perplexity_drift
    moved = drift.value if drift is not None and _alarm(drift) else 0.0
    poorer = evidence.variety_loss.value > evidence.variety_loss.null_high
    # A model that drifts or sharpens invents no words, so many new ones are another text and not a loss.
    other = evidence.unknown > OTHER_WORDS
    rules = (
        ("noise", "tail loss above its null, half as many unknown words again", lost and other),
        ("late", "core loss above 0.5", evidence.core_loss.value > CORE_GONE),
        ("late", "less than a tenth of the words kept", evidence.kept < KEPT_LITTLE),
        ("over-confident", "perplexity below the null", moved < 0.0),
        ("early", "tail loss above its null, and variety lost", lost and poorer),
        ("noise", "tail loss above its null, no variety lost", lost and not poorer),
        ("noise", "perplexity above the null", moved > 0.0),
    )
    found = [(stage, rule) for stage, rule, holds in rules if holds]
    if not found:
        return Verdict("healthy", ("no rule of another stage holds",))
    return Verdict(found[0][0], tuple(f"{stage}: {rule}" for stage, rule in found))


def _alarm(coordinate: Coordinate) -> bool:
    return coordinate.p <= ALARM
