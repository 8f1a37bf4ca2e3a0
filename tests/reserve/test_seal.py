"""Sealing: every record sealed or skipped under a reason, in an order anyone can repeat, resumable."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zstandard

from headwater import canonical
from headwater.errors import FormatError, HeadwaterError, InputError, UnavailableError
from headwater.log.storage import Directory, Memory
from headwater.reserve import content, entry, index, leaf, order, prove, seal, verify
from headwater.reserve.order import Beacon
from headwater.reserve.reserve import Reserve, create, open_reserve, packs
from headwater.sources.shard import Limits
from tests.log.faults import PHASES, Disk, Faulty, Killed
from tests.reserve.archives import Page, pages, sha1, warc_gz
from tests.reserve.worlds import KEYS, NOW_S, plan, sealed

MODES = ("in-place", "ingest")


@pytest.mark.parametrize("mode", MODES)
def test_every_document_comes_back_with_what_was_said_of_it(tmp_path: Path, mode: str) -> None:
    held, some = sealed(tmp_path, 300, mode=mode)

    assert held.size == 300
    by_uri = {page.uri: page for page in some}
    for number in range(0, 300, 7):
        found = held.leaf(number)
        page = by_uri[found.uri]
        assert content.read(held, number) == page.body
        assert found.payload_sha256 == hashlib.sha256(page.body).hexdigest()
        assert (found.captured, found.captured_from, found.licence) == (page.date, "warc-date", "unknown")
    assert {held.leaf(number).uri for number in range(300)} == set(by_uri)


@pytest.mark.parametrize("mode", MODES)
def test_a_sealed_reserve_verifies(tmp_path: Path, mode: str) -> None:
    held, _ = sealed(tmp_path, 300, mode=mode)
    report = verify.whole(held)

    assert (report.n_verified, report.redacted, report.corrupt) == (300, (), ())
    assert verify.document(held, 17).outcome == verify.VERIFIED


@pytest.mark.parametrize("mode", MODES)
def test_a_second_seal_fills_the_last_segment(tmp_path: Path, mode: str) -> None:
    held, _ = sealed(tmp_path, 40, mode=mode)
    (tmp_path / "b.warc.gz").write_bytes(warc_gz(pages(30, start=100)))
    held, report = seal.seal(held, plan([tmp_path / "b.warc.gz"], tmp_path / "s2", mode=mode), KEYS)

    assert (held.size, report["start"], report["n_sealed"]) == (70, 40, 30)
    assert len(held.packs) == 2
    assert verify.whole(held).n_verified == 70


def test_runs_lie_in_one_segment_each() -> None:
    cut = [(pack.first, pack.n) for pack in packs(65_000, 200_000, "ingest")]
    assert cut == [(65_000, 536), (65_536, 65_536), (131_072, 65_536), (196_608, 3_392)]
    assert packs(5, 5, "ingest") == []
    assert packs(131_072, 131_073, "ingest")[0].content(131_072) == "content/000000131072.00"


def test_the_order_is_a_shuffle_that_anyone_can_repeat(tmp_path: Path) -> None:
    held, some = sealed(tmp_path, 200)
    (intent, done) = held.entries
    seed = order.seed(entry.encode(intent), Beacon())
    leaves = [held.leaf(number) for number in range(200)]

    def key(one: leaf.Leaf) -> bytes:
        digests = bytes.fromhex(one.record_sha256), bytes.fromhex(one.place.file_sha256)
        return order.key(seed, *digests, one.place.offset)

    assert leaves == sorted(leaves, key=key)
    assert [one.uri for one in leaves] != [page.uri for page in some]
    assert done["intent"] == 0


def test_a_beacon_drawn_after_the_intent_decides_the_order(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(warc_gz(pages(60)))
    orders = set()
    for number in range(2):
        held = create(Memory(), KEYS.manifest)
        planned = plan([tmp_path / "a.warc.gz"], tmp_path / f"s{number}")
        held, at = seal.intend(held, planned, KEYS)
        assert seal.intend(held, planned, KEYS)[1] == at == 0
        drawn = order.parse_beacon(f"drand:{number}={number:064x}")
        held, _ = seal.seal(held, replace(planned, beacon=drawn), KEYS)
        assert len(held.entries) == 2
        assert held.entries[1]["beacon"] == f"drand:{number}"
        assert verify.whole(held).n_verified == 60
        orders.add(tuple(held.leaf(one).uri for one in range(60)))
    assert len(orders) == 2


@pytest.mark.parametrize("wrong", ["", "drand", "drand=", "drand=xyz", "drand=00ff", "a b=" + "00" * 16])
def test_what_is_no_beacon_is_refused(wrong: str) -> None:
    with pytest.raises(InputError):
        order.parse_beacon(wrong)


def bad_pages() -> list[Page]:
    return [
        Page(0),
        Page(1, date="1989-12-31T23:59:59Z"),
        Page(2, date="2033-01-01T00:00:00Z"),
        Page(3, digest=sha1(b"x")),
        Page(4, record_id="<urn:same>"),
        Page(5, record_id="<urn:same>"),
        Page(6, kind="request"),
    ]


def test_what_is_not_sealed_is_counted_under_a_reason(tmp_path: Path) -> None:
    data = warc_gz(bad_pages())
    (tmp_path / "a.warc.gz").write_bytes(data + warc_gz([Page(7)])[:-9])
    (tmp_path / "b.jsonl").write_bytes(b'{"text":"one"}\n{"text":\n\xff\n{"text":"two"}\n')
    files = [tmp_path / "a.warc.gz", tmp_path / "b.jsonl"]
    planned = plan(files, tmp_path / "s", mode="ingest")
    held, report = seal.seal(create(Memory(), KEYS.manifest), planned, KEYS)

    counted = {reason: counts["n_records"] for reason, counts in report["skips"].items()}
    assert counted == {
        "date-before-1990": 1,
        "date-in-future": 1,
        "payload-digest-wrong": 1,
        "record-id-repeated": 1,
        "record-type-request": 1,
        "gzip-truncated": 1,
        "json-invalid": 1,
        "utf8-invalid": 1,
    }
    assert report["n_sealed"] == held.size == 4
    assert report["n_read"] == 12
    told = held.storage.read("report/000000000000")
    assert json.loads(told or b"") == report
    assert hashlib.sha256(told or b"").hexdigest() == held.entries[1]["report_sha256"]


def test_a_strict_seal_stops_at_the_first_lost_record(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(warc_gz(bad_pages()))
    held = create(Memory(), KEYS.manifest)
    with pytest.raises(FormatError, match=r"a\.warc\.gz, bytes \d+: date-before-1990"):
        seal.seal(held, plan([tmp_path / "a.warc.gz"], tmp_path / "s", strict=True), KEYS)
    assert open_reserve(held.storage).size == 0


def test_a_bomb_is_a_skip(tmp_path: Path) -> None:
    bomb = replace(Page(1), body=b"a" * 3_000_000)
    (tmp_path / "a.warc.gz").write_bytes(warc_gz([Page(0), bomb]))
    planned = replace(plan([tmp_path / "a.warc.gz"], tmp_path / "s"), limits=Limits(max_payload_bytes=10**6))
    held, report = seal.seal(create(Memory(), KEYS.manifest), planned, KEYS)

    assert held.size == 1
    assert report["skips"]["payload-too-large"]["n_records"] == 1


def test_a_plain_and_a_zstd_archive_are_sealed_in_place(tmp_path: Path) -> None:
    compress = zstandard.ZstdCompressor().compress
    (tmp_path / "a.warc").write_bytes(b"".join(page.record() for page in pages(5)))
    (tmp_path / "b.warc.zst").write_bytes(b"".join(compress(page.record()) for page in pages(5, start=9)))
    files = [tmp_path / "a.warc", tmp_path / "b.warc.zst"]
    held, _ = seal.seal(create(Memory(), KEYS.manifest), plan(files, tmp_path / "s"), KEYS)
    assert verify.whole(held).n_verified == 10


def test_content_is_stored_once(tmp_path: Path) -> None:
    same = [replace(page, body=b"<html>the same words" + bytes([65 + page.number % 3])) for page in pages(30)]
    (tmp_path / "a.warc.gz").write_bytes(warc_gz(same[:20]))
    (tmp_path / "b.warc.gz").write_bytes(warc_gz(same[20:]))
    held = create(Memory(), KEYS.manifest)
    held, first = seal.seal(held, plan([tmp_path / "a.warc.gz"], tmp_path / "s1", mode="ingest"), KEYS)
    held, second = seal.seal(held, plan([tmp_path / "b.warc.gz"], tmp_path / "s2", mode="ingest"), KEYS)

    assert (first["n_copies"], second["n_copies"]) == (17, 10)
    assert sum(held.row(number).length > 0 for number in range(30)) == 3
    bodies = Counter(content.read(held, number) for number in range(30))
    assert bodies == Counter(page.body for page in same)
    digest = hashlib.sha256(same[0].body).digest()
    assert len(index.contains(held, [digest, bytes(32)])[digest]) == 10
    assert verify.whole(held).n_verified == 30


def test_a_dictionary_is_an_object_of_its_own(tmp_path: Path) -> None:
    held, some = sealed(tmp_path, 300, mode="ingest")
    (pack,) = held.packs
    data = held.storage.read(f"dictionary/{pack.dictionary}")

    assert hashlib.sha256(data or b"").hexdigest() == pack.dictionary
    assert content.read(held, 5) in {page.body for page in some}


@pytest.mark.parametrize("mode", MODES)
def test_a_proof_file_needs_no_reserve(tmp_path: Path, mode: str) -> None:
    held, some = sealed(tmp_path, 20, mode=mode)
    data = prove.prove(held, 5)
    found, at = prove.verify(data, KEYS.manifest.policy, payload=content.read(held, 5))

    assert found.uri in {page.uri for page in some}
    assert (at.size, prove.size(data)) == (20, 20)
    with pytest.raises(HeadwaterError):
        prove.verify(data, KEYS.manifest.policy, payload=b"other words")
    with pytest.raises(HeadwaterError):
        prove.verify(data.replace(b"index 5", b"index 6"), KEYS.manifest.policy)
    with pytest.raises(InputError):
        prove.prove(held, 20)


def test_nothing_to_seal_is_said(tmp_path: Path) -> None:
    held = create(Memory(), KEYS.manifest)
    with pytest.raises(InputError):
        seal.seal(held, plan([], tmp_path / "s1"), KEYS)
    (tmp_path / "a.warc.gz").write_bytes(warc_gz([Page(kind="request")]))
    with pytest.raises(InputError, match="no document"):
        seal.seal(held, plan([tmp_path / "a.warc.gz"], tmp_path / "s2"), KEYS)
    (tmp_path / "b.jsonl").write_text('{"text":"one"}\n')
    with pytest.raises(InputError, match="in place"):
        seal.seal(held, plan([tmp_path / "b.jsonl"], tmp_path / "s3"), KEYS)


def test_several_processes_give_what_one_gives(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.warc.gz").write_bytes(warc_gz(pages(9, start=9 * number)))
    files = [tmp_path / f"{number}.warc.gz" for number in range(3)]
    orders = []
    for workers in (1, 2):
        held = create(Directory(tmp_path / f"r{workers}"), KEYS.manifest)
        planned = replace(plan(files, tmp_path / f"s{workers}"), workers=workers)
        held, _ = seal.seal(held, planned, KEYS)
        orders.append([held.leaf(number).uri for number in range(held.size)])
        assert verify.whole(held).n_verified == 27
    assert orders[0] == orders[1]


def test_a_second_writer_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(warc_gz(pages(3)))
    (tmp_path / "s").mkdir()
    with (tmp_path / "s" / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UnavailableError, match="another writer"):
            seal.seal(create(Memory(), KEYS.manifest), plan([tmp_path / "a.warc.gz"], tmp_path / "s"), KEYS)


def test_another_seal_is_not_begun_while_one_is_unfinished(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.warc.gz").write_bytes(warc_gz(pages(3)) + warc_gz([Page(ord(name))]))
    disk = Disk()
    storage = Faulty(disk)
    create(storage, KEYS.manifest)
    first = plan([tmp_path / "a.warc.gz"], tmp_path / "s")
    with pytest.raises(Killed):
        seal.seal(open_reserve(Faulty(disk, 12)), first, KEYS)
    with pytest.raises(InputError, match="unfinished"):
        seal.seal(open_reserve(storage), plan([tmp_path / "b.warc.gz"], tmp_path / "s"), KEYS)
    held, _ = seal.seal(open_reserve(storage), first, KEYS)
    assert held.size == 4


def attempt(disk: Disk, tmp_path: Path, kill: tuple[int, str] | None, mode: str) -> Reserve | None:
    """Seal twice into one reserve, killed at one write."""
    try:
        storage = Faulty(disk, *kill) if kill else Faulty(disk)
        held = create(storage, KEYS.manifest)
        for name in ("a", "b"):
            planned = plan([tmp_path / f"{name}.warc.gz"], tmp_path / f"s-{name}", mode=mode)
            if not any(one["n_sealed"] for one in done(held) if one["sources"][0]["name"][0] == name):
                held, _ = seal.seal(held, planned, KEYS)
    except Killed:
        return None
    return held


def done(held: Reserve) -> list[dict[str, Any]]:
    starts = [one["start"] for one in held.entries if one.kind == "seal" and one["size"] <= held.size]
    return [canonical.parse(held.storage.read(f"report/{start:012d}") or b"") for start in starts]


@pytest.mark.slow
@pytest.mark.parametrize("power_cut", [False, True])
@pytest.mark.parametrize("phase", PHASES)
def test_a_kill_at_any_write_leaves_a_reserve_that_verifies(
    tmp_path: Path, phase: str, *, power_cut: bool
) -> None:
    assert kill_at(tmp_path, range(100), phase, power_cut=power_cut) > 30


@pytest.mark.parametrize("power_cut", [False, True])
def test_a_kill_at_some_writes_leaves_a_reserve_that_verifies(tmp_path: Path, *, power_cut: bool) -> None:
    assert kill_at(tmp_path, range(3, 100, 5), "visible", power_cut=power_cut) > 5


def kill_at(tmp_path: Path, writes: range, phase: str, *, power_cut: bool) -> int:
    """Kill the writer at each of some writes, and check what is left; give how often it died."""
    (tmp_path / "a.warc.gz").write_bytes(warc_gz(pages(4)))
    (tmp_path / "b.warc.gz").write_bytes(warc_gz(pages(5, start=50)))
    mode = "ingest" if power_cut else "in-place"
    n_died = 0
    for at in writes:
        disk = Disk()
        died = attempt(disk, tmp_path, (at, phase), mode) is None
        n_died += died
        if power_cut:
            disk.power_cut()
        shown = []
        if "log/checkpoint" in disk.visible and "registry/checkpoint" in disk.visible:
            held = open_reserve(Faulty(disk))
            shown.append(verify.whole(held).checkpoint)
            assert verify.whole(held).n_verified == held.size
        held_again = attempt(disk, tmp_path, None, mode)
        assert held_again is not None
        assert verify.whole(held_again).n_verified == held_again.size == 9
        for earlier in [one for one in shown if one.size]:
            held_again.log.prove_growth(earlier, held_again.log.checkpoint()[0])
        for name in ("s-a", "s-b"):
            shutil.rmtree(tmp_path / name)
        if not died:
            break
    return n_died


def test_a_clock_and_a_salt_of_a_seal_that_was_cut_off_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(warc_gz(pages(4)))
    planned = plan([tmp_path / "a.warc.gz"], tmp_path / "s")
    disk = Disk()
    create(Faulty(disk), KEYS.manifest)
    with pytest.raises(Killed):
        seal.seal(open_reserve(Faulty(disk, 12)), planned, KEYS)
    later = replace(planned, time_s=NOW_S + 1000)
    held, _ = seal.seal(open_reserve(Faulty(disk)), later, KEYS)
    assert {one.time for one in held.entries} == {entry.moment(NOW_S)}


def test_rows_of_parquet_and_records_of_wet_are_sealed_with_what_they_declare(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = ["the mill by the river", "bread and salt"]
    table = {
        "text": texts,
        "url": ["https://example.com/a", "https://example.com/b"],
        "language": ["en", "en"],
    }
    pq.write_table(pa.table(table), tmp_path / "rows.parquet")
    wet = [replace(page, kind="conversion", http=b"") for page in pages(3)]
    (tmp_path / "a.warc.wet.gz").write_bytes(warc_gz(wet))
    held = create(Memory(), KEYS.manifest)

    files = [tmp_path / "rows.parquet", tmp_path / "a.warc.wet.gz"]
    held, report = seal.seal(held, plan(files, tmp_path / "staging", mode="ingest"), KEYS)

    assert (report["n_sealed"], report["skips"]) == (5, {})
    bodies = {content.read(held, number) for number in range(5)}
    assert bodies == {one.encode() for one in texts} | {page.body for page in wet}
    found = {held.leaf(number).uri: held.leaf(number) for number in range(5)}
    assert found["https://example.com/a"].language == "en"
    assert found[wet[0].uri].captured == wet[0].date


@pytest.mark.parametrize(("mode", "n_sealed"), [("in-place", 3), ("ingest", 6)])
def test_records_that_share_a_compressed_member_are_not_sealed_in_place(
    mode: str, n_sealed: int, tmp_path: Path
) -> None:
    some = pages(6)
    together = gzip.compress(b"".join(page.record() for page in some[2:5]), mtime=0)
    (tmp_path / "a.warc.gz").write_bytes(warc_gz(some[:2]) + together + warc_gz(some[5:]))
    held = create(Memory(), KEYS.manifest)

    held, report = seal.seal(held, plan([tmp_path / "a.warc.gz"], tmp_path / "staging", mode=mode), KEYS)

    skipped = {reason: counts["n_records"] for reason, counts in report["skips"].items()}
    assert (report["n_sealed"], skipped) == (n_sealed, {"member-shared": 3} if n_sealed == 3 else {})
    assert (verify.whole(held).n_verified, verify.whole(held).corrupt) == (n_sealed, ())
