"""Content and transfer codings of HTTP undone, never past a bound on what comes out."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from io import BytesIO

import brotli
import zstandard

from headwater.sources.shard import Limits

MAX_LAYERS = 3
_FREE_BYTES = 1 << 20  # Below this size no ratio is too large.
_STEP_BYTES = 1 << 16
_CHUNK_LINE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]{0,4096})?\r?\n")
_IDENTITY = frozenset({"", "identity", "none"})


class CodingError(Exception):
    """Give up on a body, by the reason it is skipped for."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def undo(body: bytes, codings: list[str], limits: Limits, *, partial: bool) -> bytes:
    """Undo a chain of content codings.

    Args:
        body: The coded body.
        codings: Coding names in the order they were applied.
        limits: Bounds on the result.
        partial: Whether to keep what decodes when the coded bytes end too early.

    Returns:
        The decoded body, at most `limits.max_payload_bytes`.

    Raises:
        CodingError: If a bound is passed, a coding is unknown, or the bytes are not of it.

    Source:
        RFC 9110, section 8.4.
    """
    layers = [name for name in (coding.strip().lower() for coding in codings) if name not in _IDENTITY]
    if len(layers) > MAX_LAYERS:
        raise CodingError("content-encoding-too-deep")
    allowed = max(_FREE_BYTES, limits.max_expansion * len(body))
    bound = min(limits.max_payload_bytes, allowed)
    for name in reversed(layers):
        if name not in _DECODERS:
            raise CodingError("content-encoding-unknown")
        body, ended = _DECODERS[name](body, bound + 1)
        if len(body) > bound:
            too_large = bound == limits.max_payload_bytes
            raise CodingError("payload-too-large" if too_large else "expansion-too-large")
        if not ended and not partial:
            raise CodingError("content-encoding-corrupt")
    return body


def unchunk(body: bytes) -> tuple[bytes, bool]:
    """Undo the chunked transfer coding.

    Args:
        body: What followed the HTTP header.

    Returns:
        The joined chunks, and whether all that was there was whole chunks. `body` itself and True when
        it does not begin with a chunk at all: crawlers often store what they already joined.

    Source:
        RFC 9112, section 7.1.
    """
    pieces: list[bytes] = []
    at = 0
    while line := _CHUNK_LINE.match(body, at):
        size = int(line[1], 16)
        if not size:
            return b"".join(pieces), True
        pieces.append(body[line.end() : line.end() + size])
        at = line.end() + size
        if at > len(body):
            return b"".join(pieces), False
        at += 2 if body[at : at + 2] == b"\r\n" else 1 if body[at : at + 1] == b"\n" else 0
    if not pieces:
        return body, True
    return b"".join(pieces), at >= len(body)


def _inflate(body: bytes, bound: int, wbits: int) -> tuple[bytes, bool]:
    pieces = []
    size = 0
    while body and size < bound:
        state = zlib.decompressobj(wbits=wbits)
        try:
            piece = state.decompress(body, bound - size)
        except zlib.error as error:
            if size:
                break  # Bytes after a whole member are padding.
            raise CodingError("content-encoding-corrupt") from error
        pieces.append(piece)
        size += len(piece)
        if not state.eof:
            return b"".join(pieces), False
        body = state.unused_data if wbits == 31 else b""
    return b"".join(pieces), True


def _gunzip(body: bytes, bound: int) -> tuple[bytes, bool]:
    return _inflate(body, bound, 31)


def _deflate(body: bytes, bound: int) -> tuple[bytes, bool]:
    try:
        return _inflate(body, bound, 15)
    except CodingError:
        return _inflate(body, bound, -15)  # What many servers send under this name.


def _unbrotli(body: bytes, bound: int) -> tuple[bytes, bool]:
    state = brotli.Decompressor()
    pieces = []
    size = 0
    try:
        piece = state.process(body, output_buffer_limit=_STEP_BYTES)
        while piece or not state.can_accept_more_data():
            pieces.append(piece)
            size += len(piece)
            if size >= bound or state.is_finished():
                break
            piece = state.process(b"", output_buffer_limit=_STEP_BYTES)
    except brotli.error as error:
        raise CodingError("content-encoding-corrupt") from error
    return b"".join(pieces), state.is_finished()


def _unzstd(body: bytes, bound: int) -> tuple[bytes, bool]:
    # RFC 9659: the window of the zstd content coding is 8 MiB at most.
    context = zstandard.ZstdDecompressor(max_window_size=1 << 23)
    pieces = []
    size = 0
    try:
        with context.stream_reader(BytesIO(body), read_across_frames=True) as reader:
            while size < bound and (piece := reader.read(_STEP_BYTES)):
                pieces.append(piece)
                size += len(piece)
    except (zstandard.ZstdError, MemoryError) as error:
        raise CodingError("content-encoding-corrupt") from error
    return b"".join(pieces), size > 0


_DECODERS: dict[str, Callable[[bytes, int], tuple[bytes, bool]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _deflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
