"""How deep a page's elements nest: the extractor is no match for hostile pages."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

# Main-content extraction costs time cubic in nesting: 0.03 s at 1,000 levels, minutes at 50,000.
MAX_DEPTH = 1_000
# Every list item is indented by its depth: a page of nested lists would grow quadratically.
_MAX_INDENT = 2**18
_FEW_TAGS = 5_000


def nests_too_deep(source: bytes, tree: Any) -> bool:
    """Tell whether a page would take extraction too long or grow too much.

    Args:
        source: HTML in an ASCII superset.
        tree: The `HTMLTree` of it, which is looked at only if the source has many tags.

    Returns:
        True when elements nest deeper than `MAX_DEPTH`, or lists so that indents outgrow the page.
    """
    octets = np.frombuffer(source, np.uint8)
    opens = octets == ord("<")
    n_tags = int(np.count_nonzero(opens))
    room = max(_MAX_INDENT, 4 * len(source))
    if n_tags * n_tags > 4 * room:  # Else half of them lists and half items would still stay below.
        n_items, n_lists = _lists(octets, np.flatnonzero(opens))
        if n_lists * n_items > room:
            return is_deeper(tree, min(MAX_DEPTH, room // n_items))
    return n_tags >= _FEW_TAGS and is_deeper(tree, MAX_DEPTH)


def _lists(octets: np.ndarray[Any, np.dtype[np.uint8]], at: np.ndarray[Any, Any]) -> tuple[int, int]:
    """Count what looks like list items and like lists, given where every `<` stands."""
    at = at[: np.searchsorted(at, len(octets) - 2)]
    first, second = octets[at + 1] | 0x20, octets[at + 2] | 0x20
    items = (first == ord("l")) & (second == ord("i"))
    lists = ((first == ord("u")) | (first == ord("o"))) & (second == ord("l"))
    return int(np.count_nonzero(items)), int(np.count_nonzero(lists))


def is_deeper(tree: Any, n_levels: int) -> bool:
    """Tell whether elements nest deeper than a number of levels below the body.

    Args:
        tree: An `HTMLTree`.
        n_levels: At least 0.

    Returns:
        Whether there is an element more than that many levels below it. A selector is fifty times as fast
        as a walk of the tree; since it starts at the body, its time is linear in the elements.
    """
    return tree.document.query_selector(_below(n_levels + 1)) is not None


@lru_cache(maxsize=8)
def _below(n_levels: int) -> str:
    return "body" + ">*" * n_levels
