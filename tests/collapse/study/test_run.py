"""A run computes what is missing, once; it says the same whether or not it was interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.collapse.study import run
from headwater.errors import ConfigError, FormatError, InputError, UnavailableError, VerificationError
from tests.collapse.study.worlds import build, computed


def test_an_interrupted_study_resumes_and_says_the_same(tmp_path: Path) -> None:
    folder = build(tmp_path)
    stop = folder / "stop-two"
    stop.touch()
    with pytest.raises(KeyboardInterrupt):
        run(folder, tmp_path / "out")
    stop.unlink()
    shown: list[tuple[str, int, int]] = []

    resumed = run(folder, tmp_path / "out", show=lambda *told: shown.append(told))

    assert computed(folder) == ["one", "two", "two", "three"]
    assert shown == [("cells", 1, 3), ("cells", 2, 3), ("cells", 3, 3)]
    assert resumed == run(folder, tmp_path / "fresh")
    assert len(resumed.rows) == 3
    assert not resumed.missed


def test_processes_side_by_side_give_the_same(tmp_path: Path) -> None:
    folder = build(tmp_path)

    beside = run(folder, tmp_path / "two", workers=2)

    assert beside == run(folder, tmp_path / "one", workers=1)


def test_an_error_of_a_process_is_that_of_its_cell(tmp_path: Path) -> None:
    folder = build(tmp_path)
    (folder / "refuse-three").touch()

    with pytest.raises(InputError, match="no coin") as caught:
        run(folder, tmp_path / "out", workers=2)
    assert caught.value.hint == "bring one"


@pytest.mark.parametrize("changed", ["code", "seed", "model"])
def test_cells_of_another_run_are_not_used(tmp_path: Path, changed: str) -> None:
    folder = build(tmp_path)
    first = run(folder, tmp_path / "out")
    if changed == "code":
        (folder / "study.py").write_text((folder / "study.py").read_text() + "# changed\n")
    elif changed == "seed":
        build(tmp_path, seed=4)

    second = run(folder, tmp_path / "out", model="other" if changed == "model" else None)

    assert len(computed(folder)) == 6
    assert first.key != second.key


def test_a_damaged_cell_is_computed_again(tmp_path: Path) -> None:
    folder = build(tmp_path)
    first = run(folder, tmp_path / "out")
    (tmp_path / "out" / "cells" / "two.json").write_text('{"key": ')

    assert run(folder, tmp_path / "out") == first
    assert computed(folder) == ["one", "two", "three", "two"]


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    folder = build(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("dear")

    for out in (tmp_path / "mine", tmp_path / "mine" / "letter"):
        with pytest.raises(ConfigError, match=r"something else|no folder"):
            run(folder, out)
    assert computed(folder) == []


def test_a_model_that_there_is_not_is_refused_and_one_without_bars_has_none(tmp_path: Path) -> None:
    folder = build(tmp_path)

    with pytest.raises(ConfigError, match="no model 'better'") as caught:
        run(folder, tmp_path / "out", model="better")
    assert "other" in caught.value.hint
    rows = run(folder, tmp_path / "out", model="strange").rows
    assert [(row.bar, row.met) for row in rows] == [("", False)] * 3


def test_an_input_that_is_not_the_expected_one_is_refused(tmp_path: Path) -> None:
    folder = build(tmp_path)
    (folder / "purse").write_text("three coins")
    with pytest.raises(VerificationError, match="purse has the digest"):
        run(folder, tmp_path / "out")
    (folder / "purse").unlink()
    with pytest.raises(UnavailableError, match="cannot read purse"):
        run(folder, tmp_path / "out")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"seed": 0, "inputs": {}, "rows": [{}]}', "[" * 9999])
def test_an_unusable_expected_json_is_one_line(tmp_path: Path, text: str) -> None:
    folder = build(tmp_path)
    (folder / "expected.json").write_text(text)

    with pytest.raises(FormatError, match=r"coins/expected\.json"):
        run(folder, tmp_path / "out")
