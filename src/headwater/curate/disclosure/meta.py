"""What a page's meta elements disclose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from headwater.curate.disclosure.claim import Claim, Kind, Says, asserted, malformed
from headwater.curate.disclosure.iptc import source_type
from headwater.curate.disclosure.tags import head_tags
from headwater.curate.disclosure.vocabulary import (
    AI_DISCLOSURE,
    AI_GENERATED_NAMES,
    AI_GENERATED_VALUES,
    keyword,
)

MAX_METAS: Final = 512
_META: Final = frozenset({"meta"})
# One of these stands, in lower case, in every page that any function here reads something from.
NEEDLES: Final = (b"ai-", b"ai_", b"-ai", b"digitalsourcetype")


@dataclass(frozen=True, slots=True)
class Meta:
    """One meta element that has a name.

    Attributes:
        name: Its `name`, or else its `property`, lower case.
        content: Its `content`, empty when there is none.
    """

    name: str
    content: str


def metas(source: str) -> tuple[Meta, ...]:
    """List the named meta elements of a page's head.

    Args:
        source: The page's source, or just its head.

    Returns:
        The first 512, in document order; microdata properties (`itemprop`) are not among them.
    """
    listed = []
    for tag in head_tags(source, _META):
        meta = named(tag.attributes())
        if meta is not None:
            listed.append(meta)
        if len(listed) == MAX_METAS:
            break
    return tuple(listed)


def named(attributes: Mapping[str, str]) -> Meta | None:
    """Read a meta element off its attributes; None if it has no name."""
    name = attributes.get("name") or attributes.get("property")
    if not name:
        return None
    return Meta(name.strip().lower(), attributes.get("content") or attributes.get("value", ""))


def ai_disclosure(listed: Iterable[Meta]) -> Iterator[Claim]:
    """Read `<meta name="ai-disclosure">`; the first one counts.

    Args:
        listed: The page's metas.

    Yields:
        At most one claim.

    Source: W3C AI Content Disclosure community group, report of 2026-09-21, section 4.
    """
    for meta in listed:
        if meta.name == "ai-disclosure":
            says = AI_DISCLOSURE.get(keyword(meta.content))
            if says is None and "=" in meta.content:
                # Pages that repeat the HTTP header's value in the meta.
                says = AI_DISCLOSURE.get(keyword(meta.content.partition("=")[2].split(";")[0].split(",")[0]))
            if says is None:
                yield malformed(Kind.META_AI_DISCLOSURE, "meta ai-disclosure", meta.content)
            else:
                yield asserted(Kind.META_AI_DISCLOSURE, says, "meta ai-disclosure", meta.content)
            return


def ai_generated(listed: Iterable[Meta]) -> Iterator[Claim]:
    """Read the page-level metas that grew out of whatwg/html issue 9479.

    Args:
        listed: The page's metas.

    Yields:
        A claim for each; `none-stated` for a value that means nothing to us, since there is no
        standard it could break.

    Source: https://github.com/whatwg/html/issues/9479
    """
    for meta in listed:
        if meta.name.replace("_", "-") in AI_GENERATED_NAMES:
            word = keyword(meta.content.partition(";")[0])
            says = AI_GENERATED_VALUES.get(word, Says.NONE_STATED)
            if "assisted" in meta.name and says is Says.AI_GENERATED:
                says = Says.AI_ASSISTED
            yield asserted(Kind.META_AI_GENERATED, says, f"meta {meta.name}", meta.content)


def digital_source_type(listed: Iterable[Meta]) -> Iterator[Claim]:
    """Read an IPTC digital source type from a meta's name or RDFa property.

    Args:
        listed: The page's metas.

    Yields:
        A claim for each meta whose name, without its prefix, is `digitalSourceType`; one whose
        prefix names an image, a video or a sound is about that and is passed over.
    """
    for meta in listed:
        prefix, _, last = meta.name.replace("/", ":").replace(".", ":").replace("#", ":").rpartition(":")
        if last != "digitalsourcetype" or any(word in prefix for word in ("image", "video", "audio")):
            continue
        says = source_type(meta.content)
        where = f"meta {meta.name}"
        if says is None:
            yield malformed(Kind.IPTC_META, where, meta.content)
        else:
            yield asserted(Kind.IPTC_META, says, where, meta.content)
