"""What reaches a terminal: one line is one line, and no file name drives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.cli.main import run
from headwater.cli.terminal import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("naïve 漢字 🙂.jsonl", "naïve 漢字 🙂.jsonl"),
        ("new\nline\t", "new\\nline\\t"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("right\u202eleft", "right\\u202eleft"),
        ("not \udcff utf-8", "not \\udcff utf-8"),
    ],
)
def test_what_would_break_a_line_or_drive_the_terminal_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_name_with_a_line_end_gives_one_line_and_a_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        run(["curate", "no\nsuch\x1bone", "--out", str(tmp_path / "out")])

    assert left.value.code == 2
    assert capsys.readouterr().err.splitlines() == [
        "headwater: no\\nsuch\\x1bone: no such file or directory",
        "hint: check the spelling; quote a pattern so that the shell leaves it alone",
    ]
