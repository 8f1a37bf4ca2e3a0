"""The head of a GGUF file: what is written is read, and any other bytes are refused in one line."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import FormatError, UnavailableError
from headwater.watermark.tokenizer import gguf


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def made(*pairs: bytes) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + b"".join(pairs)


GOOD = made(
    text("name") + struct.pack("<I", 8) + text("SmolLM2"),
    text("size") + struct.pack("<II", 4, 49_152),
    text("tokens") + struct.pack("<IIQ", 9, 8, 2) + text("\u0120a") + text("b"),
)


def read(folder: Path, data: bytes) -> object:
    path = folder / "model.gguf"
    path.write_bytes(data)
    return gguf.metadata(path)


def test_numbers_texts_and_lists_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD) == {"name": "SmolLM2", "size": 49_152, "tokens": ["\u0120a", "b"]}


@pytest.mark.parametrize("n", range(len(GOOD)))
def test_a_file_that_ends_early_is_refused(tmp_path: Path, n: int) -> None:
    with pytest.raises(FormatError):
        read(tmp_path, GOOD[:n])


@given(at=st.integers(4, len(GOOD) - 1), byte=st.integers(0, 255))
def test_a_changed_byte_gives_a_value_or_a_format_error(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int
) -> None:
    try:
        found = read(tmp_path_factory.getbasetemp(), GOOD[:at] + bytes([byte]) + GOOD[at + 1 :])
    except FormatError as error:
        found = {str(error): 1}

    assert isinstance(found, dict)
    assert len(found) in {1, 2, 3}


def test_a_missing_file_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        gguf.metadata(tmp_path / "none.gguf")
