"""One-line secrets in files that their owner alone may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from headwater.errors import FormatError, InputError, UnavailableError

_MAX_BYTES = 4096


def write(path: Path, line: str) -> None:
    """Write a secret to a new file with mode 0600.

    Args:
        path: Where; its folder exists.
        line: The secret, without a newline.

    Raises:
        InputError: If there is such a file already; it is not touched.
        UnavailableError: If it cannot be written.
    """
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(file, "wb") as opened:
            os.fchmod(file, 0o600)
            opened.write(f"{line}\n".encode())
            opened.flush()
            os.fsync(file)
    except FileExistsError as error:
        raise InputError(f"{path} exists", hint="a key is never overwritten; choose another file") from error
    except OSError as error:
        raise UnavailableError(f"cannot write {path}: {error.strerror}") from error


def read(path: Path, *, what: str) -> str:
    """Read a secret.

    Args:
        path: A file with mode 0600 or stricter.
        what: What it should hold, for people, such as `watermark key`.

    Returns:
        The line, without its newline.

    Raises:
        InputError: If others may read or write it.
        FormatError: If it is not one line of text.
        UnavailableError: If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UnavailableError(f"cannot read {path}: {error.strerror}") from error
    if stat.S_IMODE(mode) & 0o077:
        raise InputError(f"others may read the key in {path}", hint=f"chmod 600 {path}")
    if not data.endswith(b"\n") or len(data) > _MAX_BYTES:
        raise FormatError(f"{path} holds no {what}")
    try:
        return data.decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise FormatError(f"{path} holds no {what}") from error
