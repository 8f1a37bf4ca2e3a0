"""A log over HTTP, read-only: virtual tile paths (C2SP tlog-tiles) mapped to ranges of packed segments."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from socket import AF_INET, AF_INET6, SO_REUSEADDR, SOL_SOCKET, socket
from typing import TYPE_CHECKING, Any, NoReturn

from headwater.errors import HeadwaterError, InputError, UnavailableError
from headwater.log import tile
from headwater.log.reader import CHECKPOINT, Reader
from headwater.log.storage import Storage
from headwater.log.storage.storage import Stat, check_path, stat_of

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

# What of a reserve is shown beside its logs: neither where files lie on this machine, nor keys that somebody
# has put there.
PUBLIC = frozenset(
    {"content", "dictionary", "evidence", "index", "log", "mix", "parity", "records", "registry", "report"}
    | {"reserve.json"}
)
# What never changes may be kept for a year, a checkpoint for some seconds.
_FOREVER, _BRIEFLY = "public, max-age=31536000, immutable", "public, max-age=5"
_PIECE_BYTES = 2**20
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Accept-Ranges": "bytes",
}


@dataclass(frozen=True, slots=True)
class Found:
    """Hold what a path names.

    Attributes:
        stat: Size and tag.
        kind: Media type.
        cut: Reads a range of it, from a first byte to one that is not read.
        changes: Whether it may change.
    """

    stat: Stat
    kind: str
    cut: Callable[[int, int], bytes]
    changes: bool


def app(logs: Mapping[str, Storage], objects: Storage | None = None) -> Starlette:
    """Make the application that serves logs.

    Args:
        logs: Prefix -> where the log lies: `""` for a log at the root, `registry` for one below it.
        objects: What else is served, by its own path: records, content, evidence; None for nothing.

    Returns:
        An ASGI application that answers GET and HEAD, and writes nothing.

    Raises:
        UnavailableError: If Starlette is not installed.
    """
    starlette = _starlette()

    async def answer(request: Request) -> Response:
        path = request.path_params["path"]
        found = await starlette["concurrency"].run_in_threadpool(find, logs, objects, path)
        return respond(request, found)

    route = starlette["routing"].Route("/{path:path}", answer, methods=["GET", "HEAD"])
    made: Starlette = starlette["applications"].Starlette(routes=[route])
    return made


def run(application: Starlette, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Args:
        application: What `app` made.
        host: Address to listen on.
        port: Port; 0 for a free one.
        ready: Called with the URL once it listens.

    Raises:
        UnavailableError: If uvicorn is not installed, or the address cannot be listened on.
    """
    try:
        import uvicorn
    except ImportError:
        _missing()
    config = uvicorn.Config(application, log_level="warning", access_log=False, server_header=False)
    try:
        listening = listen(host, port)
    except OSError as error:
        raise UnavailableError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    ready(f"http://{host}:{listening.getsockname()[1]}/")
    uvicorn.Server(config).run(sockets=[listening])


def find(logs: Mapping[str, Storage], objects: Storage | None, path: str) -> Found | int:
    """Find what a path names.

    Args:
        logs: As for `app`.
        objects: As for `app`.
        path: Without its leading slash.

    Returns:
        What it names; or a status, 404 or 503.
    """
    try:
        found = _look(logs, objects, check_path(path))
    except InputError:
        return 404
    except HeadwaterError:
        return 503
    return 404 if found is None else found


def _look(logs: Mapping[str, Storage], objects: Storage | None, path: str) -> Found | None:
    for prefix, storage in logs.items():
        if path.startswith(f"{prefix}/") or not prefix:
            found = _of_log(storage, path.removeprefix(f"{prefix}/"))
            if found is not None:
                return found
    folder, inside, _ = path.partition("/")
    if objects is None or folder not in PUBLIC or bool(inside) == (folder == "reserve.json"):
        return None
    stat = objects.stat(path)

    def cut(start: int, stop: int) -> bytes:
        return objects.read(path, start=start, stop=stop) or b""

    # What lies beside a log may change: a redaction takes bytes out of it.
    return None if stat is None else Found(stat, "application/octet-stream", cut, changes=True)


