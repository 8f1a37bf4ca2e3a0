"""A finished run whose folder somebody changed: one line, whatever was changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from headwater.curate.engine.inline import InlineEngine
from headwater.curate.policy import Policy
from headwater.curate.run import Setting, redecide
from headwater.errors import FormatError
from tests.curate.crawls import crawl, run

Damage = Callable[[Path], None]


def cut(pattern: str) -> Damage:
    """Cut a file short."""

    def damage(root: Path) -> None:
        path = next(root.glob(pattern))
        path.write_bytes(path.read_bytes()[:300])

    return damage


def drop(pattern: str) -> Damage:
    """Remove a file or a folder."""

    def damage(root: Path) -> None:
        path = next(root.glob(pattern))
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()

    return damage


def put(name: str, value: object) -> Damage:
    """Write JSON over a file."""

    def damage(root: Path) -> None:
        (root / name).write_text(json.dumps(value))

    return damage


def rename_label(root: Path) -> None:
    """Make the plan name a label that there is not."""
    plan = json.loads((root / ".work" / "plan.json").read_text())
    plan["config"]["labels"][0] = "quality-9"
    put(".work/plan.json", plan)(root)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Finish a run once."""
    folder = tmp_path_factory.mktemp("finished")
    run(crawl(folder / "in"), folder / "out")
    return folder / "out"


@pytest.mark.parametrize(
    "damage",
    [
        cut("labels/quality-1/*.parquet"),
        cut("corpus/*.parquet"),
        drop("labels/language-1"),
        drop("corpus/*.parquet"),
        put(".work/plan.json", {}),
        put("run.json", {}),
        put("run.json", []),
        rename_label,
    ],
    ids=[
        "label cut",
        "corpus cut",
        "label gone",
        "corpus gone",
        "plan empty",
        "run empty",
        "run odd",
        "label odd",
    ],
)
def test_a_changed_folder_is_told_in_one_line(tmp_path: Path, finished: Path, damage: Damage) -> None:
    root = tmp_path / "out"
    shutil.copytree(finished, root)
    damage(root)

    with pytest.raises(FormatError, match="damaged or gone") as caught:
        redecide(
            root,
            policy=Policy(name="other-1", min_words=10),
            setting=Setting(InlineEngine(), lambda summary: summary.run_id, lambda *step: None),
        )
    assert caught.value.hint


def test_a_changed_summary_is_told_in_one_line(tmp_path: Path, finished: Path) -> None:
    root = tmp_path / "out"
    shutil.copytree(finished, root)
    put("summary.json", {})(root)

    with pytest.raises(FormatError, match=r"summary\.json is damaged or gone"):
        redecide(
            root,
            policy=Policy(),
            setting=Setting(InlineEngine(), lambda summary: summary.run_id, lambda *step: None),
        )
