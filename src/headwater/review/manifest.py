"""A batch manifest read again: which documents were chosen, with what chance, and what detectors said."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from headwater import canonical
from headwater.errors import FormatError
from headwater.review.select.chunk import uniform

FORMAT = "headwater-batch-1"
SLICES = ("active", "audit", "probe", "gold")
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Hold one document of a batch.

    Attributes:
        document: SHA-256 of its text, hex.
        record: Its id in the run.
        part: `active`, `audit` or `probe`; `gold` for a document whose answer is known.
        pi: Its chance to be in the batch; None for a probe and for gold.
        stratum: Its stratum.
        p_human: Mean chance by the detectors that a person wrote it.
        score: Of the statistical label, in nats.
        why: Parts of its weight.
    """

    document: str
    record: str
    part: str
    pi: float | None
    stratum: int
    p_human: float
    score: float
    why: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """Give it as a JSON value, by the names that a manifest has."""
        told = asdict(self)
        return {"slice": told.pop("part"), **told}


@dataclass(frozen=True, slots=True)
class Manifest:
    """Hold a batch.

    Attributes:
        digest: SHA-256 of its bytes, which an attestation calls the batch.
        seed: What it was drawn with.
        selector: Name of what chose.
        n_documents: Documents that were chosen from.
        draw: What else is needed to draw it again.
        items: The choice.
        told: Settings of the selector, `sketch` and `detectors`, as they were written down.
    """

    digest: str
    seed: str
    selector: str
    n_documents: int
    draw: Mapping[str, Any]
    items: tuple[Chosen, ...]
    told: Mapping[str, Any]

    def by_document(self) -> dict[str, Chosen]:
        """Find items by the digest of their text."""
        return {one.document: one for one in self.items}

    def ranks(self) -> dict[str, float]:
        """Say in which order to ask, by the digest of the text.

        Returns:
            In (0, 1), at random, so that whoever stops early has not left out a slice.
        """
        ids = np.array([int(one.document[:16], 16) for one in self.items], dtype=np.uint64)
        rank = uniform(ids, f"{self.seed}/order")
        return {one.document: float(at) for one, at in zip(self.items, rank, strict=True)}


def parse(data: bytes) -> Manifest:
    """Read the manifest of a batch that `draw` drew.

    Args:
        data: Canonical JSON.

    Returns:
        The batch.

    Raises:
        FormatError: If it is none, or a field is not of its form.
    """
    value = canonical.parse(data)
    if (
        not isinstance(value, dict)
        or value.get("format") != FORMAT
        or not isinstance(value.get("draw"), dict)
    ):
        raise FormatError(f"not a batch of {FORMAT}", hint="headwater review draw writes them")
    try:
        items = tuple(_chosen(one) for one in value["items"])
        told = (str(value["seed"]), str(value["selector"]["name"]), int(value["n_documents"]))
        beside = {
            "selector": dict(value["selector"]),
            "sketch": str(value["sketch"]),
            "detectors": {str(name): str(one) for name, one in value["detectors"].items()},
        }
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise FormatError(f"not the manifest of a batch: {str(error)[:80]}") from error
    n_drawn = sum(one.part != "gold" for one in items)
    if len({one.document for one in items}) < len(items) or told[2] < n_drawn:
        raise FormatError("a batch has a document twice, or more than there were")
    return Manifest(hashlib.sha256(data).hexdigest(), *told, dict(value["draw"]), items, beside)


def _chosen(one: Mapping[str, Any]) -> Chosen:
    """Read one item.

    Raises:
        ValueError: If a field is not of its form.
    """
    found = Chosen(
        one["document"],
        one["record"],
        one["slice"],
        None if one["pi"] is None else float(one["pi"]),
        int(one["stratum"]),
        float(one["p_human"]),
        float(one["score"]),
        {str(name): float(value) for name, value in one["why"].items()},
    )
    sound = (
        isinstance(found.document, str)
        and bool(_DIGEST.fullmatch(found.document))
        and found.document.startswith(one["id"])
        and isinstance(found.record, str)
        and found.part in SLICES
        and (found.pi is None or 0.0 < found.pi <= 1.0)
        and found.stratum >= 0
        and 0.0 <= found.p_human <= 1.0
    )
    if not sound:
        raise ValueError("an item has a field that is not of its form")
    return found
