"""The label `disclosure-1`: every standard way in which a document says how it was made or may be used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar, Final, final

import pyarrow as pa

from headwater.curate.disclosure import element, generator, http, jsonld, meta, microdata, signed, usage
from headwater.curate.disclosure.boilerplate import leftovers
from headwater.curate.disclosure.claim import MAX_CLAIMS, Claim
from headwater.curate.disclosure.quoted import is_quoted
from headwater.curate.document import Document
from headwater.curate.labels.label import View

CLAIM: Final = pa.struct(
    [pa.field(name, pa.string()) for name in ("kind", "claim", "scope", "status", "where", "value")]
)

# A name may be written with character references, so these too are reason enough to parse.
_IN_HEAD: Final = (*meta.NEEDLES, *generator.NEEDLES, *usage.NEEDLES, b"&#")
_TO_END: Final = re.compile(rb"""(?:[^>"']|"[^"]*"|'[^']*'|["'])*+""")


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
        page, folded = document.tree is not None, document.folded
        named = _metas(folded)
        metas = meta.metas(document.markup) if any(needle in named for needle in _IN_HEAD) else ()
        yield from chain(http.ai_disclosure(fields), http.link_c2pa(fields), usage.aipref(fields))
        yield from chain(usage.tdmrep(fields, metas), usage.robots(fields, metas))
        yield from chain(
            meta.ai_disclosure(metas),
            meta.ai_generated(metas),
            meta.digital_source_type(metas),
            generator.ai_builder(metas),
        )
        if element.NEEDLE in folded:
            yield from element.ai_disclosure(document.tree)
        if b"digitalsource" in folded:
            yield from jsonld.digital_source_type(document.markup)
            yield from microdata.digital_source_type(document.tree)
        yield from signed.claims(document, trust_anchors=self.trust_anchors)
        for claim in leftovers(document.text):
            if not (page and is_quoted(document.markup, claim.value)):
                yield claim


def _metas(folded: bytes) -> bytes:
    """Give what stands in everything that looks like a meta element."""
    matches = map(_TO_END.match, folded.split(b"<meta")[1:])
    return b"<".join(match[0] for match in matches if match)
