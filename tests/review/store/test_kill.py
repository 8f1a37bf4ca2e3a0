"""Sixteen clients vote, their processes are killed in the middle, and nothing is lost or doubled."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headwater.log import sequencer
from headwater.log.algorithm import ED25519
from headwater.log.checkpoint import Policy, Signer
from headwater.log.reader import Reader
from headwater.log.storage import Memory
from headwater.review.attest import Member, Roll, read
from headwater.review.store import add, open_store, seal
from tests.log.samples import CLASSIC, ORIGIN
from tests.review.store.worlds import NOW_S, check, items

ROOT = Path(__file__).parents[3]
N_ITEMS, N_WANTED, N_PROCESSES = 150, 4, 4


def started(address: str, said: Path, *, life: int, now_s: float) -> list[subprocess.Popen[bytes]]:
    """Start four processes of four clients each."""
    command = [sys.executable, "-m", "tests.review.store.clients", address, str(said)]
    return [
        subprocess.Popen([*command, str(4 * at), str(life), str(now_s)], cwd=ROOT, stderr=subprocess.PIPE)
        for at in range(N_PROCESSES)
    ]


def acknowledged(said: Path) -> list[str]:
    """Read what clients were told to be kept."""
    return said.read_text().split() if said.exists() else []


@pytest.mark.slow
def test_killed_in_the_middle_nothing_is_lost_or_doubled(address: str, tmp_path: Path) -> None:
    from headwater.review.store.tables import ENTRY

    store, said, log = open_store(address), tmp_path / "said", Memory()
    sequencer.create(log, ORIGIN)
    with store.transaction() as db:
        add(db, items(N_ITEMS, n_wanted=N_WANTED))
    for life in (1, 2):
        jobs = started(address, said, life=life, now_s=NOW_S + 100 * life)
        until = time.monotonic() + 90
        while len(acknowledged(said)) < 150 * life and time.monotonic() < until:
            time.sleep(0.01)
        for job in jobs:
            job.send_signal(signal.SIGKILL)
            job.communicate()
        assert 0 < len(acknowledged(said)) < N_ITEMS * N_WANTED
        check(store)
        seal(store, log)
    for job in started(address, said, life=3, now_s=NOW_S + 1000):
        assert job.communicate(timeout=200)[1] == b""
        assert job.returncode == 0

    assert check(store) == {"human": N_ITEMS * N_WANTED}
    with store.transaction() as db:
        kept = [row.nonce for row in db.execute(ENTRY.select())]
    told = acknowledged(said)
    assert len(told) == len(set(told))
    assert set(told) <= set(kept)
    head = seal(store, log)
    signed = sequencer.publish(log, [CLASSIC], time_s=NOW_S)
    signers = (Signer(f"review.example/{at:02d}", ED25519, bytes([at]) * 32) for at in range(16))
    roll = Roll(tuple(Member(one.key, "validator", 0) for one in signers))
    found = read(
        [Reader(log).entry(at) for at in range(head.size)], signed, Policy(ORIGIN, (CLASSIC.key,)), roll
    )
    assert sorted(one.judgement.nonce for one in found) == sorted(kept)
    store.close()
