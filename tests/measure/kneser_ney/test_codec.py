"""A model's bytes come back as they were, and other bytes are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import FormatError
from headwater.measure.kneser_ney import encode, fit, parse
from tests.measure.kneser_ney.test_model import STREAM, streams

DATA = encode(fit(STREAM, n_types=6))


@settings(max_examples=50, deadline=None)
@given(streams, st.integers(1, 4))
def test_a_model_survives_its_bytes(stream: list[int], order: int) -> None:
    model = fit(stream, n_types=6, order=order)

    again = parse(encode(model))

    assert encode(again) == encode(model)
    assert (again.trie.suffix == model.trie.suffix).all()
    assert (again.score(STREAM[:5]) == model.score(STREAM[:5])).all()


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(DATA) - 1), st.integers(0, 255))
def test_one_byte_changed_is_refused_or_is_another_model(place: int, value: int) -> None:
    changed = DATA[:place] + bytes([value]) + DATA[place + 1 :]

    try:
        model = parse(changed)
    except FormatError:
        return
    assert encode(model) == changed
    assert model.distribution([0, 1]).sum() == pytest.approx(1.0)
    assert model.sample(20, rng=np.random.default_rng(0)).size == 20


@given(st.binary(max_size=40))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse(data)


@pytest.mark.parametrize("data", [b"", b"{}\n", DATA[:-1], DATA + b"\0", DATA.replace(b"-1", b"-2", 1)])
def test_cut_and_padded_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse(data)
