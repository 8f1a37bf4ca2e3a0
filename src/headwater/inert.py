"""Foreign text made inert: what a page may show of documents and names that it did not write."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

# Kept: tab, newline, the joiners and soft hyphen that real scripts need, and Arabic number signs.
# Shown as code points: other controls, bidi controls, invisible formats, surrogates, noncharacters, tags.
_HIDDEN = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e00ff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
# One selector chooses a glyph; a run of them carries bytes that nobody sees.
_SELECTORS = "[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}"
_ACTING = re.compile(f"{_HIDDEN}|{_SELECTORS}")
# Subtags of BCP 47; anything else would be guessed at by screen readers.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,5}\Z", re.ASCII)


def visible(text: str) -> str:
    """Show characters that act without being seen as their code points.

    Args:
        text: Any string, lone surrogates and NUL included.

    Returns:
        Text that encodes as UTF-8, overrides no writing direction and hides nothing; not yet
        escaped for HTML. Printable text, tabs, newlines and single variation selectors stay.
    """
    return _ACTING.sub(_name, text)


def replaced(text: str) -> Iterator[tuple[int, int, str]]:
    """Find what `visible` replaces.

    Yields:
        Where a stretch begins and ends, in code points, and what is shown instead; in order.
    """
    for hit in _ACTING.finditer(text):
        yield hit.start(), hit.end(), _name(hit)


def environment(package: str) -> Environment:
    """Open the templates of a package; what they print is visible and escaped.

    Args:
        package: Dotted name; a name that a template lacks is an error, never a blank.
    """
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def language_tag(code: str) -> str:
    """Give a code that may stand in a `lang` attribute.

    Args:
        code: What a label called the language.

    Returns:
        The code if it has the shape of a BCP 47 tag, else `und`.
    """
    return code if _LANGUAGE.match(code) else "und"


def _name(hit: re.Match[str]) -> str:
    run = hit.group()
    return f"⟨{len(run)} variation selectors⟩" if len(run) > 1 else f"⟨U+{ord(run):04X}⟩"


def _printed(value: object) -> object:
    return value if isinstance(value, Markup) else visible(str(value))
