"""Stories of the command line, each one text file: commands, input files and what is printed.

A line of a story is one of

```
exec COMMAND...      run it in a process of its own; it must end with code 0
exec:2 COMMAND...    the same; it must end with code 2
call:2 headwater ... run it in this process, which saves the half second that starting takes
stdout REGEX         the last command's output has a line in which this is found
stderr REGEX
! stdout REGEX       it has none
cmp stdout FILE      the output is this file, byte for byte
exists PATH          there is such a file or folder
! exists PATH
```

Then come the story's files, each after a line `-- NAME --`. The form is that of the testscripts of age
and Go. No command may ever print a traceback.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from headwater.cli.main import run

STORIES = sorted((Path(__file__).parent / "stories").glob("*.txt"))
FILE = re.compile(r"^-- (.+) --\n", re.MULTILINE)
BIN = Path(sys.executable).parent
TIMEOUT_S = 120


@dataclass(frozen=True)
class Outcome:
    """What one command printed."""

    stdout: str
    stderr: str


def unpack(story: str, folder: Path) -> list[str]:
    """Write a story's files into a folder and give its script."""
    script, *rest = FILE.split(story)
    for name, text in zip(rest[::2], rest[1::2], strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    lines = (line.strip() for line in script.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def execute(command: str, code: int, folder: Path) -> Outcome:
    """Run a command of a story in its own process and check how it ends."""
    environment = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80", "LANG": "C.UTF-8"}
    done = subprocess.run(
        shlex.split(command),
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return checked(command, done.returncode == code, Outcome(done.stdout, done.stderr))


def call(command: str, code: int, folder: Path) -> Outcome:
    """Run a `headwater` command of a story in this process and check how it ends."""
    stdout, stderr, left = io.StringIO(), io.StringIO(), None
    with contextlib.chdir(folder), redirect_stdout(stdout), redirect_stderr(stderr):
        try:
            run(shlex.split(command)[1:])
        except SystemExit as leave:
            left = leave.code
        except Exception:  # noqa: BLE001  # What escapes would be a traceback; it is judged as one below.
            traceback.print_exc()
    return checked(command, left == code, Outcome(stdout.getvalue(), stderr.getvalue()))


def checked(command: str, ended_well: bool, outcome: Outcome) -> Outcome:  # noqa: FBT001
    """Check that a command ended as told, without a traceback."""
    assert "Traceback" not in outcome.stderr, f"{command}\n{outcome.stderr}"
    assert ended_well, f"{command}\n{outcome.stdout}\n{outcome.stderr}"
    return outcome


def check_line(line: str, outcome: Outcome, folder: Path) -> None:
    """Check one expectation of a story."""
    bare = line.removeprefix("! ")
    verb, _, rest = bare.partition(" ")
    if verb == "cmp":
        stream, _, name = rest.partition(" ")
        assert getattr(outcome, stream) == (folder / name).read_text("utf-8"), line
        return
    if verb == "exists":
        found = (folder / rest).exists()
    elif verb in {"stdout", "stderr"}:
        found = re.search(rest, getattr(outcome, verb), re.MULTILINE) is not None
    else:
        raise ValueError(f"no such line in a story: {line}")
    assert found != (bare != line), f"{line}\n{outcome.stdout}\n{outcome.stderr}"


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_goes_as_told(path: Path, tmp_path: Path) -> None:
    outcome: Outcome | None = None
    n_checks = 0
    for line in unpack(path.read_text("utf-8"), tmp_path):
        verb, _, rest = line.partition(" ")
        runner = {"exec": execute, "call": call}.get(verb.partition(":")[0])
        if runner is not None:
            outcome = runner(rest, int(verb.partition(":")[2] or 0), tmp_path)
            continue
        assert outcome is not None, f"{line}: nothing was run yet"
        check_line(line, outcome, tmp_path)
        n_checks += 1

    assert n_checks >= 1


def test_a_story_fails_where_it_should(tmp_path: Path) -> None:
    outcome = Outcome("one\ntwo\n", "")
    (tmp_path / "other").write_text("two\n")

    for wrong in (
        "stdout three",
        "! stdout two",
        "stderr .",
        "cmp stdout other",
        "exists x",
        "! exists other",
    ):
        with pytest.raises(AssertionError):
            check_line(wrong, outcome, tmp_path)
    with pytest.raises(AssertionError):
        execute("false", 0, tmp_path)
    with pytest.raises(AssertionError):
        call("headwater --version", 2, tmp_path)
    with pytest.raises(AssertionError, match="Traceback"):
        execute(f"{sys.executable} -c 1/0", 1, tmp_path)
    with pytest.raises(ValueError, match="no such line"):
        check_line("stdoot x", outcome, tmp_path)
