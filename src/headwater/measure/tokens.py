"""What a word is, and words as 64-bit numbers; the one definition that profiles and labels share.

A word is a letter and the letters and marks that follow it, in the lower-cased text; a Han character or a
kana stands alone. Digits, signs and underscores separate words. Scripts that write without spaces in
other ways (Thai, Khmer, Lao, Burmese) give whole phrases as words. Words over 64 characters are cut.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError

MAX_CHARS = 64
Hashes = npt.NDArray[np.uint64]

# Everything above is private use, variation selectors or unassigned, and separates words.
_N_POINTS = 0x40000
_ALONE = ((0x3041, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x3FFFF))


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Hold the words of a text.

    Attributes:
        hashes: Shape (n_words,), a 64-bit number for each word, the same for the same word everywhere.
        starts: Shape (n_words,), where each word starts in the lower-cased text, in code points.
        ends: Shape (n_words,), where it ends.
    """

    hashes: Hashes
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


def words(text: str) -> list[str]:
    """List the words of a text, in order.

    Args:
        text: Any text.

    Returns:
        Lower-case words of 1 to 64 characters; none for a text without letters.
    """
    lowered = text.lower()
    found = scanned(lowered)
    return [lowered[start:end] for start, end in zip(found.starts, found.ends, strict=True)]


def word_hashes(text: str) -> Hashes:
    """Number the words of a text, in order, some hundred megabytes a second.

    Args:
        text: Any text; lone surrogates separate words.

    Returns:
        Shape (n_words,), uint64. Two different words among a million share a number with a chance of 3e-8.

    Source:
        FNV-1a over code points, finished with MurmurHash3's 64-bit mixer.
    """
    return scanned(text.lower()).hashes


def hashes_of_all(texts: Sequence[str]) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """Number the words of many texts in one pass.

    Args:
        texts: Any texts.

    Returns:
        The words of all, shape (n_words,), and bounds, shape (n_texts + 1,): those of text i are
        bounds[i]:bounds[i + 1].
    """
    lowered = [text.lower() for text in texts]
    # A line end separates words and belongs to none.
    found = scanned("\n".join(lowered))
    ends = np.cumsum([len(text) + 1 for text in lowered], dtype=np.int64)
    return found.hashes, np.concatenate([[0], np.searchsorted(found.starts, ends)]).astype(np.int64)


def vocabulary(hashes: Hashes) -> Hashes:
    """List the distinct words, so that `number` can give each its place.

    Args:
        hashes: Shape (n,), from `word_hashes`.

    Returns:
        Shape (n_types,), ascending.
    """
    return np.unique(hashes)


def number(hashes: Hashes, known: Hashes) -> npt.NDArray[np.int32]:
    """Replace words by their places in a vocabulary, as a language model wants them.

    Args:
        hashes: Shape (n,), from `word_hashes`.
        known: Shape (n_types,), from `vocabulary`.

    Returns:
        Shape (n,): places in [0, n_types), and n_types for every unknown word.

    Raises:
        InputError: If the vocabulary is not ascending.
    """
    if known.size > 1 and not bool((known[:-1] < known[1:]).all()):
        raise InputError("a vocabulary is ascending, without repeats", hint="make it with vocabulary")
    place = np.searchsorted(known, hashes)
    found = place < known.size
    found[found] = known[place[found]] == hashes[found]
    return np.where(found, place, known.size).astype(np.int32)


def scanned(lowered: str) -> Words:
    """Find the words of a text.

    Args:
        lowered: A text in lower case.

    Returns:
        Its words and where they stand.
    """
    from headwater.measure.scan import scan

    points = np.frombuffer(lowered.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    return Words(*scan(points, _classes(), MAX_CHARS))


@cache
def _classes() -> npt.NDArray[np.uint8]:
    """Class code points: 0 separates, 1 is a letter, 2 a mark, 3 stands alone."""
    # Two letters a point, of which the first is the class; a loop would cost a tenth of a second.
    kinds = "".join(map(unicodedata.category, map(chr, range(_N_POINTS)))).encode("ascii")
    major = np.frombuffer(kinds, dtype=np.uint8)[::2]
    table = np.zeros(_N_POINTS, dtype=np.uint8)
    table[major == ord("L")], table[major == ord("M")] = 1, 2
    for first, last in _ALONE:
        block = table[first : last + 1]
        block[block == 1] = 3
    return table
