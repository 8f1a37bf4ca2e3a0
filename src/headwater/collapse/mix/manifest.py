"""A mix manifest: which sealed documents are mixed into every training set, and in which share."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from headwater.collapse.mix.share import Reserve
from headwater.errors import FormatError

NAME = "headwater-mix-1"
_MOST = 2**53 - 1
Fetch = Callable[[int], ArrayLike]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Hold what a recursion needs of a mix manifest.

    Attributes:
        share: Human share of every training set, in (0, 1].
        documents: Places of the documents in the reserve's log, each once, at least one.
    """

    share: float
    documents: tuple[int, ...]


def parse(data: bytes) -> Manifest:
    """Read a mix manifest.

    Args:
        data: A JSON object with `format`, `share` and `documents`; what else stands there, such as the
            checkpoint and the seed by which a third party draws the list again, is not looked at.

    Returns:
        What it holds. Whether the list is the one that was drawn is for the reserve's verifier to say.

    Raises:
        FormatError: If it is no such object, or a value is out of range.

    Source:
        docs/reference/collapse-models.md, "A mix manifest".
    """
    try:
        table: Any = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"a mix manifest is JSON: {str(error)[:100]}") from error
    if not isinstance(table, dict) or table.get("format") != NAME:
        _refuse(f"its format is not {NAME}")
    share, places = table.get("share"), table.get("documents")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0.0 < share <= 1.0:
        _refuse(f"a share lies in (0, 1], not {str(share)[:40]}")
    if not isinstance(places, list) or not places or not all(map(_is_place, places)):
        _refuse("its documents are no list of places in a log")
    if len(set(places)) < len(places):
        _refuse("a document is listed twice")
    return Manifest(float(share), tuple(places))


def reserve(manifest: Manifest, fetch: Fetch, *, block: int = 1) -> Reserve:
    """Make the intervention that a manifest describes.

    Args:
        manifest: What to mix in.
        fetch: Function of a place that gives the samples of that document, shape (n, ...), such as
            the tokens of its text. It is called once for each, and is where proofs are checked.
        block: Length of the stretches that are drawn; for tokens a sentence or more.

    Returns:
        The intervention: blocks of these documents with replacement, in the manifest's share.

    Raises:
        InputError: If the documents hold no samples.
    """
    samples = [np.asarray(fetch(place)) for place in manifest.documents]
    return Reserve(manifest.share, np.concatenate(samples), block=block)


def _is_place(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _MOST


def _refuse(what: str) -> NoReturn:
    raise FormatError(f"not a mix manifest: {what}", hint="`docs/reference/collapse-models.md` has the form")
