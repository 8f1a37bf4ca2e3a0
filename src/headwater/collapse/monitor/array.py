"""Arrays of token numbers as documents: a `.npy` file read in a stream, each number spelt as a word."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from tokenize import TokenError
from typing import IO, Any

import numpy as np

from headwater.errors import FormatError, InputError

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_CHUNK = 1 << 16  # tokens read at once, where they are one stream
_WIDEST = 1 << 22  # tokens of a row


def documents(file: IO[bytes], name: str, *, words: int) -> Iterator[str]:
    """Yield the documents of an array.

    Args:
        file: A `.npy` file, read from its start to its end.
        name: What messages call it.
        words: Tokens of a document, where the array is one stream.

    Yields:
        One document a row for two dimensions, one for each `words` tokens for one; tokens are spelt in
        letters, since digits separate words.

    Raises:
        FormatError: If the file is no array, or ends early.
        InputError: If it does not hold token numbers, whole and >= 0.
    """
    shape, kind, by_column = header(file, name)
    if kind.kind not in "iu" or len(shape) not in {1, 2} or (by_column and len(shape) == 2):
        raise InputError(
            f"{name} holds no token numbers in rows: {len(shape)}-d {kind}",
            hint="give integers, one row a document or one long stream; floats are points, for monitor only",
        )
    if len(shape) == 2 and shape[1] > _WIDEST:
        raise InputError(f"{name} has rows of {shape[1]:,} tokens", hint="save one long stream instead")
    width = shape[1] if len(shape) == 2 else words
    rows_at_once = max(1, _CHUNK // max(1, width))
    left = math.prod(shape)
    while left:
        wanted = min(left, rows_at_once * width)
        raw = file.read(wanted * kind.itemsize)
        if len(raw) < wanted * kind.itemsize:
            raise FormatError(f"{name} ends before its array does", hint="write it again")
        tokens = np.frombuffer(raw, dtype=kind)
        if int(tokens.min()) < 0:
            raise InputError(f"{name} holds negative numbers", hint="tokens are numbers >= 0")
        for start in range(0, wanted, width):
            yield " ".join(map(spell, tokens[start : start + width].tolist()))
        left -= wanted


@lru_cache(maxsize=1 << 17)
def spell(token: int) -> str:
    """Spell a number as a word of letters, another for each.

    Args:
        token: A number >= 0.

    Returns:
        Its digits to base 26, as letters.
    """
    word = _LETTERS[token % 26]
    while token := token // 26:
        word += _LETTERS[token % 26]
    return word


def header(file: IO[bytes], name: str) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
    """Read what a `.npy` file says of itself.

    Args:
        file: At its start; left where the numbers begin.
        name: What messages call it.

    Returns:
        Its shape, the kind of its numbers, and whether they lie column by column.

    Raises:
        FormatError: If it is no array.
    """
    form = np.lib.format
    try:
        version = form.read_magic(file)
        read = form.read_array_header_1_0 if version == (1, 0) else form.read_array_header_2_0
        shape, by_column, kind = read(file)
    except (ValueError, EOFError, SyntaxError, TypeError, TokenError, RecursionError) as error:
        raise FormatError(f"{name} is no array of numpy", hint="write it with numpy.save") from error
    if min(shape, default=0) < 0:
        raise FormatError(f"{name} is no array of numpy", hint="write it with numpy.save")
    return shape, kind, by_column
