"""The metadata at the head of a GGUF file, without its tensors: the `gguf` package takes seconds for it."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

from headwater.errors import FormatError, UnavailableError

_MAGIC: Final = b"GGUF"
_NUMBERS: Final = ("B", "b", "H", "h", "I", "i", "f", "?")  # of types 0 to 7
_WIDE: Final = ("Q", "q", "d")  # of types 10 to 12
_STRING, _ARRAY = 8, 9
_MOST = 1 << 28  # of a string's bytes and of an array's elements


def metadata(path: Path) -> dict[str, Any]:
    """Read the keys and values before the tensors.

    Args:
        path: A GGUF file of version 2 or 3, little-endian.

    Returns:
        Key -> number, text, or list of these.

    Raises:
        FormatError: If it is none, or cut short.
        UnavailableError: If it cannot be read.

    Source:
        GGUF specification in ggml's `docs/gguf.md`.
    """
    try:
        with path.open("rb") as file:
            if _exactly(file, 4) != _MAGIC or _number(file, "I") not in {2, 3}:
                raise FormatError(f"{path.name} is no GGUF file of version 2 or 3")
            _, n_values = _number(file, "Q"), _number(file, "Q")
            return dict(_pair(file) for _ in range(_bounded(n_values)))
    except OSError as error:
        raise UnavailableError(f"cannot read {path}: {error.strerror}") from error


def _pair(file: BinaryIO) -> tuple[str, Any]:
    key = _text(file)
    return key, _value(file, _number(file, "I"))


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _ARRAY:
        of, n = _number(file, "I"), _bounded(_number(file, "Q"))
        if of == _ARRAY:
            raise FormatError("a GGUF file has arrays in an array")
        read = _reader(of)
        return [read(file) for _ in range(n)]
    return _reader(kind)(file)


def _reader(kind: int) -> Callable[[BinaryIO], Any]:
    if kind == _STRING:
        return _text
    letters = dict(enumerate(_NUMBERS)) | dict(enumerate(_WIDE, 10))
    if kind not in letters:
        raise FormatError(f"a GGUF file has a value of the unknown type {kind}")
    return lambda file: _number(file, letters[kind])


def _number(file: BinaryIO, letter: str) -> Any:
    layout = struct.Struct(f"<{letter}")
    return layout.unpack(_exactly(file, layout.size))[0]


def _text(file: BinaryIO) -> str:
    raw = _exactly(file, _bounded(_number(file, "Q")))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("a GGUF file has a text that is not UTF-8") from error


def _bounded(n: int) -> int:
    if n > _MOST:
        raise FormatError(f"a GGUF file says that it holds {n:,} of something")
    return n


def _exactly(file: BinaryIO, n: int) -> bytes:
    raw = file.read(n)
    if len(raw) < n:
        raise FormatError("a GGUF file ends early")
    return raw
