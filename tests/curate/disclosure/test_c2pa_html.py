"""Manifests that pages hold in a script or a link, or point at."""

import pytest

from tests.curate.disclosure.page import brief, html, measure
from tests.curate.disclosure.signer import ANCHOR, SIGNER

PAGE = html(body="<p>The river is long, Bärbel.</p>")
CARRIERS = ["script", "link-data-uri"]


def read(page: str, *, anchors: str = ANCHOR) -> list[tuple[str, str, str, str]]:
    return brief(measure(page, trust_anchors=anchors))


@pytest.mark.parametrize("how", CARRIERS)
def test_a_signed_page_is_valid_under_its_anchor_and_untrusted_without(how: str) -> None:
    signed = SIGNER.sign_html(PAGE, how=how)
    assert read(signed) == [("c2pa-html", "ai-generated", "document", "valid")]
    assert read(signed, anchors="") == [("c2pa-html", "ai-generated", "document", "valid-untrusted")]


@pytest.mark.parametrize("how", CARRIERS)
@pytest.mark.parametrize("what", ["signature", "content"])
def test_a_tampered_page_is_invalid(how: str, what: str) -> None:
    broken = SIGNER.tamper(SIGNER.sign_html(PAGE, how=how), what=what)
    assert read(broken) == [("c2pa-html", "ai-generated", "document", "invalid")]


def test_a_reserialised_page_is_invalid() -> None:
    assert read(SIGNER.sign_html(PAGE).replace("<p>", "<p >"))[0][3] == "invalid"


def test_a_remote_manifest_is_unverified() -> None:
    page, _ = SIGNER.sign_html_external(PAGE, "https://x.test/m.c2pa")
    claims = measure(page)
    assert brief(claims) == [("c2pa-html", "none-stated", "document", "unverified")]
    assert claims[0]["value"] == "https://x.test/m.c2pa"


def test_two_manifests_are_malformed() -> None:
    page = SIGNER.sign_html(PAGE).replace("</head>", '<link rel="c2pa-manifest" href="/m"></head>')
    claims = measure(page, trust_anchors=ANCHOR)
    assert brief(claims) == [("c2pa-html", "none-stated", "document", "malformed")]
    assert claims[0]["value"] == "manifest.html.multipleManifests"


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/c2pa">!!!</script>',
        '<script type="application/c2pa"></script>',
        '<script type="application/c2pa">AAAA',
        '<link rel="c2pa-manifest">',
        '<link rel="c2pa-manifest" href="data:text/plain,x">',
        '<script type="application/c2pa">AAAAIGp1bWIAAAAeanVtZGMycGEAEQAQgAAAqgA4m3EDYzJwYQA=</script>',
    ],
)
def test_what_is_no_manifest_is_malformed(head: str) -> None:
    assert read(html(head)) == [("c2pa-html", "none-stated", "document", "malformed")]


@pytest.mark.parametrize(
    "page",
    [
        html('<!-- <script type="application/c2pa">AAAA</script> -->'),
        html('<script data-type="application/c2pa">AAAA</script>'),
        html('<link rel="stylesheet" href="/c2pa-manifest.css">'),
        html(body='<p><script type="application/c2pa">AAAA</script> c2pa'),
    ],
)
def test_mentions_and_bodies_carry_no_manifest(page: str) -> None:
    assert read(page) == []
