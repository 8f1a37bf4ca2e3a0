"""What is trained on was let in, sealed and checked; what was touched on the way trains nobody."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from headwater.curate.release import EVIDENCE
from headwater.errors import SealError, SignatureError
from headwater.loop import archive, handover
from headwater.loop.ground import Ground, training_of
from tests.loop.texts import ARMS, SMALL


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("number", range(SMALL.generations + 1))
def test_models_learn_from_a_verified_release_and_the_reserve(played: Path, arm: str, number: int) -> None:
    ground = Ground(played)
    release = ground.generation(arm, number) / "release"
    let_in = {text for _, text in handover.receive(release, ground.curator)}
    drawn = set(archive.texts(archive.sample_of(ground.archive, number))) if arm == "all" else set[str]()

    learned = set(training_of(ground, arm, number))

    assert learned & let_in
    assert learned <= let_in | drawn


def test_a_release_that_was_touched_is_not_received(played: Path, tmp_path: Path) -> None:
    ground = Ground(played)
    release = shutil.copytree(ground.generation("all", 1) / "release", tmp_path / "release")
    ledger = release / EVIDENCE / "ledger.parquet"
    ledger.write_bytes(ledger.read_bytes() + b"\0")

    with pytest.raises(SealError, match=r"ledger\.parquet is not what was sealed"):
        handover.receive(release, ground.curator)


def test_a_release_of_somebody_else_is_not_received(played: Path, tmp_path: Path) -> None:
    handover.found(tmp_path / "other")

    with pytest.raises(SignatureError):
        handover.receive(Ground(played).generation("all", 1) / "release", tmp_path / "other")
