"""A plan: interventions in the order of their stages, and the training sets they make."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from headwater.collapse.batch import Batch, concatenate, of
from headwater.collapse.human import Human
from headwater.collapse.mix.bias import Bias
from headwater.collapse.mix.intervention import Draft, Intervention, Stage
from headwater.collapse.mix.keep import Replace
from headwater.collapse.mix.share import Fresh, Reserve
from headwater.collapse.models.model import Fitted
from headwater.collapse.sampling import FAITHFUL, Sampling
from headwater.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Hold interventions, sorted by stage; within a stage in the order written.

    Attributes:
        interventions: At most one that samples, one that keeps and one that weighs.

    Raises:
        InputError: If shares sum over one or two interventions exclude each other.
    """

    interventions: tuple[Intervention, ...]

    def __post_init__(self) -> None:
        total = sum(i.share for i in self.interventions if isinstance(i, Fresh | Reserve))
        if total > 1.0 + 1e-12:
            raise InputError(f"human shares sum to {total:g}, over one")
        for stage in (Stage.SAMPLE, Stage.KEEP, Stage.WEIGH):
            names = [i.name for i in self.interventions if i.stage == stage]
            if len(names) > 1:
                raise InputError(f"a plan has one of {', '.join(names)}, not {len(names)}")

    def names(self) -> tuple[str, ...]:
        """Name the interventions in the order in which they are carried out."""
        return tuple(i.name for i in self.interventions)

    def sampling(self) -> Sampling:
        """Give the way in which models are sampled."""
        return next((i.sampling() for i in self.interventions if isinstance(i, Bias)), FAITHFUL)

    def keeps(self) -> bool:
        """Tell whether earlier samples are trained on again."""
        return any(i.stage == Stage.KEEP and not isinstance(i, Replace) for i in self.interventions)

    def human_samples(self, size: int) -> int:
        """Count the human samples that are asked for among M, before filters."""
        return sum(round(i.share * size) for i in self.interventions if isinstance(i, Fresh | Reserve))

    def expected_share(self, generation: int, *, size: int) -> float:
        """Give the effective human share that theory expects.

        Args:
            generation: >= 0; 1 for generation 0, which is trained on human data alone.
            size: Samples M a generation.

        Returns:
            In [0, 1]; NaN where an intervention has no theory.
        """
        share = 0.0 if generation else 1.0
        for intervention in self.interventions if generation else ():
            share = intervention.expected_share(share, generation=generation, size=size)
        return share

    def compose(self, draft: Draft) -> Draft:
        """Make one generation's training set.

        Args:
            draft: Of which generation; its batch is not looked at.

        Returns:
            The draft with its training set, `new` and `collect`.
        """
        at = {stage: [i for i in self.interventions if i.stage == stage] for stage in Stage}
        for intervention in at[Stage.SAMPLE]:
            draft = intervention(draft)
        world = draft

        def collect(n: int) -> Batch:
            part = replace(world, size=n, batch=of(world.pool.data[:0], human=False, born=0))
            for intervention in at[Stage.SHARE]:
                part = intervention(part)
            rest = n - len(part.batch)
            if rest <= 0:
                return part.batch.take(np.arange(n))
            return concatenate(part.batch, world.synthetic(rest))

        draft = replace(draft, batch=collect(draft.size), collect=collect)
        for intervention in at[Stage.FILTER] + at[Stage.REVIEW]:
            draft = intervention(draft)
        draft = replace(draft, new=draft.batch)
        for intervention in at[Stage.KEEP] + at[Stage.WEIGH]:
            draft = intervention(draft)
        return draft


def plan(*interventions: Intervention) -> Plan:
    """Compose interventions.

    Args:
        interventions: Any number; with none that keeps, each generation replaces the last.

    Returns:
        The plan, sorted by stage.

    Raises:
        InputError: If shares sum over one or two interventions exclude each other.
    """
    keeps = any(i.stage == Stage.KEEP for i in interventions)
    given = interventions if keeps else (*interventions, Replace())
    return Plan(tuple(sorted(given, key=lambda i: i.stage)))


def draft_of(
    generation: int, size: int, *, human: Human, fitted: Fitted, pool: Batch, rng: np.random.Generator
) -> Draft:
    """Begin a generation's training set.

    Args:
        generation: >= 1.
        size: Samples M that join.
        human: Where human samples come from.
        fitted: The last generation's model.
        pool: All samples of earlier generations, at least one.
        rng: Where randomness comes from.

    Returns:
        A draft with an empty batch.
    """
    return Draft(generation, size, human, fitted, pool=pool, batch=pool.take(np.arange(0)), rng=rng)
