"""Dates in the registry: what is shown is kept, checked again, and the best of it counts."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from headwater.errors import FormatError, SealError, VerificationError
from headwater.log.storage import Memory
from headwater.reserve import dating
from headwater.reserve.entry import Entry
from headwater.reserve.evidence import Anchors, Subject
from tests.reserve.evidence.test_opentimestamps import HEADER, PROOF
from tests.reserve.sealed import FILE, sealed
from tests.reserve.worlds import NOW_S

SUBJECT = Subject(hashlib.sha256(b"Hello World!\n").digest(), captured="2014-01-01T00:00:00Z")
ANCHORS = Anchors(headers=(HEADER,))


def shown(of: dict[str, str | int]) -> Entry:
    return dating.show("opentimestamps-1", PROOF, SUBJECT, ANCHORS, of=of, now_s=NOW_S)


def test_evidence_is_kept_and_checked_again() -> None:
    entry, storage = shown({"file": FILE}), Memory()
    with pytest.raises(SealError):
        dating.check(entry, storage, SUBJECT, ANCHORS)
    storage.create(dating.proof_path(entry["proof_sha256"]), PROOF)
    dating.check(entry, storage, SUBJECT, ANCHORS)

    assert (entry["grade"], entry["date"], entry["claim"]) == ("E4", "2015-05-28T17:41:18Z", "existed-by")
    for change in ({"date": "2014-05-28T17:41:18Z"}, {"grade": "E3"}, {"method": "rumour-1"}):
        with pytest.raises(VerificationError):
            dating.check(replace(entry, fields={**entry.fields, **change}), storage, SUBJECT, ANCHORS)
    with pytest.raises(VerificationError):
        dating.check(entry, storage, Subject(bytes(32)), ANCHORS)


def test_the_best_grade_counts_and_of_it_the_earliest_date() -> None:
    leaf = sealed(3).leaf(1)
    later = Entry(
        "date-evidence",
        "2023-11-14T22:13:20Z",
        {**shown({"file": FILE}).fields, "date": "2016-01-01T00:00:00Z"},
    )
    other = shown({"document": 2})

    assert dating.dated(leaf, 1, []) == dating.Dated("E0", "2019-03-04T05:06:07Z")
    found = dating.dated(leaf, 1, [(4, later), (5, shown({"file": FILE})), (6, other)])
    assert found == dating.Dated("E4", "2015-05-28T17:41:18Z", 5)
    assert dating.dated(leaf, 2, [(6, other)]).entry == 6


def test_before_a_cutoff_needs_a_grade_and_says_nothing_of_who_wrote_it() -> None:
    found = dating.Dated("E2", "2020-12-22T00:00:00Z")

    assert dating.is_before(found, dating.CUTOFFS["chatgpt"], grade="E2")
    assert not dating.is_before(found, dating.CUTOFFS["chatgpt"], grade="E3")
    assert not dating.is_before(found, dating.CUTOFFS["gpt-3"], grade="E0")
    assert not dating.is_before(dating.Dated("E0", ""), "2030-01-01", grade="E0")
    assert "human" not in shown({"file": FILE}).fields.values()


def test_a_method_nobody_knows_and_a_proof_without_end_are_refused() -> None:
    with pytest.raises(FormatError) as caught:
        dating.show("rumour-1", b"", SUBJECT, ANCHORS, of={"file": FILE}, now_s=NOW_S)
    assert "openpgp-1" in caught.value.hint
    with pytest.raises(FormatError, match="longer"):
        dating.show("openpgp-1", bytes(2**20 + 1), SUBJECT, ANCHORS, of={"file": FILE}, now_s=NOW_S)
