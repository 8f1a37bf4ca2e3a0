"""Private keys: files for their owner alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given

from headwater.errors import FormatError, HeadwaterError, InputError, UnavailableError
from headwater.log import keys
from headwater.log.algorithm import ALGORITHMS, Algorithm
from tests.log.samples import CLASSIC, LASTING, damaged

# The key of the documentation of golang.org/x/mod/sumdb/note, which everybody knows.
GO_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"


def test_a_key_of_another_implementation_is_read() -> None:
    signer = keys.parse(GO_KEY)

    assert keys.encode(signer) == GO_KEY
    assert str(signer.key) == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


@given(damaged(GO_KEY.encode(), keys.encode(LASTING).encode()))
def test_any_text_is_refused_or_comes_back(data: bytes) -> None:
    text = data.decode("latin-1")
    try:
        signer = keys.parse(text)
    except FormatError:
        return
    assert keys.encode(signer) == text


@pytest.mark.parametrize("algorithm", ALGORITHMS.values(), ids=lambda one: one.name)
def test_a_key_is_drawn_written_and_read(algorithm: Algorithm, tmp_path: Path) -> None:
    drawn, another = (keys.generate("key.example", algorithm) for _ in range(2))
    keys.write(tmp_path / "key", drawn)

    assert drawn.seed != another.seed
    assert keys.read(tmp_path / "key") == drawn
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n"])
def test_a_key_has_a_name(name: str) -> None:
    with pytest.raises(InputError) as caught:
        keys.generate(name, CLASSIC.algorithm)
    assert caught.value.hint


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("precious")
    with pytest.raises(InputError, match="exists"):
        keys.write(tmp_path / "key", CLASSIC)
    assert (tmp_path / "key").read_text() == "precious"


def test_a_key_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError):
        keys.write(tmp_path / "key", CLASSIC)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_that_others_may_touch_is_refused(mode: int, tmp_path: Path) -> None:
    keys.write(tmp_path / "key", CLASSIC)
    (tmp_path / "key").chmod(mode)
    with pytest.raises(InputError, match="others") as caught:
        keys.read(tmp_path / "key")
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize("text", ["", "x", GO_KEY, f"{GO_KEY}\n\n", f"{GO_KEY[:-4]}\n", "é" * 3000 + "\n"])
def test_a_file_without_a_key_is_refused_and_not_quoted(text: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_text(text, "utf-8")
    with pytest.raises(FormatError) as caught:
        keys.read(path)
    assert "AYEKFALV" not in f"{caught.value}{caught.value.hint}{caught.value.__cause__}"


def test_what_cannot_be_read_or_written_is_said_so(tmp_path: Path) -> None:
    calls = (
        lambda: keys.read(tmp_path / "none"),
        lambda: keys.read(tmp_path),
        lambda: keys.write(tmp_path / "none" / "key", CLASSIC),
    )
    for call in calls:
        with pytest.raises(UnavailableError):
            call()


def test_no_error_shows_a_private_key() -> None:
    for changed in (GO_KEY[:-1], GO_KEY + "A", GO_KEY.replace("c7", "c8"), GO_KEY.replace("+AY", "+AZ")):
        with pytest.raises(HeadwaterError) as caught:
            keys.parse(changed)
        assert "EKFALVFG" not in f"{caught.value}{caught.value.hint}"
