"""Argilla's own SDK reads the records that we write, and what it writes again is read by us."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from headwater.review.attest import LABELS
from headwater.review.exchange import argilla
from headwater.review.exchange.ballot import Ballot
from headwater.review.exchange.sheet import Sheet

peer = pytest.importorskip("argilla", reason="argilla is not installed", exc_type=ImportError)
JsonIO = pytest.importorskip("argilla.records._io").JsonIO
pytestmark = pytest.mark.interop

SHEETS = [
    Sheet(
        f"d{at}",
        f"text {at} \u202e\N{GRINNING FACE}",
        0.25 if at else None,
        0.9 - 0.2 * at,
        tuple(Ballot(f"d{at}", who, label, 0.25 if at else None) for who in ("ann", "bo")[: 1 + at % 2]),
    )
    for at, label in enumerate(LABELS)
] + [Sheet("none", "nobody voted", 0.5, None, ())]


def records(folder: Path) -> list[Any]:
    """Let the SDK read what we write."""
    (folder / "ours.json").write_bytes(argilla.encode(SHEETS, predictions=True))
    return list(JsonIO._records_from_json(folder / "ours.json"))


def test_the_sdk_reads_what_we_write(tmp_path: Path) -> None:
    for sheet, record in zip(SHEETS, records(tmp_path), strict=True):
        assert (record.id, record.fields["text"]) == (sheet.document, sheet.text)
        assert [one.value for one in record.responses] == [one.label for one in sheet.ballots]
        assert {str(one.user_id) for one in record.responses} == {
            argilla.user_id(one.validator) for one in sheet.ballots
        }
        assert all(UUID(str(one.user_id)).version == 5 for one in record.responses)
        assert len(list(record.suggestions)) == (sheet.p_human is not None)
        assert {one.status.value for one in record.responses} <= {"submitted"}


def test_what_the_sdk_writes_is_read(tmp_path: Path) -> None:
    written = JsonIO.to_json(records(tmp_path), tmp_path / "theirs.json")
    found = argilla.parse(written.read_bytes())

    assert found == [one for sheet in SHEETS for one in sheet.ballots]
