"""The label `translation-1`: a program's translation is a fact of its own, and told where a page shows it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.labels.translation import Translation
from headwater.curate.translation.needles import ALL, needles
from headwater.curate.translation.tongue import translated_from
from tests.curate.disclosure.page import document, html

MARK = "<p>Es war einmal ein Müller, der hatte drei Söhne.</p>"


def measure(page: str) -> Any:
    """Measure a page."""
    return Translation().measure(document(page.encode()))


def linked(value: str) -> str:
    """Write a page with JSON-LD."""
    return html(f'<script type="application/ld+json">{value}</script>')


@pytest.mark.parametrize(
    ("page", "how", "source"),
    [
        (f'<html lang="de-x-mtfrom-en">{MARK}', "machine", "en"),
        (f"<html lang=de-t-fr-t0-und>{MARK}", "machine", "fr"),
        (f'<html lang="de-t-t0-abc">{MARK}', "machine", None),
        (f'<html lang=de class="js translated-ltr">{MARK}', "machine", None),
        (f'<body><p lang="de-x-mtfrom-en">{MARK}', "machine-part", "en"),
        (f"<p><span its-mt-confidence=0.89>{MARK}</span>", "machine-part", None),
        (f'<body its-annotators-ref="mt-confidence|engine">{MARK}', "machine", None),
        (html('<meta http-equiv="X-Translated-By" content="Google">'), "machine", None),
        (html('<meta name="ms.translationtype" content="MT">'), "machine", None),
        (html('<meta name="ms.translationtype" content="HT">'), "person", None),
        (
            linked('{"@type":"Article","translator":{"@type":"SoftwareApplication","name":"X"}}'),
            "machine",
            None,
        ),
        (linked('{"@type":"Article","translator":"Google Translate"}'), "machine", None),
        (linked('{"@type":"Article","translator":{"@type":"Person","name":"DeepL"}}'), "person", None),
        (
            linked('{"@type":"Book","translationOfWork":{"@type":"Book","inLanguage":"fr-FR"}}'),
            "unsaid",
            "fr",
        ),
        (html(body="<p>This article was automatically translated. " + MARK), "machine", None),
        (html(body="<p>Dieser Artikel wurde maschinell übersetzt."), "machine", None),
        (html(body="<p>この記事は機械翻訳されています。"), "machine", None),
    ],
)
def test_what_a_page_shows_is_told_by_whom_and_from_what(page: str, how: str, source: str | None) -> None:
    found = measure(page)

    assert (found["how"], found["source_language"]) == (how, source)
    assert found["signs"]


@pytest.mark.parametrize(
    "page",
    [
        f"<html lang=de>{MARK}",
        html('<meta name="google" content="notranslate"><script src="//translate.google.com/element.js">'),
        html(body='<div id="google_translate_element" class="notranslate" translate="no"></div>'),
        html(body='<p class="translated-ltr">A paragraph.'),
        html(body="<pre>&lt;html lang=de-x-mtfrom-en&gt;</pre>"),
        "<!-- <html lang=de-x-mtfrom-en> --><p>A page.",
        linked('{"@type":"ImageObject","translator":"Google Translate"}'),
        linked('{"@type":"Article","translator":'),
        html(body="<p>She asked whether this article was automatically translated, and it was not."),
        html(body=f"<p>{'On software. ' * 60}This page was automatically translated.{' So it says.' * 60}"),
    ],
)
def test_a_page_that_offers_or_discusses_translation_is_none(page: str) -> None:
    found = measure(page)

    assert (found["how"], found["source_language"], found["signs"]) == (None, None, [])


@pytest.mark.parametrize(
    ("url", "how", "source"),
    [
        ("https://www-example-org.translate.goog/a?_x_tr_sl=en&_x_tr_tl=de", "machine", "en"),
        ("https://translate.googleusercontent.com/translate_c?sl=fr&u=x", "machine", "fr"),
        ("https://translate.goog.example.org/", None, None),
        ("https://nottranslate.goog/", None, None),
        ("http://[", None, None),
    ],
)
def test_the_address_of_a_translating_service_is_a_sign(
    url: str, how: str | None, source: str | None
) -> None:
    from dataclasses import replace

    page = document(MARK.encode())
    found = Translation().measure(replace(page, record=replace(page.record, url=url)))

    assert (found["how"], found["source_language"]) == (how, source)


def test_the_strongest_sign_tells_who_translated() -> None:
    page = linked('{"@type":"Article","translator":"Anna Maier"}').replace(
        "<html", "<html lang=de-x-mtfrom-en"
    )
    found = measure(page)

    assert found["how"] == "machine"
    assert len(found["signs"]) == 2


def test_parallel_pages_are_counted_and_are_no_sign() -> None:
    links = "".join(
        f'<link rel="alternate" hreflang="{tag}" href="/{tag}/">'
        for tag in ("en-GB", "en-US", "de", "x-default")
    )
    found = measure(html(links))

    assert found["n_parallel"] == 2
    assert found["how"] is None


@given(st.text(alphabet="abt0-xmfrom_ 1", max_size=60))
def test_any_tag_is_read(tag: str) -> None:
    found = translated_from(tag)

    assert found is None or found == "" or found.isalpha()


@given(st.text(max_size=300))
def test_any_text_between_the_needles_is_read(text: str) -> None:
    page = f'<html lang="{text}-x-mtfrom-">' + linked(f'{{"translator":{text}}}')

    assert measure(page)["how"] in {None, "machine", "person"}


@given(st.lists(st.sampled_from([*ALL, *map(bytes.upper, ALL), b"-t0", b"MT-", b"\xff", b" "])), st.binary())
def test_one_search_finds_what_a_search_for_each_finds(pieces: list[bytes], before: bytes) -> None:
    source = before + b"".join(pieces)

    assert needles(source) == {needle for needle in ALL if needle in source.lower()}
