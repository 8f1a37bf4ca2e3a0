"""What a page's tags say of its translation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from headwater.curate.disclosure.tags import tags
from headwater.curate.translation.sign import MAX_SIGNS, How, Sign
from headwater.curate.translation.tongue import translated_from

# One of these stands, in lower case, in every page that `signs` reads something from.
NEEDLES: Final = (
    b"-x-mtfrom-",
    b"-t0-",
    b"translated-ltr",
    b"translated-rtl",
    b"x-translated-by",
    b"ms.translationtype",
    b"mt-confidence",
)
_WHOLE: Final = frozenset({"html", "body", "main", "article"})
_META: Final = {"mt": How.MACHINE, "ht": How.PERSON}
_CLASSES: Final = frozenset({"translated-ltr", "translated-rtl"})
_ELEMENTS: Final = frozenset(
    {
        *_WHOLE,
        "meta",
        "div",
        "p",
        "span",
        "section",
        "blockquote",
        "li",
        "td",
        "font",
        "h1",
        "h2",
        "h3",
        "header",
    }
)


def signs(source: str) -> Iterator[Sign]:
    """Read language tags, classes, metas and confidences.

    Args:
        source: The page's source.

    Yields:
        At most 16 signs, in document order.

    Source: RFC 6497; W3C Internationalization Tag Set 2.0, section 8.18 (MT Confidence); `translated-ltr` is
        the class that Google's page translation sets, `X-Translated-By` its meta, `ms.translationtype` the
        meta of Microsoft's documentation.
    """
    n = 0
    for tag in tags(source, _ELEMENTS):
        attributes = tag.attributes()
        found = _meta(attributes) if tag.name == "meta" else _element(tag.name, attributes)
        if found is not None:
            yield found
            n += 1
            if n == MAX_SIGNS:
                return


def _meta(attributes: Mapping[str, str]) -> Sign | None:
    name = (attributes.get("name") or attributes.get("http-equiv") or "").strip().lower()
    content = attributes.get("content", "").strip()
    if name == "x-translated-by" and content:
        return Sign(How.MACHINE, f"meta {name}", content)
    if name == "ms.translationtype" and (how := _META.get(content.lower())):
        return Sign(how, f"meta {name}", content)
    return None


def _element(name: str, attributes: Mapping[str, str]) -> Sign | None:
    how = How.MACHINE if name in _WHOLE else How.MACHINE_PART
    for key in ("lang", "xml:lang"):
        source = translated_from(attributes.get(key, ""))
        if source is not None:
            return Sign(how, f"{name} {key}", attributes[key], source)
    classes = _CLASSES & set(attributes.get("class", "").split()) if name in ("html", "body") else ()
    if classes:
        return Sign(How.MACHINE, f"{name} class", min(classes))
    for key in ("its-mt-confidence", "its-annotators-ref"):
        value = attributes.get(key, "")
        if value and (key == "its-mt-confidence" or "mt-confidence|" in value.lower()):
            return Sign(how, f"{name} {key}", value)
    return None
