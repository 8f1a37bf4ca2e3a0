"""Digital source types in JSON-LD, and whom they are about."""

import json
from typing import Any

import pytest

from headwater.curate.disclosure.jsonld import claims
from tests.curate.disclosure.page import brief, html, measure

GENERATED = ("ai-generated", "document", "asserted")
ENUMERATED = "TrainedAlgorithmicMediaDigitalSource"
TRAINED = "https://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def page(data: Any, *, kind: str = "application/ld+json") -> str:
    text = data if isinstance(data, str) else json.dumps(data)
    return html(body=f'<script type="{kind}">{text}</script><p>Words.</p>')


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"@type": "Article", "digitalSourceType": TRAINED}, GENERATED),
        ({"@type": ["Thing", "BlogPosting"], "digitalSourceType": [TRAINED]}, GENERATED),
        ([{"@type": "WebPage", "digitalSourceType": {"@id": TRAINED}}], GENERATED),
        (
            {"@graph": [{"@type": "NewsArticle", "schema:digitalSourceType": f"schema:{ENUMERATED}"}]},
            GENERATED,
        ),
        (
            {
                "@type": "WebPage",
                "mainEntity": {
                    "@type": "Article",
                    "digitalSourceType": "compositeWithTrainedAlgorithmicMedia",
                },
            },
            ("ai-assisted", "document", "asserted"),
        ),
        (
            {"@type": "WebPage", "hasPart": {"@type": "Article", "digitalSourceType": TRAINED}},
            ("ai-generated", "element", "asserted"),
        ),
        ({"@type": "WebSite", "digitalSourceType": TRAINED}, ("ai-generated", "site", "asserted")),
        (
            {"digitalSourceType": "http://schema.org/DigitalCaptureDigitalSource"},
            ("human", "document", "asserted"),
        ),
        ({"@type": "Article", "digitalSourceType": "wizardry"}, ("none-stated", "document", "malformed")),
    ],
)
def test_statements_about_the_text(data: Any, expected: tuple[str, str, str]) -> None:
    assert brief(measure(page(data))) == [("iptc-json-ld", *expected)]


@pytest.mark.parametrize(
    "data",
    [
        {"@type": "ImageObject", "digitalSourceType": TRAINED},
        {"@type": "Article", "image": {"@type": "ImageObject", "digitalSourceType": TRAINED}},
        {"@type": "Article", "image": {"digitalSourceType": TRAINED}},
        {"@type": "Article", "image": [{"@type": "CreativeWork", "digitalSourceType": TRAINED}]},
        {"@graph": [{"@type": "Article"}, {"@type": "ImageObject", "digitalSourceType": TRAINED}]},
        {"@type": "Article", "citation": {"@type": "Article", "digitalSourceType": TRAINED}},
        {"@type": "VideoObject", "digitalSourceType": TRAINED},
        {"@type": "CreativeWork", "contentUrl": "a.png", "digitalSourceType": TRAINED},
        {"@type": "ItemList", "itemListElement": [{"@type": "Article", "digitalSourceType": TRAINED}]},
        {"@type": "Article", "headline": "What is digitalSourceType?"},
    ],
)
def test_statements_about_something_else(data: Any) -> None:
    assert measure(page(data)) == []


def test_another_script_type_is_not_read() -> None:
    assert measure(page({"@type": "Article", "digitalSourceType": TRAINED}, kind="text/plain")) == []


@pytest.mark.parametrize(
    "text", ['{"digitalSourceType": ', '{"digitalSourceType":' + "[" * 200_000, "digitalSourceType"]
)
def test_what_is_no_json_is_malformed(text: str) -> None:
    assert [claim.status for claim in claims(text, where="x")] == ["malformed"]


def test_json_deep_enough_to_exhaust_a_recursive_walk_is_read() -> None:
    deep = (
        '{"@type":"WebPage","mainEntity":' * 300
        + '{"@type":"Article","digitalSourceType":"empty"}'
        + "}" * 300
    )
    assert [claim.claim for claim in claims(deep, where="x")] == ["none-stated"]


@pytest.mark.parametrize("wrapped", ["<!-- {} -->", "//<![CDATA[\n{}\n//]]>", "{};"])
def test_wrappers_around_the_json_are_tolerated(wrapped: str) -> None:
    data = json.dumps({"@type": "Article", "digitalSourceType": TRAINED})
    assert [claim.claim for claim in claims(wrapped.replace("{}", data), where="x")] == ["ai-generated"]
