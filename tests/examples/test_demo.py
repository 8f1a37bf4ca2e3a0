"""The demo on the shipped sample, held against the truth that `curate` never reads."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parents[2]
CRAWL = ROOT / "examples" / "crawl"
DISCLOSING = {"ai-generated", "ai-assisted"}

Row = dict[str, Any]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the job of `make demo` once."""
    out = tmp_path_factory.mktemp("demo") / "out"
    command = [sys.executable, "-m", "headwater", "curate", str(CRAWL), "--out", str(out), "--workers", "2"]
    subprocess.run(command, check=True, capture_output=True)
    return out


@pytest.fixture(scope="module")
def ledger(demo: Path) -> dict[tuple[str, str], Row]:
    """Index the ledger by file and URL; the sample holds some URLs twice, as crawls do."""
    rows = pq.read_table(demo / "ledger.parquet").to_pylist()
    return {(row["source"], row["url"]): row for row in rows}


def truth() -> list[Row]:
    """Read the truth, without the URLs that stand in one file more than once."""
    rows = [json.loads(line) for line in (CRAWL / "truth.jsonl").read_text("utf-8").splitlines()]
    places: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        places[row["file"], row["url"]] += 1
    return [row for row in rows if places[row["file"], row["url"]] == 1]


def test_every_decision_that_the_truth_determines_is_made(ledger: dict[tuple[str, str], Row]) -> None:
    wrong = [
        (row["url"], row["expected"], ledger[row["file"], row["url"]]["action"])
        for row in truth()
        if row["expected"] in {"admit", "quarantine", "exclude"}
        and ledger[row["file"], row["url"]]["action"] != row["expected"]
    ]
    assert not wrong


def test_no_human_page_is_excluded_but_for_copies_of_one_that_stays(
    ledger: dict[tuple[str, str], Row],
) -> None:
    human = [(row["file"], row["url"]) for row in truth() if row["origin"] == "human"]
    decided = [ledger[key] for key in human if key in ledger]
    excluded = [line for line in decided if line["action"] == "exclude"]

    assert len(decided) > 800
    assert {line["reason"] for line in excluded} <= {"duplicate-exact", "duplicate-near"}
    for line in excluded:
        keeper = line["evidence"][0].split()[-1]
        assert [row["action"] for row in ledger.values() if row["id"] == keeper] == ["admit"]


def test_every_kind_of_disclosure_is_found_wherever_it_stands(
    demo: Path, ledger: dict[tuple[str, str], Row]
) -> None:
    kinds: dict[str, set[str]] = {}
    for path in (demo / "labels" / "disclosure-1").glob("*.parquet"):
        for row in pq.read_table(path).to_pylist():
            kinds[row["id"]] = {claim["kind"] for claim in row["claims"]}
    seen: dict[str, int] = defaultdict(int)
    for row in truth():
        line = ledger.get((row["file"], row["url"]))
        for kind in row["kinds"] if line else ():
            assert line is not None
            assert kind in kinds[line["id"]], (kind, row["url"])
            seen[kind] += 1
    assert min(seen.values()) >= 2
    assert len(seen) >= 16


def test_what_cannot_be_read_is_named_and_everything_adds_up(demo: Path) -> None:
    summary = json.loads((demo / "summary.json").read_text("utf-8"))
    reasons = {skip["reason"] for skip in summary["skips"] if skip["lost"]}

    assert len(reasons) >= 4
    for source in summary["sources"]:
        assert source["n_read"] == source["n_decided"] + source["n_skipped"]
        assert source["size"] == source["parsed"] + source["skipped"]


def test_the_report_has_its_figures(demo: Path) -> None:
    page = (demo / "report.html").read_text("utf-8")
    assert page.count("<svg") >= 8
    for heading in ("How much was read", "What was decided, and why", "Tail audit"):
        assert heading.lower() in page.lower()
