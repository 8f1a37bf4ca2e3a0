"""The bound on nesting, against a stack that closes what is open."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resiliparse.parse.html import HTMLTree

from headwater.curate.nesting import depth_bound, nests_too_deep

TAG = re.compile(rb"<(/?)([a-z][a-z0-9]*)")
NAMES = st.sampled_from(["div", "b", "ul", "table", "article", "br", "p", "blockquote"])
TAGS = st.tuples(st.sampled_from(["", "/"]), NAMES).map(lambda tag: f"<{tag[0]}{tag[1]}>")
VOID = {b"br", b"p"}


def slow(source: bytes) -> int:
    """Count what is open, one tag at a time; eight letters of a name count."""
    n_open: Counter[bytes] = Counter()
    depth = deepest = 0
    for slash, name in TAG.findall(source):
        name = name[:8]
        if name in VOID:
            continue
        if not slash:
            n_open[name] += 1
            depth += 1
        elif n_open[name]:
            n_open[name] -= 1
            depth -= 1
        deepest = max(deepest, depth)
    return deepest


@given(st.lists(TAGS | st.sampled_from(["text", " ", "it's", "<", "</", "< div>", "<1>"]), max_size=60))
def test_the_bound_is_what_a_stack_says(pieces: list[str]) -> None:
    source = " > ".join(pieces).encode()

    assert depth_bound(source) == slow(source)


@given(st.lists(TAGS | st.sampled_from(["<div title='", "'>", '<b class="', '">', "it's"]), max_size=60))
def test_the_bound_is_no_less_than_the_depth_of_the_tree(pieces: list[str]) -> None:
    source = "".join(pieces).encode()
    body = HTMLTree.parse(source.decode()).body

    depth = -1
    level: list[Any] = [body] if body is not None else []
    while level:
        children = [child for node in level for child in node.child_nodes]
        level = [child for child in children if child.tag not in (None, "#text", "p", "br")]
        depth += 1
    # A parser makes the body and rows of a table by itself.
    implied = 2 * source.count(b"<table")
    assert depth_bound(source) >= depth - implied


@pytest.mark.parametrize(
    "level",
    [b"<div>", b"<div></b>", b"<div><!--</div>-->", b"<div title='</div>'>", b'<div title=">"><i></b>'],
)
def test_depth_that_is_hidden_is_found(level: bytes) -> None:
    assert nests_too_deep(level * 4_000)


@pytest.mark.parametrize("row", [b"<b>x</b>", b"<p>", b"<img alt='a > b'>", b"<li><a href=x>y</a>"])
def test_a_wide_page_is_not_deep(row: bytes) -> None:
    assert not nests_too_deep(b"<ul>" + row * 20_000)


@given(st.binary(max_size=200))
def test_any_bytes_have_a_bound(source: bytes) -> None:
    assert depth_bound(source.lower()) >= 0
