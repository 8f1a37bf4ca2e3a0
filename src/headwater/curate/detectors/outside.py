"""A function of yours as a detector."""

from __future__ import annotations

import hashlib
import importlib
from importlib.util import find_spec
from pathlib import Path

from headwater.curate.detectors.detector import Score
from headwater.errors import ConfigError

_HINT = "callable:MODULE:FUNCTION, where every worker can import MODULE"


def open_score(of: str) -> Score:
    """Import a function from a text to a number, higher for generated text.

    Args:
        of: `MODULE:FUNCTION`.

    Raises:
        ConfigError: If there is none.
    """
    module, _, function = of.partition(":")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"no function {of}: {error}", hint=_HINT) from error
    if not callable(found):
        raise ConfigError(f"{of} is no function", hint=_HINT)
    return lambda text: float(found(text))


def digest(of: str) -> str:
    """Hash the file of the function's module; what that imports is not seen.

    Raises:
        ConfigError: If there is no such module.
    """
    module, _, function = of.partition(":")
    try:
        spec = find_spec(module) if module else None
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.origin or not Path(spec.origin).is_file() or not function:
        raise ConfigError(f"no function {of}", hint=_HINT)
    return hashlib.sha256(Path(spec.origin).read_bytes() + function.encode()).hexdigest()
