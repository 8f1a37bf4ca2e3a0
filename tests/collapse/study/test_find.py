"""Studies are found by name, and what is none is told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.collapse.study import find, folders, load, summary
from headwater.errors import ConfigError, UnavailableError
from tests.collapse.study.worlds import build


def test_a_study_is_found_and_said_without_running_it(tmp_path: Path) -> None:
    folder = build(tmp_path)
    (tmp_path / "empty").mkdir()

    assert folders(tmp_path) == {"coins": folder}
    assert find("coins", tmp_path) == folder
    assert summary(folder) == "Toss coins: half of them fall on one side."
    assert load(folder).title == "Coins are fair."


def test_an_unknown_study_names_the_nearest(tmp_path: Path) -> None:
    build(tmp_path)

    with pytest.raises(ConfigError, match="no study 'coin'") as near:
        find("coin", tmp_path)
    assert near.value.hint == "did you mean 'coins'?"
    with pytest.raises(ConfigError) as far:
        find("xylophone-q", tmp_path)
    assert far.value.hint == "there are coins"


def test_a_folder_without_studies_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no studies in"):
        folders(tmp_path)


@pytest.mark.parametrize(
    ("code", "error"),
    [("import no_such_module", UnavailableError), ("x = 1", ConfigError), ("STUDY = 3", ConfigError)],
)
def test_what_is_no_study_is_refused(tmp_path: Path, code: str, error: type[Exception]) -> None:
    folder = build(tmp_path)
    (folder / "study.py").write_text(code)

    with pytest.raises(error, match="coins"):
        load(folder)
    assert not summary(folder)
