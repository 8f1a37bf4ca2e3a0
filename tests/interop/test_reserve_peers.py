"""A reserve judged by others: its log by `aics-tlog` and Go, its archives by `warcio` and two more."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from headwater.log import checkpoint
from headwater.log.storage import Directory
from headwater.reserve import export, redact, seal, verify, wacz
from headwater.reserve.reserve import Reserve, open_reserve
from tests.interop.test_log_go_peer import binary
from tests.reserve.archives import pages, warc_gz
from tests.reserve.test_redact import forge_date, order
from tests.reserve.worlds import KEYS, plan, sealed

pytestmark = pytest.mark.interop
BIN = Path(sys.executable).parent
__all__ = ["binary"]  # A fixture.
INDEX = 517


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seal twice, and export; the first checkpoint is kept beside."""
    folder = tmp_path_factory.mktemp("peers")
    held, _ = sealed(folder, 300, storage=Directory(folder / "reserve"))
    (folder / "old").write_bytes((folder / "reserve" / "log" / "checkpoint").read_bytes())
    (folder / "b.warc.gz").write_bytes(warc_gz(pages(300, start=1000)))
    held, _ = seal.seal(held, plan([folder / "b.warc.gz"], folder / "s2"), KEYS)
    export.export(held, Directory(folder / "plain"))
    (folder / "leaf").write_bytes(held.log.entry(INDEX))
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """Give a copy that may be changed."""
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def aics(folder: Path, command: str, *more: str) -> int:
    pytest.importorskip("aics_tlog", reason="no aics_tlog: pip install --ignore-requires-python aics-tlog")
    log, key = folder / "plain" / "log", str(KEYS.documents[0].key)
    wanted = [sys.executable, "-m", "aics_tlog", command, "--tiles", str(log), "--log-key", key, *more]
    return subprocess.run(wanted, capture_output=True, check=False).returncode


def test_aics_tlog_accepts_checkpoint_inclusion_and_growth(folder: Path) -> None:
    leaf = ("--leaf", str(folder / "leaf"), "--index")
    assert aics(folder, "verify-checkpoint") == 0
    assert aics(folder, "verify-inclusion", *leaf, str(INDEX)) == 0
    assert aics(folder, "verify-consistency", "--old-checkpoint", str(folder / "old")) == 0


def test_aics_tlog_refuses_each_twin(folder: Path) -> None:
    leaf = ("--leaf", str(folder / "leaf"), "--index")
    assert aics(folder, "verify-inclusion", *leaf, str(INDEX + 1)) != 0
    other = folder / "other"
    other.mkdir()
    stranger, _ = sealed(other, 299, storage=Directory(other / "reserve"))  # Rewritten history.
    assert aics(folder, "verify-consistency", "--old-checkpoint", str(other / "reserve/log/checkpoint")) != 0
    assert stranger.size == 299
    path = folder / "plain" / "log" / "checkpoint"
    path.write_bytes(path.read_bytes().replace(b"\n600\n", b"\n599\n"))
    assert aics(folder, "verify-checkpoint") != 0


def lose(folder: Path) -> None:
    """Delete what holds the hash of an entry, without a word."""
    (folder / "plain" / "log" / "tile" / "0" / "002.p" / "88").unlink()


def test_neither_aics_tlog_nor_go_proves_what_was_deleted_silently(binary: Path, folder: Path) -> None:
    lose(folder)

    assert aics(folder, "verify-inclusion", "--leaf", str(folder / "leaf"), "--index", str(INDEX)) != 0
    assert go(binary, folder)


def go(binary: Path, folder: Path, *, index: int = INDEX, root: bytes = b"") -> str:
    keys = [str(key) for key in KEYS.manifest.keys]
    old = checkpoint.parse((folder / "old").read_bytes())[0]
    claims = [str(index), (folder / "leaf").read_bytes().hex(), str(old.size), (root or old.root).hex()]
    command = [str(binary), str(folder / "plain" / "log"), *keys, *claims]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_go_accepts_a_reserve_and_refuses_each_twin(binary: Path, folder: Path) -> None:
    assert go(binary, folder) == ""
    assert go(binary, folder, index=INDEX + 1)
    assert go(binary, folder, root=bytes(32))
    path = folder / "plain" / "log" / "checkpoint"
    signed = path.read_bytes()
    for at in (len(signed) - 20, signed.index(b"\xe2\x80\x94") + 60):  # The ML-DSA and the Ed25519 line.
        path.write_bytes(signed[:at] + (b"A" if signed[at : at + 1] != b"A" else b"B") + signed[at + 1 :])
        assert go(binary, folder)


def peer(name: str) -> Path:
    found = BIN / name
    if not found.exists():
        pytest.skip(f"no {name}: pip install {name}")
    return found


def warcio_status(path: Path) -> int:
    return subprocess.run([peer("warcio"), "check", path], capture_output=True, check=False).returncode


def indexed(path: Path) -> dict[str, tuple[str, str]]:
    """Index an archive: from address to offset and length."""
    done = subprocess.run([peer("cdxj-indexer"), path], capture_output=True, text=True, check=True)
    rows = [json.loads(line[line.index("{") :]) for line in done.stdout.splitlines()]
    return {row["url"]: (row["offset"], row["length"]) for row in rows}


