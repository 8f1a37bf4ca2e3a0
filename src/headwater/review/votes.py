"""What validators said: who gave which item which label, as flat arrays sorted by item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError

Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Votes:
    """Hold votes of validators on items; an abstention is no vote and is left out.

    Attributes:
        item: Item of each vote, shape (n_votes,), ascending, in 0..n_items - 1.
        validator: Validator of each vote, shape (n_votes,), in 0..n_validators - 1.
        label: What the vote says, shape (n_votes,), in 0..n_labels - 1.
        n_items: Items, with or without votes.
        n_validators: Validators, with or without votes.
        n_labels: Labels there are, at least 2.
    """

    item: Codes
    validator: Codes
    label: Codes
    n_items: int
    n_validators: int
    n_labels: int

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """Give where the votes of each item begin, shape (n_items + 1,)."""
        return np.searchsorted(self.item, np.arange(self.n_items + 1)).astype(np.int64)

    def tally(self, weight: Floats | None = None) -> Floats:
        """Add up the votes of each item.

        Args:
            weight: What each vote counts, shape (n_votes,); 1 when left out.

        Returns:
            Shape (n_items, n_labels).
        """
        cell = self.item.astype(np.int64) * self.n_labels + self.label
        flat = np.bincount(cell, weights=weight, minlength=self.n_items * self.n_labels)
        return flat.astype(np.float64).reshape(self.n_items, self.n_labels)


def votes(
    item: npt.ArrayLike,
    validator: npt.ArrayLike,
    label: npt.ArrayLike,
    *,
    n_items: int = 0,
    n_validators: int = 0,
    n_labels: int = 0,
) -> Votes:
    """Check votes and sort them by item.

    Args:
        item: Item of each vote, shape (n_votes,), not negative.
        validator: Validator of each vote, shape (n_votes,), not negative.
        label: What it says, shape (n_votes,), not negative.
        n_items: How many items there are; 0 for as many as are named.
        n_validators: How many validators there are; 0 for as many as are named.
        n_labels: How many labels there are; 0 for as many as are named, and at least 2.

    Returns:
        The votes; those of one item keep the order they came in.

    Raises:
        InputError: If lengths differ, a code is out of range, or a validator votes twice on an item.
    """
    items, who, says = (np.asarray(column) for column in (item, validator, label))
    if items.ndim != 1 or items.shape != who.shape or items.shape != says.shape:
        raise InputError("each vote needs one item, one validator and one label")
    if not all(np.issubdtype(column.dtype, np.integer) or column.size == 0 for column in (items, who, says)):
        raise InputError("votes are integer codes", hint="number items, validators and labels from 0")
    sizes = tuple(
        given or (int(column.max()) + 1 if column.size else least)
        for given, column, least in ((n_items, items, 0), (n_validators, who, 0), (n_labels, says, 2))
    )
    for name, column, size in zip(("item", "validator", "label"), (items, who, says), sizes, strict=True):
        if column.size and not (column.min() >= 0 and column.max() < size):
            raise InputError(f"a vote names a {name} outside 0..{size - 1}")
    order = np.argsort(items, kind="stable")
    ballots = items[order].astype(np.int64) * max(sizes[1], 1) + who[order]
    # Runs of one item are short and nearly in order, so a stable sort is quick where hashing is not.
    ballots.sort(kind="stable")
    if (ballots[1:] == ballots[:-1]).any():
        raise InputError("a validator votes twice on an item", hint="keep the last vote of each")
    items, who, says = (np.ascontiguousarray(column[order], dtype=np.int32) for column in (items, who, says))
    return Votes(items, who, says, n_items=sizes[0], n_validators=sizes[1], n_labels=max(sizes[2], 2))


def gold(labels: npt.ArrayLike, asked: Votes) -> Codes:
    """Check labels that are known.

    Args:
        labels: Label of each item, shape (n_items,); -1 where it is not known.
        asked: The votes on these items.

    Returns:
        The labels.

    Raises:
        InputError: If the length is not that of the items or a label is out of range.
    """
    known = np.asarray(labels)
    if known.shape != (asked.n_items,):
        raise InputError(f"gold needs one label for each of {asked.n_items} items, -1 where it is not known")
    if known.size and not (known.min() >= -1 and known.max() < asked.n_labels):
        raise InputError(f"a gold label lies outside -1..{asked.n_labels - 1}")
    return known.astype(np.int32)
