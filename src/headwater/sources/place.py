"""Places: the files a name reaches, on a local disk or through fsspec, in one order everywhere."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.sources.opening import is_url, reaching

_MARKS = "*?["


@dataclass(frozen=True, slots=True)
class Tree:
    """The files a name reaches.

    Attributes:
        root: What the paths are relative to; empty, or ends with a slash.
        paths: Paths or URLs, sorted.
        is_file: Whether the name is a file's own.
        others: What is no file to read: pipes, sockets, devices, broken links, links to directories; sorted.
    """

    root: str
    paths: tuple[str, ...]
    is_file: bool = False
    others: tuple[str, ...] = ()

    def relative(self, path: str) -> str:
        """Give a path as shown to people, below the root."""
        return as_text(path.removeprefix(self.root))


def as_text(path: str) -> str:
    """Give a path as text that any encoding of Unicode can hold."""
    return os.fsencode(path).decode("utf-8", "replace")


def open_tree(name: str) -> Tree | None:
    """List the files a name reaches.

    Args:
        name: A file, a directory or a glob pattern, local or an fsspec URL.

    Returns:
        The files; None when there is nothing of this name.

    Raises:
        UnavailableError: If the place cannot be listed.
    """
    with reaching("list", name):
        return _remote(name) if is_url(name) else _local(name)


def _local(name: str) -> Tree | None:
    path = Path(name)
    if not name:
        return None
    if path.is_file():
        return _one_file(name)
    if path.is_dir():
        return _tree(f"{_no_slash(name)}/", _walk(name))
    if not any(mark in name for mark in _MARKS):
        return None
    matches = glob.glob(name, recursive=True, include_hidden=False)  # noqa: PTH207 - keeps names as typed
    paths = {match for match in matches if not Path(match).is_dir()}
    for match in matches:
        if Path(match).is_dir() and "**" not in name:
            paths.update(_walk(match))
    return _tree(_fixed_part(name), paths) if paths else None


def _tree(root: str, paths: Iterable[str]) -> Tree:
    files: list[str] = []
    others: list[str] = []
    for path in sorted(paths):
        (files if Path(path).is_file() else others).append(path)
    return Tree(root, tuple(files), others=tuple(others))


def _walk(directory: str) -> list[str]:
    def refuse(error: OSError) -> None:
        raise error

    found = []
    for parent, folders, files in os.walk(directory, onerror=refuse):
        links = [folder for folder in folders if (Path(parent) / folder).is_symlink()]
        found += [f"{_no_slash(parent)}/{name}" for name in [*files, *links]]
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
