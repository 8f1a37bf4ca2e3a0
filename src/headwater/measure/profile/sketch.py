"""What a profile holds: samples by hash, which merge exactly, and sums, which always do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Longs = npt.NDArray[np.int64]

GRAM_LENGTHS = (2, 3, 4)
N_BINS = 48
# Documents are compressed after a cut to a power of two of bytes, so that ratios are compared at equal size;
# below 512 bytes there is little to find and much to pay.
PACK_BITS = range(9, 13)


@dataclass(frozen=True, slots=True)
class Size:
    """Bound the memory of a profile; only profiles of one size merge.

    Attributes:
        words: Word types whose occurrences are counted exactly.
        grams: n-gram types counted exactly, for each length.
        documents: Documents kept.
        document_words: Words kept of each, from its start.
        bucket_bits: Two to this many sums of counts, by the last bits of a word's number.
    """

    words: int = 16_384
    grams: int = 4_096
    documents: int = 1_024
    document_words: int = 256
    bucket_bits: int = 16


@dataclass(frozen=True, slots=True, eq=False)
class Least:
    """Hold the keys with the least hashes of a multiset, with exact counts.

    What is among the least of a whole is among the least of every part it occurs in, so counts add up.

    Attributes:
        keys: Shape (m,), ascending, m at most the size bound.
        counts: Shape (m,), occurrences of each in the whole.

    Source:
        Cohen and Kaplan (2007), "Summarizing data using bottom-k sketches".
    """

    keys: Hashes
    counts: Longs

    def share(self, size: int) -> float:
        """Give the chance with which the types within `inside` were sampled.

        Source:
            Cohen and Kaplan (2007): given the hash of the last key, all others are a sample with that chance.
        """
        return 1.0 if self.keys.size < size else float(self.keys[-1]) / 2.0**64

    def inside(self, size: int) -> slice:
        """Select the keys that estimates use: not the last, if it gives the chance."""
        return slice(0, self.keys.size if self.keys.size < size else self.keys.size - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Hold the documents with the least hashes, cut to their first words.

    Attributes:
        least: Hashes of whole documents, and how many documents have each.
        bounds: Shape (m + 1,), document i has words bounds[i]:bounds[i + 1].
        words: Hashes of the words kept, document after document.
    """

    least: Least
    bounds: Longs
    words: Hashes

    def documents(self) -> list[Longs]:
        """List the documents as rows of integers, as often as they occur.

        No document is listed more often than there are keys, so that copies cannot fill the memory.
        """
        rows = np.split(self.words.view(np.int64), self.bounds[1:-1])
        counts = self.least.counts.tolist()
        return [
            row for row, n in zip(rows, counts, strict=False) for _ in range(min(n, self.least.keys.size))
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Describe a corpus.

    Attributes:
        size: The bounds of the samples.
        n_documents: Documents, empty ones too.
        n_bytes: Bytes of text in UTF-8.
        n_words: Words.
        lengths: Shape (48,), documents by the bits of their number of words; bin 0 has none.
        packed: Shape (4, 2), by the power of two in `PACK_BITS`: documents at least that long and shorter
            than the next power (any longer for the last), and the bytes that such a start of each packs to.
        buckets: Shape (2 ** bucket_bits,), occurrences of all words by the last bits of their hashes.
        words: Word types.
        grams: n-gram types for each of `GRAM_LENGTHS`.
        n_grams: Shape (3,), n-grams of each length.
        n_repeated: 4-grams that their document had used before.
        sample: Documents.
    """

    size: Size
    n_documents: int
    n_bytes: int
    n_words: int
    lengths: Longs
    packed: Longs
    buckets: Longs
    words: Least
    grams: tuple[Least, ...]
    n_grams: Longs
    n_repeated: int
    sample: Sample


def bucket_of(hashes: Hashes, bits: int) -> Longs:
    """Give each word's bucket: its last bits, as the first decide on sampling."""
    return (hashes & np.uint64((1 << bits) - 1)).astype(np.int64)


def empty(size: Size) -> Profile:
    """Make the profile of no documents, which changes nothing when it is merged."""
    none = Least(np.empty(0, np.uint64), np.empty(0, np.int64))
    return Profile(
        size=size,
        n_documents=0,
        n_bytes=0,
        n_words=0,
        lengths=np.zeros(N_BINS, np.int64),
        packed=np.zeros((len(PACK_BITS), 2), np.int64),
        buckets=np.zeros(1 << size.bucket_bits, np.int64),
        words=none,
        grams=(none,) * len(GRAM_LENGTHS),
        n_grams=np.zeros(len(GRAM_LENGTHS), np.int64),
        n_repeated=0,
        sample=Sample(none, np.zeros(1, np.int64), np.empty(0, np.uint64)),
    )
