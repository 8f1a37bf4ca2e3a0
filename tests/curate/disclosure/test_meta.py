"""Disclosure in metas."""

import pytest

from tests.curate.disclosure.page import brief, html, measure

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@pytest.mark.parametrize(
    ("content", "claim", "status"),
    [
        ("ai-generated", "ai-generated", "asserted"),
        ("AI-Autonomous", "ai-generated", "asserted"),
        (" autonomous ", "ai-generated", "asserted"),
        ("ai-assisted", "ai-assisted", "asserted"),
        ("mixed", "ai-assisted", "asserted"),
        ("human-only", "human", "asserted"),
        ("none", "human", "asserted"),
        ("mode=ai-originated", "ai-generated", "asserted"),
        ("yes please", "none-stated", "malformed"),
        ("", "none-stated", "malformed"),
    ],
)
def test_meta_ai_disclosure(content: str, claim: str, status: str) -> None:
    claims = measure(html(f'<META Name="AI-Disclosure" content="{content}">'))
    assert brief(claims) == [("meta-ai-disclosure", claim, "document", status)]


def test_only_the_first_ai_disclosure_meta_counts() -> None:
    head = "<meta name=ai-disclosure content=none><meta name=ai-disclosure content=ai-generated>"
    assert brief(measure(html(head))) == [("meta-ai-disclosure", "human", "document", "asserted")]


@pytest.mark.parametrize(
    ("name", "content", "claim"),
    [
        ("ai-generated", "true", "ai-generated"),
        ("AI-generated", "partial", "ai-assisted"),
        ("ai-generated", "false", "human"),
        ("ai_generated", "yes", "ai-generated"),
        ("generated-by-ai", "yes", "ai-generated"),
        ("ai-assisted", "true", "ai-assisted"),
        ("ai-content-declaration", "human-authored; domain=x", "human"),
        ("ai-content-declaration", "https://x.test/llms.txt", "none-stated"),
    ],
)
def test_whatwg_style_metas(name: str, content: str, claim: str) -> None:
    claims = measure(html(f'<meta name="{name}" content="{content}">'))
    assert brief(claims) == [("meta-ai-generated", claim, "document", "asserted")]


@pytest.mark.parametrize(
    "head",
    [
        "<!-- <meta name=ai-disclosure content=ai-generated> -->",
        "<script>'<meta name=ai-disclosure content=ai-generated>'</script>",
        '<meta name="description" content="all about ai-disclosure and ai-generated pages">',
        '<meta property="og:image:digitalSourceType" content="trainedAlgorithmicMedia">',
        '<meta name="main-ai-thing" content="true">',
    ],
)
def test_pages_that_only_mention_a_disclosure_make_none(head: str) -> None:
    assert measure(html(head)) == []


def test_a_meta_after_a_noscript_image_still_counts() -> None:
    head = '<noscript><img src="p.gif"></noscript><meta name="ai-disclosure" content="ai-assisted">'
    assert brief(measure(html(head))) == [("meta-ai-disclosure", "ai-assisted", "document", "asserted")]


@pytest.mark.parametrize(
    ("head", "claim", "status"),
    [
        (f'<meta property="Iptc4xmpExt:DigitalSourceType" content="{TRAINED}">', "ai-generated", "asserted"),
        ('<meta name="digitalSourceType" content="digitalCapture">', "human", "asserted"),
        ('<meta name="iptc:digitalsourcetype" content="nonsense">', "none-stated", "malformed"),
    ],
)
def test_iptc_metas(head: str, claim: str, status: str) -> None:
    assert brief(measure(html(head))) == [("iptc-meta", claim, "document", status)]


def test_a_page_in_utf16_is_read() -> None:
    page = html('<meta name="ai-disclosure" content="ai-generated">').encode("utf-16-le")
    claims = measure(page, charset="utf-16-le")
    assert brief(claims) == [("meta-ai-disclosure", "ai-generated", "document", "asserted")]
