"""The label `disclosure-1`: every standard way in which a document says how it was made or may be used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar, Final, final

import pyarrow as pa

from headwater.curate.disclosure import element, generator, http, jsonld, meta, microdata, signed, usage
from headwater.curate.disclosure.boilerplate import ABOUT_LIMIT, leftovers
from headwater.curate.disclosure.claim import MAX_CLAIMS, Claim
from headwater.curate.disclosure.meta import Meta
from headwater.curate.disclosure.quoted import is_quoted
from headwater.curate.disclosure.signs import Sign, signs
from headwater.curate.disclosure.tags import Tag
from headwater.curate.document import Document
from headwater.curate.labels.label import View

CLAIM: Final = pa.struct(
    [pa.field(name, pa.string()) for name in ("kind", "claim", "scope", "status", "where", "value")]
)

_MANY_METAS: Final = 64
_INSIDE: Final = re.compile(rb"""(?:[^>"']|"[^"]*"|'[^']*'|["'])*+""")


@final
@dataclass(frozen=True, slots=True)
class Disclosure:
    """Collect the claims a document makes; that it makes one is a fact, true or not.

    Attributes:
        trust_anchors: PEM certificates of the roots under which a C2PA signer is trusted.
    """

    name: ClassVar[str] = "disclosure-1"
    schema: ClassVar[pa.Schema] = pa.schema([pa.field("claims", pa.list_(CLAIM))])
    view: ClassVar[View] = View(
        title="Disclosure",
        note="What documents say of themselves. A claim may be false, and most generated text makes none.",
        tally=lambda row: [f"{c['kind']}: {c['claim']} ({c['status']})" for c in row["claims"]],
    )

    settings: ClassVar[tuple[str, ...]] = ("trust_anchors",)
    parameters: ClassVar[Mapping[str, float]] = {"about_limit": ABOUT_LIMIT}

    trust_anchors: str = ""

    def measure(self, document: Document) -> Mapping[str, Any]:
        """Read headers, markup, raw bytes and text.

        Args:
            document: The opened record.

        Returns:
            `claims`, a list of at most 64 structs, without repetitions, headers first; empty when
            nothing is disclosed.
        """
        rows: dict[tuple[str, ...], dict[str, str]] = {}
        for claim in self._claims(document):
            row = claim.row()
            rows.setdefault(tuple(row.values()), row)
            if len(rows) == MAX_CLAIMS:
                break
        return {"claims": list(rows.values())}

    def _claims(self, document: Document) -> Iterator[Claim]:
        fields = http.fields(document.record.headers)
        page = document.tree is not None
        found = signs(document.source if page else document.record.payload)
        metas = meta.metas(document.markup) if page and _has_telling_meta(document.source, found) else ()
        yield from chain(http.ai_disclosure(fields), http.link_c2pa(fields), usage.aipref(fields))
        yield from chain(usage.tdmrep(fields, metas), usage.robots(fields, metas), _origin(metas))
        if page and Sign.ELEMENT in found:
            yield from element.ai_disclosure(document.tree)
        if page and Sign.SOURCE_TYPE in found:
            yield from jsonld.digital_source_type(document.markup)
            yield from microdata.digital_source_type(document.tree)
        yield from signed.claims(document, found, trust_anchors=self.trust_anchors)
        for claim in leftovers(document.text):
            if not (page and is_quoted(document.markup, claim.value)):
                yield claim


def _origin(metas: Sequence[Meta]) -> Iterator[Claim]:
    return chain(
        meta.ai_disclosure(metas),
        meta.ai_generated(metas),
        meta.digital_source_type(metas),
        generator.ai_builder(metas),
    )


def _has_telling_meta(source: bytes, found: Mapping[int, Sequence[int]]) -> bool:
    """Tell whether anything that looks like a meta element would claim something.

    Most pages that have the letters of a needle in a meta have them in its content, which says nothing.
    """
    ends = found.get(Sign.META, ())
    if Sign.QUOTED_META in found or len(ends) > _MANY_METAS:
        return True
    return any(_is_telling(source, start) for start in {_meta_before(source, end) for end in ends})


def _meta_before(source: bytes, end: int) -> int:
    start = source.rfind(b"<", 0, end)
    while source[start + 1 : start + 5].lower() != b"meta":
        start = source.rfind(b"<", 0, start)
    return start


def _is_telling(source: bytes, start: int) -> bool:
    inside = _INSIDE.match(source, start + len(b"<meta"))
    tag = Tag("meta", inside[0].decode("latin-1") if inside else "", start, start, "")
    named = meta.named(tag.attributes())
    listed = (named,) if named else ()
    return any(True for _ in chain(_origin(listed), usage.tdmrep({}, listed), usage.robots({}, listed)))
