"""Checking a release: its signatures, every file, every document, and whether one document is in it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from headwater.curate import release
from headwater.curate.release import DATA, LOG, MANIFEST, Manifest
from headwater.curate.store import read_rows
from headwater.errors import FormatError, SealError, SignatureError, UnavailableError
from headwater.log import checkpoint, proof
from headwater.log.checkpoint import Checkpoint, Policy
from headwater.log.note import VerifierKey
from headwater.log.reader import Reader
from headwater.log.storage import Directory
from headwater.log.tree import Range, leaf_hash


@dataclass(frozen=True, slots=True)
class Found:
    """A document of a release.

    Attributes:
        index: Its entry in the log.
        id: Its id.
        file: The table it is in.
        proof: C2SP tlog-proof of the entry.
    """

    index: int
    id: str
    file: str
    proof: bytes


def verify(root: Path, keys: Sequence[VerifierKey]) -> tuple[Manifest, Checkpoint]:
    """Check that a release is what its maker sealed.

    Args:
        root: Its folder.
        keys: Keys of the maker, which must all have signed.

    Returns:
        What was sealed, and the checkpoint of its log.

    Raises:
        SignatureError: If the keys did not sign its log.
        SealError: If a file or a document is not what was sealed, or there is another.
        FormatError: If the manifest is none.
        UnavailableError: If there is no release.
    """
    data, manifest = _manifest(root)
    _, signed = Reader(Directory(root / LOG)).checkpoint()
    named = release.origin_of(keys[0].name, manifest.run_id)
    if named != manifest.origin:
        raise SignatureError(f"the release is of {manifest.origin}, and the keys are of {keys[0].name}")
    renamed = tuple(VerifierKey(named, key.algorithm, key.public) for key in keys)
    at = checkpoint.verify(signed, Policy(named, renamed))
    _check_files(root, manifest)
    grown = Range().grow(leaf_hash(release.content_entry(data)))
    for document in release.documents(root, manifest.files):
        grown = grown.grow(leaf_hash(release.document_entry(document)))
    if (grown.size, grown.root) != (at.size, at.root) or grown.size != manifest.n_documents + 1:
        raise SealError(f"{MANIFEST} or the documents are not what the log of {manifest.origin} says")
    return manifest, at


def _manifest(root: Path) -> tuple[bytes, Manifest]:
    try:
        data = (root / MANIFEST).read_bytes()
    except OSError as error:
        raise UnavailableError(f"there is no release in {root}", hint="headwater curate seal") from error
    return data, release.parse(data)


def _check_files(root: Path, manifest: Manifest) -> None:
    for one in manifest.files:
        if not (root / one.path).is_file():
            raise SealError(f"{one.path} is not there")
        if release.described(root, one.path) != one:
            raise SealError(f"{one.path} is not what was sealed")
    listed = {one.path for one in manifest.files}
    for path in sorted((root / DATA).rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and name not in listed:
            raise SealError(f"{name} was not sealed", hint="take it out of the release")


def find(root: Path, manifest: Manifest, *, id_: str = "", content: bytes | None = None) -> Found | None:
    """Find a document of a release that was verified.

    Args:
        root: Its folder.
        manifest: From `verify`.
        id_: Of the document; or
        content: Its payload as captured, or its text in UTF-8.

    Returns:
        Where it is, with the proof; None if the release does not hold it.

    Raises:
        InclusionError: If the log is damaged.
    """
    digest = hashlib.sha256(content).hexdigest() if content is not None else ""
    index = 0
    for file in manifest.files:
        if not file.path.startswith(f"{DATA}/"):
            continue
        for row in read_rows(root / file.path):
            index += 1
            is_it = row["id"] == id_ if content is None else _has(row, digest)
            if is_it:
                shown = Reader(Directory(root / LOG)).prove(index)
                return Found(index, row["id"], file.path, proof.encode(shown))
    return None


def _has(row: dict[str, str], digest: str) -> bool:
    text = hashlib.sha256(row["text"].encode("utf-8", "surrogatepass")).hexdigest()
    return digest in {row["payload_digest"], text}


def own_keys(text: str) -> list[VerifierKey]:
    """Read public keys, one a line.

    Raises:
        FormatError: If there is none.
    """
    from headwater.log.note import parse_key

    keys = [parse_key(line) for line in text.split()]
    if not keys:
        raise FormatError("there is no public key")
    return keys
