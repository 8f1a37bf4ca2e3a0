"""The frame: what every page kind gets from it."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from jinja2 import UndefinedError

from headwater.report.page import Page, compose

STYLE = resources.files("headwater.report").joinpath("templates/style.css").read_text("utf-8")
THEMES = re.findall(r":root \{(.*?)\n\s*\}", STYLE, re.DOTALL)
COLOUR = re.compile(r"--([\w-]+): #([0-9a-f]{6})")


def luminance(colour: str) -> float:
    """Give the relative luminance of WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of WCAG 2.2, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark"])
def test_text_and_figures_have_the_contrast_of_wcag_aa(theme: str) -> None:
    colours = dict(COLOUR.findall(theme))
    for ground in ("paper", "raised", "wash"):
        for text in ("ink", "muted", "accent"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for ground in ("paper", "raised"):
        assert contrast(colours["alarm"], colours[ground]) >= 4.5
        for shape in ("admit", "quarantine", "exclude", "skip", "accent", "alarm"):
            assert contrast(colours[shape], colours[ground]) >= 3.0, (shape, ground)
    for text, ground in (
        ("good", "good-wash"),
        ("alarm", "bad-wash"),
        ("ink", "warn-wash"),
        ("accent", "bad-wash"),
    ):
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def test_both_themes_name_the_same_colours() -> None:
    light, dark = (dict(COLOUR.findall(theme)) for theme in THEMES)
    assert light.keys() == dark.keys()


def test_a_part_that_a_template_names_and_nobody_gave_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        compose("curate.html", Page("Curation report", "Nothing.", "0" * 64, "0.1.0", ()))


def test_the_frame_escapes_what_it_is_given() -> None:
    page = compose("page.html", Page("<b>", "</h1><script>", "\x00" * 64, "\u202e", ()))
    assert "<script" not in page
    assert "&lt;b&gt;" in page
    assert "⟨U+202E⟩" in page
