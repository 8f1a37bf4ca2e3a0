"""The crumb: what a worker leaves behind when a record ends it, and nothing when it ends well."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from headwater.curate import crumb
from headwater.record import record_id

ID = record_id("ab" * 32, "7")


def test_a_crumb_names_the_record_at_hand(tmp_path: Path) -> None:
    path = tmp_path / "crumbs" / "shard"
    with crumb.dropping(path, cpu_limit_s=0) as mark:
        assert crumb.read(path) is None
        mark.at(ID, 12_345)
        assert crumb.read(path) == (ID, 12_345)
        mark.at(record_id("cd" * 32, "8"), 0)
        assert crumb.read(path) == (record_id("cd" * 32, "8"), 0)


def test_a_crumb_goes_when_the_block_ends_well_or_badly(tmp_path: Path) -> None:
    path = tmp_path / "shard"
    with crumb.dropping(path, cpu_limit_s=0) as mark:
        mark.at(ID, 1)
    assert not path.exists()

    with pytest.raises(ZeroDivisionError), crumb.dropping(path, cpu_limit_s=0) as mark:
        mark.at(ID, 1 // 0)
    assert not path.exists()


def test_the_timer_stops_with_the_block(tmp_path: Path) -> None:
    with crumb.dropping(tmp_path / "shard", cpu_limit_s=30) as mark:
        mark.at(ID, 1)
        assert 29 < signal.getitimer(signal.ITIMER_PROF)[0] < 31

    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


@pytest.mark.parametrize("left", [b"", b"abc", ID.encode(), ID.encode() + b"1" * 19, b"\xff" * 60])
def test_what_is_no_crumb_reads_as_none(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "shard").write_bytes(left)

    assert crumb.read(tmp_path / "shard") is None
    assert crumb.read(tmp_path / "absent") is None


VICTIM = """
import sys
from pathlib import Path
from headwater.curate import crumb

with crumb.dropping(Path(sys.argv[1]), cpu_limit_s=float(sys.argv[3])) as mark:
    for offset in range(3):
        mark.at(sys.argv[2], offset)
    print("working", flush=True)
    while True:
        pass
"""


def victim(path: Path, cpu_limit_s: float) -> list[str]:
    """Give the command of a worker that never finishes its record."""
    return [sys.executable, "-c", VICTIM, str(path), ID, str(cpu_limit_s)]


# The kernel counts CPU time for the timer by ticks of up to 10 ms, begun and ended anywhere in one, and for
# the usage by nanoseconds.
TICK_S = 0.02


def test_a_record_over_its_cpu_limit_ends_the_process_and_is_named(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(victim(tmp_path / "shard", 0.2), capture_output=True, timeout=60, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert (done.stdout, done.returncode) == (b"working\n", -signal.SIGPROF)
    assert crumb.read(tmp_path / "shard") == (ID, 2)
    assert 0.2 - TICK_S <= spent_s < 5


def test_a_worker_that_is_killed_leaves_its_crumb(tmp_path: Path) -> None:
    with subprocess.Popen(victim(tmp_path / "shard", 0), stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        worker.kill()

    assert crumb.read(tmp_path / "shard") == (ID, 2)
