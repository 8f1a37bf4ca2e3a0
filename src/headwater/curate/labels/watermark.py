"""The label `watermark-1`: whether a text is marked by a key that is known, and where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, final

import pyarrow as pa

from headwater import canonical
from headwater.curate.document import Document
from headwater.curate.labels.label import Row, View

if TYPE_CHECKING:
    from headwater.watermark.page import Marker

# A page with a larger p-value shows no passage; what counts as marked is the policy's.
_SHOWN = 1e-3
# Where a page says who made it: what stands behind its head is text.
_HEAD_BYTES = 1 << 16
_NAME = re.compile(rb"[\w.-]+(?:/[\w.-]+)*")
_NOTHING: Row = {
    "log_p": None,
    "marker": None,
    "profile": None,
    "tag": None,
    "variant": None,
    "n_scored": 0,
    "n_tests": 0,
    "start": None,
    "stop": None,
}


@final
class Watermark:
    """Test a text against all keys of a registry, as a whole and by its spans.

    `log_p` is ln of a p-value that counts every key, tokenizer, spelling and span that was tried; the null
    law is text written without knowledge of the keys. A marker that the page's headers or its head name, as
    the issuer in a manifest, is tried first and bears half of the level. `q` is the least false-discovery
    rate over the crawl at which the text is called marked.
    """

    name: ClassVar[str] = "watermark-1"
    schema: ClassVar[pa.Schema] = pa.schema(
        [
            ("log_p", pa.float64()),
            ("marker", pa.string()),
            ("profile", pa.string()),
            ("tag", pa.int64()),
            ("variant", pa.string()),
            ("n_scored", pa.int64()),
            ("n_tests", pa.int64()),
            ("start", pa.int64()),
            ("stop", pa.int64()),
        ]
    )
    resolved: ClassVar[pa.Schema] = pa.schema([("q", pa.float64())])
    view: ClassVar[View] = View(
        title="Watermark",
        note="Texts in which a key of the registry shows at a p-value below one in a million, by whose key. "
        "A mark that nobody registered is not found.",
        tally=lambda row: [f"marked by {row['marker']}"] if (row["log_p"] or 0.0) < -13.8 else [],
        histogram_of="tokens that count",
        column="n_scored",
        edges=(0, 1, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000),
    )
    settings: ClassVar[tuple[str, ...]] = ("watermarks",)
    needs: ClassVar[str] = "watermarks"

    def __init__(self, watermarks: str = "") -> None:
        """Open the tokenizers of all markers.

        Args:
            watermarks: Public keys, as `encode` writes them; with none, nothing is measured.
        """
        self._markers = decode(watermarks)
        self._stages: tuple[tuple[int, ...], ...] = ()
        if self._markers:
            from headwater.watermark.page import in_order
            from headwater.watermark.tokenizer.tokenizer import load

            self._stages = in_order(self._markers)

            for tokenizer in {marker.tokenizer for marker in self._markers}:
                load(tokenizer)

    def measure(self, document: Document) -> Row:
        """Find the strongest evidence of a mark, and the plainest passage."""
        if not self._markers:
            return _NOTHING
        from headwater.watermark.page import examine_in_turn, in_order

        hints = self._hints(document)
        stages = in_order(self._markers, hints=hints) if hints else self._stages
        (found,) = examine_in_turn([document.text], self._markers, stages, level=_SHOWN)
        marker = self._markers[found.marker]
        passage = found.passages[0] if found.passages else None
        return {
            "log_p": found.log_p,
            "marker": marker.name,
            "profile": marker.scheme.name,
            "tag": found.tag,
            "variant": found.variant,
            "n_scored": found.n_scored,
            "n_tests": found.n_tests,
            "start": passage.start if passage else None,
            "stop": passage.stop if passage else None,
        }

    def _hints(self, document: Document) -> list[str]:
        """List markers whose issuers the headers or the head of a page name, as a manifest or a meta does."""
        told = [value.encode("utf-8", "replace") for _, value in document.record.headers]
        told.append(document.source[: min(_HEAD_BYTES, max(document.source.find(b"</head>"), 0))])
        named = {word for text in told for word in _NAME.findall(text)}
        return [marker.name for marker in self._markers if marker.name.partition(" ")[0].encode() in named]

    def resolve(self, frame: Any) -> pa.Table:
        """Adjust the p-values of the crawl for their number, by Benjamini and Hochberg."""
        import daft
        import numpy as np

        from headwater.stats import benjamini_hochberg

        tested = frame.where(daft.col("log_p").not_null()).select("id", "log_p").to_arrow()
        p = np.minimum(np.exp(tested["log_p"].to_numpy()), 1.0)
        adjusted = benjamini_hochberg(p, level=0.5).adjusted
        return pa.table(
            {"id": tested["id"].cast(pa.string()), "q": pa.array(adjusted, pa.float64())},
        )


def encode(markers: Sequence[Marker]) -> str:
    """Write markers down, with their keys, which must be public.

    Args:
        markers: Of a registry.

    Returns:
        Canonical JSON, in the order of its bytes; empty for none.
    """
    rows = [
        {
            "key": marker.key.secret.hex(),
            "name": marker.name,
            "profile": marker.scheme.name,
            "tokenizer": marker.tokenizer.name,
        }
        for marker in markers
    ]
    return canonical.encode(sorted(rows, key=canonical.encode)).decode() if rows else ""


def decode(text: str) -> list[Marker]:
    """Read what `encode` wrote."""
    if not text:
        return []
    from headwater.watermark.keys import Key
    from headwater.watermark.page import Marker
    from headwater.watermark.schemes import SCHEMES
    from headwater.watermark.tokenizer import TOKENIZERS

    return [
        Marker(
            row["name"],
            TOKENIZERS[row["tokenizer"]],
            SCHEMES[row["profile"]],
            Key(row["profile"], bytes.fromhex(row["key"])),
        )
        for row in canonical.parse(text.encode())
    ]
