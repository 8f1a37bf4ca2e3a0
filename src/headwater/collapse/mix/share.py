"""Human shares of every generation: fresh data, or draws from a sealed reserve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from headwater.collapse.batch import concatenate, of
from headwater.collapse.human import Corpus, Data, Draw
from headwater.collapse.mix.intervention import Draft, Stage
from headwater.errors import InputError


@dataclass(frozen=True, slots=True)
class Fresh:
    """Make a share of every generation's samples fresh and human.

    Attributes:
        share: a in [0, 1]; round(a M) samples.

    Raises:
        InputError: If the share is out of range.
    """

    name: ClassVar[str] = "fresh"
    stage: ClassVar[Stage] = Stage.SHARE
    share: float

    def __post_init__(self) -> None:
        _check(self.share)

    def __call__(self, draft: Draft) -> Draft:
        """Add the human samples to a batch that is being collected."""
        n = round(self.share * draft.size)
        return replace(draft, batch=concatenate(draft.batch, draft.from_human(n))) if n else draft

    def expected_share(self, share: float, *, generation: int, size: int) -> float:
        """Add the share, as rounded to whole samples."""
        return share + round(self.share * size) / size


@dataclass(frozen=True, slots=True, eq=False)
class Reserve:
    """Make a share of every generation's samples draws from a sealed reserve.

    Attributes:
        share: a in [0, 1]; round(a M) samples.
        source: A function of a number and a generator that gives that many samples, or the samples
            themselves, which are drawn in blocks with replacement.
        block: Length of these blocks; for tokens a sentence or more.
        samples: The samples, where they were given; None for a function, of which theory knows nothing.

    Raises:
        InputError: If the share is out of range or the reserve is empty.
    """

    name: ClassVar[str] = "reserve"
    stage: ClassVar[Stage] = Stage.SHARE
    share: float
    source: Draw | Iterable[Any]
    block: int = 1
    samples: Data | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        _check(self.share)
        if not callable(self.source):
            # An iterator can be read once only, so it is turned into samples once.
            given = self.source if isinstance(self.source, np.ndarray) else np.asarray(list(self.source))
            object.__setattr__(self, "samples", given)
            object.__setattr__(self, "source", Corpus(given, self.block).fresh)

    def __call__(self, draft: Draft) -> Draft:
        """Add samples of the reserve to a batch that is being collected.

        Raises:
            InputError: If the source gives another number than it was asked for.
        """
        n = round(self.share * draft.size)
        if n == 0 or not callable(self.source):
            return draft
        sealed = of(self.source(n, draft.rng), human=True, born=0)
        if len(sealed) != n:
            raise InputError(f"the reserve gave {len(sealed)} samples instead of {n}")
        return replace(draft, batch=concatenate(draft.batch, sealed))

    def expected_share(self, share: float, *, generation: int, size: int) -> float:
        """Add the share, as rounded to whole samples."""
        return share + round(self.share * size) / size


def _check(share: float) -> None:
    if not 0.0 <= share <= 1.0:
        raise InputError(f"a share lies in [0, 1], not {share}")
