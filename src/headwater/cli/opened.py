"""What every command of a reserve needs: a storage by its name, keys by their folder, and the clock."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.errors import InputError, UnavailableError

if TYPE_CHECKING:
    from headwater.log.storage import Storage
    from headwater.reserve.reserve import Reserve

reserve_argument = click.argument("folder", metavar="RESERVE")
keys_option = click.option(
    "--keys", "keys_folder", metavar="DIR", required=True, help="Folder of the private keys."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def now_s() -> int:
    """Give the time, in POSIX seconds."""
    return int(time.time())


def storage_of(name: str) -> Storage:
    """Give the storage of a name.

    Args:
        name: A folder, or a URL.
    """
    from headwater.log.storage import Directory, Objects

    return Objects(name) if "://" in name else Directory(Path(name))


def reserve_of(name: str) -> Reserve:
    """Open the reserve of a name.

    Args:
        name: A folder, or a URL.
    """
    from headwater.reserve.reserve import open_reserve

    return open_reserve(storage_of(name))


def file_bytes(path: Path) -> bytes:
    """Read a file that the user named.

    Args:
        path: Where.

    Raises:
        UnavailableError: If it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnavailableError(f"cannot read {path}: {error.strerror}") from error


def new_file(path: Path, data: bytes) -> None:
    """Write a file that is not there yet.

    Args:
        path: Where.
        data: Its bytes.

    Raises:
        InputError: If it is there.
        UnavailableError: If it cannot be written.
    """
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise InputError(f"{path} exists", hint="choose another file") from error
    except OSError as error:
        raise UnavailableError(f"cannot write {path}: {error.strerror}") from error


def one_of(*values: object, hint: str) -> None:
    """Check that exactly one of some options was given.

    Raises:
        InputError: If none was, or more.
    """
    if sum(value is not None for value in values) != 1:
        raise InputError("name exactly one", hint=hint)


def given(*values: object, hint: str) -> None:
    """Check that options that belong together were all given.

    Raises:
        InputError: If one was not.
    """
    if None in values:
        raise InputError("something is not said", hint=hint)


def tell(line: str) -> None:
    """Print a line of a result."""
    sys.stdout.write(line + "\n")


def say(value: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print a result as JSON or as text."""
    tell(json.dumps(value, indent=1, sort_keys=True, allow_nan=False) if as_json else text)


def staging_of(name: str) -> Path:
    """Give the folder for what is not yet sealed; it is no part of the reserve.

    Args:
        name: Folder of the reserve.

    Raises:
        InputError: If it is no folder of this machine.
    """
    if "://" in name:
        raise InputError("a reserve is written in a folder of this machine", hint="copy it there and back")
    return Path(name) / "staging"
