"""The registry from the command line: announced, gathered, verified, used, expired, forged."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.cli.main import run


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        run(["watermark", *arguments])
    out = capsys.readouterr()
    return int(end.value.code or 0), out.out, out.err


@pytest.fixture(autouse=True)
def keys(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw a key that marks, and those of an issuer and a keeper."""
    monkeypatch.chdir(tmp_path)
    call(capsys, "keygen", "mark")
    call(capsys, "registry", "keygen", "example.com/mill", "mill")
    call(capsys, "registry", "keygen", "example.com/registry", "keeper")
    capsys.readouterr()


def announcing(capsys: pytest.CaptureFixture[str], until: str, *more: str) -> tuple[int, str, str]:
    told = ("--tokenizer", "cl100k", "--contact", "m@example.com", "--from", "2020-01-01", "--until", until)
    return call(capsys, "registry", "announce", "mark", "--issuer", "mill", *told, *more)


def announce(capsys: pytest.CaptureFixture[str], until: str, *more: str) -> str:
    return announcing(capsys, until, *more)[1]


def test_from_key_to_detection(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("one").write_text(announce(capsys, "2090-01-01"), "utf-8")
    Path("two").write_text(announce(capsys, "2021-01-01", "--previous", "one"), "utf-8")
    Path("text").write_text("The mill by the river had two wheels, and nobody marked this. " * 3, "utf-8")
    gathered = call(capsys, "registry", "gather", "one", "--keeper", "keeper", "--out", "book")
    assert gathered[0] == 0

    good = call(capsys, "registry", "verify", "book", "--keeper", "keeper.pub")
    assert good[:2] == (0, "cl100k\n  example.com/mill  gumbel-aes-1\n")
    assert call(capsys, "detect", "text", "--registry", "book", "--keeper", "keeper.pub")[1].startswith(
        "not found"
    )

    call(capsys, "registry", "gather", "one", "two", "--keeper", "keeper", "--out", "book")
    code, _, err = call(capsys, "registry", "verify", "book", "--keeper", "keeper.pub")
    assert (code, err.splitlines()[0]) == (1, "headwater: entry 1 of example.com/mill has expired")
    code, _, err = call(capsys, "detect", "text", "--registry", "book", "--keeper", "keeper.pub")
    assert (code, err) == (0, "headwater: entry 1 of example.com/mill has expired; it is not used\n")

    code, _, err = call(capsys, "registry", "gather", "two", "one", "--keeper", "keeper", "--out", "other")
    assert (code, err.splitlines()[0].startswith("headwater: entry 0 of example.com/mill is forked")) == (
        1,
        True,
    )
    forged = Path("book").read_bytes().replace(b"m@example", b"n@example", 1)
    Path("book").write_bytes(forged)
    assert call(capsys, "registry", "verify", "book", "--keeper", "keeper.pub")[0] == 1


def test_a_key_of_the_wrong_length_is_not_announced(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("mark").unlink()
    Path("mark").write_text("WATERMARK+KEY+gumbel-aes-1+00ff\n", "utf-8")
    Path("mark").chmod(0o600)
    code, out, err = announcing(capsys, "2090-01-01")

    assert (code, out) == (2, "")
    assert err.startswith("headwater: a key of gumbel-aes-1 has 32 bytes, not 2\nhint: ")


def test_a_registry_whose_every_entry_has_expired_is_named_as_the_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("one").write_text(announce(capsys, "2021-01-01"), "utf-8")
    Path("text").write_text("The mill by the river had two wheels.", "utf-8")
    call(capsys, "registry", "gather", "one", "--keeper", "keeper", "--out", "book")
    code, out, err = call(capsys, "detect", "text", "--registry", "book", "--keeper", "keeper.pub")

    assert (code, out) == (2, "")
    assert err.splitlines()[:2] == [
        "headwater: entry 0 of example.com/mill has expired; it is not used",
        "headwater: no key of the registry can be used today",
    ]
