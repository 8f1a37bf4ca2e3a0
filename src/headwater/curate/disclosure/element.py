"""What `ai-disclosure` attributes say of parts of a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from headwater.curate.disclosure.claim import MAX_CLAIMS, Claim, Kind, Says, Scope, Status
from headwater.curate.disclosure.nodes import select
from headwater.curate.disclosure.vocabulary import AI_DISCLOSURE, keyword

# The report's attribute, the first explainer's spelling, and the form validators accept today.
ATTRIBUTES: Final = ("ai-disclosure", "data-ai-disclosure", "aidisclosure")
SELECTOR: Final = ", ".join(f"[{name}]" for name in ATTRIBUTES)

_WHOLE: Final = frozenset({"html", "body", "main"})
_NOT_TEXT: Final = frozenset(
    {
        "audio",
        "canvas",
        "embed",
        "figure",
        "iframe",
        "img",
        "link",
        "meta",
        "object",
        "picture",
        "script",
        "source",
        "style",
        "svg",
        "track",
        "video",
    }
)
_MEDIA: Final = "img, picture, video, audio, svg, canvas"


def ai_disclosure(tree: Any) -> Iterator[Claim]:
    """Read `ai-disclosure` attributes of elements that hold text.

    Args:
        tree: The parsed `HTMLTree`.

    Yields:
        A claim for each of the first 64: scope `document` on `html`, `body`, `main` and an only
        `article`, else `element`. Media elements, figures and elements that hold media and no
        text are passed over: what they disclose is not about the text.

    Source: W3C AI Content Disclosure community group, report of 2026-09-21, section 3.
    """
    document = tree.document
    if document is None:
        return
    only_article = len(document.query_selector_all("article")) == 1
    for element in select(document, SELECTOR, limit=MAX_CLAIMS):
        tag = (element.tag or "").lower()
        if tag in _NOT_TEXT or _media_only(element):
            continue
        whole = tag in _WHOLE or (tag == "article" and only_article)
        name = next(name for name in ATTRIBUTES if element.hasattr(name))
        value = element.getattr(name) or ""
        says = AI_DISCLOSURE.get(keyword(value))
        yield Claim(
            Kind.ELEMENT_AI_DISCLOSURE,
            says or Says.NONE_STATED,
            Scope.DOCUMENT if whole else Scope.ELEMENT,
            Status.ASSERTED if says else Status.MALFORMED,
            f"{tag} {name}",
            value,
        )


def _media_only(element: Any) -> bool:
    return element.query_selector(_MEDIA) is not None and not element.text.strip()
