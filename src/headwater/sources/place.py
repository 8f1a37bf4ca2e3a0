"""Places: the files a name reaches, on a local disk or through fsspec, in one order everywhere."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.errors import UnavailableError
from headwater.sources.opening import is_url

_MARKS = "*?["


@dataclass(frozen=True, slots=True)
class Tree:
    """The files a name reaches.

    Attributes:
        root: What the paths are relative to; empty, or ends with a slash.
        paths: Paths or URLs, sorted.
        is_file: Whether the name is a file's own.
    """

    root: str
    paths: tuple[str, ...]
    is_file: bool = False

    def relative(self, path: str) -> str:
        """Give a path as shown to people: below the root, always text."""
        return os.fsencode(path.removeprefix(self.root)).decode("utf-8", "replace")


def open_tree(name: str) -> Tree | None:
    """List the files a name reaches.

    Args:
        name: A file, a directory or a glob pattern, local or an fsspec URL.

    Returns:
        The files; None when there is nothing of this name.

    Raises:
        UnavailableError: If the place cannot be listed.
    """
    try:
        return _remote(name) if is_url(name) else _local(name)
    except ImportError as error:
        raise UnavailableError(
            f"cannot list {name}: {error}", hint="install the fsspec driver for this scheme"
        ) from error
    except (OSError, ValueError) as error:
        raise UnavailableError(f"cannot list {name}: {error}") from error


def _local(name: str) -> Tree | None:
    path = Path(name)
    if path.is_file():
        return _one_file(name)
    if path.is_dir():
        return Tree(f"{_no_slash(name)}/", tuple(sorted(_walk(name))))
    if not any(mark in name for mark in _MARKS):
        return None
    matches = glob.glob(name, recursive=True, include_hidden=False)  # noqa: PTH207 - keeps names as typed
    paths = {match for match in matches if Path(match).is_file()}
    for match in matches:
        if Path(match).is_dir() and "**" not in name:
            paths.update(_walk(match))
    return Tree(_fixed_part(name), tuple(sorted(paths))) if paths else None


def _walk(directory: str) -> list[str]:
    def refuse(error: OSError) -> None:
        raise error

    found = []
    for parent, _, files in os.walk(directory, onerror=refuse):
        found += [f"{_no_slash(parent)}/{file}" for file in files if (Path(parent) / file).is_file()]
    return found


def _remote(name: str) -> Tree | None:
    import fsspec.core  # A local run never needs it.

    system, path = fsspec.core.url_to_fs(name)
    if any(mark in path for mark in _MARKS):
        matches = [one for one in system.glob(path) if system.isfile(one)]
        root = _fixed_part(str(system.unstrip_protocol(path)))
        return Tree(root, _urls(system, matches)) if matches else None
    if system.isfile(path):
        return _one_file(name)
    if not system.isdir(path):
        return None
    return Tree(f"{_no_slash(system.unstrip_protocol(path))}/", _urls(system, system.find(path)))


def _urls(system: Any, paths: list[str]) -> tuple[str, ...]:
    return tuple(sorted(str(system.unstrip_protocol(path)) for path in paths))


def _one_file(name: str) -> Tree:
    return Tree(name[: name.rfind("/") + 1], (name,), is_file=True)


def _fixed_part(name: str) -> str:
    """Give the directory part of a pattern that stands before its first mark."""
    first = min(name.find(mark) for mark in _MARKS if mark in name)
    return name[: name.rfind("/", 0, first) + 1]


def _no_slash(name: str) -> str:
    return name.rstrip("/") if name.rstrip("/") else name[:0]
