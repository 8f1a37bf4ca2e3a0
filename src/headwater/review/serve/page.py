"""Pages: templates filled with what a screen shows; everything foreign is made visible, then escaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment

from headwater.inert import environment, language_tag
from headwater.review.serve.display import language


@dataclass(frozen=True, slots=True)
class Look:
    """Hold how pages look; a command takes it from the reports.

    Attributes:
        style: A style sheet that that of the server adds to.
        mark: A small SVG, trusted.
    """

    style: str = ""
    mark: str = ""


def compose(name: str, **parts: Any) -> str:
    """Fill a template.

    Args:
        name: Of a file under `templates/`, without its ending.
        **parts: What it names; a name it lacks is an error, never a blank.
    """
    return _environment().get_template(f"{name}.html").render(**parts) + "\n"


def assets(look: Look) -> Mapping[str, tuple[bytes, str]]:
    """Give what pages load from the server itself: bytes and media type by name."""
    folder = resources.files("headwater.review.serve") / "static"
    style = look.style + (folder / "review.css").read_text("utf-8")
    scripts = {
        one.name: (one.read_bytes(), "text/javascript; charset=utf-8")
        for one in folder.iterdir()
        if one.name.endswith(".js")
    }
    return {"review.css": (style.encode(), "text/css; charset=utf-8"), **scripts}


@cache
def _environment() -> Environment:
    made = environment("headwater.review.serve")
    made.filters.update(language=language, language_tag=language_tag, short=_short, percent=_percent)
    return made


def _short(name: str) -> str:
    """Leave out what all names of a campaign begin with."""
    return name.rpartition("/")[2]


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"
