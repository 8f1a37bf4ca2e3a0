"""Our labels inside datatrove, Ray Data and NeMo Curator themselves, as the how-to page shows them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from headwater.curate.adapters.labelling import Labelling

pytestmark = pytest.mark.interop
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "label-in-your-pipeline.md"
TEXT = "The river rose in the night and took the bridge with it."


def shown(title: str, package: str) -> str:
    """Give the code of a section of the page, or skip."""
    if find_spec(package) is None:
        pytest.skip(f"no {package}")
    section = PAGE.read_text("utf-8").partition(f"## {title}\n")[2].partition("\n## ")[0]
    found = re.search(r"```py\n(.+?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


def ran(code: str, folder: Path) -> str:
    """Run code as a reader would, and give what it prints."""
    job = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, check=False, capture_output=True, text=True, timeout=120
    )
    assert job.returncode == 0, job.stderr[-2000:]
    return job.stdout


def test_datatrove_writes_our_labels(tmp_path: Path) -> None:
    ran(shown("datatrove", "datatrove"), tmp_path)
    (written,) = pq.read_table(tmp_path / "labelled").to_pylist()

    assert written["text"] == TEXT
    assert written["metadata"] == pytest.approx(Labelling().measure(TEXT))
    stats = json.loads((tmp_path / "logs" / "stats.json").read_text("utf-8"))
    assert stats[0]["stats"]["labelled"] == 1


def test_ray_data_maps_our_labels_over_its_batches(tmp_path: Path) -> None:
    (row,) = eval(ran(shown("Ray Data", "ray"), tmp_path).strip().splitlines()[-1])
    wanted: dict[str, Any] = {"text": TEXT, **Labelling().measure(TEXT)}

    assert row == pytest.approx(wanted)


def test_nemo_curator_takes_our_stage_and_gets_back_what_it_gave(tmp_path: Path) -> None:
    page = shown("NeMo Curator", "nemo_curator")
    framed = page.replace("pa.table({", "__import__('pandas').DataFrame({").replace(".schema", ".to_dict()")
    table, frame = ran(page + "print('--')\n" + framed, tmp_path).split("--\n")

    assert [line.partition(":")[0] for line in table.splitlines()] == ["text", *Labelling().schema.names]
    assert "'statistical_1_n_scored_words': {0: 6}" in frame
