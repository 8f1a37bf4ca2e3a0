"""IPTC digital source types in microdata and in RDFa attributes of the page's body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from headwater.curate.disclosure.claim import MAX_CLAIMS, Claim, Kind, Says, Scope, Status
from headwater.curate.disclosure.iptc import source_type
from headwater.curate.disclosure.nodes import select
from headwater.curate.disclosure.subject import scope_of

# (kind, attribute that names properties, selector of items, attribute that types an item)
_SYNTAXES: Final = (
    (Kind.IPTC_MICRODATA, "itemprop", "[itemscope]", "itemtype"),
    (Kind.IPTC_META, "property", "[typeof]", "typeof"),
)
_MEDIA: Final = frozenset({"img", "video", "audio", "picture", "source"})


def digital_source_type(tree: Any) -> Iterator[Claim]:
    """Read `digitalSourceType` from `itemprop` and from RDFa's `property`.

    Args:
        tree: The parsed `HTMLTree`.

    Yields:
        A claim for each of the first 64 of either syntax whose item is this page's text, a part of
        it or the site. Metas outside any RDFa item are left to `meta.digital_source_type`.

    Source: WHATWG HTML section 5 (microdata) and RDFa Lite 1.1.
    """
    document = tree.document
    if document is None:
        return
    for kind, attribute, items, typed in _SYNTAXES:
        selector = f'[{attribute}*="digitalsourcetype" i]'
        for element in select(document, selector, limit=MAX_CLAIMS):
            if not _names_it(element.getattr(attribute) or ""):
                continue
            parent = element.parent
            item = parent.closest(items) if parent is not None and parent.type == 1 else None
            if item is None and kind is Kind.IPTC_META:
                continue
            claim = _claim(kind, element, item, attribute=attribute, typed=typed)
            if claim is not None:
                yield claim


def _claim(kind: Kind, element: Any, item: Any, *, attribute: str, typed: str) -> Claim | None:
    scope = Scope.DOCUMENT
    if item is not None:
        types = (item.getattr(typed) or "").split()
        relation = item.getattr(attribute)
        told = scope_of(types, relation.split()[0] if relation and relation.split() else None)
        if told is None or (item.tag or "").lower() in _MEDIA:
            return None
        scope = told
    value = _value(element)
    says = source_type(value)
    return Claim(
        kind,
        says or Says.NONE_STATED,
        scope,
        Status.ASSERTED if says else Status.MALFORMED,
        f"{element.tag} {attribute}",
        value,
    )


def _names_it(properties: str) -> bool:
    names = (name.rpartition("/")[2].rpartition(":")[2].lower() for name in properties.split())
    return "digitalsourcetype" in names


def _value(element: Any) -> str:
    for name in ("content", "href", "resource", "src"):
        value = element.getattr(name)
        if value:
            return str(value)
    return str(element.text[:400]).strip()
