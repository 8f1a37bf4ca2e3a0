"""The demo on the shipped sample, held against the truth that `curate` never reads."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from headwater.curate import roll
from headwater.curate.config import Config
from headwater.curate.labels.watermark import encode
from headwater.curate.policy import Policy
from tests.curate.crawls import member, page, run
from tests.curate.labels.test_membership import sealed
from tests.watermark.pages import marked, marker

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


def test_every_reason_that_the_truth_determines_is_given(ledger: dict[tuple[str, str], Row]) -> None:
    told = [row for row in truth() if row["reason"] and row["expected"] != "skip"]
    wrong = [
        (row["url"], row["reason"])
        for row in told
        if ledger[row["file"], row["url"]]["reason"] != row["reason"]
    ]
    assert len(told) >= 7
    assert not wrong


def test_what_discloses_is_excluded_for_that_and_not_by_chance(ledger: dict[tuple[str, str], Row]) -> None:
    disclosing = [row for row in truth() if row["kinds"] and row["expected"] == "exclude"]
    reasons = {ledger[row["file"], row["url"]]["reason"] for row in disclosing}

    assert len(disclosing) >= 25
    assert not reasons & {"duplicate-exact", "duplicate-near", "no-text", "http-error"}


def test_every_skip_that_the_truth_determines_is_made(demo: Path) -> None:
    told = Counter(row["reason"] for row in truth() if row["expected"] == "skip")
    rows = pq.read_table(demo / "skipped.parquet").to_pylist()
    made: Counter[str] = Counter()
    for row in rows:
        made[row["reason"]] += row["n_records"]

    assert len(told) >= 6
    assert all(made[reason] >= n for reason, n in told.items())


def disclosed(demo: Path) -> dict[str, list[Row]]:
    """Read the claims of every document."""
    paths = (demo / "labels" / "disclosure-1").glob("*.parquet")
    return {row["id"]: row["claims"] for path in paths for row in pq.read_table(path).to_pylist()}


def test_every_kind_of_disclosure_is_found_wherever_it_stands(
    demo: Path, ledger: dict[tuple[str, str], Row]
) -> None:
    claims = disclosed(demo)
    seen: dict[str, int] = defaultdict(int)
    for row in truth():
        for kind in row["kinds"]:
            found = claims[ledger[row["file"], row["url"]]["id"]]
            assert kind in {claim["kind"] for claim in found}, (kind, row["url"])
            seen[kind] += 1
    assert min(seen.values()) >= 2
    assert len(seen) >= 16


def test_every_signature_is_judged_as_the_truth_says(demo: Path, ledger: dict[tuple[str, str], Row]) -> None:
    claims = disclosed(demo)
    judged: dict[str, int] = defaultdict(int)
    for row in truth():
        if row["c2pa"] in {"valid-untrusted", "invalid"}:
            found = claims[ledger[row["file"], row["url"]]["id"]]
            statuses = {claim["status"] for claim in found if claim["kind"].startswith("c2pa")}
            assert statuses == {row["c2pa"]}, row["url"]
            judged[row["c2pa"]] += 1
    assert min(judged.values()) >= 4


def test_under_its_root_every_intact_signature_is_valid(tmp_path: Path, demo: Path) -> None:
    out, root = tmp_path / "out", ROOT / "examples" / "keys" / "TEST-ONLY-root.pem"
    options = ["--out", str(out), "--trust-anchors", str(root), "--label", "disclosure-1"]
    command = [sys.executable, "-m", "headwater", "curate", str(CRAWL), *options]
    subprocess.run(command, check=True, capture_output=True)

    def statuses(folder: Path) -> Counter[str]:
        signed = (claim for found in disclosed(folder).values() for claim in found)
        return Counter(claim["status"] for claim in signed if claim["kind"].startswith("c2pa"))

    before, after = statuses(demo), statuses(out)
    assert after["valid"] == before["valid-untrusted"] > 0
    assert after["valid-untrusted"] == 0
    assert after["invalid"] == before["invalid"] > 0


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


@pytest.mark.slow
def test_marked_disclosed_and_sealed_pages_of_the_sample_are_all_right_for_the_right_reason(
    demo: Path, tmp_path: Path
) -> None:
    source, held = tmp_path / "in", truth()
    source.mkdir()
    for path in CRAWL.glob("*.warc.gz"):
        (source / path.name).symlink_to(path)
    urls = {f"https://marked.example/{n}" for n in range(4)}
    pages = [member(url, page(marked(int(url[-1]) % 2 + 1, 300 + int(url[-1])))) for url in sorted(urls)]
    (source / "marked.warc.gz").write_bytes(b"".join(pages))
    kept = pq.read_table(demo / "corpus", columns=["url", "text"]).to_pylist()
    people = {row["url"] for row in held if row["origin"] == "human" and row["duplicate_group"] is None}
    texts = {row["url"]: row["text"] for row in kept if row["url"] in people and len(row["text"]) > 600}
    known = dict(sorted(texts.items())[::20])
    reserve = sealed(tmp_path, list(known.values()))
    config = Config(
        policy=Policy(name="old-1", human_grade="E0"),
        labels=(
            "capture-1",
            "language-1",
            "quality-1",
            "disclosure-1",
            "duplicate-1",
            "watermark-1",
            "membership-1",
        ),
        watermarks=encode([marker(1), marker(2)]),
        reserves=roll.encode([reserve]),
    )
    run(source, tmp_path / "out", config=config)
    lines = pq.read_table(tmp_path / "out" / "ledger.parquet").to_pylist()
    reasons = {(line["source"], line["url"]): line["reason"] for line in lines}
    found = pq.read_table(tmp_path / "out" / "labels" / "membership-1").to_pylist()
    members = {line["url"] for line in lines if line["id"] in {row["id"] for row in found if row["match"]}}

    assert {url for (_, url), reason in reasons.items() if reason == "watermarked"} == urls
    told = [(row["file"], row["url"]) for row in held if row["expected"] == "exclude"]
    assert len(told) > 20
    assert {reasons[key] for key in told} <= {"disclosed-ai-generated", "copy-of-disclosed"}
    assert members >= set(known)
    assert {reasons[key] for key in reasons if key[1] in known} == {"no-evidence-against"}


@pytest.mark.slow
def test_make_demo_ends_in_a_page_with_a_share_an_audit_and_a_verified_release(
    tmp_path: Path,
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    asked = ["make", "-n", "demo", "VENV=.venv"]
    dry = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    steps = [line.split()[1:] for line in dry.splitlines() if line.startswith(".venv/bin/headwater ")]
    for step in steps:
        command = [sys.executable, "-m", "headwater", *step]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    page = (tmp_path / "out" / "demo-release.html").read_text("utf-8")
    summary = json.loads((tmp_path / "out" / "demo" / "summary.json").read_text("utf-8"))["statistics"]
    lines = pq.read_table(tmp_path / "out" / "demo" / "ledger.parquet").to_pylist()
    generated = {(row["file"], row["url"]) for row in truth() if row["origin"] == "generated"}
    called = {(row["source"], row["url"]) for row in lines if row["reason"] == "reads-generated"}
    whole = summary["prevalence"][0]

    assert len(steps) == 7
    assert whole["low"] <= len(generated) / whole["n"] <= whole["high"]
    assert abs(whole["value"] - len(generated) / whole["n"]) < 0.05
    assert summary["n_canaries"] > 99
    assert not summary["off"]
    assert called <= generated
    assert "A verified release" in page
    assert f"an estimated <strong>{100 * whole['value']:.1f}\u202f%</strong> are generated (95" in page
    for part in ("What was decided, and why", "Tail audit", "The release, and what was checked"):
        assert part in page
