"""The example signer, loaded from `examples/`, and the ways in which tests carry a manifest."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

_PATH = Path(__file__).parents[3] / "examples" / "c2pa_signer.py"


def load() -> Any:
    """Import `examples/c2pa_signer.py`, which is a script and not in a package."""
    spec = importlib.util.spec_from_file_location("c2pa_signer", _PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SIGNER = load()
ANCHOR: str = SIGNER.trust_anchor()
