"""An archive that lies in an object store and stays there: sealed, proved, verified, and its loss is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headwater.errors import InputError
from headwater.log.storage import Objects
from headwater.reserve import content, redact, seal, verify
from headwater.reserve.redact import Order
from headwater.reserve.reserve import create
from headwater.sources.discover import discover
from headwater.sources.plan import plan as shards_of
from tests.reserve.archives import pages, warc_gz
from tests.reserve.worlds import KEYS, NOW_S, plan

pytestmark = [pytest.mark.loopback, pytest.mark.slow]
URL = "s3://crawls/a.warc.gz"


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    import s3fs
    from moto.server import ThreadedMotoServer
    from pytest_socket import socket_allow_hosts

    socket_allow_hosts(["127.0.0.1", "localhost"], allow_unix_socket=True)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    s3fs.S3FileSystem.clear_instance_cache()
    found = s3fs.S3FileSystem()
    found.mkdir("crawls")
    yield found
    server.stop()
    s3fs.S3FileSystem.clear_instance_cache()


def test_an_archive_in_an_object_store_is_sealed_where_it_lies(system: Any, tmp_path: Path) -> None:
    data = warc_gz(pages(20))
    system.pipe_file(URL, data)
    shards = shards_of(discover([URL]), shard_bytes=2**60)
    planned = replace(plan([], tmp_path / "staging"), shards=tuple(shards))
    held, report = seal.seal(create(Objects("s3://crawls/reserve"), KEYS.manifest), planned, KEYS)

    assert (report["n_sealed"], report["skips"]) == (20, {})
    bodies = {page.body for page in pages(20)}
    assert {content.read(held, number) for number in range(20)} == bodies
    assert verify.whole(held).n_verified == 20
    with pytest.raises(InputError, match="not on this machine"):
        redact.redact(held, Order((3,), "content", "privacy", "", NOW_S), KEYS)
    assert not held.redactions

    at = held.leaf(7).place.offset
    system.pipe_file(URL, data[: at + 30] + bytes([data[at + 30] ^ 1]) + data[at + 31 :])
    finding = verify.document(held, 7)
    assert finding.outcome == verify.CORRUPT
    assert finding.where == content.Extent(URL, at, at + held.leaf(7).place.length)
    assert verify.whole(held).n_verified == 19

    system.rm_file(URL)
    assert verify.whole(held).n_verified == 0
    assert verify.document(held, 7).outcome == verify.CORRUPT
