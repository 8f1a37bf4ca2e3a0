"""What cannot be tested for a mark: one line, a status, and never an alarm."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.cli.main import run


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_key("key", "gumbel-aes-1", 32)


def write_key(name: str, profile: str, n_bytes: int) -> None:
    Path(name).write_text(f"WATERMARK+KEY+{profile}+{'5a' * n_bytes}\n", "utf-8")
    Path(name).chmod(0o600)


def detect(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        run(["watermark", "detect", *arguments])
    out = capsys.readouterr()
    return int(end.value.code or 0), out.out, out.err


def test_text_that_is_not_utf8_is_refused_at_its_byte(capsys: pytest.CaptureFixture[str]) -> None:
    Path("text").write_bytes(b"good " * 10 + b"\xff\xfe")
    code, out, err = detect(capsys, "text", "--key", "key", "--tokenizer", "cl100k")

    assert (code, out) == (2, "")
    assert err.startswith("headwater: text is not UTF-8 at byte 50\nhint: ")


@pytest.mark.parametrize(
    ("profile", "n_bytes", "message"),
    [
        ("gumbel-aes-1", 16, "a key of gumbel-aes-1 has 32 bytes, not 16"),
        ("gumbel-aes-9", 32, "no watermark profile 'gumbel-aes-9'"),
    ],
)
def test_a_key_of_a_wrong_length_or_profile_is_refused(
    capsys: pytest.CaptureFixture[str], profile: str, n_bytes: int, message: str
) -> None:
    write_key("odd", profile, n_bytes)
    Path("text").write_text("Some text to look at.", "utf-8")
    code, out, err = detect(capsys, "text", "--key", "odd", "--tokenizer", "cl100k")

    assert (code, out) == (2, "")
    assert err.startswith(f"headwater: {message}\n")


@pytest.mark.parametrize("text", ["", "\n", "word", "\u4e2d"])
def test_a_text_of_no_or_one_word_is_too_short(capsys: pytest.CaptureFixture[str], text: str) -> None:
    Path("text").write_text(text, "utf-8")
    code, out, err = detect(capsys, "text", "--key", "key", "--tokenizer", "cl100k")

    assert (code, err) == (0, "")
    assert out.startswith("not enough tokens: ")


def test_a_missing_file_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = detect(capsys, "nowhere", "--key", "key", "--tokenizer", "cl100k")

    assert (code, err.splitlines()[0]) == (3, "headwater: nowhere: No such file or directory")


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["ab"])
def test_a_single_line_of_a_hundred_megabytes_ends_without_an_alarm(
    capsys: pytest.CaptureFixture[str], unit: str
) -> None:
    Path("text").write_text(unit * (10**8 // len(unit.encode())), "utf-8")
    code, out, err = detect(capsys, "text", "--key", "key", "--tokenizer", "cl100k")

    assert (code, err) == (0, "")
    assert not out.startswith("marked")
