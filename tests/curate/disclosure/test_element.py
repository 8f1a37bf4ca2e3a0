"""Attributes of elements."""

import pytest

from tests.curate.disclosure.page import brief, html, measure


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<main ai-disclosure=ai-generated>x</main>", ("ai-generated", "document", "asserted")),
        ("<article AI-DISCLOSURE='ai-autonomous'>x</article>", ("ai-generated", "document", "asserted")),
        ("<p>a</p><aside ai-disclosure=ai-assisted>x</aside>", ("ai-assisted", "element", "asserted")),
        ("<section data-ai-disclosure=human-only>x</section>", ("human", "element", "asserted")),
        ("<div aidisclosure=none>x</div>", ("human", "element", "asserted")),
        ("<div ai-disclosure=maybe>x</div>", ("none-stated", "element", "malformed")),
    ],
)
def test_attribute_discloses_its_element(body: str, expected: tuple[str, str, str]) -> None:
    assert brief(measure(html(body=body))) == [("element-ai-disclosure", *expected)]


def test_one_article_of_several_is_a_part() -> None:
    body = "<article ai-disclosure=ai-generated>x</article><article>y</article>"
    assert brief(measure(html(body=body))) == [
        ("element-ai-disclosure", "ai-generated", "element", "asserted")
    ]


@pytest.mark.parametrize(
    "body",
    [
        "<figure ai-disclosure=ai-generated><img src=x><figcaption>A picture</figcaption></figure>",
        "<img ai-disclosure=ai-generated src=x>",
        "<div ai-disclosure=ai-generated> <img src=x> </div>",
        "<p>The ai-disclosure attribute is new.</p>",
        "<p>We value the disclosure of AI.</p>",
    ],
)
def test_media_and_mentions_disclose_nothing_about_text(body: str) -> None:
    assert measure(html(body=body)) == []


def test_many_attributes_are_read_up_to_the_cap() -> None:
    body = "".join(f"<p ai-disclosure=ai-generated title={n}>x</p><p>y</p>" for n in range(500))
    assert len(measure(html(body=body))) == 1
