"""The TOML run file: every option of a command, checked, with the nearest known key for a wrong one."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headwater.errors import ConfigError


def read(path: Path, known: Mapping[str, type | tuple[type, ...]]) -> dict[str, Any]:
    """Read a run file.

    Args:
        path: The file.
        known: Key -> type or types its value may have.

    Returns:
        Key -> value, for the keys that stand in the file.

    Raises:
        ConfigError: If the file cannot be read, is not TOML, or has an unknown key or a value of the
            wrong type.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is not TOML: {str(error)[:100]}") from error
    for key, value in table.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(known)}"
            raise ConfigError(f"unknown key '{key}' in {path}", hint=hint)
        if not _fits(value, known[key]):
            raise ConfigError(f"key '{key}' in {path} has a value of the wrong type")
    return table


def _fits(value: object, kind: type | tuple[type, ...]) -> bool:
    if not isinstance(value, kind) or isinstance(value, bool):
        return False
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return not isinstance(value, (int, float)) or value > 0
