"""Human text as numbers: the words of a plain file, in order of appearance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from headwater.errors import UnavailableError
from headwater.measure.tokens import words

Tokens = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """Hold a text as numbers.

    Attributes:
        tokens: Shape (n,), numbers below the number of types, in order of first appearance.
        types: The words that they stand for.
    """

    tokens: Tokens
    types: tuple[str, ...]

    def spell(self, tokens: Tokens) -> str:
        """Write numbers as words."""
        return " ".join(self.types[token] for token in tokens.tolist())

    def frequent(self, n: int) -> Text:
        """Keep the most frequent types and let one number stand for all others.

        Args:
            n: Types in all, >= 2; the last one is "others".

        Returns:
            The same text over n types, the most frequent first; itself if it has no more.
        """
        if n >= len(self.types):
            return self
        order = np.argsort(-np.bincount(self.tokens, minlength=len(self.types)), kind="stable")
        place = np.full(len(self.types), n - 1, dtype=np.int64)
        place[order[: n - 1]] = np.arange(n - 1)
        kept = (*(self.types[i] for i in order[: n - 1].tolist()), "others")
        return Text(place[self.tokens], kept)


def read(path: Path) -> Text:
    """Read a plain file.

    Args:
        path: UTF-8 text.

    Returns:
        Its words as `measure.tokens` cuts them.

    Raises:
        UnavailableError: If it cannot be read.
    """
    try:
        found = words(path.read_text("utf-8"))
    except OSError as error:
        raise UnavailableError(f"cannot read {path.name}: {error.strerror}") from error
    numbers: dict[str, int] = {}
    tokens = np.array([numbers.setdefault(word, len(numbers)) for word in found], dtype=np.int64)
    return Text(tokens, tuple(numbers))
