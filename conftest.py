"""Run the code blocks of the documents as tests, each document in order and in a folder of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

from tests.house.console import check, parse
from tests.order import longest_first

ROOT = Path(__file__).resolve().parent


def run_console(example: Example) -> None:
    """Run each command of a block and compare what it prints."""
    for step in parse(str(example.parsed)):
        check(step, example.namespace["folder"])


def open_folder(namespace: dict[str, Any]) -> None:
    """Give a document a folder with the examples in it, and go there."""
    folder = Path(tempfile.mkdtemp(prefix="headwater-docs-"))
    (folder / "examples").symlink_to(ROOT / "examples", target_is_directory=True)
    namespace.update(folder=folder, before=Path.cwd())
    os.chdir(folder)


def close_folder(namespace: dict[str, Any]) -> None:
    """Leave a document's folder and remove it."""
    os.chdir(namespace["before"])
    shutil.rmtree(namespace["folder"], ignore_errors=True)


pytest_collect_file = Sybil(
    parsers=[CodeBlockParser("console", run_console), PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "docs/**/*.md"],
    excludes=["docs/_build/**/*.md"],
    setup=open_folder,
    teardown=close_folder,
).pytest()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let long files begin first where files are shared out; alone, tests run in the order of their files."""
    if hasattr(config, "workerinput"):
        items[:] = [items[at] for at in longest_first(item.nodeid for item in items)]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep each file on one worker: the blocks of a document build on each other."""
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    config.option.loadscopereorder = False  # The order is `longest_first`.
    return LoadFileScheduling(config, log) if config.getvalue("dist") == "load" else None
