"""What a detector is: a text in, a number out that is higher for text that reads more like a machine's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Score = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of detector.

    Attributes:
        open: From what it is made of, such as a folder, to its score; loads what it needs.
        digest: From the same to the SHA-256 of what decides the score, 64 hex digits.
    """

    open: Callable[[str], Score]
    digest: Callable[[str], str]
