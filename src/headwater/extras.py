"""What an extra installs: libraries and models, loaded when they are needed."""

from __future__ import annotations

import importlib
import io
from collections.abc import Mapping
from contextlib import redirect_stderr
from inspect import signature
from pathlib import Path
from typing import Any

from headwater.errors import UnavailableError


def require(module: str, *, extra: str) -> Any:
    """Import a library of an extra when it is needed.

    Args:
        module: Dotted name.
        extra: The extra that installs it.

    Returns:
        The module.

    Raises:
        UnavailableError: If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise UnavailableError(
            f"{module.partition('.')[0]} is not installed", hint=f"pip install 'headwater[{extra}]'"
        ) from error


def pretrained(kind: str, model: str, *, download: bool = False, **options: Any) -> Any:
    """Load a model, a tokenizer or settings with transformers, quietly.

    Args:
        kind: Class of transformers, `AutoModel` for one.
        model: Folder as transformers writes it, or a GGUF file; a name too, where it is cached.
        download: Whether a model that is not here may be fetched.
        options: Of `from_pretrained`.

    Returns:
        What the class makes of it.

    Raises:
        UnavailableError: If it cannot be loaded, or transformers is not installed.
    """
    transformers = require("transformers", extra="lm")
    logging = require("transformers.utils", extra="lm").logging
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    place, read = Path(model), getattr(transformers, kind).from_pretrained
    if place.suffix == ".gguf":
        model, options = str(place.parent), options | {"gguf_file": place.name}
    try:
        with redirect_stderr(io.StringIO()):  # No switch stops the bar of its reader of GGUF.
            return read(model, local_files_only=not download, **options)
    except (OSError, ValueError, KeyError, ImportError) as error:
        why = str(error).partition("\n")[0][:200]
        raise UnavailableError(f"cannot load {place.name}: {why}", hint="name its folder") from error


def memory(network: Any) -> tuple[Any, Mapping[str, Any]]:
    """Give a network of transformers a place for what it has read already.

    Args:
        network: A causal language model.

    Returns:
        The cache, empty, and the arguments of a call that uses it; releases differ in its name.
    """
    cache = require("transformers", extra="lm").DynamicCache(config=network.config)
    name = "cache" if "cache" in signature(network.forward).parameters else "past_key_values"
    return cache, {name: cache, "use_cache": True}
