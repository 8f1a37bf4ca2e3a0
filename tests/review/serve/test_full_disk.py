"""The disk of the queue fills up while sixteen people vote: votes are refused, and none is forgotten."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path

import pytest

from tests.review.serve.elections import (
    N_CLIENTS,
    N_TEXTS,
    N_WANTED,
    Election,
    held_against,
    prepared,
    running,
    voting,
    wait_until,
)
from tests.review.store import databases

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
ROOM = 150_000  # Bytes that are left; all votes need more.
needs_postgres = pytest.mark.skipif(bool(databases.ABSENT), reason=databases.ABSENT or "postgresql is there")


def filled(election: Election) -> None:
    """Wait until all are refused, and not before some votes were kept."""
    wait_until(lambda: election.n_refused > 2 * N_CLIENTS)
    assert 0 < len(election.kept) < N_TEXTS * N_WANTED


def test_a_full_disk_refuses_votes_and_forgets_none(tmp_path: Path) -> None:
    election = prepared(tmp_path, str(tmp_path / "queue.sqlite"))
    room = Path(election.store).stat().st_size + ROOM

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    with voting(election) as jobs:
        with running(election, limit):
            filled(election)
        with suppress(OSError):
            held_against(election, whole=False)
        with running(election):
            for job in jobs:
                job.result(timeout=90)
    assert any("disk I/O error" in said or "is full" in said for said in election.refusals)
    assert all("is there space" in said for said in election.refusals)
    held_against(election, whole=True)


@needs_postgres
def test_a_full_tablespace_of_postgresql_refuses_votes_and_forgets_none(tmp_path: Path) -> None:
    with databases.small_disk(2 << 20) as disk, databases.cluster() as server:
        databases.put_tables_on(server, disk.folder)
        election = prepared(tmp_path, server.address)
        disk.fill(ROOM)
        with voting(election) as jobs, running(election):
            filled(election)
            disk.clear()
            for job in jobs:
                job.result(timeout=90)
        assert any("No space left on device" in said for said in election.refusals)
        assert all("is there space" in said for said in election.refusals)
        held_against(election, whole=True)


@needs_postgres
def test_a_full_disk_under_all_of_postgresql_forgets_no_vote(tmp_path: Path) -> None:
    """Without room for its own log the database stops, restarts and may stay down: it is started again."""
    with databases.small_disk(96 << 20) as disk, databases.cluster(disk.folder) as server:
        election = prepared(tmp_path, server.address)
        disk.fill(ROOM)
        with voting(election) as jobs, running(election):
            filled(election)
            held = len(election.kept)
            disk.clear()
            databases.restart(server)
            for job in jobs:
                job.result(timeout=90)
        assert held < len(election.kept)
        assert all(said.startswith("503 the store failed: ") for said in election.refusals)
        held_against(election, whole=True)
