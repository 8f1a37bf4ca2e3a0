"""`console` blocks of the documents: commands, and what they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
TIMEOUT_S = 120
STATUS = re.compile(r"\[exit status (\d+)\]\s*\Z")


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a block.

    Attributes:
        command: A line for the shell.
        output: What it prints, `...` standing for anything; empty for whatever it likes.
        status: How it ends.
    """

    command: str
    output: str
    status: int


def parse(block: str) -> Iterator[Step]:
    """Yield the commands of a block, each with what stands below it."""
    for session in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, below = session.partition("\n")
        status = STATUS.search(below)
        yield Step(command, STATUS.sub("", below).strip("\n"), int(status[1]) if status else 0)


def check(step: Step, folder: Path) -> None:
    """Run a command in a folder and compare what it does with what stands below it."""
    done = subprocess.run(
        ["/bin/sh", "-c", step.command],
        cwd=folder,
        env=os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    printed = f"$ {step.command}\n{done.stdout}"
    assert done.returncode == step.status, printed
    assert not step.output or matches(step.output, done.stdout), printed


def matches(documented: str, printed: str) -> bool:
    """Tell whether output is as documented.

    A line `...` stands for any lines, `...` within a line for any characters; white space at the ends
    of lines and of the output does not count.
    """
    pattern = "".join(map(_pattern, documented.strip("\n").splitlines()))
    return re.fullmatch(pattern, _trimmed(printed)) is not None


def _pattern(line: str) -> str:
    if line.strip() == "...":
        return r"(?:[^\n]*\n)*"
    return r"[^\n]*".join(re.escape(part) for part in line.rstrip().split("...")) + r"\n"


def _trimmed(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.strip("\n").splitlines())
