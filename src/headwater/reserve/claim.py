"""Claims of who wrote: that a text is a person's is said by somebody, and is no evidence of its date.

"Before 2023" and "human" are two claims, and the registry keeps them apart: the first is an entry of kind
`date-evidence`, with a proof and a grade; the second one of kind `human-claim`, with who says so and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from headwater.reserve.entry import Entry, moment
from headwater.reserve.leaf import Leaf

KIND = "human-claim"
CLAIMS = ("human", "machine", "mixed")


def claim(what: str, *, of: Mapping[str, Any], by: str, basis: str, now_s: int) -> Entry:
    """Make the entry that says who wrote a text, in the view of somebody.

    Args:
        what: One of `CLAIMS`.
        of: What it is of, as `dating.of_document` or `dating.of_file` name it.
        by: Who says so.
        basis: Why, such as `colophon of the printed edition`.
        now_s: Now, in POSIX seconds.

    Returns:
        The entry, to be appended to the registry.
    """
    return Entry(KIND, moment(now_s), {"basis": basis, "by": by, "claim": what, "subject": dict(of)})


def claims(leaf: Leaf, index: int, entries: Iterable[Entry]) -> list[tuple[int, Entry]]:
    """Give what was claimed of who wrote a document.

    Args:
        leaf: What is sealed of it.
        index: Its place in the log.
        entries: All of the registry's.

    Returns:
        Entries of kind `human-claim` with their numbers, in order; they may contradict each other.
    """
    names = ({"file": leaf.place.file_sha256}, {"document": index})
    return [
        (number, one) for number, one in enumerate(entries) if one.kind == KIND and one["subject"] in names
    ]
