"""The label `translation-1`: whether a document shows that it is a translation, and who made it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any, ClassVar, Final, final

import pyarrow as pa

from headwater.curate.disclosure.claim import printable
from headwater.curate.disclosure.tags import head_tags
from headwater.curate.document import Document
from headwater.curate.labels.label import View
from headwater.curate.translation import linked, markup
from headwater.curate.translation.address import proxied
from headwater.curate.translation.needles import PARALLEL, needles
from headwater.curate.translation.notice import noticed
from headwater.curate.translation.sign import MAX_SIGNS, How, Sign

_LINK: Final = frozenset({"link"})
_MOST_PARALLEL: Final = 512
_RANK: Final = {how: rank for rank, how in enumerate(How)}


@final
class Translation:
    """Collect the signs by which a page shows that it is a translation.

    A translation by a program is not generated text: a person may have written every sentence, in another
    language. Nor is it a person's text in the language it stands in. So it is a fact of its own.
    """

    name: ClassVar[str] = "translation-1"
    schema: ClassVar[pa.Schema] = pa.schema(
        [
            ("how", pa.string()),
            ("source_language", pa.string()),
            ("signs", pa.list_(pa.string())),
            ("n_parallel", pa.int32()),
        ]
    )
    view: ClassVar[View] = View(
        title="Translation",
        note="What documents show of having been translated. Most translations by a program show nothing.",
        tally=lambda row: [f"translated: {row['how']}"] if row["how"] else [],
    )

    def measure(self, document: Document) -> Mapping[str, Any]:
        """Read the address, markup and text.

        Args:
            document: The opened record.

        Returns:
            `how`, by the strongest sign, null without one; `source_language`, null when no sign names it;
            `signs`, at most 16 lines; `n_parallel`, languages that the page says it exists in.
        """
        seen = needles(document.source)
        found = list(islice(_signs(document, seen), MAX_SIGNS))
        sources = [sign.source for sign in found if sign.source]
        return {
            "how": min((sign.how for sign in found), key=_RANK.__getitem__).value if found else None,
            "source_language": sources[0] if sources else None,
            "signs": list(dict.fromkeys(printable(f"{s.where} · {s.value} · {s.how.value}") for s in found)),
            "n_parallel": _parallel(document) if PARALLEL in seen else 0,
        }


def _signs(document: Document, seen: frozenset[bytes]) -> Iterator[Sign]:
    readers = [
        reader.signs(document.markup) for reader in (markup, linked) if not seen.isdisjoint(reader.NEEDLES)
    ]
    return chain(proxied(document.record.url), *readers, noticed(document.text))


def _parallel(document: Document) -> int:
    """Count the languages of `<link rel="alternate" hreflang>`; `x-default` is none."""
    found: set[str] = set()
    for tag in islice(head_tags(document.markup, _LINK), _MOST_PARALLEL):
        attributes = tag.attributes()
        if "alternate" in attributes.get("rel", "").lower().split():
            found.add(attributes.get("hreflang", "").lower().partition("-")[0])
    return len(found - {"", "x"})
