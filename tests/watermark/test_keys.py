"""Key files."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import FormatError, InputError, UnavailableError
from headwater.watermark import keys
from headwater.watermark.keys import Key
from headwater.watermark.schemes import SCHEMES
from tests.watermark import worlds

SCHEME = SCHEMES["gumbel-aes-1"]


@pytest.mark.parametrize("name", SCHEMES)
def test_a_new_key_fits_its_profile_and_comes_back_from_its_file(name: str, tmp_path: Path) -> None:
    key, path = keys.generate(SCHEMES[name]), tmp_path / "key"

    keys.write(path, key)

    assert keys.read(path) == key
    assert len(key.secret) == SCHEMES[name].key_bytes
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.generate(SCHEMES[name]) != key


def test_a_key_does_not_show_when_it_is_printed() -> None:
    key = worlds.key(SCHEME, 1)

    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in f"{key} {key!r}"


def test_a_key_file_is_not_overwritten_and_not_read_when_others_may(tmp_path: Path) -> None:
    path = tmp_path / "key"
    keys.write(path, worlds.key(SCHEME, 1))
    with pytest.raises(InputError, match="exists"):
        keys.write(path, worlds.key(SCHEME, 2))
    path.chmod(0o640)
    with pytest.raises(InputError, match="others may read"):
        keys.read(path)
    with pytest.raises(UnavailableError, match="cannot read"):
        keys.read(tmp_path / "none")
    with pytest.raises(UnavailableError, match="cannot write"):
        keys.write(tmp_path / "none" / "key", worlds.key(SCHEME, 1))


@pytest.mark.parametrize(
    "text", ["", "WATERMARK+KEY+", "WATERMARK+KEY+a+", "WATERMARK+KEY+a+0", "WATERMARK+KEY+a+GG", "a+00"]
)
def test_what_is_no_key_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(f"{text}\n")
    path.chmod(0o600)
    with pytest.raises(FormatError):
        keys.read(path)


@pytest.mark.parametrize(
    "data", [b"\xff\n", b"WATERMARK+KEY+a+00", b"WATERMARK+KEY+a+" + b"0" * 5000 + b"\n"]
)
def test_a_file_that_is_not_one_short_line_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(data)
    path.chmod(0o600)
    with pytest.raises(FormatError):
        keys.read(path)


@given(st.text())
def test_any_line_is_refused_or_encodes_to_itself(text: str) -> None:
    for line in (text, f"WATERMARK+KEY+{text}", f"WATERMARK+KEY+a+{text}"):
        try:
            key = keys.parse(line)
        except FormatError:
            continue
        assert keys.encode(key) == line


def test_a_key_that_does_not_parse_is_not_quoted() -> None:
    with pytest.raises(FormatError) as caught:
        keys.parse("WATERMARK+KEY+a+0123secret")

    assert "secret" not in f"{caught.value} {caught.value.hint}"


def test_numbers_of_other_software_become_keys() -> None:
    scheme = SCHEMES["greenlist-hf-lefthash-1"]

    assert keys.from_integers(scheme, [15_485_863]) == Key(scheme.name, (15_485_863).to_bytes(8, "big"))
    assert keys.from_integers(scheme, [-1]).secret == b"\xff" * 8
    with pytest.raises(InputError, match="64 bits"):
        keys.from_integers(scheme, [2**64])
    with pytest.raises(InputError, match="8 bytes"):
        keys.from_integers(scheme, [1, 2])
