"""A reserve over HTTP, by a real server: tiles, ranges, caching, and nothing that nobody should see."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from headwater.log import sequencer
from headwater.log.export import explode
from headwater.log.storage import Below, Directory, Memory
from headwater.reserve import serve
from headwater.reserve.reserve import Reserve
from tests.reserve.sealed import sealed
from tests.reserve.worlds import KEYS, NOW_S

pytestmark = pytest.mark.loopback
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(scope="module")
def reserve(tmp_path_factory: pytest.TempPathFactory) -> Reserve:
    folder = tmp_path_factory.mktemp("served")
    made = sealed(700, Directory(folder / "reserve"))
    (folder / "reserve" / "keys").mkdir()
    (folder / "reserve" / "keys" / "secret").write_text("secret")
    (folder / "outside").write_text("outside")
    return made


@contextmanager
def served(reserve: Reserve) -> Iterator[str]:
    """Serve a reserve on this machine, and give the URL."""
    import uvicorn
    from pytest_socket import socket_allow_hosts

    socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    logs = {"log": reserve.log_storage, "registry": reserve.registry_storage}
    server = uvicorn.Server(uvicorn.Config(serve.app(logs, reserve.storage), log_level="error"))
    listening = serve.listen("127.0.0.1", 0)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def url(reserve: Reserve) -> Iterator[str]:
    with served(reserve) as found:
        yield found


def ask(url: str, path: str, *, method: str = "GET", **headers: str) -> Answer:
    """Send a request as it is, without the tidying of paths that clients do."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
    connection.request(method, path, headers={key.replace("_", "-"): value for key, value in headers.items()})
    answer = connection.getresponse()
    found = answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
    connection.close()
    return found


def test_every_file_of_an_exploded_log_is_served_as_it_is(reserve: Reserve, url: str) -> None:
    target = Memory()
    explode(reserve.log_storage, target)
    for path, data in target._objects.items():
        status, headers, body = ask(url, f"/log/{path}")
        assert (status, body) == (200, data), path
        assert ("immutable" in headers["cache-control"]) == (path != "checkpoint")


def test_a_narrower_tile_of_an_older_tree_is_served_and_a_wider_one_is_not(url: str) -> None:
    assert len(ask(url, "/log/tile/0/000.p/7")[2]) == 7 * 32
    assert ask(url, "/log/tile/0/002.p/188")[0] == 200
    assert ask(url, "/log/tile/0/002.p/189")[0] == 404
    assert ask(url, "/log/tile/0/002")[0] == 404
    assert ask(url, "/log/tile/9/000")[0] == 404


def test_what_was_not_published_is_not_served() -> None:
    storage = Memory()
    sequencer.create(storage, KEYS.manifest.origin)
    sequencer.append(storage, [b"one"])
    sequencer.publish(storage, KEYS.documents, time_s=NOW_S)
    sequencer.append(storage, [b"two"])

    assert serve.find({"": storage}, None, "tile/0/000.p/1") != 404
    assert serve.find({"": storage}, None, "tile/0/000.p/2") == 404


def test_the_rest_of_a_reserve_is_served_and_may_change(url: str) -> None:
    for path in ("reserve.json", "records/000000000000", "content/000000000000.00", "registry/checkpoint"):
        status, headers, body = ask(url, f"/{path}")
        assert (status, bool(body)) == (200, True), path
        assert "immutable" not in headers["cache-control"]


def test_a_large_object_is_read_a_piece_at_a_time() -> None:
    read: list[tuple[int, int | None]] = []

    class Watched(Memory):
        def read(self, path: str, *, start: int = 0, stop: int | None = None) -> bytes | None:
            read.append((start, stop))
            return super().read(path, start=start, stop=stop)

    storage = Watched()
    storage.create("content/0", bytes(range(256)) * 10_000)
    found = serve.find({}, storage, "content/0")
    assert isinstance(found, serve.Found)
    read.clear()

    pieces = list(serve.pieces(found, 100, 2_200_000))

    assert b"".join(pieces) == (bytes(range(256)) * 10_000)[100:2_200_000]
    assert all(stop is not None and stop - start <= 2**20 for start, stop in read)


def test_head_says_what_get_would(url: str) -> None:
    got, headed = ask(url, "/log/checkpoint"), ask(url, "/log/checkpoint", method="HEAD")

    assert headed[:2] == (got[0], headed[1])
    assert headed[1]["content-length"] == got[1]["content-length"] == str(len(got[2]))
    assert headed[2] == b""


def test_what_is_known_is_not_sent_again(url: str) -> None:
    tag = ask(url, "/log/tile/0/000")[1]["etag"]

    assert ask(url, "/log/tile/0/000", If_None_Match=tag)[::2] == (304, b"")
    assert ask(url, "/log/tile/0/000", If_None_Match=f'W/{tag}, "x"')[0] == 304
    assert ask(url, "/log/tile/0/001", If_None_Match=tag)[0] == 200


@pytest.mark.parametrize(
    ("wanted", "status", "start", "stop"),
    [
        ("bytes=0-31", 206, 0, 32),
        ("bytes=32-", 206, 32, 8192),
        ("bytes=-32", 206, 8160, 8192),
        ("bytes=8191-99999", 206, 8191, 8192),
        ("bytes=8192-", 416, 0, 0),
        ("bytes=5-2", 200, 0, 8192),
        ("bytes=a-b", 200, 0, 8192),
        ("bytes=0-1,4-5", 200, 0, 8192),
        ("lines=0-1", 200, 0, 8192),
    ],
)
def test_ranges(url: str, wanted: str, status: int, start: int, stop: int) -> None:
    whole = ask(url, "/log/tile/0/000")[2]
    found = ask(url, "/log/tile/0/000", Range=wanted)

    assert found[0] == status
    if status != 416:
        assert found[2] == whole[start:stop]
    if status == 206:
        assert found[1]["content-range"] == f"bytes {start}-{stop - 1}/8192"
    assert ask(url, "/log/tile/0/000", Range=wanted, If_Range='"old"')[2] == whole


@pytest.mark.parametrize(
    "path",
    [
        "/../outside",
        "/log/../../outside",
        "/%2e%2e/outside",
        "/log/%2e%2e/%2e%2e/outside",
        "/content/..%2f..%2foutside",
        "//etc/passwd",
        "/log//checkpoint",
        "/log/.lock",
        "/.lock",
        "/keys/secret",
        "/source/" + "0" * 64,
        "/log/tile/0/000%00",
        "/log/tile/0/0",
        "/",
        "/log",
        "/nothing",
    ],
)
def test_no_path_leads_to_what_is_not_shown(url: str, path: str) -> None:
    status, _, body = ask(url, path)

    assert status == 404
    assert body == b"not found\n"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written(url: str, method: str) -> None:
    assert ask(url, "/log/checkpoint", method=method)[0] == 405


def test_a_damaged_log_is_no_traceback(tmp_path: Path) -> None:
    storage = Below(Memory(), "log")
    storage.swap("checkpoint", b"damaged", expected=None)

    assert serve.find({"": storage}, None, "tile/0/000") == 404
    assert tmp_path.exists()
