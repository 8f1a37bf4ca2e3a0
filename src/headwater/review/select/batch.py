"""What was chosen for humans, why, and with what chance: enough for anyone to draw it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from headwater import canonical
from headwater.review.select.chunk import Chunk, Floats, join
from headwater.review.select.sketch import Kept, Longs, Sketch

Slice = Literal["active", "audit", "probe", "gold"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Hold what a selector drew, in the order to be asked.

    Attributes:
        documents: The choice, n of them.
        part: Slice of each.
        pi: Chance of each to be in the batch, shape (n,); not a number where there is none, and such a
            document is never used in an estimate.
        why: Parts of the weight by name, each of shape (n,).
    """

    documents: Chunk
    part: Sequence[Slice]
    pi: Floats
    why: Mapping[str, Floats]

    def beside(self, documents: Chunk, part: Slice) -> Drawn:
        """Put documents behind the choice that were not left to chance.

        Args:
            documents: With strata.
            part: Their slice.
        """
        n = len(documents)
        why = {name: np.concatenate([values, np.zeros(n)]) for name, values in self.why.items()}
        pi = np.concatenate([self.pi, no_pi(n)])
        return Drawn(join([self.documents, documents]), [*self.part, *slices(part, n)], pi, why)


class Selector(Protocol):
    """Choose documents from one pass over a stream."""

    @property
    def name(self) -> str:
        """Give the versioned name."""

    def spec(self) -> Mapping[str, Any]:
        """Give all settings, as a JSON value."""

    def rate(self, documents: Chunk, number: Floats) -> tuple[Floats, Longs]:
        """Give keys (the lowest are remembered) and masses, both of shape (n,)."""

    def draw(self, sketch: Sketch, n: int, rng: np.random.Generator) -> Drawn:
        """Choose n documents, or all when there are fewer."""


def manifest(
    sketch: Sketch,
    drawn: Drawn,
    selector: Selector,
    *,
    detectors: Mapping[str, str],
    beside: Sequence[Mapping[str, Any]] | None = None,
    draw: Mapping[str, Any] | None = None,
) -> bytes:
    """Write down a batch so that it can be drawn again and its chances be used.

    Args:
        sketch: What it was drawn from.
        drawn: The choice.
        selector: What chose.
        detectors: Digest of each detector's weights and calibration, by name.
        beside: More fields of each item, in the order of `drawn`, as JSON values.
        draw: What else is needed to draw it again, as a JSON value.

    Returns:
        Canonical JSON; its SHA-256 is what an attestation calls the batch.
    """
    items = [
        {
            "id": f"{int(document):016x}",
            "slice": part,
            "pi": None if np.isnan(pi) else float(pi),
            "stratum": int(stratum),
            "why": {name: round(float(values[row]), 9) for name, values in drawn.why.items()},
            **(beside[row] if beside else {}),
        }
        for row, (document, part, pi, stratum) in enumerate(
            zip(drawn.documents.id, drawn.part, drawn.pi, drawn.documents.stratum, strict=True)
        )
    ]
    return canonical.encode(
        {
            "format": "headwater-batch-1",
            "seed": sketch.seed,
            "selector": {"name": selector.name, **selector.spec()},
            "sketch": sketch.digest(),
            "detectors": dict(detectors),
            "n_documents": sketch.n_documents,
            "items": items,
            **({"draw": dict(draw)} if draw else {}),
        }
    )


def no_pi(n: int) -> Floats:
    """Give chances that there are none of, shape (n,)."""
    return np.full(n, np.nan)


def slices(part: Slice, n: int) -> list[Slice]:
    """Name one slice n times."""
    return [part] * n


def lowest(kept: Kept, n: int) -> Drawn:
    """Take the documents with the lowest keys.

    Args:
        kept: What is remembered.
        n: How many.

    Returns:
        At most n documents, without pi.
    """
    return probes(kept.documents.take(np.arange(min(n, len(kept.documents)))))


def probes(documents: Chunk) -> Drawn:
    """Give documents that were not left to chance."""
    return Drawn(documents, slices("probe", len(documents)), no_pi(len(documents)), {})
