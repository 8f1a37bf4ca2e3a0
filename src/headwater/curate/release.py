"""A release: a corpus with its policy and evidence in a folder, and a log that commits to all of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from headwater import canonical
from headwater.curate.store import read_rows
from headwater.errors import FormatError
from headwater.sources.opening import digest_and_size

FORMAT = "headwater-release-1"
MANIFEST, LOG, DATA, EVIDENCE = "release.json", "log", "data", "evidence"
_CONTENT, _DOCUMENT = b"\x01\x01", b"\x01\x02"
_DOMAIN = b"headwater-release-document-1\x00"


@dataclass(frozen=True, slots=True)
class File:
    """A file of a release.

    Attributes:
        path: Below the release's folder, with `/`.
        sha256: Of its bytes, 64 hex digits.
        size_bytes: How many there are.
    """

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release is, as entry 0 of its log commits to it.

    Attributes:
        origin: Of its log.
        run_id: Of the run that made it.
        version: Headwater version that sealed it.
        n_documents: Documents in it.
        files: Every file but the manifest and the log, by path.
    """

    origin: str
    run_id: str
    version: str
    n_documents: int
    files: tuple[File, ...]


def encode(manifest: Manifest) -> bytes:
    """Write a manifest as canonical JSON."""
    return canonical.encode(
        asdict(manifest) | {"format": FORMAT, "files": [asdict(f) for f in manifest.files]}
    )


def parse(data: bytes) -> Manifest:
    """Read a manifest, and refuse bytes that `encode` does not write.

    Args:
        data: A file.

    Returns:
        The manifest; encoding it gives the same bytes.

    Raises:
        FormatError: If it is none.
    """
    found = canonical.parse(data)
    if not isinstance(found, dict) or found.pop("format", None) != FORMAT:
        raise FormatError(f"not a manifest of {FORMAT}", hint="make a release with headwater curate seal")
    kinds: dict[str, type] = {"origin": str, "run_id": str, "version": str, "n_documents": int, "files": list}
    if set(found) != set(kinds) or not all(type(found[key]) is kind for key, kind in kinds.items()):
        raise FormatError(f"not a manifest of {FORMAT}: a field is missing or of another kind")
    files = tuple(map(_file, found.pop("files")))
    if [one.path for one in files] != sorted({one.path for one in files}):
        raise FormatError(f"not a manifest of {FORMAT}: its files are out of order")
    return Manifest(**found, files=files)


def _file(row: object) -> File:
    names = {field.name for field in fields(File)}
    if not isinstance(row, Mapping) or set(row) != names:
        raise FormatError(f"not a manifest of {FORMAT}: a file is not described")
    good = type(row["path"]) is type(row["sha256"]) is str and type(row["size_bytes"]) is int
    parts = row["path"].split("/") if good else [""]
    if not good or any(part in {"", ".", ".."} for part in parts) or "\\" in row["path"]:
        raise FormatError(f"not a manifest of {FORMAT}: a file has no path below the release")
    return File(**row)


def origin_of(keys: str, run_id: str) -> str:
    """Name the log of a release; one log a run, so that none signs two roots.

    Args:
        keys: Name of the keys, such as `example.com/corpus`.
        run_id: Of the run.
    """
    return f"{keys}/release/{run_id[:32]}"


def described(root: Path, path: str) -> File:
    """Describe a file of a release by its bytes."""
    return File(path, *digest_and_size(str(root / path)))


def content_entry(manifest: bytes) -> bytes:
    """Give entry 0 of a release's log: 2 bytes, and SHA-256 of the manifest."""
    return _CONTENT + hashlib.sha256(manifest).digest()


def document_entry(document: Mapping[str, Any]) -> bytes:
    """Give the entry that commits to a document.

    Args:
        document: `id`, `text` and `payload_digest`.

    Returns:
        2 bytes, and SHA-256 over a domain and canonical JSON of the id and the digests of text and payload.
    """
    named = {
        "id": document["id"],
        "payload_sha256": document["payload_digest"],
        "text_sha256": hashlib.sha256(document["text"].encode("utf-8", "surrogatepass")).hexdigest(),
    }
    return _DOCUMENT + hashlib.sha256(_DOMAIN + canonical.encode(named)).digest()


def documents(root: Path, manifest_files: Sequence[File]) -> Iterator[dict[str, Any]]:
    """Read the documents of a release, in the order of its log."""
    for one in manifest_files:
        if one.path.startswith(f"{DATA}/"):
            yield from read_rows(root / one.path)
