"""Disclosure in response headers."""

import pytest

from headwater.curate.disclosure.http import dictionary, fields
from headwater.errors import FormatError
from tests.curate.disclosure.page import brief, html, measure


@pytest.mark.parametrize(
    ("value", "claim"),
    [
        ('mode=ai-originated; model="gpt-4"; reviewed-by="desk"; date=@1745286896', "ai-generated"),
        ('mode=machine-generated, model="m"', "ai-generated"),
        ("mode=ai-modified", "ai-assisted"),
        ("mode=none", "human"),
        ('mode="none"', "human"),
        ("mode=none, mode=machine-generated", "ai-generated"),
        ("mode=ai-originated;\r\n   model=x", "ai-generated"),
    ],
)
def test_ai_disclosure_header_claims_what_its_mode_says(value: str, claim: str) -> None:
    claims = measure(html(), headers=(("AI-Disclosure", value),))
    assert brief(claims) == [("http-ai-disclosure", claim, "document", "asserted")]


@pytest.mark.parametrize(
    "value", ["", "mode", "MODE=none", "ai-generated", "mode=perhaps", "\xff", "a" * 9000, "mode=((("]
)
def test_a_header_that_is_no_disclosure_is_malformed(value: str) -> None:
    claims = measure(html(), headers=(("ai-disclosure", value),))
    assert brief(claims) == [("http-ai-disclosure", "none-stated", "document", "malformed")]


def test_header_lines_are_joined_before_parsing() -> None:
    lines = (("AI-Disclosure", "mode=none"), ("X", "y"), ("ai-disclosure", 'model="m"'))
    assert fields(lines)["ai-disclosure"] == 'mode=none, model="m"'
    assert brief(measure(html(), headers=lines)) == [("http-ai-disclosure", "human", "document", "asserted")]


def test_link_header_to_a_manifest_is_never_fetched() -> None:
    value = '<https://x.test/a>; rel="preload", <https://x.test/m.c2pa>; rel="c2pa-manifest"; type="x"'
    claims = measure(html(), headers=(("Link", value),))
    assert brief(claims) == [("http-link-c2pa", "none-stated", "document", "unverified")]
    assert claims[0]["value"] == "https://x.test/m.c2pa"


@pytest.mark.parametrize(
    "value", ["<https://x.test/c2pa-manifest>; rel=preload", "c2pa-manifest", "<" * 5000]
)
def test_other_links_are_no_manifests(value: str) -> None:
    assert measure(html(), headers=(("Link", value),)) == []


def test_dictionary_refuses_what_is_none() -> None:
    with pytest.raises(FormatError):
        dictionary("é=1")
