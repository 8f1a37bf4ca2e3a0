"""Records that are the death of their workers: convicted, skipped, counted, and the shard goes on."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from headwater.curate.config import Config
from headwater.curate.engine.engine import Death, Item, Query, Task
from headwater.curate.engine.native import NativeEngine
from headwater.curate.journal import read_entries
from headwater.curate.layout import Layout
from headwater.sources.shard import Limits, Shard
from tests.curate.crawls import member, page, prose, read_column, run, tree
from tests.curate.engine import tasks


def slow_page(url: str) -> bytes:
    """Give a page whose extraction takes a good part of a second."""
    return member(url, page("".join(f"<div><p>{prose(n)}</p></div>" for n in range(12_000))))


def hostile_crawl(folder: Path, *, n_files: int = 1, n_slow: int = 3) -> Path:
    """Write pages of which some, in a row, take more CPU time than `IMPATIENT` allows."""
    folder.mkdir()
    for at in range(n_files):
        pages = [member(f"https://a.example/{at}/{n}", page(prose(100 * at + n))) for n in range(9)]
        pages[3:3] = [slow_page(f"https://slow.example/{at}/{n}") for n in range(n_slow)]
        (folder / f"crawl{at}.warc.gz").write_bytes(b"".join(pages))
    return folder


IMPATIENT = Config(cpu_limit_s=0.15, limits=Limits(max_payload_bytes=2**26))


@pytest.mark.slow
def test_records_in_a_row_that_kill_their_workers_are_skipped_and_the_rest_is_kept(tmp_path: Path) -> None:
    source = hostile_crawl(tmp_path / "in", n_files=2, n_slow=2)
    summaries = [
        run(source, tmp_path / f"{n}", engine=NativeEngine(workers=n), config=IMPATIENT) for n in (1, 2)
    ]

    assert [(skip.reason, skip.n_records) for skip in summaries[0].skips] == [("worker-died", 4)]
    assert "more CPU time than allowed" in summaries[0].skips[0].detail
    assert read_column(tmp_path / "1" / "ledger.parquet", "url") == [
        f"https://a.example/{at}/{n}" for at in range(2) for n in range(9)
    ]
    assert tree(tmp_path / "1") == tree(tmp_path / "2")
    assert not list((tmp_path / "1").rglob("*.tmp"))
    assert not list((tmp_path / "1" / ".work").glob("journals/*"))


@pytest.mark.slow
def test_each_slow_record_costs_one_death_and_a_kill_between_two_resumes_to_the_same_bytes(
    tmp_path: Path,
) -> None:
    source, engine = hostile_crawl(tmp_path / "in"), Counted()
    run(source, tmp_path / "whole", engine=engine, config=IMPATIENT)
    assert engine.n_deaths == 3
    assert engine.n_entries == [3, 3]  # Pages 0 to 2 are noted once, and nothing lies between the slow ones.

    with pytest.raises(Stopped):
        run(source, tmp_path / "out", engine=Counted(stop_after=2), config=IMPATIENT)
    assert len(list((tmp_path / "out" / ".work" / "deaths").iterdir())) == 1
    run(source, tmp_path / "out", engine=NativeEngine(workers=1), config=IMPATIENT)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_what_follows_too_many_deaths_of_a_shard_is_given_up_and_counted(tmp_path: Path) -> None:
    config = replace(IMPATIENT, max_deaths=1)
    source = hostile_crawl(tmp_path / "in", n_slow=2)
    summary = run(source, tmp_path / "out", engine=NativeEngine(workers=1), config=config)

    assert {skip.reason: skip.n_records for skip in summary.skips} == {"worker-died": 2, "shard-given-up": 6}
    assert summary.sources[0].n_decided == 3
    assert summary.sources[0].size == summary.sources[0].parsed + summary.sources[0].skipped


class Stopped(Exception):  # noqa: N818
    """The run is stopped from outside."""


class Counted:
    """A native engine of one worker that counts deaths of the first pass and what a journal held at each."""

    isolated: ClassVar[bool] = True

    def __init__(self, *, stop_after: int = 99) -> None:
        """Count from nothing."""
        self._engine = NativeEngine(workers=1)
        self._stop_after = stop_after
        self.n_deaths = 0
        self.n_entries: list[int] = []

    def prepare(self, task: Task, item: Item) -> None:
        """Prepare as the engine does."""
        self._engine.prepare(task, item)

    def map(self, task: Task, items: Sequence[Item]) -> Iterator[Item | Death]:
        """Run the task, and look at what a death leaves behind."""
        if self.n_deaths >= self._stop_after:
            raise Stopped
        for answer in self._engine.map(task, items):
            if isinstance(answer, Death):
                self.n_deaths += 1
                folder = Layout(Path(answer.item["root"])).journal(Shard(**answer.item["shard"]).name)
                entries = list(read_entries(sorted(folder.glob("*"))))
                self.n_entries += [len(entries)] if folder.exists() else []
            yield answer

    def query(self, query: Query, item: Item) -> Item:
        """Run the query."""
        return self._engine.query(query, item)


class Deadly(Counted):
    """The same, of whose first pass pages may be the death."""

    def map(self, task: Task, items: Sequence[Item]) -> Iterator[Item | Death]:
        """Run the task, or a deadly one in its place."""
        first = task.__module__ == "headwater.curate.evidence"
        return super().map(tasks.deadly if first else task, items)


@pytest.mark.parametrize(
    ("number", "n_deaths"),
    [(signal.SIGSEGV, 1), (signal.SIGKILL, 2)],
    ids=["brought upon itself", "may have come from outside"],
)
def test_a_crash_convicts_at_once_and_a_kill_when_it_comes_again(
    tmp_path: Path, number: int, n_deaths: int
) -> None:
    pages = [member(f"https://a.example/{n}", page(prose(n))) for n in range(4)]
    pages.insert(2, member("https://bad.example/", page(f"{prose(9)} It sends the signal {int(number)}.")))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "crawl.warc.gz").write_bytes(b"".join(pages))
    engine = Deadly()
    summary = run(tmp_path / "in", tmp_path / "out", engine=engine)

    assert engine.n_deaths == n_deaths
    assert [(skip.reason, skip.n_records) for skip in summary.skips] == [("worker-died", 1)]
    assert summary.sources[0].n_decided == 4
