"""Whoever is killed, wherever: the log recovers, and no two roots of one size ever leave.

A run is a row of processes on one disk. Each appends entries of its own and publishes, and is killed at
some write: before it, after it was seen but before it was durable, or after. Between two processes the
power may fail. Whatever was shown to anybody is noted; in the end it must all belong to one history.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import HeadwaterError
from headwater.log import checkpoint, lanes, segment, sequencer
from headwater.log.checkpoint import Checkpoint
from headwater.log.head import Head
from headwater.log.note import Signature
from headwater.log.reader import Reader
from headwater.log.storage import Directory, Storage
from tests.log import slow
from tests.log.faults import PHASES, Disk, Faulty, Killed
from tests.log.samples import CLASSIC, NOW_S, ORIGIN, entries

SIGNERS = [CLASSIC]
Kill = tuple[int, str, bool]
FULL = segment.build([at.to_bytes(3, "big") for at in range(65536)], hasher=lanes.LANES)


class Seen:
    """Everything that left a process."""

    def __init__(self) -> None:
        self.heads: list[Checkpoint] = []

    def cosign(self, signed: bytes) -> Sequence[Signature]:
        self.heads.append(checkpoint.parse(signed)[0])
        return []

    def publish(self, storage: Storage) -> None:
        self.cosign(sequencer.publish(storage, SIGNERS, time_s=NOW_S, cosign=self.cosign))

    def check(self, storage: Storage) -> None:
        """Check that all of it is one history, which the log still holds."""
        reader = Reader(storage)
        for head in self.heads:
            reader.prove_growth(head, reader.head())
        by_size = {head.size: head.root for head in self.heads}
        assert all(by_size[head.size] == head.root for head in self.heads)


def process(number: int, storage: Storage, seen: Seen) -> None:
    """Run one process: recover, append some entries of its own, publish, and once more."""
    if storage.read("head") is None:
        sequencer.create(storage, ORIGIN)
    seen.publish(storage)
    sequencer.append(storage, entries(3, of=f"{number}:"))
    seen.publish(storage)
    sequencer.append(storage, entries(20, start=7, of=f"{number}:"))
    seen.publish(storage)


def run(
    kills: Sequence[Kill], work: Callable[[int, Storage, Seen], None] = process
) -> tuple[Seen, Disk, bool]:
    """Run one process for each kill, and a last one that lives."""
    disk, seen, died = Disk(), Seen(), False
    for number, (at, phase, power_cut) in enumerate(kills):
        try:
            work(number, Faulty(disk, at, phase), seen)
        except Killed:
            died = True
        if power_cut:
            disk.power_cut()
        if "head" in disk.visible:
            check_whole(Faulty(disk))
    work(len(kills), Faulty(disk), seen)
    disk.power_cut()
    return seen, disk, died


def check_whole(storage: Storage) -> None:
    """Check, without repairing anything first, that a log is whole up to its checkpoint."""
    reader = Reader(storage)
    published = storage.read("checkpoint")
    if published is None:
        return
    at = checkpoint.parse(published)[0]
    if at.size:
        reader.prove(at.size - 1)
    if 0 < at.size < segment.SEGMENT_ENTRIES:
        assert slow.mth(segment.verify(storage, reader.head().tail)[: at.size]) == at.root


@pytest.mark.parametrize("power_cut", [False, True])
@pytest.mark.parametrize("phase", PHASES)
def test_a_kill_at_any_write_leaves_one_history(phase: str, *, power_cut: bool) -> None:
    for at in range(100):
        seen, disk, died = run([(at, phase, power_cut)])
        seen.check(Faulty(disk))
        check_whole(Faulty(disk))
        if not died:
            break
    assert not died, "more writes than this test counts"
    assert at > 15


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(PHASES), st.booleans()), max_size=4))
@settings(max_examples=100)
def test_kill_after_kill_leaves_one_history(kills: list[Kill]) -> None:
    seen, disk, _ = run(kills)

    seen.check(Faulty(disk))
    check_whole(Faulty(disk))


def widen(number: int, storage: Storage, seen: Seen) -> None:
    """Run a process that appends a full segment, so that tiles of level 2 are written."""
    if storage.read("head") is None:
        sequencer.create(storage, ORIGIN)
    head: Head = sequencer.recover(storage)
    if not head.tail and number < 3:
        segment.store(storage, FULL)
        sequencer.append_segments(storage, [FULL])
        seen.publish(storage)
        sequencer.append_segments(storage, [FULL, FULL])
        seen.publish(storage)
    sequencer.append(storage, entries(2, of=f"{number}:"))
    seen.publish(storage)


@pytest.mark.parametrize("phase", PHASES)
def test_a_kill_while_segments_are_added_leaves_one_history(phase: str) -> None:
    for at in range(100):
        seen, disk, died = run([(at, phase, True)], widen)
        seen.check(Faulty(disk))
        if not died:
            break
    assert not died
    assert at > 15


def test_the_test_notices_a_sequencer_that_signs_what_is_not_yet_durable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A negative twin: without the second write of the head, a power cut makes two roots of one size."""
    monkeypatch.setattr(sequencer, "recover", lambda storage: Reader(storage).head())
    monkeypatch.setattr(Seen, "check", lambda seen, storage: None)
    broken = 0
    for at in range(30):
        disk, seen = Disk(), Seen()
        with suppress(Killed):
            process(0, Faulty(disk, at, "visible"), seen)
        if "head" not in disk.visible:
            continue
        with suppress(Killed):  # Killed at the first write behind the signature.
            process(1, Faulty(disk, 0, "before"), seen)
        disk.power_cut()
        try:
            process(2, Faulty(disk), seen)
        except HeadwaterError:
            broken += 1
            continue
        by_size = {head.size: head.root for head in seen.heads}
        broken += any(by_size[head.size] != head.root for head in seen.heads)
    assert broken > 0


