"""Opening a record: the charset order of HTML, text without debris, and bounds on what a page may cost."""

from __future__ import annotations

import codecs
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.extract import EXTRACTORS, decode, open_document
from tests.curate.samples import opened, record

RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему."
JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"
BOMS = {"utf-8": codecs.BOM_UTF8, "utf-16le": codecs.BOM_UTF16_LE, "utf-16be": codecs.BOM_UTF16_BE}


def html(text: str, *, meta: str = "") -> str:
    """Make a page, with a charset declared in it or not."""
    head = f"<meta charset={meta}>" if meta else ""
    return f"<!doctype html><html><head>{head}<title>t</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize("encoding", BOMS)
@pytest.mark.parametrize("declared", ["", "windows-1252", "utf-8", "shift_jis"])
def test_a_byte_order_mark_wins_over_everything(encoding: str, declared: str) -> None:
    payload = BOMS[encoding] + html(RUSSIAN, meta="koi8-r").encode(encoding)

    assert decode(record(payload, charset=declared)).lstrip("\ufeff") == html(RUSSIAN, meta="koi8-r")


def test_a_byte_order_mark_stays_since_provenance_may_hang_on_it() -> None:
    assert decode(record(codecs.BOM_UTF8 + b"x")) == "\ufeffx"


def test_the_http_charset_wins_over_the_meta_tag() -> None:
    payload = html(RUSSIAN, meta="iso-8859-1").encode("windows-1251")

    assert RUSSIAN in decode(record(payload, charset="windows-1251"))


def test_the_meta_tag_wins_over_detection() -> None:
    # Three bytes are too few to detect anything by.
    payload = html("щит", meta="windows-1251").encode("windows-1251")

    assert "щит" in decode(record(payload))


def test_a_meta_tag_in_plain_text_declares_nothing() -> None:
    payload = html("é", meta="windows-1251").encode()

    assert "é" in decode(record(payload, media_type="text/plain"))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "koi8-r"),
        (JAPANESE, "utf-8"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
    ],
)
@pytest.mark.parametrize("media_type", ["text/html", "text/plain"])
def test_an_undeclared_charset_is_detected(text: str, encoding: str, media_type: str) -> None:
    payload = (html(text * 4) if media_type == "text/html" else text * 4).encode(encoding)

    assert text in opened(payload, media_type=media_type, text="full").text


@pytest.mark.parametrize(
    ("label", "encoding"),
    [
        ("cp1251", "windows-1251"),
        ("x-sjis", "shift_jis"),
        ("ISO-8859-1", "windows-1252"),
        (" utf8 ", "utf-8"),
        ("gb2312", "gbk"),
        ("unicode-1-1-utf-8", "utf-8"),
    ],
)
def test_charset_labels_are_those_of_the_web(label: str, encoding: str) -> None:
    text = {"windows-1251": "щит", "shift_jis": "猫", "windows-1252": "“é”", "gbk": "汉字"}.get(
        encoding, "é猫"
    )

    assert text in decode(record(html(text).encode(encoding), charset=label))


@pytest.mark.parametrize(
    "label", ["", "none", "utf-99", "\0", "é", "x" * 10_000, "utf-8; x", "base64", "rot13"]
)
def test_a_wrong_label_is_no_label(label: str) -> None:
    assert RUSSIAN in decode(record(html(RUSSIAN).encode(), charset=label))


def test_a_charset_whose_bytes_are_all_ascii_is_still_decoded() -> None:
    payload = html(JAPANESE).encode("iso2022_jp")

    assert payload.isascii()
    assert JAPANESE in decode(record(payload, charset="iso-2022-jp"))


def test_a_declared_charset_that_is_wrong_drops_bytes_and_no_document() -> None:
    document = opened(html(f"before {RUSSIAN} after").encode("windows-1251"), charset="utf-8", text="full")

    assert document.text.startswith("before")
    assert document.text.endswith("after")


def test_a_record_that_is_not_html_has_no_tree_and_its_text_is_its_body() -> None:
    document = opened(b"<p>1 < 2</p>", media_type="text/plain")

    assert (document.tree, document.markup, document.text) == (None, "", "<p>1 < 2</p>")


def test_unclosed_tags_keep_their_text() -> None:
    text = opened(b"<p>one<p>two<div><b>three<table><tr><td>four<a href='", text="full").text

    assert text.split() == ["one", "two", "three", "four"]


def test_scripts_styles_and_comments_are_no_text() -> None:
    page = b"<style>p{}</style><script>var x</script><p>kept</p><!-- gone --><template>gone</template>"

    assert opened(page, text="full").text == "kept"


def test_main_content_leaves_navigation_out_and_the_full_page_does_not() -> None:
    words = "A paragraph of some length that is certainly the main content of this page. " * 5
    page = f"<body><nav><a href=/>Home</a></nav><main><p>{words}</p></main><footer>Imprint</footer>".encode()

    assert "Home" not in opened(page).text
    assert "Home" in opened(page, text="full").text
    assert words.strip() in opened(page).text


def test_markdown_keeps_headings_and_lists() -> None:
    # A list near the top of a page is taken for navigation: resiliparse looks at the depth.
    page = b"<div><div><div><h1>Title</h1><p>Some words.</p><ul><li>one</li><li>two</li></ul><p>Words.</p>"
    lines = opened(page, text="markdown").text.split("\n")

    assert "# Title" in lines
    assert next(line.strip() for line in lines if line.endswith("one"))[0] in "*-+"


