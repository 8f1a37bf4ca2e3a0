"""The whole job: what it accounts for, that it resumes, and that where it runs makes no difference."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import pyarrow.parquet as pq
import pytest

from headwater.curate.config import Config
from headwater.curate.engine.engine import Death, Item, Query, Task
from headwater.curate.engine.native import NativeEngine
from headwater.curate.labels import LABELS
from headwater.curate.policy import Policy, encode
from headwater.curate.run import Setting, redecide
from headwater.curate.store import exclusive
from headwater.errors import InputError, UnavailableError
from tests.curate.crawls import crawl, member, page, read_column, run, silent, tree
from tests.curate.engine import tasks


def test_every_record_and_every_byte_is_accounted_for(tmp_path: Path) -> None:
    summary = run(crawl(tmp_path / "in"), tmp_path / "out")

    assert [source.n_read for source in summary.sources] == [23, 23, 23]
    for source in summary.sources:
        assert source.n_read == source.n_decided + source.n_skipped
        assert source.size == source.parsed + source.skipped
    assert sum(reason.n for reason in summary.reasons) == sum(source.n_decided for source in summary.sources)
    assert (
        sum(skip.n_records for skip in summary.skips)
        == sum(source.n_skipped for source in summary.sources)
        == 3
    )


def test_every_document_stands_once_where_its_ledger_line_says(tmp_path: Path) -> None:
    run(crawl(tmp_path / "in"), tmp_path / "out")

    ledger = pq.read_table(tmp_path / "out" / "ledger.parquet").to_pylist()
    assert len({line["id"] for line in ledger}) == len(ledger) == 66
    for file in {line["file"] for line in ledger}:
        ids = read_column(tmp_path / "out" / file, "id")
        assert ids == [line["id"] for line in ledger if line["file"] == file]


def test_a_folder_of_a_label_reads_as_one_table_of_its_columns(tmp_path: Path) -> None:
    run(crawl(tmp_path / "in"), tmp_path / "out")

    folders = sorted((tmp_path / "out" / "labels").iterdir())
    assert any((folder / "_corpus").is_dir() for folder in folders)
    for folder in folders:
        table = pq.read_table(folder)
        assert table.schema.names == ["id", *LABELS[folder.name].schema.names]
        assert table.num_rows == 66


def test_copies_are_excluded_and_one_of_them_stays(tmp_path: Path) -> None:
    summary = run(crawl(tmp_path / "in"), tmp_path / "out")

    assert {(r.action, r.reason): r.n for r in summary.reasons} == {
        ("admit", "no-evidence-against"): 60,
        ("exclude", "duplicate-exact"): 3,
        ("quarantine", "http-error"): 3,
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a crawl, and run it in this process."""
    folder = tmp_path_factory.mktemp("small")
    run(crawl(folder / "in"), folder / "whole")
    return folder


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_worker_processes_give_the_bytes_of_no_workers(tmp_path: Path, small: Path, workers: int) -> None:
    run(small / "in", tmp_path / "native", engine=NativeEngine(workers=workers))

    assert tree(tmp_path / "native") == tree(small / "whole")


def test_a_folder_of_the_same_run_is_left_as_it_is(tmp_path: Path) -> None:
    source = crawl(tmp_path / "in", n_files=1)
    first = run(source, tmp_path / "out")
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*") if path.is_file()}

    assert run(source, tmp_path / "out") == first
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


def test_a_folder_of_another_run_is_refused(tmp_path: Path) -> None:
    run(crawl(tmp_path / "in", n_files=1), tmp_path / "out")
    with pytest.raises(InputError, match="another run"):
        run(crawl(tmp_path / "other", n_files=2), tmp_path / "out")


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep me")
    with pytest.raises(InputError, match="not empty"):
        run(crawl(tmp_path / "in", n_files=1), tmp_path / "out")
    assert tree(tmp_path / "out") == {"mine.txt": b"keep me"}


def test_deciding_again_gives_the_bytes_of_a_run_under_the_new_policy(tmp_path: Path) -> None:
    source = crawl(tmp_path / "in")
    policy = Policy(
        name="strict-1",
        http_error="exclude",
        duplicate_exact="quarantine",
        min_words=200,
        near_likeness=0.9,
        error_status=500,
    )
    run(source, tmp_path / "fresh", config=Config(shard_bytes=2**16, policy=policy))
    run(source, tmp_path / "again")

    setting = Setting(NativeEngine(workers=2), lambda summary: summary.run_id, silent)
    redecide(tmp_path / "again", policy=policy, setting=setting)
    assert tree(tmp_path / "again") == tree(tmp_path / "fresh")


