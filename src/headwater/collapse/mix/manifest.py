"""A mix manifest: which sealed documents are mixed into every training set, and in which share."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from headwater.collapse.mix.share import Reserve
from headwater.errors import FormatError

NAME = "headwater-mix-1"
_WIDTH = 256  # documents of a bundle
_MOST = 2**45 - 1  # index of a bundle
_BITS = re.compile(r"[0-9a-f]{64}")
Fetch = Callable[[int], ArrayLike]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Hold what a recursion needs of a mix manifest.

    Attributes:
        share: Human share of every training set, in (0, 1].
        documents: Indices of the documents in the reserve's log, each once, at least one, in the order drawn.
    """

    share: float
    documents: tuple[int, ...]


def parse(data: bytes) -> Manifest:
    """Read a mix manifest.

    Args:
        data: The bytes that the reserve wrote. Only `format`, `share` and `bundles` are looked at.

    Returns:
        What it holds. Whether the bundles are those that were drawn is for the reserve's verifier to say.

    Raises:
        FormatError: If it is no such object, or a value is out of range.

    Source:
        docs/spec/mix-v1.md.
    """
    try:
        table: Any = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"a mix manifest is JSON: {str(error)[:100]}") from error
    if not isinstance(table, dict) or table.get("format") != NAME:
        _refuse(f"its format is not {NAME}")
    share, bundles = table.get("share"), table.get("bundles")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0.0 < share <= 1.0:
        _refuse(f"a share lies in (0, 1], not {str(share)[:40]}")
    if not isinstance(bundles, list) or not all(map(_is_bundle, bundles)):
        _refuse("its bundles are no pairs of index and 256 bits")
    if len({index for index, _ in bundles}) < len(bundles):
        _refuse("a bundle is drawn twice")
    documents = tuple(place for index, bits in bundles for place in _kept(index, int(bits, 16)))
    if not documents:
        _refuse("it keeps no document")
    return Manifest(float(share), documents)


def reserve(manifest: Manifest, fetch: Fetch, *, block: int = 1) -> Reserve:
    """Make the intervention that a manifest describes.

    Args:
        manifest: What to mix in.
        fetch: Function of an index that gives the samples of that document, shape (n, ...), such as
            the tokens of its text. It is called once for each, and is where proofs are checked.
        block: Length of the stretches that are drawn; for tokens a sentence or more.

    Returns:
        The intervention: blocks of these documents with replacement, in the manifest's share.

    Raises:
        InputError: If the documents hold no samples.
    """
    samples = [np.asarray(fetch(index)) for index in manifest.documents]
    return Reserve(manifest.share, np.concatenate(samples), block=block)


def _is_bundle(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    index, bits = value
    return (
        type(index) is int and 0 <= index <= _MOST and isinstance(bits, str) and bool(_BITS.fullmatch(bits))
    )


def _kept(index: int, bits: int) -> list[int]:
    """List the documents of a bundle whose bit is set; the first document has the highest."""
    return [index * _WIDTH + at for at in range(_WIDTH) if bits >> (_WIDTH - 1 - at) & 1]


def _refuse(what: str) -> NoReturn:
    raise FormatError(f"not a mix manifest: {what}", hint="`docs/spec/mix-v1.md` has the form")
