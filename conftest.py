"""Run the code blocks of the documents as tests, each document in order and in a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
TIMEOUT_S = 120
STATUS = re.compile(r"\[exit status (\d+)\]")


def run_console(example: Example) -> None:
    """Run each `$ command` of a block and compare what it prints.

    A line `...` stands for any lines, `...` within a line for any characters. A command without
    output below it may print anything. A last line `[exit status N]` says that it fails.
    """
    for session in re.split(r"^\$ ", str(example.parsed), flags=re.MULTILINE)[1:]:
        command, _, expected = session.partition("\n")
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=example.namespace["folder"],
            env=os.environ
            | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "100"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        status = STATUS.search(expected)
        assert done.returncode == (int(status[1]) if status else 0), f"$ {command}\n{done.stdout}"
        wanted = STATUS.sub("", expected).strip()
        assert not wanted or matches(wanted, done.stdout.strip()), f"$ {command}\n{done.stdout}"


def matches(wanted: str, printed: str) -> bool:
    """Tell whether output is as documented, `...` standing for anything."""
    lines = (r"(?:[^\n]*\n)*" if line.strip() == "..." else _line(line) for line in wanted.splitlines())
    return (
        re.fullmatch("".join(lines), "".join(f"{line.rstrip()}\n" for line in printed.splitlines()))
        is not None
    )


def _line(line: str) -> str:
    return r"[^\n]*".join(re.escape(part) for part in line.rstrip().split("...")) + r"\n"


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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep each file on one worker: the blocks of a document build on each other."""
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    return LoadFileScheduling(config, log) if config.getvalue("dist") == "load" else None
