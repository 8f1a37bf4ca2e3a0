"""Reading: plain files are cut at ends of lines, other sources come through their readers."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from headwater.collapse.monitor import corpus, read
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


def deadly(record: Record) -> str | None:
    """Kill the process that reads a certain text."""
    if b"deadly" in record.payload:
        os.kill(os.getpid(), signal.SIGKILL)
    return text_of(record)


def library(folder: Path, *, last: str = "the end") -> Path:
    """Write four files of documents, each with a line that is cut."""
    for at in range(4):
        lines = [f"chapter {at} of the book of {at * n} rivers and {n} mills" for n in range(300)]
        rows = [json.dumps({"text": "\n".join(lines[n : n + 9])}) for n in range(0, 300, 10)]
        (folder / f"{at}.jsonl").write_text("\n".join([*rows, json.dumps({"text": last}), "{"]), "utf-8")
    return folder


def test_one_plain_file_is_shared_by_workers_with_the_profile_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("_WORTH_BYTES", 1), ("_SHARD_BYTES", 5000)):
        monkeypatch.setattr(corpus, name, value)
    text = "".join(f"line {n} of the book of {n % 7} rivers and many mills\n" for n in range(900))
    (tmp_path / "a.txt").write_text(text, "utf-8")

    alone, shared = (read([str(tmp_path / "a.txt")], text_of=text_of, workers=n) for n in (1, 2))

    assert profile.encode(shared.profile) == profile.encode(alone.profile)
    assert alone.profile.n_words == profile.of([text]).n_words


def test_a_copy_is_told_by_all_its_bytes_and_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "_END_BYTES", 8)
    for name, word in (("a", "mill"), ("b", "mill"), ("c", "rill")):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"text": f"the old {word} stood there"}), "utf-8")

    assert read([str(tmp_path)], text_of=text_of).profile.n_documents == 2


@pytest.mark.parametrize("workers", [2, 3])
def test_the_number_of_workers_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setattr(corpus, "_WORTH_BYTES", 1)
    names = [str(library(tmp_path))]
    shown: list[tuple[str, int, int]] = []

    alone = read(names, text_of=text_of)
    shared = read(names, text_of=text_of, workers=workers, show=lambda *step: shown.append(step))

    assert profile.encode(shared.profile) == profile.encode(alone.profile)
    assert shared.n_lost == alone.n_lost == 4
    assert shown[-1] == ("reading", 4, 4)


def test_a_worker_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "_WORTH_BYTES", 1)
    names = [str(library(tmp_path, last="deadly"))]

    with pytest.raises(UnavailableError, match="a worker died"):
        read(names, text_of=deadly, workers=2)


def test_the_texts_of_a_corpus_are_what_its_profile_is_of(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.txt").write_text("\n".join(["word " * 100] * 7), "utf-8")
    rows = [json.dumps({"text": text}) for text in ("a mill", "unreadable", "a wheel")]
    (tmp_path / "b.jsonl").write_text("\n".join(rows), "utf-8")
    names = [str(tmp_path / "plain"), str(tmp_path / "b.jsonl")]
    lost: list[object] = []

    found = list(corpus.texts(names, text_of=text_of, lose=lost.append))

    assert [len(text.split()) for text in found] == [300, 300, 100, 2, 2]
    assert found[-2:] == ["a mill", "a wheel"]
    assert len(lost) == read(names, text_of=text_of).n_lost == 1
