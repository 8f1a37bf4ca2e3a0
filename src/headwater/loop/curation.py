"""Curation in a loop: the main job run on a crawl with the remedies of an arm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from headwater.curate.calibrate import calibrate
from headwater.curate.calibration import encode
from headwater.curate.config import Config, labels_given
from headwater.curate.engine.inline import InlineEngine
from headwater.curate.layout import FOLDERS
from headwater.curate.policy import Policy
from headwater.curate.run import Setting, curate
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


def run(crawl: Path, out: Path, arm: Arm, *, watermarks: str = "", calibration: bytes = b"") -> Summary:
    """Curate a crawl.

    Args:
        crawl: A WARC file.
        out: Folder for the results.
        arm: Whose remedies.
        watermarks: Keys to look for, where marks are a remedy.
        calibration: Scores of human text, where statistics are one.

    Returns:
        What was done.
    """
    labels = labels_given({"watermarks"} if watermarks else ())
    config = Config(policy=policy_of(arm), labels=labels, watermarks=watermarks, calibration=calibration)
    return curate(_shards(crawl), out, config=config, setting=_setting())


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


def admitted(out: Path) -> Iterator[tuple[str, str]]:
    """Read what a run admitted: address and text of each page."""
    for file in sorted((out / FOLDERS["admit"]).glob("*.parquet")):
        table = pq.read_table(file, columns=["url", "text"])
        yield from zip(*(table[name].to_pylist() for name in ("url", "text")), strict=True)


def _shards(path: Path) -> Any:
    return plan(discover([str(path)]), shard_bytes=Config().shard_bytes)


def _setting() -> Setting:
    return Setting(InlineEngine(), _page, lambda step, done, total: None)


def _page(summary: Summary) -> str:
    return render(summary, explanations=explanations(summary))
