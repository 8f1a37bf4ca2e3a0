"""A sample of a vocabulary that merges: the words with the least hashes, each with exact counts."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from heapq import nsmallest

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\W\d_]+")
_HASHES = 2**32
MAX_CHARS = 64


def words_of(text: str) -> set[str]:
    """List the distinct words of a text, in lower case.

    A word is a run of letters; a Han character or a kana counts as one. Scripts that write
    without spaces in other ways (Thai, Khmer, Lao, Burmese) give whole phrases as words. Words over 64
    characters are cut.
    """
    return {word[:MAX_CHARS] for word in _WORD.findall(text.lower())}


class WordSample:
    """Count in how many documents each of at most `size` words stands.

    A word is in the sample of a whole when its hash is among the least of the whole, so it is among
    the least of every part it occurs in, and its counts add up exactly when parts merge.

    Args:
        size: How many words to keep.

    Source:
        Bottom-k sketches, Cohen and Kaplan 2007, "Summarizing data using bottom-k sketches".
    """

    def __init__(self, size: int = 16_384) -> None:
        """Start with no words and every hash welcome."""
        self._size = size
        self._bound = _HASHES
        self._counts: dict[str, tuple[int, int]] = {}

    def add(self, words: Iterable[str], *, kept: int, n: int = 1) -> None:
        """Count words of `n` documents, of which `kept` stay in the corpus."""
        bound, counts = self._bound, self._counts
        for word in words:
            if zlib.crc32(word.encode()) < bound:
                total, stay = counts.get(word, (0, 0))
                counts[word] = (total + n, stay + kept)
        if len(counts) > 2 * self._size:
            self._shrink()

    def _shrink(self) -> None:
        if len(self._counts) > self._size:
            least = nsmallest(self._size + 1, ((zlib.crc32(word.encode()), word) for word in self._counts))
            self._bound = least[-1][0]
            self._counts = {word: self._counts[word] for key, word in least if key < self._bound}

    def rows(self) -> Iterator[tuple[str, int, int]]:
        """Yield word, documents, documents that stay; by word."""
        self._shrink()
        yield from ((word, *self._counts[word]) for word in sorted(self._counts))

    def n_words(self) -> int:
        """Estimate how many distinct words there are in all; exact while the sample is not full.

        The relative standard error is about 1 / sqrt(size) once it is.
        """
        self._shrink()
        share = self._bound / _HASHES
        return round(len(self._counts) / share)
