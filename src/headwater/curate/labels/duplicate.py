"""Which documents repeat another: exact text by digest, near-duplicates by MinHash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from headwater.curate.document import Document
from headwater.curate.labels.label import Row, View
from headwater.curate.policy import LEAST_LIKENESS

N_BANDS = 14
N_ROWS = 8
SEED = 1
SHINGLE_WORDS = 5
SHINGLE_CHARS = 8
_SPACED = 12  # Mean characters a word above which a text is taken to be written without spaces.


class Duplicate:
    """Sign a text, then cluster the corpus by signature.

    Shingles are runs of five words, or of eight characters where a script does not put spaces
    between words. A pair becomes a candidate when all eight values of one of fourteen bands agree
    (half of all pairs at Jaccard similarity 0.68, 99 % at 0.85) and an edge when the signatures agree in
    at least 80 % of their 112 values. Candidates are compared with the first document of their band's
    bucket, not with each other, so clusters lose a few edges and never grow quadratic.

    Source:
        Broder 1997, "On the resemblance and containment of documents"; the band layout is that of
        FineWeb (Penedo et al. 2024, arXiv:2406.17557).
    """

    name: ClassVar[str] = "duplicate-1"
    schema: ClassVar[pa.Schema] = pa.schema(
        [
            ("text_digest", pa.string()),
            ("bands", pa.list_(pa.int64())),
            ("signature", pa.binary()),
        ]
    )
    view: ClassVar[View] = View(
        title="Duplicates",
        note="Documents that share all or most of their text with another one; one of each is kept.",
        tally=lambda row: _kinship(row),
    )
    parameters: ClassVar[Mapping[str, float]] = {
        "n_bands": N_BANDS,
        "n_rows": N_ROWS,
        "seed": SEED,
        "least_likeness": LEAST_LIKENESS,
    }
    resolved: ClassVar[pa.Schema] = pa.schema(
        [
            ("exact_cluster", pa.string()),
            ("near_cluster", pa.string()),
        ]
    )

    def __init__(self) -> None:
        """Load the MinHash library."""
        from rensa import RMinHash

        self._signer: Any = RMinHash

    def measure(self, document: Document) -> Row:
        """Digest the text with white space folded, and sign its shingles."""
        words = document.text.split()
        if not words:
            return {"text_digest": None, "bands": [], "signature": None}
        folded = " ".join(words)
        encoded = folded.encode()
        row: dict[str, Any] = {
            "text_digest": hashlib.sha256(encoded).hexdigest(),
            "bands": [],
            "signature": None,
        }
        shingles = _of_chars(folded) if len(folded) > _SPACED * len(words) else _of_words(encoded)
        if shingles:
            signer = self._signer(N_BANDS * N_ROWS, SEED)
            signer.update(shingles)
            signature = np.array(signer.digest(), dtype=np.uint32)
            row |= {"bands": _bands(signature), "signature": signature.tobytes()}
        return row

    def resolve(self, frame: Any) -> pa.Table:
        """Name the cluster of every document that shares text with another.

        Both columns name a cluster by the least id in it. Documents with the same text are also near
        to each other, so `near_cluster` unites exact clusters.
        """
        import daft

        from headwater.curate.cluster import buckets, components, similar

        exact = buckets(frame, daft.col("text_digest"))
        bands = [buckets(frame, daft.col("bands").get(index)) for index in range(N_BANDS)]
        near = [similar(frame, pairs, LEAST_LIKENESS) for pairs in bands]
        joined = components([exact, *near]).rename_columns(["id", "near_cluster"])
        return joined.join(components([exact]).rename_columns(["id", "exact_cluster"]), "id").select(
            ["id", *self.resolved.names]
        )


def _kinship(row: Row) -> list[str]:
    if row.get("exact_cluster"):
        return ["same text as another"]
    return ["nearly the same text as another"] if row.get("near_cluster") else []


def _of_chars(folded: str) -> Sequence[str]:
    return [folded[at : at + SHINGLE_CHARS] for at in range(len(folded) - SHINGLE_CHARS + 1)]


def _of_words(encoded: bytes) -> Sequence[bytes]:
    """Give runs of words as pieces of the text, which cost half of what joining them does."""
    spaces = np.flatnonzero(np.frombuffer(encoded, np.uint8) == ord(" "))
    starts = [0, *(spaces + 1).tolist()]
    ends = [*spaces.tolist(), len(encoded)][SHINGLE_WORDS - 1 :]
    return [encoded[start:end] for start, end in zip(starts, ends, strict=False)]


def _bands(signature: np.ndarray[Any, np.dtype[np.uint32]]) -> list[int]:
    """Hash each band of rows to one number that also tells the bands apart."""
    digests = (
        hashlib.blake2b(row.tobytes(), digest_size=8, salt=index.to_bytes(2, "big")).digest()
        for index, row in enumerate(signature.reshape(N_BANDS, N_ROWS))
    )
    return [int.from_bytes(digest, "big", signed=True) for digest in digests]
