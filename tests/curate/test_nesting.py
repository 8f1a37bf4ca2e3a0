"""Pages that nest too deep, and pages that are only wide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resiliparse.parse.html import HTMLTree

from headwater.curate.nesting import MAX_DEPTH, is_deeper, nests_too_deep


def too_deep(source: bytes) -> bool:
    """Ask of a page and its tree."""
    return nests_too_deep(source, HTMLTree.parse(source.decode()))


@given(st.integers(1, 40), st.integers(0, 3))
def test_depth_is_that_of_the_tree(depth: int, n_beside: int) -> None:
    tree = HTMLTree.parse("<div>" * depth + "x" + "</div>" * depth + "<p>y</p>" * n_beside)

    assert is_deeper(tree, depth - 1)
    assert not is_deeper(tree, depth)


def test_a_chain_longer_than_any_bound_is_deeper() -> None:
    assert is_deeper(HTMLTree.parse("<div>" * 50_000), MAX_DEPTH)


def test_many_deep_branches_are_looked_at_once() -> None:
    branch = "<div>" * (MAX_DEPTH - 1) + "x" + "</div>" * (MAX_DEPTH - 1)

    assert not is_deeper(HTMLTree.parse(branch * 300), MAX_DEPTH)


def test_letter_case_hides_no_list() -> None:
    assert too_deep(b"<UL>" * 900 + b"<Li>a" * 900)


@pytest.mark.parametrize(
    "level",
    [
        b"<div>",
        b"<div></b>",
        b"<div><!--</div>-->",
        b"<div title='</div>'>",
        b'<div title=">"><i></b>',
        b"<aaaaaaaab></aaaaaaaac>",
        b"<x-a></x-b>",
        b"<svg><g><text>",
        b"<div><script>'</div>'</script>",
    ],
)
def test_depth_that_is_hidden_is_found(level: bytes) -> None:
    assert too_deep(level * 6_000)


@pytest.mark.parametrize(
    "before",
    [
        b'<a title="<!--">',
        b"<script><!--</script>",
        b"<title><!--</title>",
        b"<textarea><!--</textarea>",
        b"<!-->",
        b"<!-- a --!>",
    ],
)
def test_what_begins_no_comment_hides_nothing(before: bytes) -> None:
    assert too_deep(before + b"<div>" * 6_000 + b"-->")


def test_lists_in_lists_would_outgrow_the_page() -> None:
    assert too_deep(b"<ul>" * 900 + b"<li>a" * 900)


@pytest.mark.parametrize("row", [b"<b>x</b>", b"<p>", b"<img alt='a > b'>", b"<li><a href=x>y</a>"])
def test_a_wide_page_is_not_deep(row: bytes) -> None:
    assert not too_deep(b"<ul>" + row * 20_000)


def test_a_page_without_a_body_is_not_deep() -> None:
    assert not too_deep(b"<frameset>" * 2_000)
