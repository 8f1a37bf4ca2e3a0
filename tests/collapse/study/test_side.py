"""Processes side by side end with the run: by an interrupt, by an error, by a death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from headwater.collapse.study.side import work_side_by_side
from headwater.errors import UnavailableError

STUDY = '''\
"""Sleep."""

import os
import time
from pathlib import Path

from headwater.collapse.study import Study, Told, Value


def sleep(rng):
    Path(__file__).with_name(f"asleep-{os.getpid()}").touch()
    time.sleep(60)


def quick(rng):
    return {}


CELLS = {"quick": quick, "one": sleep, "two": sleep}
STUDY = Study("Sleep.", "", (), lambda model: CELLS, lambda model, results: Told({}, ()), workers=2)
'''
TIMEOUT_S = 60


def die(name: str) -> None:
    """End this process without a word."""
    os._exit(7)


def test_a_death_is_told() -> None:
    with pytest.raises(UnavailableError, match="ended with status 7"):
        list(work_side_by_side(die, ["one", "two"], workers=2))


def test_an_interrupt_ends_every_process_and_keeps_what_is_finished(tmp_path: Path) -> None:
    folder = tmp_path / "studies" / "sleep"
    folder.mkdir(parents=True)
    (folder / "study.py").write_text(STUDY)
    (folder / "expected.json").write_text('{"seed": 0, "inputs": {}, "rows": []}')
    command = [str(Path(sys.executable).parent / "headwater"), "lab", "run", "sleep"]
    job = subprocess.Popen(
        [*command, "--studies", str(folder.parent), "--out", str(tmp_path / "out")],
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
        # What is started in the background ignores interrupts, and so would its children.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + TIMEOUT_S
    while len(asleep := list(folder.glob("asleep-*"))) < 2:
        assert time.monotonic() < deadline
        assert job.poll() is None
        time.sleep(0.05)
    os.killpg(job.pid, signal.SIGINT)
    _, said = job.communicate(timeout=TIMEOUT_S)

    assert job.returncode == 130
    assert said.strip().startswith("headwater: interrupted\nhint: run the same command again")
    assert [path.name for path in (tmp_path / "out" / "cells").iterdir()] == ["quick.json"]
    for path in asleep:
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.name.removeprefix("asleep-")), 0)
