"""C2PA manifests of HTML pages: the `script` that holds one and the `link` that points at one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from headwater.curate.disclosure.data_uri import from_base64, manifest_of
from headwater.curate.disclosure.tags import Tag, head_tags
from headwater.errors import FormatError

_CARRIERS: Final = frozenset({"link", "script"})


@dataclass(frozen=True, slots=True)
class Association:
    """What ties a page to its manifest.

    Attributes:
        where: The element, for people.
        reference: The link's address; empty for a script.
        manifest: The manifest store; None when it has to be fetched.
        exclusions: The one (offset, length) byte range by which the manifest may exclude its
            carrier: the whole element.
    """

    where: str
    reference: str
    manifest: bytes | None
    exclusions: frozenset[tuple[int, int]]


def find(payload: bytes) -> Association | None:
    """Find the manifest association in a page's head.

    Args:
        payload: The page's bytes as served, in a charset that extends ASCII.

    Returns:
        The association, or None.

    Raises:
        FormatError: More than one association, or one that holds something that does not decode.

    Source: C2PA 2.4 section A.7 ("treating the file as a series of bytes"); a `data:` URI in a
        `link` is our extension.
    """
    # Latin-1 gives each byte one character, so that indices are byte offsets.
    found = [tag for tag in head_tags(payload.decode("latin-1"), _CARRIERS) if _is_carrier(tag)]
    if not found:
        return None
    if len(found) > 1:
        raise FormatError("manifest.html.multipleManifests")
    tag = found[0]
    exclusions = frozenset({(tag.start, tag.end - tag.start)})
    if tag.name == "script":
        return Association("script application/c2pa", "", from_base64(tag.content), exclusions)
    href = tag.attributes().get("href", "").strip()
    if not href:
        raise FormatError("a link to a manifest without an address")
    return Association("link c2pa-manifest", href, manifest_of(href), exclusions)


def _is_carrier(tag: Tag) -> bool:
    if "c2pa" not in tag.source.lower():
        return False
    attributes = tag.attributes()
    if tag.name == "link":
        return "c2pa-manifest" in attributes.get("rel", "").lower().split()
    return attributes.get("type", "").strip().lower().partition(";")[0] == "application/c2pa"