@pytest.mark.parametrize(
    "page",
    [
        "<ul><li>Ebb: when water falls.</li><li>Flow: when it rises.</li></ul>",
        "<div class=sidebar>Ebb.</div>",
    ],
)
def test_a_page_without_a_main_part_is_taken_whole(page: str) -> None:
    assert "Ebb" in opened(page.encode()).text


def test_an_empty_page_is_an_empty_text() -> None:
    for payload in (b"", b"<html></html>", b" \n\t", b"<!--"):
        assert opened(payload).text == ""


def test_control_characters_and_nul_are_dropped() -> None:
    document = opened(b"a\0b\x01c\x1bd\te\nf\x7f", media_type="text/plain")

    assert document.text == "abcd\te\nf\x7f"


def test_character_references_to_surrogates_and_nul_do_no_harm() -> None:
    text = opened(b"<p>a&#xD800;b&#0;c&#x110000;d&#1;e</p>").text

    assert text.encode("utf-8")
    assert [c for c in text if c.isascii()] == list("abcde")


@pytest.mark.parametrize("encoding", ["utf-16le", "utf-16be"])
def test_a_lone_surrogate_costs_no_other_character(encoding: str) -> None:
    payload = "猫".encode(encoding) + "\ud800".encode(encoding, "surrogatepass") + "é".encode(encoding)
    document = opened(payload, media_type="text/plain", charset=encoding)

    assert document.text in {"猫é", "猫\ufffdé"}


@pytest.mark.parametrize("declared", ["utf-8", ""])
def test_a_single_bad_byte_costs_no_other_character(declared: str) -> None:
    payload = html("Grüße aus München. " * 20).encode() + b"\xff"

    assert "Grüße aus München." in decode(record(payload, charset=declared))


def cpu_s(payload: bytes, text: str) -> float:
    """Give the CPU seconds that opening a page takes."""
    start = time.process_time()
    opened(payload, text=text)
    return time.process_time() - start


@pytest.mark.parametrize("text", ["main", "full"])
@pytest.mark.parametrize(
    "page",
    ["<div>" * 100_000, "<div>" * 100_000 + "</div>" * 100_000, "<b><p>" * 20_000, "<p>" * 100_000],
    ids=["open", "closed", "misnested", "implied"],
)
def test_deep_nesting_is_cheap(page: str, text: str) -> None:
    assert cpu_s(page.encode(), text) < 2.0


@pytest.mark.parametrize(
    "level",
    ["<div></b>", "<div><!--</div>-->", "<div title='</div>'>"],
    ids=["stray", "comment", "attribute"],
)
def test_deep_nesting_is_cheap_whatever_hides_its_depth(level: str) -> None:
    # Taking the full page costs time linear in depth; main content, cubic.
    payload = (level * 8_000).encode()

    assert cpu_s(payload, "main") < 10 * cpu_s(payload, "full") + 0.2


def test_markdown_of_deep_nesting_is_cheap() -> None:
    payload = b"<div>" * 6_000

    assert cpu_s(payload, "markdown") < 10 * cpu_s(payload, "full") + 0.2


def test_a_wide_page_is_no_deep_page() -> None:
    # 40,000 elements beside each other: main content is still found, so the depth bound did not trip.
    words = "Words that make a paragraph worth keeping as main content. " * 3
    page = "<nav><a>Home</a></nav><main>" + f"<p>{words}<br><b>x</b></p>" * 10_000 + "</main>"

    assert "Home" not in opened(page.encode()).text


def test_a_page_beyond_the_depth_bound_still_gives_its_text() -> None:
    assert opened(b"<div>" * 4_000 + b"deep").text == "deep"


def test_indentation_does_not_blow_a_page_up() -> None:
    payload = b"<ul>" * 1_000 + b"<li>a" * 1_000

    assert len(opened(payload, text="full").text) < 10 * len(payload)


@given(
    st.binary(max_size=300),
    st.sampled_from(["text/html", "application/xhtml+xml", "text/plain"]),
    st.sampled_from(["", "utf-8", "utf-16le", "shift_jis", "iso-2022-jp", "gb18030", "big5", "replacement"])
    | st.text(max_size=12),
    st.sampled_from(["main", "full"]),
)
def test_any_bytes_open(payload: bytes, media_type: str, charset: str, text: str) -> None:
    expect_clean(opened(payload, media_type=media_type, charset=charset, text=text).text)


SOUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<table>", "<td>", "<li>", "<svg>", "<![CDATA[", "<!--", "-->", "&#xD83D;"]
    )
    | st.sampled_from(
        ["<template>", "</b>", "<b ", "<title>", "<textarea>", "<frameset>", "&amp", "<plaintext>"]
    )
    | st.text(max_size=4),
    max_size=30,
).map("".join)


@given(SOUP, st.sampled_from(sorted(EXTRACTORS)))
def test_any_tag_soup_opens(soup: str, text: str) -> None:
    payload = soup.encode("utf-8", "surrogatepass")

    expect_clean(open_document(record(payload), EXTRACTORS[text]).text)


def expect_clean(text: str) -> None:
    """Check the law of `open_document`: no control character but tab and newline, no lone surrogate."""
    assert text == text.strip()
    assert text.encode("utf-8").decode("utf-8") == text
    assert {c for c in text if unicodedata.category(c) == "Cc" and ord(c) < 32} <= set("\t\n")
