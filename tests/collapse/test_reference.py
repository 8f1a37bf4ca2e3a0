"""Every model, intervention, engine and forecast is named in the reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.collapse.engines import ENGINES
from headwater.collapse.mix import INTERVENTIONS
from headwater.collapse.models import MODELS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "collapse-models.md"


@pytest.mark.parametrize("name", [*MODELS, *INTERVENTIONS, *ENGINES])
def test_what_a_user_can_name_has_a_row(name: str) -> None:
    assert f"| `{name}` |" in PAGE.read_text(encoding="utf-8")