def _of_log(storage: Storage, path: str) -> Found | None:
    if path == CHECKPOINT or path.startswith("checkpoints/"):
        data = storage.read(path)
        return None if data is None else _held(data, "text/plain; charset=utf-8", changes=path == CHECKPOINT)
    if not path.startswith("tile/"):
        return None
    wanted = tile.parse_path(path)
    reader = Reader(storage)
    size = reader.checkpoint()[0].size  # What was not published is not served.
    there = tile.tile_at(wanted.level, wanted.index, size)
    if wanted.width > there.width:
        raise InputError(f"the tree of {size} has no {path}")
    return _held(reader.tile(wanted), "application/octet-stream")


def _held(data: bytes, kind: str, *, changes: bool = False) -> Found:
    return Found(stat_of(data), kind, lambda start, stop: data[start:stop], changes=changes)


def respond(request: Request, found: Found | int) -> Response:
    """Answer with what was found, or a range of it.

    Args:
        request: What was asked.
        found: As `find` gives it.
    """
    responses = _starlette()["responses"]
    if isinstance(found, int):
        word = "not found" if found == 404 else "not available"
        answer: Response = responses.PlainTextResponse(f"{word}\n", found, headers=_HEADERS)
        return answer
    tag, size = f'"{found.stat.tag}"', found.stat.size_bytes
    headers = {**_HEADERS, "ETag": tag, "Cache-Control": _BRIEFLY if found.changes else _FOREVER}
    if tag in _tags(request.headers.get("if-none-match", "")):
        unchanged: Response = responses.Response(status_code=304, headers=headers)
        return unchanged
    wanted = request.headers.get("range", "") if request.headers.get("if-range", tag) == tag else ""
    cut = _range(wanted, size) if wanted else None
    start, stop = cut or (0, size)
    if cut and start >= stop:
        headers["Content-Range"] = f"bytes */{size}"
        beyond: Response = responses.Response(status_code=416, headers=headers)
        return beyond
    if cut:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    headers["Content-Length"] = str(stop - start)
    body = pieces(found, start, start if request.method == "HEAD" else stop)
    # A tile is one piece, and needs no stream.
    is_small = stop - start <= _PIECE_BYTES
    make = responses.Response if is_small else responses.StreamingResponse
    whole: Response = make(
        b"".join(body) if is_small else body, 206 if cut else 200, headers=headers, media_type=found.kind
    )
    return whole


def pieces(found: Found, start: int, stop: int) -> Iterator[bytes]:
    """Read a range a piece at a time, as objects are large.

    Args:
        found: What is served.
        start: First byte.
        stop: First byte not to read.

    Yields:
        Its bytes, at most 1 MiB at a time.
    """
    for at in range(start, stop, _PIECE_BYTES):
        yield found.cut(at, min(at + _PIECE_BYTES, stop))


def _tags(value: str) -> set[str]:
    return {one.strip().removeprefix("W/") for one in value.split(",")}


def _range(value: str, size: int) -> tuple[int, int] | None:
    """Read one range of bytes; None where there is none that we serve, and the whole is the answer.

    Source:
        RFC 9110, section 14.2.
    """
    first, dash, last = value.removeprefix("bytes=").partition("-")
    numbers = [first, last]
    sound = all(not one or (one.isascii() and one.isdigit() and len(one) < 19) for one in numbers)
    if not value.startswith("bytes=") or not dash or not sound or not (first or last):
        return None
    if not first:
        return max(size - int(last), 0), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size


def listen(host: str, port: int) -> socket:
    """Listen on an address.

    Args:
        host: Name or number.
        port: Port; 0 for a free one.
    """
    made = socket(AF_INET6 if ":" in host else AF_INET)
    made.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    made.bind((host, port))
    made.listen(128)
    return made


def _starlette() -> dict[str, Any]:
    """Import Starlette, which only a server needs."""
    try:
        return {
            name: importlib.import_module(f"starlette.{name}")
            for name in ("applications", "concurrency", "responses", "routing")
        }
    except ImportError:
        _missing()


def _missing() -> NoReturn:
    """Say that the extra is not installed.

    Raises:
        UnavailableError: Always.
    """
    raise UnavailableError("serving needs Starlette and uvicorn", hint="pip install 'headwater[serve]'")
