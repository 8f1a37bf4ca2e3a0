"""Parity stands in for what is damaged, up to as much as there is of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import FormatError, InputError, SealError
from headwater.log.storage import Memory
from headwater.reserve import parity
from tests.log.samples import damaged

DATA = bytes(at * at % 251 for at in range(1234))


@given(st.binary(min_size=1, max_size=400), st.integers(1, 12), st.integers(1, 4), st.data())
def test_any_object_is_restored_from_any_damage_parity_covers(
    data: bytes, n_blocks: int, n_more: int, draw: st.DataObject
) -> None:
    made = parity.parse(parity.encode(parity.build(data, n_blocks=n_blocks, n_all=n_blocks + n_more)))
    width = -(-len(data) // n_blocks)
    wounded = bytearray(data)
    for block in draw.draw(st.sets(st.integers(0, n_blocks - 1), max_size=n_more)):
        wounded[block * width : (block + 1) * width] = bytes(
            one ^ 0xA5 for one in data[block * width : (block + 1) * width]
        )

    assert parity.restore(bytes(wounded), made) == data


def test_damage_is_told_by_block() -> None:
    made = parity.build(DATA)
    wounded = DATA[:300] + b"\xff" + DATA[301:]

    assert parity.damaged(DATA, made) == []
    assert parity.damaged(wounded, made) == [300 // 124]
    assert parity.restore(DATA[:-200], made) == parity.restore(DATA + b"more", made) == DATA


def test_damaged_parity_is_not_used() -> None:
    made = parity.build(DATA)
    encoded = parity.encode(made)
    broken = parity.parse(encoded[:-1] + bytes([encoded[-1] ^ 1]))

    assert parity.restore(bytes([DATA[0] ^ 1]) + DATA[1:], broken) == DATA
    with pytest.raises(SealError) as caught:
        parity.restore(bytes(250) + DATA[250:], broken)
    assert "mirror" in caught.value.hint


def test_parity_is_written_anew_when_its_object_changed() -> None:
    storage = Memory()
    storage.swap("content/a", DATA, expected=None)
    parity.protect(storage, "content/a")
    storage.swap("content/a", bytes(100) + DATA[100:], expected=DATA)
    parity.protect(storage, "content/a")
    held = storage.read(parity.path("content/a"))

    assert held is not None
    assert parity.restore(bytes(100) + DATA[100:], parity.parse(held))[:100] == bytes(100)
    with pytest.raises(SealError):
        parity.protect(storage, "content/b")
    with pytest.raises(InputError):
        parity.build(b"")


@given(damaged(parity.encode(parity.build(DATA[:40]))))
def test_any_bytes_are_refused_or_encode_to_themselves(data: bytes) -> None:
    try:
        made = parity.parse(data)
    except FormatError:
        return
    assert parity.encode(made) == data