def redacted(folder: Path) -> tuple[Reserve, str]:
    held, _ = sealed(folder, 60)
    gone = held.leaf(7).uri
    return redact.redact(held, order(7, scope="content+metadata"), KEYS), gone


def test_warcio_accepts_an_archive_with_a_redaction_and_refuses_one_with_damage(tmp_path: Path) -> None:
    _, gone = redacted(tmp_path)
    path = tmp_path / "a.warc.gz"
    assert warcio_status(path) == 0
    assert f"WARC-Target-URI: {gone}\r\n".encode() not in gzip.decompress(path.read_bytes())
    data = gzip.decompress(path.read_bytes()).replace(b"word7 ", b"word8 ", 1)
    members = [b"WARC/1.0" + one for one in data.split(b"WARC/1.0")[1:]]
    path.write_bytes(b"".join(map(gzip.compress, members)))
    assert warcio_status(path) == 1


def test_a_forged_date_passes_warcio_and_not_the_reserve(tmp_path: Path) -> None:
    held, _ = sealed(tmp_path, 12)
    forge_date(held, tmp_path)

    assert warcio_status(tmp_path / "a.warc.gz") == 0
    assert sum(one.n for one in verify.whole(held).corrupt) == 12


def test_cdxj_indexer_finds_all_others_where_they_were(tmp_path: Path) -> None:
    sealed(tmp_path, 60)
    before = indexed(tmp_path / "a.warc.gz")
    _, gone = redacted(tmp_path)
    after = indexed(tmp_path / "a.warc.gz")

    assert len(before) == 60
    assert {url: place for url, place in before.items() if url != gone} == after


def test_a_silent_deletion_passes_both_and_not_the_reserve(tmp_path: Path) -> None:
    """In the archive it looks like a redaction; that the registry says nothing of it tells them apart."""
    held, _ = sealed(tmp_path, 60)
    names = ("registry/head", "registry/checkpoint")
    before = {name: held.storage.read(name) or b"" for name in names}
    gone = redact.redact(held, order(7, scope="content+metadata"), KEYS)
    for name, data in before.items():
        gone.storage.swap(name, data, expected=gone.storage.read(name))

    assert warcio_status(tmp_path / "a.warc.gz") == 0
    assert len(indexed(tmp_path / "a.warc.gz")) == 59
    report = verify.whole(open_reserve(held.storage))
    assert (report.n_verified, report.redacted, len(report.corrupt)) == (59, (), 1)


def test_cdxj_indexer_sees_a_forged_date_as_it_was_forged(tmp_path: Path) -> None:
    """Its index is of what stands there now; what was sealed is in ours."""
    held, _ = sealed(tmp_path, 12)
    wacz.export(held, tmp_path / "a.wacz")
    forge_date(held, tmp_path)
    with zipfile.ZipFile(tmp_path / "a.wacz") as file:
        ours = gzip.decompress(file.read("indexes/index.cdx.gz")).decode().splitlines()
    done = subprocess.run(
        [peer("cdxj-indexer"), "--sort", tmp_path / "a.warc.gz"], capture_output=True, text=True, check=True
    )
    theirs = done.stdout.splitlines()

    assert [one.split(" ")[0] for one in ours] == [one.split(" ")[0] for one in theirs]
    assert all(one.split(" ")[1] != other.split(" ")[1] for one, other in zip(ours, theirs, strict=True))


def wacz_status(path: Path) -> int:
    """Validate a WACZ file; its validator says what is wrong in words, and by its exit status."""
    command = [str(peer("wacz")), "validate", "-f", str(path)]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_wacz_accepts_an_export_and_refuses_one_with_a_flipped_bit(tmp_path: Path) -> None:
    held, _ = sealed(tmp_path, 60)
    wacz.export(held, tmp_path / "a.wacz")
    assert wacz_status(tmp_path / "a.wacz") == 0

    with zipfile.ZipFile(tmp_path / "a.wacz") as old, zipfile.ZipFile(tmp_path / "b.wacz", "w") as new:
        for name in old.namelist():
            data = bytearray(old.read(name))
            data[len(data) // 2] ^= name == "archive/a.warc.gz"
            new.writestr(name, bytes(data))
    assert wacz_status(tmp_path / "b.wacz") != 0


def test_cdxj_indexer_gives_the_index_of_the_export(tmp_path: Path) -> None:
    held, _ = sealed(tmp_path, 60)
    wacz.export(held, tmp_path / "a.wacz")
    with zipfile.ZipFile(tmp_path / "a.wacz") as file:
        ours = gzip.decompress(file.read("indexes/index.cdx.gz")).decode().splitlines()

    done = subprocess.run(
        [peer("cdxj-indexer"), "--sort", tmp_path / "a.warc.gz"], capture_output=True, text=True, check=True
    )

    theirs = done.stdout.splitlines()
    assert [one.split(" ")[:2] for one in ours] == [one.split(" ")[:2] for one in theirs]
    for one, other in zip(ours, theirs, strict=True):
        mine, said = (json.loads(line[line.index("{") :]) for line in (one, other))
        names = ("url", "mime", "digest", "length", "offset", "filename")
        assert {name: mine[name] for name in names} == {name: said[name] for name in names}
