"""The manifest of a reserve: one form, and keys that belong to its logs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from headwater.errors import FormatError, InputError
from headwater.reserve import manifest
from tests.log.samples import damaged
from tests.reserve.worlds import KEYS, keyring

MADE = KEYS.manifest


def test_a_manifest_comes_back() -> None:
    assert manifest.parse(manifest.encode(MADE)) == MADE
    assert (MADE.policy.origin, MADE.registry_policy.origin) == (MADE.origin, MADE.registry_origin)


@given(damaged(manifest.encode(MADE)))
def test_any_bytes_are_refused_or_encode_to_themselves(data: bytes) -> None:
    try:
        one = manifest.parse(data)
    except FormatError:
        return
    assert manifest.encode(one) == data


@pytest.mark.parametrize(
    "wrong",
    [
        replace(MADE, keys=()),
        replace(MADE, keys=keyring("other.example/log").manifest.keys),
        replace(MADE, registry_origin=MADE.origin),
        replace(MADE, origin="with space"),
    ],
)
def test_a_manifest_without_keys_of_its_logs_is_refused(wrong: manifest.Manifest) -> None:
    with pytest.raises(InputError):
        manifest.encode(wrong)
