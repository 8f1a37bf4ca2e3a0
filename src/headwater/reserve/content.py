"""Content: payloads as zstd frames in the reserve, or the bytes of a WARC where it lies."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import zstandard

from headwater import canonical
from headwater.errors import FormatError, SealError, UnavailableError
from headwater.log.storage import Storage
from headwater.record import Skip
from headwater.reserve import imprint, index
from headwater.reserve.leaf import Leaf
from headwater.reserve.records import Row
from headwater.reserve.reserve import Pack, Reserve
from headwater.sources import warc
from headwater.sources.capture import Place
from headwater.sources.frame import Frame
from headwater.sources.opening import is_url
from headwater.sources.shard import Limits

LEVEL = 3
_DICTIONARY_BYTES = 112_640
_MAX_SAMPLES = 4_000


@dataclass(frozen=True, slots=True)
class Extent:
    """Where the content of a document lies.

    Attributes:
        file: Path of an object of the reserve, or of a file of the source.
        start: First byte.
        stop: First byte behind it.
    """

    file: str
    start: int
    stop: int

    def __str__(self) -> str:
        """Name the bytes, for people."""
        return f"bytes {self.start} to {self.stop} of {self.file}"


def train(samples: Sequence[bytes]) -> bytes:
    """Train a dictionary.

    Args:
        samples: Payloads, some hundreds at least.

    Returns:
        The dictionary; empty if there is too little to learn from.
    """
    some: list[bytes | bytearray | memoryview] = [one[: 2**17] for one in samples[:_MAX_SAMPLES] if one]
    if len(some) < 16 or sum(map(len, some)) < 8 * 2**10:
        return b""
    try:
        made = zstandard.train_dictionary(min(_DICTIONARY_BYTES, sum(map(len, some)) // 8), some)
        return bytes(made.as_bytes())
    except zstandard.ZstdError:
        return b""


def compressor(dictionary: bytes) -> zstandard.ZstdCompressor:
    """Make a compressor of one frame a payload, its size in the frame."""
    made = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=made, write_checksum=False)


def decompressor(dictionary: bytes) -> zstandard.ZstdDecompressor:
    """Make a decompressor of what `compressor` gives with the same dictionary."""
    made = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
    return zstandard.ZstdDecompressor(dict_data=made)


def source_path(file_sha256: str) -> str:
    """Give the path of the object that says where a file lies."""
    return f"source/{file_sha256}"


def register(storage: Storage, file_sha256: str, path: str) -> None:
    """Note where a file that is sealed in place lies.

    Args:
        storage: Of the reserve.
        file_sha256: Its digest.
        path: Local path or fsspec URL; a local one is made absolute.
    """
    where = path if is_url(path) else str(Path(path).absolute())
    at = source_path(file_sha256)
    storage.swap(at, canonical.encode({"path": where}), expected=storage.read(at))


def located(storage: Storage, file_sha256: str) -> str:
    """Say where a file that was sealed in place lies.

    Args:
        storage: Of the reserve.
        file_sha256: Its digest when it was sealed.

    Raises:
        SealError: If nobody noted it.
        FormatError: If the note is damaged.
    """
    data = storage.read(source_path(file_sha256))
    if data is None:
        raise SealError(f"{source_path(file_sha256)} is not there: nobody knows where the file lies")
    value = canonical.parse(data)
    if not isinstance(value, dict) or set(value) != {"path"} or not isinstance(value["path"], str):
        raise FormatError(f"{source_path(file_sha256)} does not say where the file lies")
    return value["path"]


def extent(reserve: Reserve, number: int, row: Row, leaf: Leaf) -> Extent:
    """Say where the content of a document lies.

    Args:
        reserve: The reserve.
        number: Index of the document.
        row: Its row.
        leaf: Its leaf.

    Raises:
        SealError: If it is a copy of another one's, and that one is not found.
    """
    pack = reserve.pack(number)
    if pack.mode == "in-place":
        place = leaf.place
        file = located(reserve.storage, place.file_sha256)
        return Extent(file, place.offset, place.offset + place.length)
    if row.length:
        return Extent(pack.content(number), row.start, row.start + row.length)
    holder = _holder(reserve, bytes.fromhex(leaf.payload_sha256), number)
    held = reserve.row(holder)
    return Extent(reserve.pack(holder).content(holder), held.start, held.start + held.length)


def read(reserve: Reserve, number: int, *, limits: Limits | None = None) -> bytes:
    """Read the payload of a document, checked against what was sealed.

    Args:
        reserve: The reserve.
        number: Index of the document.
        limits: Bounds on one record.

    Raises:
        SealError: If it was redacted, is not there, or is not what was sealed.
        FormatError: If the records are damaged.
        UnavailableError: If a file of the source cannot be opened.
    """
    leaf, row = reserve.leaf(number), reserve.row(number)
    where = extent(reserve, number, row, leaf)
    return check(reserve, number, (leaf, row, where), limits=limits or Limits())


def check(reserve: Reserve, number: int, found: tuple[Leaf, Row, Extent], *, limits: Limits) -> bytes:
    """Read the payload of a document whose place is known, and check it.

    Args:
        reserve: The reserve.
        number: Index of the document.
        found: Its leaf, its row, and where its content lies.
        limits: Bounds on one record.

    Raises:
        SealError: If it is not what was sealed.
    """
    leaf, _, where = found
    pack = reserve.pack(number)
    if pack.mode == "in-place":
        try:
            (frame,) = warc.frames_at(where.file, [where.start], limits)
        except UnavailableError as error:
            raise SealError(f"{where} cannot be read: {error}") from error
        return check_frame(leaf, frame, where, limits)
    data = reserve.storage.read(where.file, start=where.start, stop=where.stop)
    return check_payload(leaf, data, where, decompressor(read_dictionary(reserve.storage, pack)))


def check_payload(
    leaf: Leaf, data: bytes | None, where: Extent, decoder: zstandard.ZstdDecompressor
) -> bytes:
    """Decode a frame and check the payload.

    Args:
        leaf: What was sealed.
        data: The frame; None if its object is not there.
        where: Its place.
        decoder: With the dictionary that the frame was made with.

    Raises:
        SealError: If it is not what was sealed.
    """
    if data is None:
        raise SealError(f"{where.file} is not there")
    payload = decode(data, decoder, leaf.size_bytes)
    if payload is None or hashlib.sha256(payload).hexdigest() != leaf.payload_sha256:
        raise SealError(f"{where} are not the content that was sealed")
    return payload


def check_frame(leaf: Leaf, frame: Frame | None, where: Extent, limits: Limits) -> bytes:
    """Check head and body of a record that was read where it lies.

    Args:
        leaf: What was sealed.
        frame: The record; None if there is none.
        where: Its place.
        limits: Bounds on one record.

    Returns:
        The payload.

    Raises:
        SealError: If it is not what was sealed, or not there.
    """
    if frame is None or frame.fault:
        raise SealError(f"{where} hold no record")
    place = Place(leaf.place.file, leaf.place.file_sha256, where.start, where.stop - where.start, "")
    found = imprint.of_frame(frame, place, limits)
    if isinstance(found, Skip):
        raise SealError(f"{where} hold no document: {found.reason}")
    if found.record_sha256.hex() != leaf.record_sha256:
        raise SealError(f"{where} are not the record that was sealed")
    if found.payload_sha256.hex() != leaf.payload_sha256:
        raise SealError(f"{where} do not decode to the payload that was sealed")
    return bytes(found.payload)


def decode(frame: bytes, decoder: zstandard.ZstdDecompressor, size_bytes: int) -> bytes | None:
    """Decode one frame.

    Args:
        frame: Its bytes.
        decoder: With the dictionary it was made with.
        size_bytes: What it must decode to.

    Returns:
        The payload; None if the frame is another one, or damaged.
    """
    try:
        if zstandard.frame_content_size(frame) != size_bytes:
            return None
        return bytes(decoder.decompress(frame, allow_extra_data=False))
    except zstandard.ZstdError:
        return None


def read_dictionary(storage: Storage, pack: Pack) -> bytes:
    """Read the dictionary of a run.

    Args:
        storage: Of the reserve.
        pack: The run.

    Returns:
        Its bytes; empty if there is none.

    Raises:
        SealError: If it is gone or changed.
    """
    if not pack.dictionary:
        return b""
    data = storage.read(f"dictionary/{pack.dictionary}")
    if data is None or hashlib.sha256(data).hexdigest() != pack.dictionary:
        raise SealError(f"dictionary/{pack.dictionary} is not there, or changed")
    return data


def _holder(reserve: Reserve, digest: bytes, number: int) -> int:
    """Find the document that holds the content of a copy.

    Raises:
        SealError: If there is none.
    """
    for other in index.contains(reserve, [digest]).get(digest, ()):
        if other != number and reserve.row(other).length:
            return other
    raise SealError(f"the content of document {number} is stored with another one, which is not found")
