"""Opening an input: a local path or an fsspec URL, its size and its digest."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from headwater.errors import UnavailableError

Hash = Callable[[str], tuple[str, int]]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_BLOCK_BYTES = 1 << 20


def is_url(path: str) -> bool:
    """Tell an fsspec URL (`s3://…`, `memory://…`) from a local path."""
    return _URL.match(path) is not None


def open_input(path: str) -> BinaryIO:
    """Open an input for reading bytes, seekable.

    Args:
        path: Local path or fsspec URL.

    Returns:
        An open file; the caller closes it.

    Raises:
        UnavailableError: If it cannot be opened.
    """
    try:
        if not is_url(path):
            return Path(path).open("rb")
        import fsspec  # A local run never needs it.

        return cast("BinaryIO", fsspec.open(path, "rb").open())
    except ImportError as error:
        raise UnavailableError(
            f"cannot open {path}: {error}", hint="install the fsspec driver for this scheme"
        ) from error
    except (OSError, ValueError) as error:
        raise UnavailableError(f"cannot open {path}: {_reason(error)}") from error


def size_of(path: str) -> int:
    """Give the size of an input in bytes.

    Args:
        path: Local path or fsspec URL.

    Raises:
        UnavailableError: If it cannot be opened.
    """
    with open_input(path) as file:
        return file.seek(0, os.SEEK_END)


def digest_and_size(path: str, *, on_read: Callable[[int], None] | None = None) -> tuple[str, int]:
    """Hash a whole input in blocks.

    Args:
        path: Local path or fsspec URL.
        on_read: Called with the size of each block.

    Returns:
        SHA-256 as 64 hex digits, and the size in bytes.

    Raises:
        UnavailableError: If it cannot be opened or read.
    """
    state = hashlib.sha256()
    size = 0
    with open_input(path) as file:
        try:
            while block := file.read(_BLOCK_BYTES):
                state.update(block)
                size += len(block)
                if on_read is not None:
                    on_read(len(block))
        except OSError as error:
            raise UnavailableError(f"cannot read {path}: {_reason(error)}") from error
    return state.hexdigest(), size


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
