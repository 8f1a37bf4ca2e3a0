"""From a matplotlib figure to an inline SVG that follows the page's theme and names itself."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, final
from xml.etree import ElementTree as ET

from markupsafe import Markup

from headwater.report.text import visible

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

TONES = (
    "admit",
    "quarantine",
    "exclude",
    "skip",
    "ink",
    "muted",
    "rule",
    "track",
    "paper",
    "accent",
    "alarm",
)
# matplotlib wants colours; these stand for CSS variables until the figure is finished.
_STAND_IN = {tone: f"#f1e2{place:02x}" for place, tone in enumerate(TONES)}
_REFERENCE = re.compile(r"#([\w-]+)")
_DROPPED = ("metadata", "style")


@dataclass(frozen=True, slots=True)
class Words:
    """One piece of text in a figure; matplotlib places it and never reads it.

    Attributes:
        text: What it says.
        anchor: `start`, `middle` or `end`.
        role: CSS class, one of `name`, `value`, `tick`, `flag`.
    """

    text: str
    anchor: str
    role: str


def colour(tone: str) -> str:
    """Give the stand-in colour to draw with for a tone of the page's theme."""
    return _STAND_IN[tone]


@contextmanager
def defaults() -> Iterator[None]:
    """Draw under matplotlib's own defaults, whatever the user's settings say."""
    import matplotlib as mpl  # half a second that only reports need

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "headwater"})
        yield


@final
class Sheet:
    """A drawing surface in CSS pixels, origin top left; later marks lie above."""

    def __init__(self, width: float, height: float) -> None:
        self._size = (width, height)
        self._marks: list[tuple[Callable[[], Artist], str]] = []
        self._words: list[tuple[float, float, Words]] = []

    def rect(self, box: tuple[float, float, float, float], tone: str, *, tip: str = "") -> None:
        """Fill a rectangle.

        Args:
            box: Left, top, width, height.
            tone: Name in `TONES`.
            tip: What the reader sees on pointing at it.
        """

        def mark() -> Artist:
            from matplotlib.patches import Rectangle

            return Rectangle(box[:2], *box[2:], facecolor=colour(tone), linewidth=0)

        self._marks.append((mark, tip))

    def dot(self, x: float, y: float, tone: str, *, tip: str = "") -> None:
        """Fill a circle of 4.5 pixels' radius around a point."""

        def mark() -> Artist:
            from matplotlib.patches import Circle

            return Circle((x, y), 4.5, facecolor=colour(tone), edgecolor=colour("paper"), linewidth=1.5)

        self._marks.append((mark, tip))

    def line(
        self,
        points: Sequence[tuple[float, float]],
        tone: str,
        *,
        width: float = 1.0,
        dashed: Sequence[float] = (),
    ) -> None:
        """Stroke a broken line.

        Args:
            points: Its corners.
            tone: Name in `TONES`.
            width: Of the stroke.
            dashed: Lengths of dash and gap; empty for a solid line.
        """

        def mark() -> Artist:
            from matplotlib.lines import Line2D

            xs, ys = [x for x, _ in points], [y for _, y in points]
            stroke = Line2D(xs, ys, color=colour(tone), linewidth=width, solid_capstyle="butt")
            if dashed:
                stroke.set_dashes(dashed)
            return stroke

        self._marks.append((mark, ""))

    def text(self, x: float, y: float, text: str, *, anchor: str = "start", role: str = "name") -> None:
        """Write one line with its baseline at `y`.

        Args:
            x: Where the anchor is.
            y: Baseline.
            text: Any string.
            anchor: `start`, `middle` or `end`.
            role: CSS class of the text.
        """
        self._words.append((x, y, Words(text, anchor, role)))

    def finish(self, caption: Caption) -> Markup:
        """Give the drawing as inline SVG; see the function `finish`."""
        tips = {f"t{place}": tip for place, (_, tip) in enumerate(self._marks) if tip}
        words = {f"w{place}": words for place, (_, _, words) in enumerate(self._words)}
        with defaults():
            return finish(self._figure(), caption, tips=tips, words=words)

    def _figure(self) -> Figure:
        from matplotlib.figure import Figure

        width, height = self._size
        figure = Figure(figsize=(width / 72, height / 72), dpi=72, frameon=False)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        for place, (mark, _) in enumerate(self._marks):
            artist = mark()
            artist.set_gid(f"t{place}")
            artist.set_clip_on(False)
            # Without this, matplotlib lays all lines above all patches.
            artist.set_zorder(place)
            axes.add_artist(artist)
        for place, (x, y, _) in enumerate(self._words):
            text = axes.text(x, y, ".", va="baseline", parse_math=False, zorder=len(self._marks))
            text.set_gid(f"w{place}")
        return figure


