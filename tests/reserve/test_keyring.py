"""Keys of a reserve: four files that their owner alone may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.errors import HeadwaterError, InputError, UnavailableError
from headwater.reserve import keyring


def test_keys_are_drawn_written_and_read(tmp_path: Path) -> None:
    made = keyring.generate(tmp_path / "keys", "example.com/reserve")

    assert keyring.read(tmp_path / "keys") == made
    files = sorted((tmp_path / "keys").iterdir())
    assert [file.name for file in files] == [
        "documents-ed25519.key",
        "documents-ml-dsa-44.key",
        "registry-ed25519.key",
        "registry-ml-dsa-44.key",
    ]
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert "seed" not in repr(made)
    assert made.manifest.registry_origin == "example.com/reserve/registry"


def test_no_key_is_overwritten_or_read_where_there_is_none(tmp_path: Path) -> None:
    keyring.generate(tmp_path / "keys", "example.com/reserve")
    with pytest.raises(InputError):
        keyring.generate(tmp_path / "keys", "example.com/reserve")
    with pytest.raises(UnavailableError):
        keyring.read(tmp_path / "none")
    with pytest.raises(HeadwaterError):
        keyring.generate(tmp_path / "more", "no name")
    assert not (tmp_path / "more").exists()
