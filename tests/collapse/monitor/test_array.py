"""Arrays of token numbers are documents; whatever else is in the file is refused in one line."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.collapse.monitor.array import documents, spell
from headwater.collapse.monitor.corpus import read
from headwater.errors import InputError
from headwater.measure.tokens import words


def saved(array: np.ndarray) -> io.BytesIO:
    """Save an array in memory."""
    file = io.BytesIO()
    np.save(file, array)
    file.seek(0)
    return file


@given(st.lists(st.integers(0, 2**63 - 1), unique=True, min_size=1))
def test_numbers_are_spelt_as_different_words(tokens: list[int]) -> None:
    spelt = [spell(token) for token in tokens]

    assert len(set(spelt)) == len(tokens)
    assert words(" ".join(spelt)) == spelt


def test_rows_are_documents_and_a_stream_is_cut() -> None:
    table = np.arange(6, dtype=np.uint16).reshape(2, 3)

    assert list(documents(saved(table), "a", words=2)) == ["a b c", "d e f"]
    assert list(documents(saved(np.arange(5)), "a", words=2)) == ["a b", "c d", "e"]
    assert list(documents(saved(np.arange(0)), "a", words=2)) == []
    long = np.arange(200_000)
    assert " ".join(documents(saved(long), "a", words=256)).split() == [spell(i) for i in range(200_000)]


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(3),
        np.array(["a"]),
        np.zeros((2, 2, 2), int),
        np.asfortranarray(np.eye(3, dtype=int)),
        np.array(4),
    ],
    ids=["floats", "text", "3-d", "by-column", "0-d"],
)
def test_what_holds_no_tokens_in_rows_is_refused(array: np.ndarray) -> None:
    with pytest.raises(InputError, match="holds no token numbers"):
        list(documents(saved(array), "a", words=2))


def test_negative_numbers_and_short_files_are_refused() -> None:
    with pytest.raises(InputError, match="negative"):
        list(documents(saved(np.array([1, -1])), "a", words=2))
    whole = saved(np.arange(100)).getvalue()
    for cut in (0, 5, 60, len(whole) - 1):
        with pytest.raises(InputError, match=r"no array|ends before"):
            list(documents(io.BytesIO(whole[:cut]), "a", words=2))


HEADERS = st.one_of(
    st.binary(max_size=80),
    st.builds(
        "{{'descr': '{}', 'fortran_order': {}, 'shape': {}}}".format,
        st.sampled_from(["<i8", "|u1", "<f4", "|O", ">i2", "?"]),
        st.sampled_from(["True", "False", "1", "("]),
        st.one_of(st.integers(-3, 2**70), st.lists(st.integers(-3, 2**70), max_size=3).map(tuple)),
    ).map(str.encode),
)


@given(HEADERS, st.binary(max_size=64))
def test_any_bytes_are_documents_or_refused(header: bytes, rest: bytes) -> None:
    prefix = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
    for data in (prefix + header + rest, header + rest):
        try:
            found = list(documents(io.BytesIO(data), "a", words=3))
        except InputError:
            continue
        assert all(words(document) == document.split() for document in found)


def test_objects_are_never_unpickled() -> None:
    file = io.BytesIO()
    np.save(file, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    file.seek(0)

    with pytest.raises(InputError, match="object"):
        list(documents(file, "a", words=2))


def test_an_array_is_a_corpus(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.random.default_rng(0).integers(0, 50, (20, 30)))

    made = read([str(tmp_path / "a.npy")], text_of=lambda record: None).profile

    assert (made.n_documents, made.n_words) == (20, 600)
