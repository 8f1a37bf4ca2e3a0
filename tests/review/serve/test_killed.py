"""The server is killed while sixteen people vote: nothing is lost or doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.review.serve.elections import (
    N_TEXTS,
    N_WANTED,
    held_against,
    prepared,
    running,
    voting,
    wait_until,
)

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]


def test_a_server_that_is_killed_loses_and_doubles_nothing(address: str, tmp_path: Path) -> None:
    election = prepared(tmp_path, address)
    with voting(election) as jobs:
        for n in (60, 140):
            with running(election):
                wait_until(lambda n=n: len(election.kept) >= n)  # type: ignore[misc]
        with running(election):
            for job in jobs:
                job.result(timeout=90)
    assert len(election.kept) == N_TEXTS * N_WANTED
    held_against(election, whole=True)
