"""What an attack is: a text changed by somebody who has no key, by a share that says how much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from headwater.watermark.scheme import Tokens
from headwater.watermark.tokenizer.tokenizer import Open

Neighbours = Callable[[Tokens], Tokens]


@dataclass(frozen=True, eq=False)
class Scene:
    """Hold what attackers have.

    Attributes:
        cut: The model's tokenizer.
        human: Text by people, from which they take words and passages.
        nearest: From tokens to those that are used most like them; None where no model is at hand.
    """

    cut: Open
    human: str
    nearest: Neighbours | None = None

    @cached_property
    def human_tokens(self) -> Tokens:
        """Give the human text as tokens."""
        return self.cut.tokens([self.human]).tokens


Change = Callable[[str, float, Scene, np.random.Generator], str]


@dataclass(frozen=True, slots=True)
class Attack:
    """Name an attack.

    Attributes:
        name: As in results.
        what: What is done, in words that follow "share of".
        shares: Of the text, in [0, 1], that are tried.
        change: From a text, a share, a scene and random numbers to the changed text.
        needs_nearest: Whether it needs the neighbours of tokens.
    """

    name: str
    what: str
    shares: tuple[float, ...]
    change: Change
    needs_nearest: bool = False


def chosen(n: int, share: float, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Choose a share of n places, rising; round to the nearest number."""
    return np.sort(rng.permutation(n)[: round(share * n)])
