"""Pages that would take the parser too long, and large ones that would not."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resiliparse.parse.html import HTMLTree

from headwater.curate.tangle import TangledError, refuse_tangled

TANGLED: dict[str, Callable[[int], bytes]] = {
    "unmatched ends": lambda n: b"<x>" * n + b"</y>" * n,
    "capitals": lambda n: b"<X>" * n + b"</Y>" * n,
    "unmatched ends of headings": lambda n: b"<span>" * n + b"</h1>" * n,
    "alternating": lambda n: b"<x></y>" * n,
    "foreign content": lambda n: b"<svg><g></b>" * n,
    "a special element between": lambda n: b"<x><div></x>" * n,
    "in a comment": lambda n: b"<x><!--</x>-->" * n + b"</y>" * n,
    "in an attribute": lambda n: b"<x title='</x>'>" * n + b"</y>" * n,
    "in a script": lambda n: b"<x><script>'</x>'</script>" * n + b"</y>" * n,
    "options": lambda n: b"<select>" + b"<option>1</option>" * n + b"</select>",
    "rules": lambda n: b"<div>" * n + b"<hr>" * n,
    "tables": lambda n: b"<x>" * n + b"<table></table>" * n,
}
LARGE = {
    "deep": b"<div>" * 100_000,
    "deep and closed": b"<div>" * 100_000 + b"</div>" * 100_000,
    "a list": b"<ul>" + b"<li>one<b>two</b></li>" * 40_000 + b"</ul>",
    "a list without ends": b"<ul>" + b"<li>one<p>two" * 60_000 + b"</ul>",
    "a table": b"<table>" + b"<tr><td>1</td><td><a href='x'>2</a></td></tr>" * 30_000 + b"</table>",
    "a table without ends": b"<table>" + b"<tr><td>1<td>2" * 60_000 + b"</table>",
    "a glossary without ends": b"<dl>" + b"<dt>1<dd>2" * 60_000,
    "paragraphs and breaks": b"<p>one<br>two<hr>" * 60_000,
    "lists of options": (b"<select>" + b"<option>1</option>" * 500 + b"</select>") * 100,
    "sections": b"<section><div><p>one</div><div>two</div></section>" * 30_000,
}


@pytest.mark.parametrize("pages", TANGLED.values(), ids=TANGLED)
def test_a_page_whose_tags_are_quadratic_work_is_refused_at_once(pages: Callable[[int], bytes]) -> None:
    page = pages(50_000)
    begun = time.process_time()
    with pytest.raises(TangledError):
        refuse_tangled(page)

    assert time.process_time() - begun < 1


@pytest.mark.parametrize("page", LARGE.values(), ids=LARGE)
def test_a_large_page_is_taken_and_parsed_soon(page: bytes) -> None:
    refuse_tangled(page)

    begun = time.process_time()
    HTMLTree.parse(page.decode())
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("pages", TANGLED.values(), ids=TANGLED)
def test_what_passes_is_parsed_soon(pages: Callable[[int], bytes]) -> None:
    page = pages(8_000)
    refuse_tangled(page)

    begun = time.process_time()
    HTMLTree.parse(page.decode())
    assert time.process_time() - begun < 5


@given(
    st.lists(st.sampled_from([b"<x>", b"</x>", b"<p>", b"<!--", b"-->", b"<a b='", b"'>", b"<script>", b"<"]))
)
def test_any_bytes_pass_or_are_refused_soon(parts: list[bytes]) -> None:
    begun = time.process_time()
    with suppress(TangledError):
        refuse_tangled(b"".join(parts) * 3_000)

    assert time.process_time() - begun < 5
