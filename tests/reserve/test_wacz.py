"""WACZ: what is sealed is found in it and read out of it, and what was redacted is not."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from headwater.errors import InputError, SealError
from headwater.reserve import redact, seal, wacz
from headwater.reserve.redact import Order
from tests.reserve.archives import pages, warc_gz
from tests.reserve.worlds import KEYS, NOW_S, plan, sealed

pytest.importorskip("surt")


def index(file: zipfile.ZipFile) -> list[tuple[str, str, dict[str, Any]]]:
    text = gzip.decompress(file.read("indexes/index.cdx.gz")).decode()
    return [(key, at, json.loads(rest)) for key, at, rest in (one.split(" ", 2) for one in text.splitlines())]


def test_each_sealed_page_is_found_and_read_where_the_index_says(tmp_path: Path) -> None:
    held, some = sealed(tmp_path, 40)

    assert wacz.export(held, tmp_path / "a.wacz") == (40, 0)

    with zipfile.ZipFile(tmp_path / "a.wacz") as file:
        rows = index(file)
        archive = file.read("archive/a.warc.gz")
        listed = [json.loads(line) for line in file.read("pages/pages.jsonl").splitlines()]
        assert all(one.compress_type == zipfile.ZIP_STORED for one in file.infolist())
    assert [(key, at) for key, at, _ in rows] == sorted((key, at) for key, at, _ in rows)
    bodies = {page.uri: page.body for page in some}
    for key, at, row in rows:
        member = gzip.decompress(archive[int(row["offset"]) : int(row["offset"]) + int(row["length"])])
        assert member.endswith(bodies[row["url"]] + b"\r\n\r\n")
        assert (key, at) == (f"com,example)/{row['url'].rsplit('/', 1)[1]}", "20190501120000")
    assert {one["url"] for one in listed[1:]} == set(bodies)


def test_the_package_names_every_entry_with_its_digest_and_the_blocks_of_the_index(tmp_path: Path) -> None:
    held, _ = sealed(tmp_path, 20)
    wacz.export(held, tmp_path / "a.wacz")

    with zipfile.ZipFile(tmp_path / "a.wacz") as file:
        package = file.read("datapackage.json")
        digest = json.loads(file.read("datapackage-digest.json"))
        resources = {one["path"]: one for one in json.loads(package)["resources"]}
        names = set(file.namelist())
        assert digest["hash"] == f"sha256:{hashlib.sha256(package).hexdigest()}"
        assert set(resources) == names - {"datapackage.json", "datapackage-digest.json"}
        for path, one in resources.items():
            data = file.read(path)
            assert (one["hash"], one["bytes"]) == (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))
        meta, block = file.read("indexes/index.idx").decode().splitlines()
        said = json.loads(block[block.index("{") :])
        whole = file.read("indexes/index.cdx.gz")
    assert meta.startswith("!meta 0 ")
    assert (said["offset"], said["length"]) == (0, len(whole))


def test_what_was_redacted_is_not_named(tmp_path: Path) -> None:
    held, _ = sealed(tmp_path, 20)
    gone = [held.leaf(number).uri for number in (3, 4)]
    held = redact.redact(held, Order((3,), "content", "privacy", "", NOW_S), KEYS)
    held = redact.redact(held, Order((4,), "content+metadata", "privacy", "", NOW_S), KEYS)

    assert wacz.export(held, tmp_path / "a.wacz") == (18, 2)

    data = (tmp_path / "a.wacz").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.wacz") as file:
        assert not {row["url"] for _, _, row in index(file)} & set(gone)
        assert all(one.encode() not in file.read("pages/pages.jsonl").split(b'"') for one in gone)
    wacz.export(held, tmp_path / "b.wacz")
    assert (tmp_path / "b.wacz").read_bytes() == data


def test_two_archives_of_one_name_are_told_apart(tmp_path: Path) -> None:
    held, _ = sealed(tmp_path, 5)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.warc.gz").write_bytes(warc_gz(pages(5, start=50)))
    held, _ = seal.seal(held, plan([tmp_path / "other" / "a.warc.gz"], tmp_path / "s2"), KEYS)

    wacz.export(held, tmp_path / "a.wacz")

    with zipfile.ZipFile(tmp_path / "a.wacz") as file:
        names = {name for name in file.namelist() if name.startswith("archive/")}
        assert len(names) == 2
        assert {f"archive/{row['filename']}" for _, _, row in index(file)} == names


def test_what_cannot_be_one_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    held, _ = sealed(tmp_path, 5)
    (tmp_path / "there.wacz").write_bytes(b"mine")
    with pytest.raises(InputError, match="there already"):
        wacz.export(held, tmp_path / "there.wacz")
    assert (tmp_path / "there.wacz").read_bytes() == b"mine"
    (tmp_path / "ingest").mkdir()
    ingested, _ = sealed(tmp_path / "ingest", 5, mode="ingest")
    with pytest.raises(InputError, match="ingested"):
        wacz.export(ingested, tmp_path / "b.wacz")
    pack = held.packs[0]
    (tmp_path / "a.warc.gz").unlink()
    with pytest.raises(Exception, match=r"a\.warc\.gz"):
        wacz.export(held, tmp_path / "b.wacz")
    held.storage.swap(pack.records, b"damaged", expected=held.storage.read(pack.records))
    with pytest.raises((SealError, ValueError)):
        wacz.export(held, tmp_path / "b.wacz")
    assert not list(tmp_path.glob("*b.wacz"))
