"""Who may import whom: the contracts in pyproject.toml, and the same drawing in the documents."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from importlinter.cli import lint_imports

from tests.house.tree import PACKAGE, ROOT

CONFIG = ROOT / "pyproject.toml"


def contracts() -> list[dict[str, Any]]:
    """Read the contracts."""
    settings = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    return list(settings["tool"]["importlinter"]["contracts"])


def test_every_import_contract_holds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    status = lint_imports(config_filename=str(CONFIG), no_cache=True, no_logo=True)

    assert status == 0, capsys.readouterr().out


def test_every_part_has_a_layer_and_none_can_be_added_in_silence() -> None:
    layers = next(c for c in contracts() if c["type"] == "layers")
    declared = {part.strip(" ()") for line in layers["layers"] for part in re.split(r"[|:]", line)}
    present = {
        path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }

    assert layers["exhaustive"] is True
    assert present - {"__init__", "__main__"} <= declared


def test_the_architecture_draws_the_layers_that_are_checked() -> None:
    layers = next(c for c in contracts() if c["type"] == "layers")["layers"]

    assert "\n".join(layers) in (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
