"""Building a profile: texts in, batches of words through compiled passes, one profile out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import zstandard

from headwater.measure.profile.merge import count, gather, join, merge
from headwater.measure.profile.sketch import (
    GRAM_LENGTHS,
    N_BINS,
    PACK_BITS,
    Hashes,
    Least,
    Longs,
    Profile,
    Sample,
    Size,
    bucket_of,
    empty,
)
from headwater.measure.tokens import hashes_of_all

_BATCH_CHARS = 1 << 21
_PACK_LEVEL = 3


def of(texts: Iterable[str], *, size: Size | None = None) -> Profile:
    """Profile documents.

    Args:
        texts: Documents, read once; memory is bounded by the sketch and the longest of them.
        size: The bounds of the samples; None for the usual ones, about 5 MB.

    Returns:
        Their profile; that of no documents is fine and changes nothing when merged.
    """
    whole = empty(size or Size())
    for batch in batches(texts):
        whole = _fold(whole, batch)
    return whole


def batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Put texts together until they are worth a call of what works on many at once."""
    batch: list[str] = []
    n_chars = 0
    for text in texts:
        batch.append(text)
        n_chars += len(text)
        if n_chars >= _BATCH_CHARS:
            yield batch
            batch, n_chars = [], 0
    if batch:
        yield batch


def _fold(whole: Profile, batch: list[str]) -> Profile:
    """Add a batch, of which what cannot be in the sample is not even counted."""
    hashes, bounds = hashes_of_all(batch)
    packed, n_bytes = _pack(batch)
    n_words = np.diff(bounds)
    grams, n_grams, n_repeated = _grams(whole, hashes, bounds)
    part = replace(
        empty(whole.size),
        n_documents=len(batch),
        n_bytes=n_bytes,
        n_words=int(hashes.size),
        lengths=np.bincount(_bits(n_words), minlength=N_BINS),
        packed=packed,
        buckets=_buckets(hashes, whole.size.bucket_bits),
        words=_counted(whole.words, hashes, whole.size.words),
        grams=grams,
        n_grams=n_grams,
        n_repeated=n_repeated,
        sample=_sampled(whole, hashes, bounds),
    )
    return merge(whole, part)


def _counted(known: Least, hashes: Hashes, size: int) -> Least:
    full = known.keys.size == size
    return count(hashes[hashes <= known.keys[-1]] if full else hashes, size)


def _buckets(hashes: Hashes, bits: int) -> Longs:
    return np.bincount(bucket_of(hashes, bits), minlength=1 << bits)


def _bits(n_words: Longs) -> Longs:
    """Count the binary digits of each number."""
    return np.frexp(n_words.astype(np.float64))[1].astype(np.int64)


def _grams(whole: Profile, hashes: Hashes, bounds: Longs) -> tuple[tuple[Least, ...], Longs, int]:
    from headwater.measure.scan import extend, n_repeated

    found, totals = [], []
    grams = hashes
    for known, length in zip(whole.grams, GRAM_LENGTHS, strict=True):
        grams = extend(grams, hashes, bounds, length)
        found.append(_counted(known, grams, whole.size.grams))
        totals.append(grams.size)
    return tuple(found), np.array(totals, np.int64), int(n_repeated(grams, bounds, GRAM_LENGTHS[-1]))


def _sampled(whole: Profile, hashes: Hashes, bounds: Longs) -> Sample:
    """Keep documents that may be among the least of the whole; never empty ones."""
    from headwater.measure.scan import document_keys

    known, size = whole.sample.least, whole.size
    keys = document_keys(hashes, bounds)
    wanted = np.diff(bounds) > 0
    if known.keys.size == size.documents:
        wanted &= keys <= known.keys[-1]
    chosen = np.flatnonzero(wanted)
    distinct, first, n = np.unique(keys[chosen], return_index=True, return_counts=True)
    rows = chosen[first]
    kept = [hashes[bounds[i] : min(bounds[i + 1], bounds[i] + size.document_words)] for i in rows.tolist()]
    ends = np.concatenate([[0], np.cumsum([row.size for row in kept])]).astype(np.int64)
    words = np.concatenate([np.empty(0, np.uint64), *kept])
    every = Sample(Least(distinct, n.astype(np.int64)), ends, words)
    none = empty(size).sample.least
    return gather(join(every.least, none, size.documents), (every,))


def _pack(batch: list[str]) -> tuple[Longs, int]:
    """Compress the start of every document, cut to a power of two of bytes."""
    packed = [[0, 0] for _ in PACK_BITS]
    pack = zstandard.ZstdCompressor(level=_PACK_LEVEL, write_content_size=False).compress
    n_bytes = 0
    for text in batch:
        data = text.encode("utf-8", "surrogatepass")
        n_bytes += len(data)
        bits = min(len(data).bit_length() - 1, PACK_BITS[-1])
        if bits >= PACK_BITS[0]:
            class_ = packed[bits - PACK_BITS[0]]
            class_[0] += 1
            class_[1] += len(pack(data[: 1 << bits]))
    return np.array(packed, np.int64), n_bytes
