"""Records: frozen, quiet about their payload, named by content."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.record import Record, Skip, record_id


def example(**changes: object) -> Record:
    """Make a record of one short page."""
    fields: dict[str, object] = {
        "id": record_id("ab" * 32, "0"),
        "source": "crawl.warc.gz",
        "offset": 0,
        "length": 100,
        "url": "https://example.org/",
        "media_type": "text/html",
        "charset": "utf-8",
        "captured": "2022-01-01T00:00:00Z",
        "captured_from": "warc-date",
        "status": 200,
        "headers": (("Content-Type", "text/html"), ("Link", "<a>"), ("LINK", "<b>")),
        "payload": b"a secret page",
        "payload_digest": hashlib.sha256(b"a secret page").hexdigest(),
    }
    return Record(**(fields | changes))  # type: ignore[arg-type]


def test_a_record_never_changes() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        example().url = "https://example.com/"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        Skip("crawl.warc.gz", 0, 1, "gzip-corrupt").reason = "none"  # type: ignore[misc]


def test_header_values_come_in_order_and_without_regard_to_case() -> None:
    assert list(example().header("link")) == ["<a>", "<b>"]
    assert list(example().header("AI-Disclosure")) == []


def test_the_payload_stays_out_of_messages() -> None:
    assert "secret" not in repr(example())


def test_an_id_is_the_first_half_of_a_digest() -> None:
    expected = hashlib.sha256(b"ab\x0012").hexdigest()

    assert record_id("ab", "12") == expected[:32]


@given(
    st.lists(
        st.tuples(st.text("0123456789abcdef", max_size=4), st.text("0123456789", max_size=4)), unique=True
    )
)
def test_ids_differ_where_source_or_position_does(names: list[tuple[str, str]]) -> None:
    assert len({record_id(*name) for name in names}) == len(names)
