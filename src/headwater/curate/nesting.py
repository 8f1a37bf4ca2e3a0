"""How deep a page's elements nest: the extractor is no match for hostile pages."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from resiliparse.parse.html import traverse_dom

# Main-content extraction costs time cubic in nesting: 0.03 s at 1,000 levels, minutes at 50,000.
MAX_DEPTH = 1_000
# Every list item is indented by its depth: a page of nested lists would grow quadratically.
_MAX_INDENT = 2**18
_FEW_TAGS = 5_000
_FEWEST_TAGS = 1_000  # Half of them lists and half items would still stay below.


def nests_too_deep(source: bytes, tree: Any) -> bool:
    """Tell whether a page would take extraction too long or grow too much.

    Args:
        source: HTML in an ASCII superset, ASCII lower case.
        tree: The `HTMLTree` of it, which is walked only if the source has many tags.

    Returns:
        True when elements nest deeper than `MAX_DEPTH`, or lists so that indents outgrow the page.
    """
    n_tags = source.count(b"<")
    if n_tags < _FEWEST_TAGS:
        return False
    n_items = source.count(b"<li")
    n_lists = source.count(b"<ul") + source.count(b"<ol")
    if n_tags < _FEW_TAGS and n_lists * n_items < _MAX_INDENT:
        return False
    depth = depth_of(tree)
    return depth > MAX_DEPTH or min(depth, n_lists) * n_items > max(_MAX_INDENT, 4 * len(source))


def depth_of(tree: Any) -> int:
    """Measure how deep elements nest.

    Args:
        tree: An `HTMLTree`.

    Returns:
        Levels of elements below the body, counted to `MAX_DEPTH` + 1.
    """
    deepest = 0

    def enter(context: Any) -> None:
        nonlocal deepest
        deepest = max(deepest, context.depth)
        if deepest > MAX_DEPTH:
            raise _Deep

    if tree.body is not None:
        with suppress(_Deep):
            traverse_dom(tree.body, enter, elements_only=True)
    return deepest


class _Deep(Exception):  # noqa: N818  # Not an error: it ends a walk.
    pass
