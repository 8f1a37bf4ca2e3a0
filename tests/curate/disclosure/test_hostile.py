"""Whatever the bytes, a list of well-formed claims and no exception."""

import base64
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.disclosure.claim import MAX_CLAIMS, MAX_VALUE_CHARS, Kind, Says, Scope, Status
from headwater.curate.disclosure.tags import tags
from tests.curate.disclosure.page import html, measure
from tests.curate.disclosure.signer import ANCHOR, SIGNER

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*"))
PIECES = [
    '<meta name="ai-disclosure" content="',
    "ai-generated",
    '">',
    "<!--",
    "-->",
    "<script",
    "</script>",
    ">",
    "</head>",
    '<script type="application/ld+json">',
    '{"@type":"Article","digitalSourceType":',
    "[",
    "{",
    '"',
    "'",
    "\ufeff",
    '<script type="application/c2pa">',
    '<link rel="c2pa-manifest" href="data:application/c2pa;base64,',
    "AAAA",
    "\0",
    "<p ai-disclosure=",
    'itemprop="digitalSourceType"',
    'itemscope itemtype="',
    "\U000e0133\U000e0122",
    "\u202e",
    "As an AI language model, I cannot",
    "Regenerate response\n",
    "\ud800",
    "<body",
    "<noscript>",
    "\x80",
    "é",
]


def check(claims: list[dict[str, str]]) -> None:
    assert len(claims) <= MAX_CLAIMS
    for claim in claims:
        assert claim["kind"] in set(Kind)
        assert claim["claim"] in set(Says)
        assert claim["scope"] in set(Scope)
        assert claim["status"] in set(Status)
        assert max(len(claim["value"]), len(claim["where"])) <= MAX_VALUE_CHARS
        assert claim["value"].isprintable()
        claim["value"].encode()


@given(st.lists(st.sampled_from(PIECES), max_size=25), st.sampled_from(["text/html", "text/plain"]))
@settings(max_examples=250, deadline=None)
def test_any_pieces_in_any_order(pieces: list[str], media_type: str) -> None:
    check(measure("".join(pieces).encode("utf-8", "surrogatepass"), media_type=media_type))


@given(
    st.binary(max_size=400),
    st.sampled_from(["text/html", "text/plain"]),
    st.sampled_from(["utf-8", "utf-16-le", "latin-1"]),
)
@settings(max_examples=150, deadline=None)
def test_any_bytes(payload: bytes, media_type: str, charset: str) -> None:
    check(measure(payload, media_type=media_type, charset=charset))


HEADERS = ["AI-Disclosure", "Link", "Content-Usage", "tdm-reservation", "X-Robots-Tag"]


@given(st.lists(st.tuples(st.sampled_from(HEADERS), st.text(max_size=60)), max_size=6))
@settings(max_examples=150, deadline=None)
def test_any_headers(headers: list[tuple[str, str]]) -> None:
    check(measure(html(), headers=tuple(headers)))


@given(st.binary(max_size=40), st.integers(0, 4000), st.integers(0, 20000))
@settings(max_examples=60, deadline=None)
def test_a_damaged_manifest_never_verifies_as_another_claim(noise: bytes, at: int, cut: int) -> None:
    _, store = SIGNER.sign_html_external("<html><head></head></html>", "/m")
    damaged = store[:at] + noise + store[at + len(noise) : 1 + cut]
    encoded = base64.b64encode(damaged).decode()
    page = f'<html><head><script type="application/c2pa">{encoded}</script></head></html>'
    claims = measure(page, trust_anchors=ANCHOR)
    check(claims)
    assert all(claim["status"] in ("invalid", "malformed") for claim in claims)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_the_corpus_of_hostile_files(path: Path) -> None:
    for media_type in ("text/html", "text/plain"):
        check(measure(path.read_bytes(), media_type=media_type))


@pytest.mark.parametrize(
    "page",
    [
        html('<meta name="ai-disclosure" content="x">' * 50_000),
        html("<meta name='ai-generated' content=" * 50_000),
        html(body="<div>" * 100_000 + "<p ai-disclosure=ai-generated>x"),
        html(body="<p ai-disclosure=none>x</p>" * 20_000),
        html(body='<i itemprop="digitalSourceType">' * 5_000),
        html(body='<a "' * 200_000 + "digitalSourceType"),
        html(body="<!--" * 100_000 + "digitalSourceType"),
        html('<script type="application/ld+json">"digitalSourceType"' * 20_000),
        html(body="As an AI language model, I cannot say " * 20_000),
        html(body="s an AI" + "I'm sorry, " * 60_000),
        html(body="\n" * 200_000 + "Regenerate response"),
    ],
    ids=range(11),
)
def test_a_big_hostile_page_costs_seconds_at_most(page: str) -> None:
    start = time.process_time()
    check(measure(page))
    assert time.process_time() - start < 5


def test_tags_are_scanned_once() -> None:
    start = time.process_time()
    assert list(tags("<a " * 300_000, frozenset({"meta"}))) == []
    assert time.process_time() - start < 2