@dataclass(frozen=True, slots=True)
class Caption:
    """How a figure names itself to those who do not see it.

    Attributes:
        key: Unique on the page, letters, digits and hyphens; prefix of every id inside.
        title: Short name.
        description: What it shows, in words.
        stretch: Whether it fills its place without keeping its proportions; only for a drawing without text.
    """

    key: str
    title: str
    description: str
    stretch: bool = False


def finish(
    figure: Figure,
    caption: Caption,
    *,
    tips: Mapping[str, str] | None = None,
    words: Mapping[str, Words] | None = None,
) -> Markup:
    """Turn a figure drawn in stand-in colours into accessible inline SVG.

    Args:
        figure: Drawn with `colour(tone)`; its size in inches times 72 is the view box.
        caption: Key, title and description.
        tips: Text by the gid of the artist it explains.
        words: Text by the gid of the placeholder that matplotlib placed.

    Returns:
        `<svg role="img">` with title and description, colours as CSS variables, no id that is not
        referenced, no namespace, font or metadata; equal figures give equal bytes.
    """
    # Our own output from fixed placeholders: no foreign byte has reached this XML.
    root = ET.fromstring(_draw(figure))  # noqa: S314
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    svg = ET.Element("svg", {"class": "chart", "role": "img", "viewBox": root.get("viewBox", "")})
    if caption.stretch:
        svg.set("preserveAspectRatio", "none")
    svg.set("aria-labelledby", f"{caption.key}-t {caption.key}-d")
    ET.SubElement(svg, "title", {"id": f"{caption.key}-t"}).text = visible(caption.title)
    ET.SubElement(svg, "desc", {"id": f"{caption.key}-d"}).text = visible(caption.description)
    used = _references(root)
    for child in root:
        svg.extend(_rebuild(child, _Rules(caption.key, used, tips or {}, words or {})))
    return Markup(ET.tostring(svg, encoding="unicode"))  # noqa: S704 - ElementTree has escaped it


@dataclass(frozen=True, slots=True)
class _Rules:
    key: str
    used: frozenset[str]
    tips: Mapping[str, str]
    words: Mapping[str, Words]


def _draw(figure: Figure) -> str:
    """Let matplotlib write SVG."""
    target = io.StringIO()
    with defaults():
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    return target.getvalue()


def _references(root: ET.Element) -> frozenset[str]:
    """Name the ids that something refers to; a plain colour such as `#fff` looks like one and is none."""
    defined = {element.get("id") for element in root.iter()}
    values = [value for element in root.iter() for name, value in element.attrib.items() if name != "id"]
    return frozenset(name for value in values for name in _REFERENCE.findall(value) if name in defined)


def _rebuild(element: ET.Element, rules: _Rules) -> list[ET.Element]:
    """Give what replaces one element: nothing, itself cleaned, or its children if it was only a wrapper."""
    gid = element.get("id", "")
    if element.tag in _DROPPED:
        return []
    if gid in rules.words:
        return [_written(element, rules.words[gid])]
    children = [piece for child in element for piece in _rebuild(child, rules)]
    attributes = _attributes(element, rules)
    if element.tag in {"g", "defs"} and not attributes and gid not in rules.tips:
        return children
    result = ET.Element(element.tag, attributes)
    if gid in rules.tips:
        ET.SubElement(result, "title").text = visible(rules.tips[gid])
    result.extend(children)
    result.text = result.text or (element.text or "").strip() or None
    return [result]


def _attributes(element: ET.Element, rules: _Rules) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, value in element.attrib.items():
        if name == "id" and value not in rules.used:
            continue
        local = name.rpartition("}")[2]
        themed = value
        for tone, stand_in in _STAND_IN.items():
            themed = themed.replace(stand_in, f"var(--{tone})")
        for reference in sorted(rules.used.intersection(_REFERENCE.findall(themed))):
            themed = themed.replace(f"#{reference}", f"#{rules.key}-{reference}")
        themed = " ".join(themed.split())
        kept[local] = f"{rules.key}-{themed}" if name == "id" else themed
    return kept


def _written(group: ET.Element, words: Words) -> ET.Element:
    placed = next(element for element in group.iter() if element.tag == "text")
    text = ET.Element("text", {"x": placed.get("x", "0"), "y": placed.get("y", "0"), "class": words.role})
    text.set("text-anchor", words.anchor)
    text.text = visible(words.text)
    return text
