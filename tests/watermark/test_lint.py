"""The judgement of keys: every profile has one with a reason, and only AES has 128 bits."""

from __future__ import annotations

import pytest

from headwater.watermark.lint import judge
from headwater.watermark.schemes import SCHEMES


@pytest.mark.parametrize("name", SCHEMES)
def test_every_profile_has_a_judgement_with_reasons(name: str) -> None:
    row = judge(SCHEMES[name])

    assert row.reasons
    assert row.key_bits <= row.length_bits
    assert row.strong == ("-aes-" in name)
    assert row.to_json()["key_bits"] == SCHEMES[name].traits.key_bits
