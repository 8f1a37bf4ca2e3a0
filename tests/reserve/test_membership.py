"""Membership: many texts looked up at once, copies and redactions told, and no index believed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given

from headwater.errors import FormatError, SealError
from headwater.log.storage import Memory
from headwater.reserve import index, membership, payloads, prove, redact, seal
from headwater.reserve.entry import Entry, moment
from headwater.reserve.redact import Order
from headwater.reserve.reserve import create, open_reserve
from tests.log.samples import damaged
from tests.reserve.archives import Page, pages, warc_gz
from tests.reserve.worlds import KEYS, NOW_S, plan, sealed

STRANGERS = [hashlib.sha256(b"stranger %d" % at).digest() for at in range(1000)]


@given(damaged(index.encode([(STRANGERS[at], at) for at in range(3)]), index.encode([])))
def test_any_bytes_are_refused_or_encode_to_themselves(data: bytes) -> None:
    try:
        rows = index.parse(data)
    except FormatError:
        return
    assert index.encode(rows) == data


def digest(page: Page) -> bytes:
    return hashlib.sha256(page.body).digest()


@pytest.mark.parametrize("mode", ["in-place", "ingest"])
def test_each_of_many_texts_is_found_with_what_was_sealed_of_it_and_no_stranger(
    mode: str, tmp_path: Path
) -> None:
    held, some = sealed(tmp_path, 300, mode=mode)

    found = membership.find(held, [*STRANGERS, *map(digest, some)])

    assert set(found) == set(map(digest, some))
    for page in some:
        (one,) = found[digest(page)]
        assert (one.leaf.uri, one.leaf.captured, one.dated.grade) == (page.uri, page.date, "E0")
        assert not one.is_redacted
    (one,) = found[digest(some[0])]
    shown, _ = prove.verify(prove.prove(held, one.index), KEYS.manifest.policy, payload=some[0].body)
    assert shown == one.leaf


def test_copies_are_all_found_across_seals(tmp_path: Path) -> None:
    held = create(Memory(), KEYS.manifest)
    for number in range(3):
        file = tmp_path / f"{number}.warc.gz"
        more = [Page(100 + number, b"<p>the same words</p>"), *pages(4, start=4 * number)]
        file.write_bytes(warc_gz(more))
        held, _ = seal.seal(held, plan([file], tmp_path / f"staging{number}", mode="ingest"), KEYS)

    (members,) = membership.find(held, [hashlib.sha256(b"<p>the same words</p>").digest()]).values()

    assert {one.leaf.uri for one in members} == {f"https://example.com/{100 + at}" for at in range(3)}
    assert [one.index for one in members] == sorted(one.index for one in members)


def test_what_was_redacted_answers_so_and_with_its_metadata_not_at_all(tmp_path: Path) -> None:
    held, some = sealed(tmp_path, 20, mode="ingest")
    found = membership.find(held, map(digest, some))
    first, second = (found[digest(page)][0].index for page in some[:2])
    held = redact.redact(held, Order((first,), "content", "privacy", "", NOW_S), KEYS)
    held = redact.redact(held, Order((second,), "content+metadata", "privacy", "", NOW_S), KEYS)

    again = membership.find(held, map(digest, some))

    assert again[digest(some[0])][0].is_redacted
    assert held.entries[again[digest(some[0])][0].redaction]["index"] == first
    assert digest(some[1]) not in again
    assert len(again) == 19
    assert {one.index for one in payloads.walk(held)} == set(range(20)) - {first, second}


def test_evidence_of_a_date_comes_with_the_document(tmp_path: Path) -> None:
    held, some = sealed(tmp_path)
    (one,) = membership.find(held, [digest(some[3])])[digest(some[3])]
    fields = {
        "claim": "existed-by",
        "date": "2020-01-01T00:00:00Z",
        "grade": "E3",
        "method": "rfc3161",
        "proof_sha256": "",
        "subject": {"file": one.leaf.place.file_sha256},
    }
    held = held.append([Entry("date-evidence", moment(NOW_S), fields)], KEYS.registry, time_s=NOW_S)

    (one,) = membership.find(held, [digest(some[3])])[digest(some[3])]

    assert (one.dated.grade, one.dated.date) == ("E3", "2020-01-01T00:00:00Z")


def test_an_index_that_lies_is_found_out(tmp_path: Path) -> None:
    storage = Memory()
    held, _ = sealed(tmp_path, storage=storage)
    path = held.packs[0].index
    rows = index.parse(storage.read(path) or b"")
    forged = index.encode([(STRANGERS[0], 0), *((one, at) for one, at in rows if at)])
    storage.swap(path, forged, expected=storage.read(path))

    with pytest.raises(SealError, match="wrong about document 0"):
        membership.find(open_reserve(storage), [STRANGERS[0]])


@pytest.mark.parametrize("mode", ["in-place", "ingest"])
def test_all_texts_are_walked_over(mode: str, tmp_path: Path) -> None:
    held, some = sealed(tmp_path, 600, mode=mode)

    walked = list(payloads.walk(held))

    assert {one.data for one in walked} == {page.body for page in some}
    assert sorted(one.index for one in walked) == list(range(600))


def test_a_text_that_was_changed_stops_the_walk(tmp_path: Path) -> None:
    held, _ = sealed(tmp_path, 30)
    file = tmp_path / "a.warc.gz"
    damaged = bytearray(file.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    file.write_bytes(damaged)

    with pytest.raises(SealError, match="document"):
        list(payloads.walk(held))
