"""A reader that leaves early, as `head` does, takes no verdict along."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest


def left_alone(*arguments: str) -> tuple[int, str]:
    """Run a command whose output nobody reads; give its status and what it said."""
    with subprocess.Popen(
        [sys.executable, "-m", "headwater", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.close()
        said = command.stderr.read().decode()
    return command.returncode, said


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write human text, more of it, and one sentence again and again."""
    folder, rng = tmp_path_factory.mktemp("corpora"), np.random.default_rng(0)
    law = 1 / np.arange(1, 401)
    names = np.array(["".join(chr(97 + int(d)) for d in f"{i:03d}") for i in range(400)])
    for name, n in (("human", 16), ("other", 8)):
        rows = [" ".join(rng.choice(names, 120, p=law / law.sum())) for _ in range(n)]
        text = "\n".join(json.dumps({"text": row}) for row in rows)
        (folder / f"{name}.jsonl").write_text(text, "utf-8")
    row = json.dumps({"text": "to be or not to be " * 20})
    (folder / "one.jsonl").write_text("\n".join([row] * 8), "utf-8")
    return folder


@pytest.mark.parametrize(("current", "status"), [("other", 0), ("one", 1)])
def test_the_status_is_the_verdict_and_not_the_pipe(corpora: Path, current: str, status: int) -> None:
    names = (str(corpora / f"{name}.jsonl") for name in ("human", current))
    found, said = left_alone("monitor", *names, "--json")

    assert found == status
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert said.startswith("headwater: ") is (status == 1)


def test_where_nothing_is_claimed_the_status_is_that_of_a_closed_pipe() -> None:
    assert left_alone("lab", "list") == (141, "")
