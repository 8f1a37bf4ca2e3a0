"""Digital source types in microdata and RDFa."""

import pytest

from tests.curate.disclosure.page import brief, html, measure

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def item(kind: str, inner: str, *, tag: str = "div", extra: str = "") -> str:
    return f'<{tag} {extra} itemscope itemtype="https://schema.org/{kind}">{inner}</{tag}>'


def stated(value: str) -> str:
    return f'<meta itemprop="digitalSourceType" content="{value}">'


RDFA = f'<span property="schema:digitalSourceType" resource="{TRAINED}">x</span>'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (item("Article", stated(TRAINED)), ("iptc-microdata", "ai-generated", "document", "asserted")),
        (item("BlogPosting", stated("digitalCapture")), ("iptc-microdata", "human", "document", "asserted")),
        (item("Comment", stated(TRAINED)), ("iptc-microdata", "ai-generated", "element", "asserted")),
        (item("Article", stated("magic")), ("iptc-microdata", "none-stated", "document", "malformed")),
        (
            item("Article", '<span itemprop="digitalSourceType">trainedAlgorithmicMedia</span>'),
            ("iptc-microdata", "ai-generated", "document", "asserted"),
        ),
        (
            f'<div typeof="schema:Article">{RDFA}</div>',
            ("iptc-meta", "ai-generated", "document", "asserted"),
        ),
    ],
)
def test_items_about_the_text(body: str, expected: tuple[str, str, str, str]) -> None:
    assert brief(measure(html(body=body))) == [expected]


@pytest.mark.parametrize(
    "body",
    [
        item("ImageObject", stated(TRAINED)),
        item("Article", item("ImageObject", stated(TRAINED), tag="figure", extra='itemprop="image"')),
        item("Article", item("CreativeWork", stated(TRAINED), extra='itemprop="citation"')),
        f'<figure typeof="schema:ImageObject">{RDFA}</figure>',
        "<p>Set itemprop to digitalSourceType.</p>",
    ],
)
def test_items_about_something_else(body: str) -> None:
    assert measure(html(body=body)) == []
