"""A log in an object store that speaks S3, on this machine: two writers, ranges, and a store that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from headwater.errors import ConsistencyError, InputError, UnavailableError
from headwater.log.reader import Reader
from headwater.log.storage import Objects
from tests.log.samples import log_of
from tests.log.storage import test_conformance as every

pytestmark = [pytest.mark.loopback, pytest.mark.slow]


@pytest.fixture(scope="module")
def options() -> Iterator[dict[str, Any]]:
    from moto.server import ThreadedMotoServer
    from pytest_socket import socket_allow_hosts

    socket_allow_hosts(["127.0.0.1", "localhost"], allow_unix_socket=True)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield {"key": "k", "secret": "s", "endpoint_url": f"http://127.0.0.1:{port}"}
    server.stop()


@pytest.fixture
def storage(options: dict[str, Any], request: pytest.FixtureRequest) -> Objects:
    import s3fs

    bucket = f"b{abs(hash(request.node.name)) % 10**9}"
    s3fs.S3FileSystem(**options, skip_instance_cache=True).mkdir(bucket)
    return Objects(f"s3://{bucket}/reserve", **options)


def test_the_promises_of_a_storage(storage: Objects) -> None:
    every.test_what_is_not_there_is_none(storage)
    every.test_an_object_is_read_whole_and_in_ranges(storage)
    every.test_an_object_is_created_once(storage)
    every.test_an_empty_object_is_an_object(storage)
    assert storage.read("a/b/c") == b"0123456789"


def test_a_swap_needs_what_was_read(storage: Objects) -> None:
    every.test_a_swap_needs_what_was_read(storage)
    assert storage.read("head") == b"2"


def test_a_writer_between_reading_and_writing_is_noticed(storage: Objects) -> None:
    storage.swap("head", b"1", expected=None)
    system = storage._system
    real = system.cat_file

    def meddle(path: str, **options: Any) -> bytes:
        found: bytes = real(path, **options)
        system.call_s3("put_object", Bucket=path.split("/")[0], Key=path.partition("/")[2], Body=b"theirs")
        return found

    system.cat_file = meddle
    with pytest.raises(UnavailableError, match="another writer"):
        storage.swap("head", b"mine", expected=b"1")
    system.cat_file = real
    assert storage.read("head") == b"theirs"


def test_a_log_lives_in_it(storage: Objects) -> None:
    log_of(700, storage)

    assert Reader(storage).prove(699).index == 699
    with pytest.raises(ConsistencyError):
        storage.create("checkpoints/700", b"another")


def test_a_store_that_is_not_there_is_an_error(options: dict[str, Any]) -> None:
    gone = Objects(
        "s3://nowhere/at-all",
        **(
            options
            | {"endpoint_url": "http://127.0.0.1:9", "config_kwargs": {"retries": {"max_attempts": 0}}}
        ),
    )
    with pytest.raises(UnavailableError, match="cannot reach") as caught:
        gone.read("head")
    assert caught.value.hint


@pytest.mark.parametrize("url", ["gs://b/x", "ftp://a/b", "plain", "s3://", ""])
def test_a_store_that_cannot_refuse_a_write_is_refused(url: str) -> None:
    with pytest.raises(InputError):
        Objects(url)
