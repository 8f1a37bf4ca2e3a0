"""Reservations of use."""

import pytest

from tests.curate.disclosure.page import brief, html, measure


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (("Content-Usage", "train-ai=n"), ("usage-aipref", "use-reserved", "document", "asserted")),
        (
            ("content-usage", "search=n, train-ai=y;x=1"),
            ("usage-aipref", "use-allowed", "document", "asserted"),
        ),
        (("Content-Usage", "TRAIN-AI=n"), ("usage-aipref", "none-stated", "document", "malformed")),
        (("tdm-reservation", "1"), ("usage-tdmrep", "use-reserved", "document", "asserted")),
        (("TDM-Reservation", "0"), ("usage-tdmrep", "use-allowed", "document", "asserted")),
        (("tdm-reservation", "1, 0"), ("usage-tdmrep", "none-stated", "document", "malformed")),
        (("X-Robots-Tag", "mybot: noai, noindex"), ("usage-robots", "use-reserved", "document", "asserted")),
        (("X-Robots-Tag", "noimageai"), ("usage-robots", "use-reserved", "element", "asserted")),
    ],
)
def test_headers_reserve_or_allow(header: tuple[str, str], expected: tuple[str, str, str, str]) -> None:
    assert brief(measure(html(), headers=(header,))) == [expected]


@pytest.mark.parametrize(
    "header",
    [
        ("Content-Usage", "search=n"),
        ("Content-Usage", "train-ai=?1"),
        ("X-Robots-Tag", "noindex, max-snippet: 5"),
    ],
)
def test_headers_about_other_things(header: tuple[str, str]) -> None:
    assert measure(html(), headers=(header,)) == []


def test_metas_reserve_with_their_policy() -> None:
    head = '<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="https://x.test/p.json">'
    claims = measure(html(head))
    assert brief(claims) == [("usage-tdmrep", "use-reserved", "document", "asserted")]
    assert claims[0]["value"] == "1 https://x.test/p.json"


def test_the_tdm_header_goes_before_the_meta() -> None:
    claims = measure(html('<meta name="tdm-reservation" content="1">'), headers=(("tdm-reservation", "0"),))
    assert brief(claims) == [("usage-tdmrep", "use-allowed", "document", "asserted")]


def test_meta_robots_noai() -> None:
    claims = measure(html('<meta name="robots" content="noai, noimageai">'))
    assert brief(claims) == [("usage-robots", "use-reserved", "document", "asserted")]
    assert measure(html('<meta name="robots" content="noindex"><p>noai is a directive')) == []
