"""The interface: texts in, vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from headwater.review.select.chunk import Vectors


class Embedding(Protocol):
    """Place texts in a space where near ones are alike."""

    @property
    def name(self) -> str:
        """Give the versioned name."""

    def digest(self) -> str:
        """Give the SHA-256 of the model, hex; empty if there is none."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Give vectors, shape (n_texts, d); the same for a text in any company."""
