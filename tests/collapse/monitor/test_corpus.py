"""Reading: plain files are cut at ends of lines, other sources come through their readers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.collapse.monitor import read
from headwater.errors import InputError, UnavailableError
from headwater.measure import profile
from headwater.record import Record


def text_of(record: Record) -> str | None:
    """Take the payload as text, and fail on one word."""
    text = record.payload.decode()
    return None if "unreadable" in text else text


def test_a_plain_file_is_cut_at_the_first_end_of_a_line_after_256_words(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n".join(["word " * 100] * 7), "utf-8")

    found = read([str(tmp_path / "a.txt")], text_of=text_of).profile

    assert (found.n_documents, found.n_words) == (3, 700)


def test_plain_files_of_a_folder_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one two\xff\xfe\x00 three")
    (tmp_path / "b.TXT").write_bytes(b"four")
    (tmp_path / "c.md").write_bytes(b"five")

    assert read([str(tmp_path)], text_of=text_of).profile.n_documents == 2


def test_rows_are_documents_and_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    rows = [json.dumps({"text": text}) for text in ("a mill", "unreadable", "a wheel")]
    (tmp_path / "a.jsonl").write_text("\n".join([*rows, '{"text": "cut']), "utf-8")
    (tmp_path / "notes.txt").write_text("beside a known format and not read", "utf-8")
    shown: list[tuple[str, int, int]] = []

    reading = read([str(tmp_path)], text_of=text_of, show=lambda *step: shown.append(step))

    assert (reading.profile.n_documents, reading.n_lost) == (2, 2)
    assert shown == [("reading", 1, 1)]
    texts = profile.of(["a mill", "a wheel"])
    assert profile.encode(reading.profile) == profile.encode(texts)


def test_a_name_that_stands_for_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read([str(tmp_path / "a.txt")], text_of=text_of)
    (tmp_path / "c.md").write_bytes(b"five")
    with pytest.raises(InputError, match="nothing to read"):
        read([str(tmp_path)], text_of=text_of)
    (tmp_path / "a.txt").symlink_to(tmp_path / "a.txt")
    with pytest.raises((InputError, UnavailableError)):
        read([str(tmp_path / "a.txt")], text_of=text_of)
