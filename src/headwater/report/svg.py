"""From a drawing by matplotlib to an inline SVG that follows the page's theme and names itself."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final
from xml.etree import ElementTree as ET

from markupsafe import Markup

from headwater.inert import visible

if TYPE_CHECKING:
    from matplotlib.artist import Artist

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
    """One piece of text in a figure; matplotlib never sees it.

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
        with defaults():
            return finish(self._draw(), caption, tips=tips, words=self._words)

    def _draw(self) -> str:
        """Let matplotlib's renderer write the marks; a figure with axes would cost ten times as much."""
        from matplotlib.backends.backend_svg import RendererSVG
        from matplotlib.transforms import Affine2D

        (width, height), target = self._size, io.StringIO()
        undated = {"Date": None, "Creator": None}
        renderer: Any = RendererSVG(width, height, target, image_dpi=72, metadata=undated)  # type: ignore[no-untyped-call]
        down = Affine2D().scale(1.0, -1.0).translate(0.0, height)  # The renderer's origin is bottom left.
        for place, (mark, _) in enumerate(self._marks):
            artist = mark()
            artist.set_gid(f"t{place}")
            artist.set_transform(down)
            artist.draw(renderer)
        renderer.finalize()
        return target.getvalue()


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
    drawing: str,
    caption: Caption,
    *,
    tips: Mapping[str, str] | None = None,
    words: Sequence[tuple[float, float, Words]] = (),
) -> Markup:
    """Turn matplotlib's SVG in stand-in colours into accessible inline SVG.

    Args:
        drawing: Drawn with `colour(tone)`, 72 to the inch.
        caption: Key, title and description.
        tips: Text by the gid of the artist it explains.
        words: Text with the place of its anchor; it lies above the drawing.

    Returns:
        `<svg role="img">` with title and description, colours as CSS variables, no id that is not
        referenced, no namespace, font or metadata; equal drawings give equal bytes.
    """
    # Our own output from fixed placeholders: no foreign byte has reached this XML.
    root = ET.fromstring(drawing)  # noqa: S314
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
        svg.extend(_rebuild(child, _Rules(caption.key, used, tips or {})))
    svg.extend(_written(*placed) for placed in words)
    return Markup(ET.tostring(svg, encoding="unicode"))  # noqa: S704 - ElementTree has escaped it


@dataclass(frozen=True, slots=True)
class _Rules:
    key: str
    used: frozenset[str]
    tips: Mapping[str, str]


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


def _written(x: float, y: float, words: Words) -> ET.Element:
    place = {"x": f"{x:.6f}".rstrip("0").rstrip("."), "y": f"{y:.6f}".rstrip("0").rstrip(".")}
    text = ET.Element("text", {**place, "class": words.role, "text-anchor": words.anchor})
    text.text = visible(words.text)
    return text
