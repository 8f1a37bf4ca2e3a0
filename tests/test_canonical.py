"""RFC 8785: its own vectors, and the law that every accepted byte string is the only one for its value."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater import canonical
from headwater.errors import FormatError, InputError

# RFC 8785, appendix B: IEEE 754 bits and the ECMAScript text of the number.
NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


def double(bits: str) -> float:
    return float(struct.unpack(">d", bytes.fromhex(bits))[0])


@pytest.mark.parametrize(("bits", "text"), NUMBERS)
def test_numbers_print_as_in_appendix_b(bits: str, text: str) -> None:
    assert canonical.encode(double(bits)) == text.encode()
    assert canonical.parse(text.encode()) == double(bits)


@pytest.mark.parametrize("bits", ["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])
def test_numbers_that_json_lacks_are_refused(bits: str) -> None:
    with pytest.raises(InputError):
        canonical.encode(double(bits))


def test_the_sample_of_section_3_2_2_is_reproduced() -> None:
    text = (
        '{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
        '"string": '
        '"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null, true, false]}'
    )

    assert (
        canonical.encode(json.loads(text))
        == (
            '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        ).encode()
    )


def test_keys_sort_by_utf16_code_units_as_in_section_3_2_3() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]

    encoded = canonical.encode(dict.fromkeys(keys, 0))

    assert list(json.loads(encoded)) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" 1",
        b"1\n",
        b"\xef\xbb\xbf1",
        b"\xff",
        b'"\xed\xa0\x80"',  # a surrogate in UTF-8
        b'"\\ud800"',
        b'"\\u0041"',
        b'"\\/"',
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'{"a": 1}',
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"1e999",
        b"9" * 400,
        b"9" * 5000,
        b"9007199254740993",
        b"-0",
        b"-0.0",
        b"1.0",
        b"1E2",
        b"01",
        b"+1",
        b"1_0",
        "٣".encode(),
        b"[1,]",
        b"'a'",
        b"1 2",
        b'"\x01"',
        b'"a\nb"',
        "1".encode("utf-16"),
    ],
)
def test_bytes_that_are_not_the_one_encoding_are_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        canonical.parse(data)


@pytest.mark.parametrize("data", [b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 50_000 + b"1"])
def test_deep_nesting_is_a_format_error_and_not_a_crash(data: bytes) -> None:
    with pytest.raises(FormatError):
        canonical.parse(data)


def test_depth_is_bounded_by_a_number_and_not_by_the_stack() -> None:
    deepest = b"[" * canonical.MAX_DEPTH + b"]" * canonical.MAX_DEPTH

    assert canonical.encode(canonical.parse(deepest)) == deepest
    with pytest.raises(FormatError, match="deeper than 128"):
        canonical.parse(b"[" + deepest + b"]")


@pytest.mark.parametrize(
    "value", [{1: "a"}, {"\ud800": 1}, "\udfff", 2**53, -(2**53), object(), b"bytes", {"a": {1, 2}}, math.inf]
)
def test_values_without_a_canonical_form_are_refused(value: Any) -> None:
    with pytest.raises(InputError):
        canonical.encode(value)


def test_a_value_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)

    with pytest.raises(InputError, match="deeper"):
        canonical.encode(loop)


def test_a_value_that_holds_itself_twice_is_refused_before_memory_runs_out() -> None:
    loop: list[Any] = []
    loop.extend([loop, loop])

    with pytest.raises(InputError):
        canonical.encode(loop)


def test_digest_is_sha256_of_the_encoding() -> None:
    assert canonical.digest({"b": 1, "a": [True]}) == hashlib.sha256(b'{"a":[true],"b":1}').hexdigest()


@given(VALUES)
def test_every_value_survives_the_round_trip(value: Any) -> None:
    data = canonical.encode(value)

    assert canonical.parse(data) == value
    assert canonical.encode(canonical.parse(data)) == data


@given(st.binary(max_size=64) | st.text(max_size=64).map(lambda text: json.dumps(text).encode()))
def test_any_bytes_are_refused_or_encode_to_themselves(data: bytes) -> None:
    try:
        value = canonical.parse(data)
    except FormatError:
        return
    assert canonical.encode(value) == data


@given(VALUES, st.data())
def test_any_single_byte_change_is_refused_or_encodes_to_itself(value: Any, data: st.DataObject) -> None:
    encoded = bytearray(canonical.encode(value))
    encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    try:
        changed = canonical.parse(bytes(encoded))
    except FormatError:
        return
    assert canonical.encode(changed) == bytes(encoded)
