"""Opening an input: a local path or an fsspec URL, its size and its digest."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from headwater.errors import HeadwaterError, UnavailableError

Hash = Callable[[str], tuple[str, int]]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_BLOCK_BYTES = 1 << 20
_EXTRAS = {"http": "http", "https": "http", "s3": "s3", "s3a": "s3"}


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
    with reaching("open", path):
        if not is_url(path):
            return Path(path).open("rb")
        import fsspec  # A local run never needs it.

        return cast("BinaryIO", fsspec.open(path, "rb").open())


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
    with open_input(path) as file, reaching("read", path):
        while block := file.read(_BLOCK_BYTES):
            state.update(block)
            size += len(block)
            if on_read is not None:
                on_read(len(block))
    return state.hexdigest(), size


@contextmanager
def reaching(verb: str, path: str) -> Iterator[None]:
    """Turn what a place raises into an error with what to do.

    Args:
        verb: What is tried, such as `open`.
        path: Local path or fsspec URL.

    Raises:
        HeadwaterError: As it was raised.
        UnavailableError: If the place cannot be reached.
    """
    try:
        yield
    except HeadwaterError:
        raise
    except Exception as error:
        # Every fsspec driver raises errors of its own; of a local path, another one is a bug of ours.
        if not is_url(path) and not isinstance(error, (OSError, ValueError)):
            raise
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0] or type(error).__name__
        where = path if is_url(path) else getattr(error, "filename", None) or path
        raise UnavailableError(f"cannot {verb} {where}: {reason}", hint=_way_out(path, error)) from error


def _way_out(path: str, error: Exception) -> str:
    scheme = path.partition("://")[0]
    if isinstance(error, ImportError):
        extra = _EXTRAS.get(scheme)
        return f"pip install 'headwater[{extra}]'" if extra else "install the fsspec driver for this scheme"
    if isinstance(error, ValueError) and is_url(path):
        from fsspec import available_protocols

        if scheme not in available_protocols():
            return f"the schemes that are known: {', '.join(sorted(available_protocols()))}"
    if is_url(path):
        return "check the address, the network and the credentials"
    return "check that it exists and may be read"
