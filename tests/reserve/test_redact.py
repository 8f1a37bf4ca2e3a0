"""Redaction: gone, seen to be gone, and told from what was lost; nothing else moves."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import HeadwaterError, InputError, SealError
from headwater.log import segment
from headwater.log.storage import Memory
from headwater.reserve import content, erase, index, prove, redact, seal, verify
from headwater.reserve.redact import SCOPES, Order
from headwater.reserve.reserve import Reserve, create, open_reserve
from tests.log.faults import PHASES, Disk, Faulty, Killed
from tests.reserve.archives import Page, pages, warc_gz
from tests.reserve.worlds import KEYS, NOW_S, plan, sealed

MODES = ("in-place", "ingest")
WHO = {"name": "0" * 36, "time": "2023-11-14T22:13:20Z", "told": "redacted: entry 2 of log.example"}


def order(*numbers: int, scope: str = "content") -> Order:
    return Order(numbers, scope, "privacy", "", NOW_S)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("scope", SCOPES)
def test_a_redacted_document_is_gone_and_seen_to_be(tmp_path: Path, mode: str, scope: str) -> None:
    held, _ = sealed(tmp_path, 30, mode=mode)
    words = content.read(held, 5)
    proofs = {number: prove.prove(held, number) for number in range(30)}
    size = (tmp_path / "a.warc.gz").stat().st_size
    held = redact.redact(held, order(5, scope=scope), KEYS)

    assert held.redactions == {5: 2}
    assert verify.document(held, 5) == verify.Finding(5, 1, verify.REDACTED, 2)
    report = verify.whole(held)
    assert (report.n_verified, len(report.redacted), report.corrupt) == (29, 1, ())
    with pytest.raises(SealError):
        content.read(held, 5)
    assert (tmp_path / "a.warc.gz").stat().st_size == size
    if mode == "in-place":
        assert words not in gzip.decompress((tmp_path / "a.warc.gz").read_bytes())
    for number in set(range(30)) - {5}:
        assert prove.prove(held, number) == proofs[number]
        assert content.read(held, number)
    if scope == "content+metadata":
        assert (held.row(5).record, held.row(5).salt, held.row(5).head) == (b"", bytes(16), b"")
        with pytest.raises(SealError, match="registry entry 2"):
            prove.prove(held, 5)
    else:
        assert prove.prove(held, 5) == proofs[5]


@pytest.mark.parametrize("mode", MODES)
def test_a_redaction_leaves_no_name_behind(tmp_path: Path, mode: str) -> None:
    held, _ = sealed(tmp_path, 30, mode=mode)
    found = held.leaf(5)
    held = redact.redact(held, order(5, scope="content+metadata"), KEYS)
    storage = held.storage
    assert isinstance(storage, Memory)

    raw = bytes.fromhex(found.payload_sha256)
    rows = b"".join(held.row(number).record + held.row(number).head for number in range(30))
    plain = b"".join(storage._objects.values()) + rows
    if mode == "in-place":
        plain += gzip.decompress((tmp_path / "a.warc.gz").read_bytes())
    for needle in (raw, raw.hex().encode(), bytes.fromhex(found.record_sha256), found.record_id.encode()):
        assert needle not in plain
    assert f'"{found.uri}"'.encode() not in rows
    assert index.contains(held, [raw]) == {}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("scope", SCOPES)
def test_what_is_gone_without_a_word_is_missing_not_redacted(tmp_path: Path, mode: str, scope: str) -> None:
    """A silent deletion does to the bytes what a redaction does, and says nothing."""
    held, _ = sealed(tmp_path, 30, mode=mode)
    before = [held.storage.read(f"registry/{name}") for name in ("head", "checkpoint")]
    held = redact.redact(held, order(5, scope=scope), KEYS)
    for name, data in zip(("head", "checkpoint"), before, strict=True):
        path = f"registry/{name}"
        held.storage.swap(path, data or b"", expected=held.storage.read(path))
    silent = open_reserve(held.storage)

    finding = verify.document(silent, 5)
    assert finding.outcome == verify.CORRUPT
    assert finding.where is not None
    report = verify.whole(silent)
    assert (report.n_verified, report.redacted, len(report.corrupt)) == (29, (), 1)
    if scope == "content":
        row, found = silent.row(5), silent.leaf(5)
        assert finding.where == content.extent(silent, 5, row, found)


def test_content_that_others_share_is_redacted_with_them(tmp_path: Path) -> None:
    same = [replace(page, body=b"<html>the same words") for page in pages(3)] + pages(5, start=9)
    (tmp_path / "a.warc.gz").write_bytes(warc_gz(same))
    held = create(Memory(), KEYS.manifest)
    held, _ = seal.seal(held, plan([tmp_path / "a.warc.gz"], tmp_path / "s", mode="ingest"), KEYS)
    alike = [number for number in range(8) if content.read(held, number) == same[0].body]
    with pytest.raises(InputError, match="in common") as caught:
        redact.redact(held, order(alike[1]), KEYS)
    assert f"--index {alike[0]}" in caught.value.hint
    held = redact.redact(held, order(*alike), KEYS)

    report = verify.whole(held)
    assert (report.n_verified, len(report.redacted), report.corrupt) == (5, 3, ())


def test_a_redaction_is_widened_and_not_said_twice(tmp_path: Path) -> None:
    held, _ = sealed(tmp_path, 10)
    held = redact.redact(held, order(5, 6), KEYS)
    held = redact.redact(held, order(5), KEYS)
    assert len(held.entries) == 4
    held = redact.redact(held, order(5, scope="content+metadata"), KEYS)
    assert len(held.entries) == 5
    assert verify.document(held, 5).entry == 4
    with pytest.raises(InputError):
        redact.redact(held, order(10), KEYS)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("phase", PHASES)
def test_a_redaction_that_was_cut_off_is_finished_by_the_same_command(
    tmp_path: Path, mode: str, phase: str
) -> None:
    wanted = order(5, scope="content+metadata")
    for at in range(40):
        disk = Disk()
        folder = tmp_path / str(at)
        folder.mkdir()
        held, _ = sealed(folder, 8, mode=mode, storage=Faulty(disk))
        try:
            redact.redact(open_reserve(Faulty(disk, at, phase)), wanted, KEYS)
            died = False
        except Killed:
            died = True
        disk.power_cut()
        assert verify.document(open_reserve(Faulty(disk)), 5).outcome in {verify.VERIFIED, verify.REDACTED}
        held = redact.redact(open_reserve(Faulty(disk)), wanted, KEYS)
        assert verify.document(held, 5).outcome == verify.REDACTED
        assert [one.kind for one in held.entries].count("redaction") == 1
        assert verify.whole(held).n_verified == 7
        if not died:
            break
    assert at > 4


@given(st.integers(250, 200_000))
def test_a_member_of_any_length_is_a_record(size: int) -> None:
    made = erase.gzip_member(size, **WHO)
    record = gzip.decompress(made)

    assert len(made) == size
    assert record.startswith(b"WARC/1.0\r\n")
    assert record.endswith(b"\r\n\r\n")
    head, _, rest = record.partition(b"\r\n\r\n")
    assert len(rest) - 4 == int(head.rpartition(b" ")[2])


@pytest.mark.parametrize("size", [65_557, 65_558, 65_559, 65_563, 65_564, 131_000, 131_098, 131_099])
def test_the_ends_of_stored_blocks_are_met(size: int) -> None:
    assert len(erase.gzip_member(size, **WHO)) == size
    assert gzip.decompress(erase.gzip_member(size, **WHO))


def test_a_short_member_is_filled_with_a_comment_or_refused() -> None:
    sizes = []
    for size in range(20, 300):
        try:
            made = erase.gzip_member(size, **WHO)
        except InputError:
            continue
        sizes.append(size)
        assert len(made) == size
        assert gzip.decompress(made).startswith(b"WARC/1.0")
    assert sizes == list(range(sizes[0], 300))
    assert sizes[0] < 200


@pytest.mark.parametrize("size", [8, 9, 1000])
def test_a_frame_of_any_length_is_skipped(size: int) -> None:
    made = erase.zstd_frame(size)
    assert len(made) == size
    whole = made + zstandard.compress(b"words")
    assert zstandard.ZstdDecompressor().stream_reader(whole, read_across_frames=True).read() == b"words"
    with pytest.raises(InputError):
        erase.zstd_frame(7)


def damage_records(held: Reserve, folder: Path) -> None:
    path = held.packs[0].records
    data = held.storage.read(path) or b""
    held.storage.swap(path, data[:-3] + b"xyz", expected=data)


def damage_log(held: Reserve, folder: Path) -> None:
    path = f"log/{segment.path(held.log.segment(0))}"
    data = held.storage.read(path) or b""
    held.storage.swap(path, data[:-3] + b"xyz", expected=data)


def damage_content(held: Reserve, folder: Path) -> None:
    if held.packs[0].mode == "in-place":
        data = bytearray((folder / "a.warc.gz").read_bytes())
        data[len(data) // 2] ^= 1
        (folder / "a.warc.gz").write_bytes(data)
        return
    path = held.packs[0].content(0)
    whole = held.storage.read(path) or b""
    at = len(whole) // 2
    held.storage.swap(path, whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], expected=whole)


def remove_source(held: Reserve, folder: Path) -> None:
    (folder / "a.warc.gz").unlink()


def forge_date(held: Reserve, folder: Path) -> None:
    """Change the date of every record and nothing else; digests of archives do not notice."""
    path = folder / "a.warc.gz"
    forged = gzip.decompress(path.read_bytes()).replace(b"WARC-Date: 2019", b"WARC-Date: 2018")
    members = [b"WARC/1.0" + one for one in forged.split(b"WARC/1.0")[1:]]
    made = b"".join(gzip.compress(one, mtime=0) for one in members)
    path.write_bytes(made)


@pytest.mark.parametrize(
    ("mode", "damage", "n_least", "file"),
    [
        ("in-place", damage_records, 12, "records/"),
        ("in-place", damage_log, 1, "log/segment/"),
        ("in-place", damage_content, 1, "a.warc.gz"),
        ("in-place", remove_source, 12, "a.warc.gz"),
        ("in-place", forge_date, 12, "a.warc.gz"),
        ("ingest", damage_records, 12, "records/"),
        ("ingest", damage_content, 1, "content/"),
    ],
)
def test_a_fault_is_told_with_its_bytes(
    tmp_path: Path, mode: str, damage: Callable[[Reserve, Path], None], n_least: int, file: str
) -> None:
    held, _ = sealed(tmp_path, 12, mode=mode)
    damage(held, tmp_path)
    report = verify.whole(held)

    n_corrupt = sum(one.n for one in report.corrupt)
    assert n_corrupt >= n_least
    assert report.n_verified == 12 - n_corrupt
    faults = [one for one in report.corrupt if one.n]
    assert all(one.where is not None and file in one.where.file and one.detail for one in faults)
    assert all(one.where.stop > one.where.start for one in faults if one.where)
    for number in range(12):
        expected = any(one.first <= number < one.first + one.n for one in report.corrupt)
        assert (verify.document(held, number).outcome == verify.CORRUPT) == expected


def test_rewritten_history_is_refused(tmp_path: Path) -> None:
    held, _ = sealed(tmp_path, 12)
    (tmp_path / "other").mkdir()
    other = create(Memory(), KEYS.manifest)
    (tmp_path / "other" / "a.warc.gz").write_bytes(warc_gz([Page(99)]))
    other, _ = seal.seal(other, plan([tmp_path / "other" / "a.warc.gz"], tmp_path / "s2"), KEYS)
    signed = held.storage.read("log/checkpoint")
    held.storage.swap("log/checkpoint", other.storage.read("log/checkpoint") or b"", expected=signed)
    with pytest.raises(HeadwaterError):
        verify.whole(open_reserve(held.storage))
