"""Curation in a loop: the main job run on a crawl with the remedies of an arm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from headwater.curate import judgement
from headwater.curate.calibrate import calibrate
from headwater.curate.calibration import encode
from headwater.curate.config import Config, labels_given
from headwater.curate.engine.inline import InlineEngine
from headwater.curate.layout import LEDGER
from headwater.curate.policy import Policy
from headwater.curate.run import Setting, curate, redecide
from headwater.curate.skips import explanations
from headwater.curate.summary import Summary
from headwater.loop.scene import Arm
from headwater.report.curate import render
from headwater.sources.discover import discover
from headwater.sources.plan import plan

# What is left of the default policy when nobody looks: copies go, and pages without text.
_BLIND = Policy(
    name="blind-1",
    watermarked="admit",
    ai_generated="admit",
    ai_assisted="admit",
    ai_element="admit",
    c2pa_invalid="admit",
    contradiction="admit",
    ai_builder="admit",
    chat_boilerplate="admit",
    reads_generated="admit",
    human_grade="E0",  # The loop itself says when it sealed: there is nobody else whom to ask.
)


def policy_of(arm: Arm) -> Policy:
    """Give the policy of an arm: the default one for the remedies that it has."""
    looks: dict[str, Any] = {}
    if arm.disclosure:
        looks |= {"ai_generated": "exclude", "ai_assisted": "quarantine", "ai_element": "quarantine"}
    if arm.adoption:
        looks["watermarked"] = "exclude"
    if arm.statistics:
        looks["reads_generated"] = "exclude"
    name = "-".join(["loop", *(word.replace("_", "-") for word in sorted(looks)), "1"])
    return replace(_BLIND, name=name, **looks) if looks else _BLIND


def run(
    crawl: Path, out: Path, arm: Arm, *, watermarks: str = "", reserves: str = "", calibration: bytes = b""
) -> Summary:
    """Curate a crawl.

    Args:
        crawl: A WARC file.
        out: Folder for the results.
        arm: Whose remedies.
        watermarks: Keys to look for, where marks are a remedy.
        reserves: Reserves to look pages up in, where one is a remedy.
        calibration: Scores of human text, where statistics are one.

    Returns:
        What was done.
    """
    given = {"watermarks": watermarks, "reserves": reserves}
    labels = labels_given({name for name, value in given.items() if value})
    config = Config(
        policy=policy_of(arm),
        labels=labels,
        calibration=calibration,
        watermarks=watermarks,
        reserves=reserves,
    )
    return curate(_shards(crawl), out, config=config, setting=_setting())


def judge(out: Path, arm: Arm, judgements: bytes, *, calibration: bytes = b"") -> Summary:
    """Decide a curated crawl again by what people concluded.

    Args:
        out: Folder of the finished run.
        arm: Whose remedies.
        judgements: Outcomes, one line a document.
        calibration: As in `run`.

    Returns:
        What was done.
    """
    return redecide(
        out, policy=policy_of(arm), setting=_setting(), calibration=calibration, judgements=judgements
    )


def vouched(out: Path, judgements: bytes) -> set[str]:
    """Give the addresses of the pages that a reserve or people say are a person's.

    Args:
        out: Folder of the finished run.
        judgements: Outcomes, one line a document; empty for none.
    """
    told, url = judgement.parse(judgements), addresses(out)
    believed = {record for record, one in told.items() if one.human >= _BLIND.judged_sure}
    return {url[record] for record in believed | proved(out)}


def proved(out: Path) -> set[str]:
    """Give the records that were looked up in a reserve and found."""
    folder = out / "labels" / "membership-1"
    found: set[str] = set()
    for file in sorted(folder.glob("*.parquet")):
        found |= {record for record, match in rows(file, "id", "match") if match}
    return found


def scores(human: Path, out: Path) -> bytes:
    """Score human text, to rank pages among it.

    Args:
        human: JSON lines: what the reserve holds.
        out: Folder for the run over it.

    Returns:
        The calibration as a file.
    """
    curate(_shards(human), out, config=Config(), setting=_setting())
    return encode(calibrate(out))


def addresses(out: Path) -> dict[str, str]:
    """Read the address of each record of a run."""
    return dict(rows(out / LEDGER, "id", "url"))


def excluded(out: Path) -> set[str]:
    """Read the records that a mark or a disclosure excluded."""
    told = rows(out / LEDGER, "id", "reason")
    return {record for record, reason in told if reason in {"watermarked", "disclosed-ai-generated"}}


def rows(path: Path, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Read columns of a table, row by row."""
    table = pq.read_table(path, columns=list(columns))
    return zip(*(table[name].to_pylist() for name in columns), strict=True)


def _shards(path: Path) -> Any:
    return plan(discover([str(path)]), shard_bytes=Config().shard_bytes)


def _setting() -> Setting:
    return Setting(InlineEngine(), _page, lambda step, done, total: None)


def _page(summary: Summary) -> str:
    return render(summary, explanations=explanations(summary))
