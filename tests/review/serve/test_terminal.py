"""A validator at a terminal: joins by a key, votes from stdin, against a real server on loopback."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from headwater.cli.main import run
from headwater.review.attest import signatory
from headwater.review.serve.screens.log import verify
from headwater.review.store import people
from tests.review.serve import chromium
from tests.review.serve.worlds import TEXTS
from tests.review.store.worlds import check

pytestmark = pytest.mark.loopback


def ran(*arguments: str) -> int:
    """Run a command, and give its exit code."""
    with pytest.raises(SystemExit) as ended:
        run(list(arguments))
    return int(ended.value.code or 0)


def test_votes_from_a_terminal_are_signed_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with chromium.running(tmp_path, (*TEXTS, "\x1b[2Jwiped")) as world:
        url, key = world.desk.url, str(tmp_path / "key")
        invited = f"{url}/join?code={world.invitation('validator')}"
        assert ran("review", "join", invited, "--key", key) == 2
        assert ran("review", "join", f"{url}/join", "--key", key, "--name", "x/ann") == 2
        assert ran("review", "join", invited, "--key", key, "--name", "review.example/campaign/ann") == 0
        assert ran("review", "join", invited, "--key", key) == 1
        monkeypatch.setattr(sys, "stdin", io.StringIO("2\nwhat?\ns\n1\n0\n4\n"))
        assert ran("review", "vote", url, "--key", key) == 0
        printed = capsys.readouterr()
        assert "headwater: 4 votes" in printed.err
        assert "\x1b" not in printed.out
        assert check(world.desk.store) == {"ai": 1, "human": 1, "cannot-tell": 1, "translated": 1}
        assert [signatory.kind(one.key) for one in world.desk.look(people.roll).members] == ["key"]
        assert verify(world.desk)["sound"]
        assert ran("review", "vote", "http://localhost:1", "--key", key) == 3
        assert ran("review", "vote", "http://example.com", "--key", key) == 2
