"""Where everything of a run stands below its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from headwater.curate.policy import Action

FOLDERS: dict[Action, str] = {"admit": "corpus", "quarantine": "quarantine", "exclude": "excluded"}
LEDGER = "ledger.parquet"
SKIPPED = "skipped.parquet"
RUN = "run.json"
SUMMARY = "summary.json"
REPORT = "report.html"
STATISTICS = "statistics.parquet"
RESULTS = (*FOLDERS.values(), LEDGER, SKIPPED, STATISTICS, SUMMARY, REPORT, RUN)


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of one run; `.work` holds what only an unfinished run needs.

    Attributes:
        root: The run's folder.
    """

    root: Path

    @property
    def work(self) -> Path:
        """Hold everything that is not a result."""
        return self.root / ".work"

    @property
    def next(self) -> Path:
        """Hold the results until all of them are whole."""
        return self.work / "next"

    @property
    def plan(self) -> Path:
        """Say what run this folder holds; written first."""
        return self.work / "plan.json"

    def documents(self, shard: str) -> Path:
        """Hold the text of a shard between the first pass and the third."""
        return self.work / "documents" / f"{shard}.parquet"

    def skips(self, shard: str) -> Path:
        """Hold what the reader could not turn into records."""
        return self.work / "skips" / f"{shard}.parquet"

    @property
    def lock(self) -> Path:
        """Be held by the run that works here."""
        return self.work / "lock"

    @property
    def gaps(self) -> Path:
        """Hold what lies between shards and was read by none."""
        return self.work / "skips" / "between.parquet"

    def label(self, name: str, shard: str) -> Path:
        """Hold one label's columns."""
        return self.root / "labels" / name / f"{shard}.parquet"

    def resolved(self, name: str, shard: str) -> Path:
        """Hold one label's corpus-wide columns, for the documents that have any.

        Readers of a folder of Parquet pass over names that begin so.
        """
        return self.root / "labels" / name / "_corpus" / f"{shard}.parquet"

    def commit(self, step: str, shard: str) -> Path:
        """Say that a step is done for a shard; written last."""
        return self.work / "commits" / step / f"{shard}.json"

    def crumb(self, shard: str) -> Path:
        """Say which record a worker is at."""
        return self.work / "crumbs" / shard

    def deaths(self, shard: str) -> Path:
        """Name the records at which a worker died."""
        return self.work / "deaths" / f"{shard}.json"

    def journal(self, shard: str) -> Path:
        """Hold what was measured of a shard whose workers die."""
        return self.work / "journals" / shard

    def drafts(self, shard: str) -> Path:
        """Hold the decisions each document's own labels lead to."""
        return self.work / "drafts" / f"{shard}.parquet"

    def settled(self, shard: str, part: int) -> Path:
        """Hold the decisions that change once one slice of the clusters is looked at."""
        return self.work / "settled" / shard / f"{part:06d}.parquet"

    @property
    def judgements(self) -> Path:
        """Hold what people concluded while a run that has it is under way."""
        return self.work / "judgements.jsonl"

    @property
    def calibration(self) -> Path:
        """Hold the calibration while a run that has one is under way."""
        return self.work / "calibration.json"

    @property
    def roll(self) -> Path:
        """Hold what the reserves of the run hold, for workers to look up."""
        return self.work / "roll"

    def canaries(self, shard: str) -> Path:
        """Hold the scores of the canaries as they came through a shard."""
        return self.work / "canaries" / f"{shard}.json"

    def fused(self, shard: str) -> Path:
        """Hold the decisions that statistics over the whole crawl change."""
        return self.work / "fused" / f"{shard}.parquet"

    @property
    def fusion(self) -> Path:
        """Hold the state of those statistics."""
        return self.work / "fusion.json"

    def part(self, action: Action, shard: str) -> Path:
        """Hold a shard's documents of one action."""
        return self.next / FOLDERS[action] / f"{shard}.parquet"

    def ledger(self, shard: str) -> Path:
        """Hold a shard's part of the ledger."""
        return self.work / "ledger" / f"{shard}.parquet"

    def audit(self, shard: str) -> Path:
        """Hold a shard's counts for the report."""
        return self.work / "audit" / f"{shard}.parquet"

    def words(self, shard: str) -> Path:
        """Hold a shard's sample of the vocabulary."""
        return self.work / "words" / f"{shard}.parquet"
