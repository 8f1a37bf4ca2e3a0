"""A sample of a vocabulary that merges: the words with the least hashes, each with exact counts."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from heapq import nsmallest
from typing import Any

import numpy as np

_HASHES = 2**32
ONE_IN = 16
MAX_BYTES = 128


def words_of(text: str) -> set[bytes]:
    """List the distinct words of a text, in lower case, as UTF-8.

    What is no ASCII letter parts words, and so does general and CJK punctuation; a Han character
    or a kana is a word by itself. Scripts that write without spaces in other ways (Thai, Khmer, Lao,
    Burmese) give whole phrases as words. Words over 128 bytes are cut.
    """
    data, starts, ends, _ = _distinct(text)
    return {data[start:end] for start, end in zip(starts, ends, strict=True)}


def counted(text: str) -> tuple[int, list[bytes]]:
    """Count the distinct words of a text, and list those of the sample.

    Args:
        text: Any text.

    Returns:
        How many `words_of` lists, and what `sampled` keeps of them.
    """
    data, starts, ends, crcs = _distinct(text)
    kept = (crcs < _HASHES // ONE_IN).nonzero()[0]
    return len(starts), sorted(data[start:end] for start, end in zip(starts[kept], ends[kept], strict=True))


def _distinct(text: str) -> tuple[bytes, Any, Any, Any]:
    from headwater.curate.distinct import distinct

    data = text.lower().encode("utf-8", "replace")
    return data, *distinct(np.frombuffer(data, np.uint8), MAX_BYTES, _seed())


@cache
def _seed() -> np.uint64:
    return np.uint64(int.from_bytes(os.urandom(8)))


def sampled(words: Iterable[bytes]) -> list[bytes]:
    """Keep one word in sixteen, by its hash: the same ones in every text.

    Args:
        words: Distinct words.

    Returns:
        Those of the sample, in order.
    """
    bound = _HASHES // ONE_IN
    return sorted(word for word in words if zlib.crc32(word) < bound)


class WordSample:
    """Count in how many documents each of at most `size` words stands.

    Only words that `sampled` keeps belong here. A word is in the sample of a whole when its hash is among
    the least of the whole, so it is among the least of every part it occurs in, and its counts add up
    exactly when parts merge.

    Args:
        size: How many words to keep.

    Source:
        Bottom-k sketches, Cohen and Kaplan 2007, "Summarizing data using bottom-k sketches".
    """

    def __init__(self, size: int = 4_096) -> None:
        """Start with no words and every hash welcome."""
        self._size = size
        self._bound: tuple[int, bytes] | None = None
        self._counts: dict[bytes, tuple[int, int]] = {}

    def add(self, words: Iterable[bytes], *, kept: int, n: int = 1) -> None:
        """Count distinct words of `n` documents, of which `kept` stay in the corpus."""
        bound, counts = self._bound, self._counts
        for word in words:
            known = counts.get(word)
            if known is not None:
                counts[word] = (known[0] + n, known[1] + kept)
            elif bound is None or _key(word) <= bound:
                counts[word] = (n, kept)
        if len(counts) > 2 * self._size:
            self._shrink()

    def _shrink(self) -> None:
        if len(self._counts) >= self._size:
            least = nsmallest(self._size, map(_key, self._counts))
            self._bound = least[-1]
            self._counts = {word: self._counts[word] for _, word in least}

    def rows(self) -> Iterator[tuple[bytes, int, int]]:
        """Yield word, documents, documents that stay; by word."""
        self._shrink()
        yield from ((word, *self._counts[word]) for word in sorted(self._counts))

    def n_words(self) -> int:
        """Estimate how many distinct words there are in all.

        The relative standard error is about 1 / sqrt(words in the sample).

        Source:
            Bar-Yossef et al. 2002, "Counting distinct elements in a data stream", with the correction
            for bias of Beyer et al. 2007: (k - 1) / (k-th least hash).
        """
        self._shrink()
        if self._bound is None:
            return len(self._counts) * ONE_IN
        return max(self._size, round((self._size - 1) * _HASHES / (self._bound[0] + 1)))


def _key(word: bytes) -> tuple[int, bytes]:
    return zlib.crc32(word), word
