"""The bytes of a model: a line of JSON, then three arrays; what follows from them is not stored."""

from __future__ import annotations

from typing import Any

import numpy as np

from headwater import canonical
from headwater.errors import FormatError
from headwater.measure.kneser_ney.model import KneserNey
from headwater.measure.kneser_ney.trie import Longs, Trie

_NAME = "headwater-kneser-ney-1"
_KEYS = {"discount", "escape", "format", "n_types", "offset"}
_MAX = 2**31 - 1


def encode(model: KneserNey) -> bytes:
    """Write a model.

    Args:
        model: Any model.

    Returns:
        One line of canonical JSON, then `word`, `first` and `count` of the trie as little-endian 32-bit
        integers without their first entries, which are fixed. The same model gives the same bytes.
    """
    header = {
        "discount": model.discount[2:, 1:].tolist(),
        "escape": model.escape,
        "format": _NAME,
        "n_types": model.n_types,
        "offset": model.trie.offset.tolist(),
    }
    arrays = (model.trie.word[1:], model.trie.first[1:], model.trie.count[1:])
    return b"".join([canonical.encode(header), b"\n", *(a.astype("<i4").tobytes() for a in arrays)])


def parse(data: bytes) -> KneserNey:
    """Read a model, and refuse bytes that `encode` does not write.

    Args:
        data: What `encode` gave.

    Returns:
        The model; encoding it gives the same bytes.

    Raises:
        FormatError: If the bytes are no model: a header that is not canonical or lacks a key, arrays of other
            lengths, words out of order, n-grams without their suffixes, discounts above their counts.
    """
    line, _, rest = data.partition(b"\n")
    header = canonical.parse(line)
    if not isinstance(header, dict) or set(header) != _KEYS or header["format"] != _NAME:
        raise FormatError(f"not a language model: no header of {_NAME}")
    n_types, escape, offset = header["n_types"], header["escape"], _offsets(header["offset"])
    _expect(type(n_types) is int and 1 <= n_types < _MAX, "the number of types")
    _expect(type(escape) in {int, float} and 0 <= escape <= 1, "the escape")
    trie = _trie(rest, offset, n_types)
    discount = _discounts(header["discount"], offset.size - 2)
    model = KneserNey(n_types=n_types, escape=float(escape), trie=trie, discount=discount)
    _expect(encode(model) == data, "a number's form")
    return model


def _expect(holds: bool, what: str) -> None:  # noqa: FBT001
    if not holds:
        raise FormatError(f"not a language model: {what} cannot be right")


def _offsets(value: Any) -> Longs:
    whole = isinstance(value, list) and all(type(entry) is int and 0 <= entry <= _MAX for entry in value)
    _expect(whole and len(value) >= 3 and value[:2] == [0, 1] and value[2] > 1, "the levels")
    offset = np.array(value, dtype=np.int64)
    _expect(bool((np.diff(offset) >= 0).all()), "the levels")
    return offset


def _discounts(value: Any, order: int) -> Any:
    shaped = isinstance(value, list) and len(value) == order - 1
    shaped = shaped and all(isinstance(row, list) and len(row) == 3 for row in value)
    _expect(shaped, "the discounts")
    _expect(
        all(type(d) in {int, float} and 0 <= d <= i for row in value for i, d in enumerate(row, 1)),
        "a discount",
    )
    table = np.zeros((order + 1, 4))
    if value:
        table[2:, 1:] = value
    return table


def _trie(data: bytes, offset: Longs, n_types: int) -> Trie:
    n_nodes = int(offset[-1])
    _expect(len(data) == 4 * (3 * n_nodes - 2), "the length")
    stored = np.frombuffer(data, dtype="<i4").astype(np.int64)
    word, first, count = np.split(stored, [n_nodes - 1, 2 * n_nodes - 1])
    word, count = np.concatenate([[-1], word]), np.concatenate([[0], count])
    first = np.concatenate([[1], first])
    _expect(bool((np.diff(first) >= 0).all()), "the children")
    _expect(bool((first[offset[:-1]] == np.append(offset[1:-1], n_nodes)).all()), "the children")
    _expect(int(first[-1]) == n_nodes, "the children")
    _expect(bool((word[1:] >= 0).all() and (word[1:] < n_types).all()), "a word")
    _expect(bool((count[1:] > 0).all()) and int(count.sum(dtype=np.int64)) < 2**53, "a count")
    parent = np.concatenate([[-1], np.repeat(np.arange(n_nodes), np.diff(first))])
    siblings = parent[1:-1] == parent[2:]
    _expect(bool((word[1:-1] < word[2:])[siblings].all()), "the order of the words")
    suffix = _suffixes(word, parent, offset)
    return Trie(
        word=word.astype(np.int32),
        suffix=suffix.astype(np.int32),
        first=first.astype(np.int32),
        count=count.astype(np.int32),
        offset=offset,
    )


def _suffixes(word: Longs, parent: Longs, offset: Longs) -> Longs:
    """Find every n-gram without its first word among the n-grams one shorter."""
    suffix = np.full(word.size, -1, dtype=np.int64)
    suffix[offset[1] : offset[2]] = 0
    radix = int(word.max()) + 1
    for level in range(2, offset.size - 1):
        shorter, here = slice(offset[level - 1], offset[level]), slice(offset[level], offset[level + 1])
        known = parent[shorter] * radix + word[shorter]
        wanted = suffix[parent[here]] * radix + word[here]
        place = np.searchsorted(known, wanted)
        _expect(bool((place < known.size).all() and (known[place] == wanted).all()), "a suffix")
        suffix[here] = place + offset[level - 1]
    return suffix
