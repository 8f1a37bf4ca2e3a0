"""A policy that cuts human texts of a language, script or length fails its run, unless that is allowed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.cli.main import run
from headwater.curate.calibrate import weights_digest
from headwater.curate.calibration import Calibration, Canary, encode
from tests.curate.crawls import prose

STRATUM = "en/lines/50-149"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Hold a crawl of one page, a calibration with 30 canaries, and a policy that wants long texts."""
    monkeypatch.chdir(tmp_path)
    canaries = tuple(Canary(prose(at), STRATUM) for at in range(30))
    scores = {STRATUM: [(float(at), 1.0) for at in range(120)]}
    made = Calibration("statistical-1", weights_digest(), scores, canaries)
    (tmp_path / "people.json").write_bytes(encode(made))
    (tmp_path / "crawl.jsonl").write_text(json.dumps({"text": prose(99, 400)}) + "\n")
    (tmp_path / "long.toml").write_text('name = "long-1"\nmin_words = 300\n')
    return tmp_path


def curate(out: str, *options: str) -> int:
    told = ["curate", "crawl.jsonl", "--out", out, "--calibration", "people.json", "--workers", "1"]
    with pytest.raises(SystemExit) as end:
        run([*told, *options])
    return int(end.value.code or 0)


def test_a_policy_that_cuts_people_fails_the_run_and_leaves_its_results(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert curate("out", "--policy", "long.toml") == 1

    said = capsys.readouterr().err
    assert "headwater: the policy cuts 30 of 30 held-out human texts of " in said
    assert "accept it with --allow-cut; the results are in place" in said
    cuts = json.loads((folder / "out" / "summary.json").read_text())["statistics"]["cuts"]
    assert {(cut["dimension"], cut["stratum"], cut["n_cut"]) for cut in cuts} >= {("script", "Latn", 30)}

    assert curate("out", "--policy", "long.toml", "--allow-cut") == 0


def test_a_policy_that_cuts_nobody_passes(folder: Path) -> None:
    assert curate("out") == 0
