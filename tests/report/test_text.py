"""Foreign text stays text."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.inert import language_tag, replaced, visible
from headwater.report.text import clip, web_link

ANY_TEXT = st.text(st.characters(exclude_categories=()))
KEPT_FORMATS = {"\u00ad", "\u200b", "\u200c", "\u200d"}


@given(ANY_TEXT)
def test_visible_text_encodes_and_holds_no_control_or_bidi_override(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    assert not any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in shown if letter not in "\t\n")
    assert not any(unicodedata.bidirectional(letter) in OVERRIDES for letter in shown)


OVERRIDES = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(ANY_TEXT)
def test_what_is_replaced_and_what_stays_make_the_visible_text(text: str) -> None:
    built, at = "", 0
    for start, end, instead in replaced(text):
        built, at = built + text[at:start] + instead, end
    assert built + text[at:] == visible(text)


@given(ANY_TEXT)
def test_visible_twice_is_visible_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a⟨U+0000⟩b"),
        ("\u202eabc", "⟨U+202E⟩abc"),
        ("\ud800", "⟨U+D800⟩"),
        ("\r\n", "⟨U+000D⟩\n"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("x" + "\U000e0149" * 300, "x⟨300 variation selectors⟩"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_what_acts_unseen_is_shown_as_its_code_point(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY_TEXT, st.integers(3, 40))
def test_clip_fits_the_width(text: str, width: int) -> None:
    columns = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in clip(text, width))
    assert columns <= width


def test_clip_keeps_both_ends() -> None:
    assert clip("a-long-name.example.org", 12) == "a-long…e.org"
    assert clip("short", 12) == "short"


@given(ANY_TEXT)
def test_a_language_tag_is_safe_in_an_attribute(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9-]+", language_tag(text))


@pytest.mark.parametrize(("code", "tag"), [("zh-Hant", "zh-Hant"), ("en", "en"), ("", "und"), ("e", "und")])
def test_language_tags(code: str, tag: str) -> None:
    assert language_tag(code) == tag


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//a.example",
        "http:",
        'https://a.example/"onload=x',
        "https://a.example/ b",
        "https://a.example/\n",
        "https://a.example/\u202e",
        "ftp://a.example/",
        "",
    ],
)
def test_only_plain_web_addresses_are_linked(url: str) -> None:
    assert not web_link(url)


def test_a_plain_web_address_is_linked() -> None:
    url = "HTTPS://en.example/wiki/The_River?part=2&page=3#top"
    assert web_link(url) == url
