"""Selection of a few elements from a parsed page at a cost that a hostile page cannot raise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

# resiliparse evaluates a node list anew at each access, so a list of n costs n squared.
SMALL_LIST: Final = 32
MAX_STEPS: Final = 50_000


def select(root: Any, selector: str, *, limit: int) -> Iterator[Any]:
    """Select the first elements that match.

    Args:
        root: A node of a resiliparse tree, or None.
        selector: A CSS selector.
        limit: How many elements to give at most.

    Yields:
        Elements in document order; of a page with many, those among the first 50 000 elements.
    """
    if root is None:
        return
    found = root.query_selector_all(selector)
    count = len(found)
    if count <= SMALL_LIST:
        for index in range(min(count, limit)):
            yield found[index]
        return
    node, given = root.query_selector(selector), 0
    for _ in range(MAX_STEPS):
        if node is None or given == limit:
            return
        if node.matches(selector):
            given += 1
            yield node
        node = _next(node)


def _next(node: Any) -> Any:
    """Step to the next element in document order."""
    below = node.first_element_child
    if below is not None:
        return below
    while node is not None:
        beside = node.next_element_sibling
        if beside is not None:
            return beside
        node = node.parent_element
    return None
