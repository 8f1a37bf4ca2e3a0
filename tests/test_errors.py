"""The error tree: exit codes, translation and the journey between processes."""

from __future__ import annotations

import pickle

import pytest

from headwater import errors
from headwater.errors import HeadwaterError

EXIT_CODES = {
    "HeadwaterError": 1,
    "InputError": 2,
    "ConfigError": 2,
    "FormatError": 2,
    "VerificationError": 1,
    "SignatureError": 1,
    "InclusionError": 1,
    "ConsistencyError": 1,
    "SealError": 1,
    "UnavailableError": 3,
}
KINDS = [
    value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, HeadwaterError)
]


def test_every_error_is_in_the_table_and_in_the_drawing() -> None:
    assert {kind.__name__ for kind in KINDS} == set(EXIT_CODES)
    assert errors.__doc__ is not None
    for kind in KINDS:
        assert kind.__name__ in errors.__doc__


@pytest.mark.parametrize("kind", KINDS)
def test_exit_codes_follow_the_tree(kind: type[HeadwaterError]) -> None:
    assert kind.exit_code == EXIT_CODES[kind.__name__]


def test_unusable_input_is_also_a_value_error() -> None:
    assert issubclass(errors.InputError, ValueError)
    assert not issubclass(errors.VerificationError, ValueError)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_keeps_its_hint_on_the_way_between_processes(kind: type[HeadwaterError]) -> None:
    sent = kind("no such source: crawl", hint="name a file, a directory or a glob")

    received = pickle.loads(pickle.dumps(sent))

    assert type(received) is kind
    assert str(received) == str(sent)
    assert received.hint == sent.hint


def test_a_hint_is_optional() -> None:
    assert HeadwaterError("stopped").hint == ""