def test_deciding_again_under_other_versions_tells_those_of_the_labels_and_those_that_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(crawl(tmp_path / "in", n_files=1), tmp_path / "out")
    made = json.loads((tmp_path / "out" / "run.json").read_text())

    today = {"version": "99.0", "code": "ab" * 32, "libraries": made["libraries"] | {"daft": "99.1"}}
    monkeypatch.setattr("headwater.curate.config.__version__", today["version"])
    monkeypatch.setattr("headwater.curate.config.code", lambda: today["code"])
    monkeypatch.setattr("headwater.curate.config.libraries", lambda: today["libraries"])
    setting = Setting(NativeEngine(workers=1), lambda summary: summary.run_id, silent)
    for policy in (Policy(), Policy(name="strict-1", http_error="exclude"), Policy()):
        summary = redecide(tmp_path / "out", policy=policy, setting=setting)
        facts = json.loads((tmp_path / "out" / "run.json").read_text())
        assert facts["decided"] == today
        assert all(facts[key] == made[key] for key in today)
        assert facts["run_id"] == summary.run_id != first.run_id


def test_deciding_again_needs_a_finished_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no finished run"):
        redecide(tmp_path, policy=Policy(), setting=Setting(NativeEngine(workers=1), str, silent))


def test_a_label_that_raises_skips_the_document_and_counts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fragile(self: object, document: object) -> dict[str, object]:
        raise ZeroDivisionError("no luck")

    monkeypatch.setattr(LABELS["quality-1"], "measure", fragile)
    summary = run(crawl(tmp_path / "in", n_files=1), tmp_path / "out")
    assert {skip.reason: skip.n_records for skip in summary.skips}["label-error:quality-1"] == 22
    assert summary.sources[0].n_decided == 0
    assert summary.sources[0].size == summary.sources[0].skipped


class Mortal:
    """A native engine whose worker is killed at one shard of one pass."""

    isolated: ClassVar[bool] = True

    def __init__(self, module: str, victim: str, lives: Path) -> None:
        """Hold whom to kill."""
        self._engine = NativeEngine(workers=2)
        self._module = module
        self._facts = {"module": module, "victim": victim, "lives": str(lives)}

    def prepare(self, task: Task, item: Item) -> None:
        """Prepare nothing."""

    def map(self, task: Task, items: Sequence[Item]) -> Iterator[Item | Death]:
        """Run the task, or a mortal one in its place."""
        if (task.__module__, task.__name__) != (self._module, "run"):
            return self._engine.map(task, items)
        return self._engine.map(tasks.mortal, [{**item, **self._facts} for item in items])

    def query(self, query: Query, item: Item) -> Item:
        """Run the query."""
        return self._engine.query(query, item)


@pytest.mark.parametrize("module", ["headwater.curate.decide", "headwater.curate.write"])
def test_a_worker_killed_in_a_later_pass_names_shard_and_file_or_is_got_over(
    tmp_path: Path, small: Path, module: str
) -> None:
    source = small / "in"
    victim = next((small / "whole" / "corpus").glob("*")).stem
    file = next(
        line["source"]
        for line in pq.read_table(small / "whole" / "ledger.parquet").to_pylist()
        if victim in line["file"]
    )
    lives = tmp_path / "lives"
    lives.mkdir()
    for life in "123":
        (lives / life).touch()
    engine = Mortal(module, victim, lives)

    with pytest.raises(UnavailableError, match=f"a worker died .* shard {victim} of {file}: ") as caught:
        run(source, tmp_path / "out", engine=engine)
    assert "it resumes" in caught.value.hint
    assert len(list(lives.glob("*"))) == 1
    run(source, tmp_path / "out", engine=engine)
    assert not list(lives.glob("*"))
    assert tree(tmp_path / "out") == tree(small / "whole")


_RUN = """
import sys
from pathlib import Path
from headwater.curate.engine.native import NativeEngine
from tests.curate.crawls import run
if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), engine=NativeEngine(workers=2))
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a crawl that takes some seconds, and run it in this process."""
    folder = tmp_path_factory.mktemp("large")
    run(crawl(folder / "in", n_files=6, n_pages=200), folder / "whole")
    return folder


@pytest.mark.parametrize("after_s", [0.6, 1.0, 1.4, 1.8, 2.2])
def test_a_run_killed_at_any_moment_resumes_to_the_same_bytes(
    tmp_path: Path, large: Path, after_s: float
) -> None:
    source = large / "in"
    script = tmp_path / "script.py"
    script.write_text(_RUN)

    job = subprocess.Popen(
        [sys.executable, str(script), str(source), str(tmp_path / "out")],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])},
        start_new_session=True,
    )
    time.sleep(after_s)
    os.killpg(job.pid, signal.SIGKILL)
    assert job.wait() == -signal.SIGKILL

    run(source, tmp_path / "out")
    assert tree(tmp_path / "out") == tree(large / "whole")


