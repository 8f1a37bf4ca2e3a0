"""The frame of every report page: one HTML file that needs no script and fetches nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment

from headwater.inert import environment, language_tag
from headwater.report.number import count, share, size
from headwater.report.text import clip, web_link


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a page, as the table of contents lists it.

    Attributes:
        key: Its anchor: letters, digits and hyphens.
        title: Its heading.
    """

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Page:
    """What the frame itself says.

    Attributes:
        kind: Such as `Curation report`.
        headline: The result in one sentence; the page's first heading.
        run_id: Digest that names the run.
        version: Headwater version.
        sections: In the order of the page.
    """

    kind: str
    headline: str
    run_id: str
    version: str
    sections: tuple[Section, ...]


def compose(template: str, page: Page, **parts: Any) -> str:
    """Fill a page template.

    Args:
        template: Name under `templates/`; it extends `page.html` and fills the block `content`.
        page: What the frame says.
        **parts: What else the template names; a name it lacks is an error, never a blank.

    Returns:
        The whole file, which encodes as UTF-8. Whatever is printed is first made inert
        (`inert.visible`) and escaped; equal arguments give equal text.
    """
    return _environment().get_template(template).render(page=page, **parts) + "\n"


@cache
def _environment() -> Environment:
    made = environment("headwater.report")
    made.filters.update(count=count, share=share, size=size)
    made.filters.update(clip=clip, language_tag=language_tag, web_link=web_link)
    return made


def look() -> tuple[str, str]:
    """Give the style sheet and the mark, for pages that should look alike."""
    folder = resources.files("headwater.report") / "templates"
    mark = (folder / "mark.svg").read_text("utf-8")
    return (folder / "style.css").read_text("utf-8"), mark