class Syscalls:
    """Kills a process at one of its calls to the system: between any two steps of a write."""

    NAMES = ("open", "write", "fsync", "close", "mkdir", "replace")

    def __init__(self, patch: pytest.MonkeyPatch, at: int, *, error: OSError | None = None) -> None:
        self.left, self.error = at, error
        for name in self.NAMES:
            real = getattr(os, name)
            patch.setattr(os, name, lambda *a, _n=name, _r=real, **k: self._call(_n, _r, *a, **k))

    def _call(self, name: str, real: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.left -= 1
        if self.left == -1:
            if name == "write":
                real(args[0], bytes(args[1])[: len(args[1]) // 2])  # A torn write.
            if name == "close":
                real(*args)
            raise self.error or Killed
        return real(*args, **kwargs)


@pytest.mark.parametrize("error", [None, OSError(5, "Input/output error")], ids=["killed", "failing"])
def test_a_folder_survives_a_kill_or_an_error_at_any_call(
    error: OSError | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_died = 0
    for at in range(0, 1000, 13):
        folder, seen = tmp_path / str(at), Seen()
        with monkeypatch.context() as patch:
            calls = Syscalls(patch, at, error=error)
            try:
                process(0, Directory(folder), seen)
            except (Killed, HeadwaterError):
                n_died += 1
        storage = Directory(folder)
        if storage.read("head") is not None:
            check_whole(storage)
        seen.publish(storage) if storage.read("head") is not None else process(1, storage, seen)
        seen.check(storage)
        check_whole(storage)
        if calls.left >= 0:
            break
    assert calls.left >= 0, "more calls than this test counts"
    assert n_died > 12


WRITER = """
import sys
from pathlib import Path
from headwater.log import sequencer, checkpoint
from headwater.log.storage import Directory
from tests.log.samples import CLASSIC, NOW_S, ORIGIN, entries
storage, number = Directory(Path(sys.argv[1])), sys.argv[2]
if storage.read("head") is None:
    sequencer.create(storage, ORIGIN)
step = 0
while True:
    sequencer.append(storage, entries(50, start=step, of=number + ":"))
    signed = sequencer.publish(storage, [CLASSIC], time_s=NOW_S)
    sys.stdout.buffer.write(len(signed).to_bytes(4, "big") + signed)
    sys.stdout.flush()
    step += 50
"""


@pytest.mark.slow
def test_processes_that_are_really_killed_leave_one_history(tmp_path: Path) -> None:
    seen, root = Seen(), Path(__file__).resolve().parents[2]
    for number in range(12):
        command = [sys.executable, "-c", WRITER, str(tmp_path / "log"), str(number)]
        job = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root)
        time.sleep(0.9 + 0.037 * number)
        job.send_signal(signal.SIGKILL)
        said, _ = job.communicate()
        while len(said) >= 4 and len(said) >= 4 + int.from_bytes(said[:4], "big"):
            stop = 4 + int.from_bytes(said[:4], "big")
            seen.cosign(said[4:stop])
            said = said[stop:]
    storage = Directory(tmp_path / "log")
    seen.publish(storage)
    seen.check(storage)

    assert len(seen.heads) > 12
