"""One small loop for all tests that look at a finished one."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.loop.experiment import run
from tests.loop.texts import ARMS, SMALL, TEXTS, silent


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run a loop of three arms, and give its folder."""
    root = tmp_path_factory.mktemp("loop") / "out"
    run(root, TEXTS, SMALL, arms=ARMS, workers=2, show=silent)
    return root
