"""Where finished cells wait: one JSON file each, whole or not there, so that a study resumes."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.errors import ConfigError, UnavailableError

_TEMPORARY = ".tmp"


@dataclass(frozen=True, slots=True)
class Store:
    """Keep the results of one run's cells.

    Attributes:
        folder: Of the run.
        key: Digest of everything that results depend on; those of another key are not seen.
    """

    folder: Path
    key: str

    def get(self, cell: str) -> Mapping[str, Any] | None:
        """Give a finished cell's result; None if there is none of this run."""
        try:
            kept = json.loads(self._path(cell).read_text("utf-8"))
            return kept["result"] if kept["key"] == self.key else None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def put(self, cell: str, result: Mapping[str, Any]) -> None:
        """Keep a finished cell's result.

        Raises:
            UnavailableError: If it cannot be written.
        """
        write_json(self._path(cell), {"key": self.key, "result": result})

    def claim(self, name: str) -> None:
        """Refuse a folder that holds something else than runs of this study.

        Raises:
            ConfigError: If it does, or is no folder.
            UnavailableError: If it cannot be read or made.
        """
        mark = self.folder / "run.json"
        with _translated(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            there = [path for path in self.folder.iterdir() if path.suffix != _TEMPORARY]
            foreign = bool(there) and not _is_of(mark, name)
        if foreign:
            raise ConfigError(
                f"{self.folder} holds something else than the study {name}", hint="choose another --out"
            )

    def _path(self, cell: str) -> Path:
        return self.folder / "cells" / f"{cell}.json"


def write_json(path: Path, value: object) -> None:
    """Put a JSON file in place, keys sorted, so that equal values give equal bytes.

    Raises:
        UnavailableError: If it cannot be written; nothing is put in place then.
    """
    write_text(path, json.dumps(value, indent=1, sort_keys=True, allow_nan=True) + "\n")


def write_text(path: Path, text: str) -> None:
    """Put a text file in place, UTF-8.

    Raises:
        UnavailableError: If it cannot be written; nothing is put in place then.
    """
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}{_TEMPORARY}")
    try:
        with _translated(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise ConfigError(f"{path} is no folder", hint="choose another --out") from error
    except OSError as error:
        raise UnavailableError(f"cannot write {path}: {error.strerror}") from error


def _is_of(mark: Path, name: str) -> bool:
    try:
        return bool(json.loads(mark.read_text("utf-8"))["study"] == name)
    except (OSError, ValueError, KeyError, TypeError):
        return False
