"""The documents' own checker notices what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.console import Step, check, matches, parse

BLOCK = """\
$ echo one
one
$ ls examples
$ false
[exit status 1]
"""


def test_a_block_is_cut_into_commands() -> None:
    assert list(parse(BLOCK)) == [
        Step("echo one", "one", 0),
        Step("ls examples", "", 0),
        Step("false", "", 1),
    ]


@pytest.mark.parametrize(
    ("documented", "printed"),
    [
        ("a\nb", "a\nb\n"),
        ("a\n...\nb", "a\nb\n"),
        ("a\n...\nb", "a\nx\ny\nb\n"),
        ("...", "anything\nat all\n"),
        ("read ... documents", "read 1,043 documents\n"),
        ("a", "a  \n\n"),
        ("1 + 1 = [2]", "1 + 1 = [2]\n"),
    ],
)
def test_output_as_documented_passes(documented: str, printed: str) -> None:
    assert matches(documented, printed)


@pytest.mark.parametrize(
    ("documented", "printed"),
    [
        ("a\nb", "a\n"),
        ("a", "a\nb\n"),
        ("read ... documents", "read 3\ndocuments\n"),
        ("a.c", "abc\n"),
        ("a", ""),
    ],
)
def test_other_output_does_not(documented: str, printed: str) -> None:
    assert not matches(documented, printed)


def test_a_command_must_end_as_it_says(tmp_path: Path) -> None:
    check(Step("false", "", 1), tmp_path)
    with pytest.raises(AssertionError):
        check(Step("false", "", 0), tmp_path)
    with pytest.raises(AssertionError):
        check(Step("echo two", "one", 0), tmp_path)


def test_commands_run_in_the_folder_of_the_document(tmp_path: Path) -> None:
    check(Step("pwd", str(tmp_path.resolve()), 0), tmp_path)