STRICT = Policy(name="strict-1", http_error="exclude")


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run one file under the usual policy and under a strict one."""
    folder = tmp_path_factory.mktemp("decided")
    source = crawl(folder / "in", n_files=1)
    run(source, folder / "fresh", config=Config(shard_bytes=2**16, policy=STRICT))
    run(source, folder / "out")
    return folder


@pytest.mark.parametrize("step", [1, 2, 4, 7, 9, 11])
def test_a_kill_between_any_two_renames_of_a_replacement_loses_nothing(
    tmp_path: Path, decided: Path, step: int
) -> None:
    policy = STRICT
    shutil.copytree(decided / "out", tmp_path / "out")
    code = f"""
import os, pathlib, sys
from pathlib import Path
from headwater.curate.engine.inline import InlineEngine
from headwater.curate.policy import parse
from headwater.curate.run import Setting, redecide
from headwater.curate.store import exclusive
from headwater.curate import publish
left = [{step}]
rename = pathlib.Path.rename
def counted(self, target):
    left[0] -= 1
    if left[0] == 0:
        os._exit(9)
    return rename(self, target)
pathlib.Path.rename = counted
setting = Setting(InlineEngine(), lambda summary: summary.run_id, print)
redecide(Path(sys.argv[1]), policy=parse(sys.argv[2]), setting=setting)
"""
    arguments = [sys.executable, "-c", code, str(tmp_path / "out"), encode(policy)]
    assert subprocess.run(arguments, check=False, capture_output=True).returncode == 9

    setting = Setting(NativeEngine(workers=1), lambda summary: summary.run_id, silent)
    redecide(tmp_path / "out", policy=policy, setting=setting)
    assert tree(tmp_path / "out") == tree(decided / "fresh")


def test_run_json_names_configuration_inputs_and_versions_and_no_time(tmp_path: Path) -> None:
    run(crawl(tmp_path / "in", n_files=1), tmp_path / "out")
    facts = json.loads((tmp_path / "out" / "run.json").read_text())
    assert set(facts) == {
        "run_id",
        "evidence_id",
        "version",
        "code",
        "config",
        "seeds",
        "parameters",
        "libraries",
        "decided",
        "inputs",
        "passed_over",
    }
    assert facts["parameters"]["duplicate-1"]["least_likeness"] == 0.8
    assert facts["parameters"]["disclosure-1"] == {"about_limit": 3}
    assert facts["decided"] == {key: facts[key] for key in ("version", "code", "libraries")}
    assert facts["inputs"]["part0.warc.gz"]["size"] == (tmp_path / "in" / "part0.warc.gz").stat().st_size


def test_a_chain_of_likenesses_does_not_exclude_what_is_unlike_all_that_stays(tmp_path: Path) -> None:
    words = [f"word{at}" for at in range(800)]
    (tmp_path / "in").mkdir()
    links = [page(" ".join(words[20 * at : 20 * at + 400])) for at in range(20)]
    pages = [member(f"https://chain.example/{at}", link) for at, link in enumerate(links)]
    (tmp_path / "in" / "chain.warc.gz").write_bytes(b"".join(pages))
    run(tmp_path / "in", tmp_path / "out")

    ledger = pq.read_table(tmp_path / "out" / "ledger.parquet").to_pylist()
    place = {line["id"]: int(line["url"].rpartition("/")[2]) for line in ledger}
    stay = {line["id"] for line in ledger if line["action"] == "admit"}
    assert len(stay) > 1
    for line in ledger:
        if line["action"] == "exclude":
            keeper = line["evidence"][0].split()[-1]
            assert keeper in stay
            # Neighbours share 95 % of their words; 0.8 in Jaccard similarity is two links away, give or take.
            assert abs(place[line["id"]] - place[keeper]) <= 4


def test_what_follows_a_record_is_not_laid_at_its_door(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    first, last = '{"text": "one line of text"}\n', '{"text": "and another line"}\n'
    (tmp_path / "in" / "a.jsonl").write_text(first + "{}\n" * 60_000 + last)

    config = Config(cpu_limit_s=0.4, labels=("quality-1",))
    summary = run(tmp_path / "in", tmp_path / "out", engine=NativeEngine(workers=1), config=config)
    assert summary.sources[0].n_decided == 2
    assert {skip.reason for skip in summary.skips} == {"text-missing"}


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    source = crawl(tmp_path / "in", n_files=1)
    with exclusive(tmp_path / "out" / ".work" / "lock"), pytest.raises(InputError, match="another run"):
        run(source, tmp_path / "out")
    run(source, tmp_path / "out")
