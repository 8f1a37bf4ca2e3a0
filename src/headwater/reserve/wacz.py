"""WACZ: archives that were sealed in place, as one file that tools of web archives replay.

It holds the archives as they lie, an index of the documents that are sealed and not redacted, a list of its
pages, and the reserve's manifest and checkpoint. What of an archive the index does not name was not sealed.

Source:
    Web Archive Collection Zipped 1.1.1; CDXJ 1.0; Frictionless Data Package 1.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import heapq
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any

from headwater import __version__
from headwater.errors import InputError, SealError, UnavailableError
from headwater.reserve import content, croissant, manifest, records
from headwater.reserve import leaf as leaves
from headwater.reserve.leaf import Leaf
from headwater.reserve.reserve import Pack, Reserve
from headwater.sources.opening import open_input

Show = Callable[[str, int, int], None]

VERSION = "1.1.1"
_BLOCK_LINES = 2048
_COPY_BYTES = 1 << 20
_PAGES = b'{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}\n'


@dataclass(frozen=True, slots=True)
class _Zip:
    """A file being written, and what the data package says of what is in it."""

    file: zipfile.ZipFile
    when: tuple[int, int, int, int, int, int]
    resources: list[dict[str, Any]] = field(default_factory=list)

    def put(self, path: str, pieces: Iterator[bytes]) -> dict[str, Any]:
        """Store pieces as one entry, uncompressed, so that replay reads ranges of it."""
        digest, size = hashlib.sha256(), 0
        with self.file.open(zipfile.ZipInfo(path, self.when), "w", force_zip64=True) as out:
            for piece in pieces:
                out.write(piece)
                digest.update(piece)
                size += len(piece)
        name = PurePosixPath(path).name.lower()
        made = {"name": name, "path": path, "hash": f"sha256:{digest.hexdigest()}", "bytes": size}
        self.resources.append(made)
        return made


def export(reserve: Reserve, out: Path, *, show: Show = lambda step, done, total: None) -> tuple[int, int]:
    """Write a reserve that was sealed in place as a WACZ file.

    Args:
        reserve: The reserve, published.
        out: A new file.
        show: Called with a step's name, documents or files done and in all.

    Returns:
        How many documents the index names, and how many were left out as redacted or without a date.

    Raises:
        InputError: If the file is there already, documents were ingested, or an archive is neither `.warc`
            nor `.warc.gz`.
        SealError: If records or an archive are not there.
        FormatError: If records are damaged.
        UnavailableError: If the file cannot be written, or a library is not installed.
    """
    _, signed = reserve.log.checkpoint()
    if any(pack.mode != "in-place" for pack in reserve.packs):
        raise InputError(
            "documents of this reserve were ingested, and no archive holds them",
            hint="a WACZ file is made of WARC files that were sealed with --in-place",
        )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="headwater-wacz-")))
        archives: dict[str, str] = {}
        n, n_left = 0, 0
        with (folder / "pages").open("wb") as pages:
            pages.write(_PAGES)
            for number, pack in enumerate(reserve.packs):
                show("index", pack.first, reserve.size)
                lines, left = _indexed(reserve, pack, archives, pages)
                (folder / f"run{number:06d}").write_text("".join(sorted(lines)), "utf-8")
                n, n_left = n + len(lines), n_left + left
        show("index", reserve.size, reserve.size)
        with _new(out) as made:
            _fill(reserve, _Zip(made, _moment(reserve)), (archives, folder), signed, show=show)
    return n, n_left


@contextmanager
def _new(out: Path) -> Iterator[zipfile.ZipFile]:
    """Open a new file that is whole or not there.

    Raises:
        InputError: If there is one.
        UnavailableError: If it cannot be written.
    """
    staged = out.with_name(f".{out.name}")
    if out.exists():
        raise InputError(f"{out} is there already", hint="name a new file")
    try:
        with zipfile.ZipFile(staged, "w") as made:
            yield made
        staged.replace(out)
    except OSError as error:
        raise UnavailableError(f"cannot write {out}: {error.strerror}") from error
    finally:
        staged.unlink(missing_ok=True)


def _indexed(
    reserve: Reserve, pack: Pack, archives: dict[str, str], pages: IO[bytes]
) -> tuple[list[str], int]:
    """Give the lines of the index for one run of documents, and how many have none; write its pages.

    Raises:
        SealError: If their records are not there.
    """
    data = reserve.storage.read(pack.records)
    if data is None:
        raise SealError(f"{pack.records} is not there")
    lines, n_left = [], 0
    for index, row in enumerate(records.parse(data), pack.first):
        found = leaves.parse(row.record) if row.record else None
        if found is None or index in reserve.redactions or not found.captured:
            n_left += 1
            continue
        name = archives.setdefault(found.place.file_sha256, _archive_name(found, archives))
        lines.append(_line(found, name))
        if found.media_type == "text/html":
            page = {"id": str(index), "ts": found.captured, "url": found.uri}
            pages.write(json.dumps(page, sort_keys=True).encode() + b"\n")
    return lines, n_left


def _archive_name(found: Leaf, archives: Mapping[str, str]) -> str:
    """Name an archive within the file; two of one name are told apart by their digests.

    Raises:
        InputError: If its format is not one that WACZ has.
    """
    name = PurePosixPath(found.place.file).name
    if not name.endswith((".warc", ".warc.gz")):
        raise InputError(f"{name} is neither .warc nor .warc.gz", hint="a WACZ file holds no others")
    return f"{found.place.file_sha256[:12]}-{name}" if name in archives.values() else name


def _line(found: Leaf, name: str) -> str:
    fields = {
        "url": found.uri,
        "mime": found.media_type,
        "digest": _digest(found),
        "length": str(found.place.length),
        "offset": str(found.place.offset),
        "filename": name,
    }
    return f"{_key(found.uri)} {_digits(found.captured)} {json.dumps(fields, ensure_ascii=False)}\n"


def _key(uri: str) -> str:
    """Give the sort-friendly form of an address.

    Raises:
        UnavailableError: If the library that makes it is not installed.
    """
    try:
        from surt import surt
    except ImportError as error:
        raise UnavailableError(
            "the library `surt` is not there", hint="pip install 'headwater[wacz]'"
        ) from error
    key: str = surt(uri)
    return key.replace(" ", "%20")


def _digest(found: Leaf) -> str:
    if found.payload_form == "raw":
        return f"sha1:{base64.b32encode(bytes.fromhex(found.payload_sha1)).decode()}"
    return f"sha256:{found.payload_sha256}"


def _digits(captured: str) -> str:
    return "".join(filter(str.isdigit, captured[:19]))


def _moment(reserve: Reserve) -> tuple[int, int, int, int, int, int]:
    """Give the time of the last seal: without a clock of its own, the file can be made again."""
    then = datetime.fromisoformat([one.time for one in reserve.entries if one.kind == "seal"][-1])
    return (then.year, then.month, then.day, then.hour, then.minute, then.second)


def _fill(
    reserve: Reserve, out: _Zip, found: tuple[Mapping[str, str], Path], signed: bytes, *, show: Show
) -> None:
    archives, folder = found
    for done, (sha256, name) in enumerate(archives.items()):
        show("archives", done, len(archives))
        out.put(f"archive/{name}", _pieces(content.located(reserve.storage, sha256)))
    show("archives", len(archives), len(archives))
    blocks: list[str] = ['!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n']
    with ExitStack() as stack:
        runs = [stack.enter_context(path.open(encoding="utf-8")) for path in sorted(folder.glob("run*"))]
        out.put("indexes/index.cdx.gz", _blocks(heapq.merge(*runs), blocks))
    out.put("indexes/index.idx", iter(["".join(blocks).encode()]))
    out.put("pages/pages.jsonl", _pieces(str(folder / "pages")))
    said = manifest.encode(reserve.manifest)
    out.put("reserve/reserve.json", iter([said]))
    out.put("reserve/checkpoint.note", iter([signed]))
    out.put("reserve/croissant.json", iter([_described(reserve, out, said)]))
    _package(reserve, out)


def _pieces(path: str) -> Iterator[bytes]:
    with open_input(path) as file:
        while piece := file.read(_COPY_BYTES):
            yield piece


def _blocks(lines: Iterator[str], told: list[str]) -> Iterator[bytes]:
    """Compress an index in blocks that can be read alone, and tell where each begins."""
    at = 0
    while some := list(islice(lines, _BLOCK_LINES)):
        block = gzip.compress("".join(some).encode(), mtime=0)
        key = some[0][: some[0].index(" {")]
        where = {"offset": at, "length": len(block), "digest": f"sha256:{hashlib.sha256(block).hexdigest()}"}
        told.append(f"{key} {json.dumps(where)}\n")
        at += len(block)
        yield block


def _described(reserve: Reserve, out: _Zip, said: bytes) -> bytes:
    files = [croissant.file_of("reserve/reserve.json", "application/json", said)]
    files += [
        croissant.File(one["path"], "application/warc", one["hash"].removeprefix("sha256:"), one["bytes"])
        for one in out.resources
        if one["path"].startswith("archive/")
    ]
    told = f"Web archives of which {reserve.size} documents are sealed, as a WACZ file."
    seals = [one.time for one in reserve.entries if one.kind == "seal"]
    return croissant.describe(reserve.manifest.origin, told, files, columns={}, published=seals[-1])


def _package(reserve: Reserve, out: _Zip) -> None:
    """Write the data package, which names every entry with its digest, and the digest of that."""
    value = {
        "profile": "data-package",
        "wacz_version": VERSION,
        "software": f"headwater {__version__}",
        "created": datetime(*out.when, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "title": reserve.manifest.origin,
        "resources": list(out.resources),
    }
    data = json.dumps(value, indent=1).encode()
    out.put("datapackage.json", iter([data]))
    digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
    out.put("datapackage-digest.json", iter([json.dumps(digest).encode()]))
