"""Undoing HTTP codings: chains, lies, damage, and bombs that cost little."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.record import Record, Skip
from headwater.sources.capture import Place, item
from headwater.sources.coding import CodingError, unchunk, undo
from headwater.sources.frame import frames
from headwater.sources.shard import Limits
from headwater.sources.window import Window
from tests.sources.samples import gz, http, page, warc, zst

LIMITS = Limits()
BODY = page(1) * 30
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gz,
    "x-gzip": gz,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zst,
}
REASONS = [
    "content-encoding-corrupt",
    "content-encoding-too-deep",
    "content-encoding-unknown",
    "expansion-too-large",
    "payload-too-large",
]
EACH = pytest.mark.parametrize("coding", sorted(ENCODERS))


def capture(
    body: bytes, *fields: str, limits: Limits = LIMITS, warc_fields: tuple[str, ...] = ()
) -> Record | Skip:
    """Read one response with the given header fields."""
    block = http(body, fields=["Content-Type: text/html", *fields])
    frame = next(frames(Window(None, data=warc(block, fields=warc_fields)), 0, 1 << 60, limits))
    return item(frame, Place("x", "0" * 64, 0, 1, "0"), limits)


def payload(found: Record | Skip) -> bytes:
    assert isinstance(found, Record), found
    return found.payload


def reason(found: Record | Skip) -> str:
    assert isinstance(found, Skip), found
    assert found.lost
    return found.reason


def chunked(body: bytes, size: int = 50) -> bytes:
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(one), one) for one in pieces) + b"0\r\nTrailer: x\r\n\r\n"


@EACH
def test_a_coding_is_undone(coding: str) -> None:
    assert payload(capture(ENCODERS[coding](BODY), f"Content-Encoding: {coding.upper()}")) == BODY


def test_raw_deflate_is_understood() -> None:
    raw = zlib.compressobj(wbits=-15)
    assert payload(capture(raw.compress(BODY) + raw.flush(), "content-encoding: deflate")) == BODY


def test_a_chain_is_undone_from_its_end() -> None:
    coded = brotli.compress(zst(gz(BODY)))

    assert payload(capture(coded, "Content-Encoding: gzip, zstd", "Content-Encoding: br")) == BODY
    assert payload(capture(chunked(gz(BODY)), "Transfer-Encoding: gzip, chunked")) == BODY
    deep = capture(gz(gz(gz(gz(BODY)))), "Content-Encoding: gzip, gzip, gzip, gzip")
    assert reason(deep) == "content-encoding-too-deep"


def test_several_gzip_members_are_one_body() -> None:
    assert payload(capture(gz(BODY) + gz(BODY) + b"\0\0", "Content-Encoding: gzip")) == BODY * 2


@EACH
def test_a_body_stored_decoded_is_kept_whatever_its_header_says(coding: str) -> None:
    assert payload(capture(BODY, f"Content-Encoding: {coding}")) == BODY
    assert payload(capture(b"plain words", f"Content-Encoding: {coding}")) == b"plain words"


@EACH
def test_damage_is_told(coding: str) -> None:
    coded = ENCODERS[coding](BODY)

    assert (
        reason(capture(coded[: len(coded) // 2], f"Content-Encoding: {coding}")) == "content-encoding-corrupt"
    )


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate"])
def test_what_the_crawler_cut_is_kept_as_far_as_it_goes(coding: str) -> None:
    coded = ENCODERS[coding](BODY)[:-4]
    found = payload(capture(coded, f"Content-Encoding: {coding}", warc_fields=("WARC-Truncated: length",)))

    assert BODY.startswith(found)
    assert len(found) > 100 or coding == "br"


def test_an_unknown_coding_is_told_unless_the_body_reads_as_text() -> None:
    assert payload(capture(BODY, "Content-Encoding: UTF-8")) == BODY
    assert payload(capture(BODY, "Content-Encoding: identity, none,")) == BODY
    assert reason(capture(b"\1\2\3" * 99, "Content-Encoding: compress")) == "content-encoding-unknown"


def test_chunks_are_joined() -> None:
    assert payload(capture(chunked(BODY), "Transfer-Encoding: Chunked")) == BODY
    assert payload(capture(chunked(gz(BODY)), "Transfer-Encoding: chunked", "Content-Encoding: gzip")) == BODY
    assert payload(capture(b"0\r\n\r\n", "Transfer-Encoding: chunked")) == b""


def test_a_body_stored_joined_is_kept() -> None:
    assert payload(capture(BODY, "Transfer-Encoding: chunked")) == BODY


@pytest.mark.parametrize("body", [b"5\r\nhello\r\nzz\r\nworld", b"ff\r\nhello", b"5\r\nhello\r\n-1\r\nx"])
def test_chunks_that_go_wrong_are_told(body: bytes) -> None:
    assert reason(capture(body, "Transfer-Encoding: chunked")) == "transfer-encoding-corrupt"


def test_chunks_without_the_last_one_are_kept() -> None:
    assert unchunk(b"5\r\nhello\r\n") == (b"hello", True)


@EACH
def test_too_much_is_refused_by_size_and_by_ratio(coding: str) -> None:
    coded = ENCODERS[coding](b"<p>" + b"x" * (3 << 20))

    assert reason(capture(coded, f"Content-Encoding: {coding}")) == "expansion-too-large"
    tight = Limits(max_payload_bytes=1 << 20, max_expansion=1 << 20)
    assert reason(capture(coded, f"Content-Encoding: {coding}", limits=tight)) == "payload-too-large"
    wide = Limits(max_expansion=1 << 20)
    assert len(payload(capture(coded, f"Content-Encoding: {coding}", limits=wide))) == (3 << 20) + 3


def test_a_bound_is_met_exactly() -> None:
    limits = Limits(max_payload_bytes=100)

    assert len(payload(capture(gz(b"<p>" + b"x" * 97), "Content-Encoding: gzip", limits=limits))) == 100
    assert (
        reason(capture(gz(b"<p>" + b"x" * 98), "Content-Encoding: gzip", limits=limits))
        == "payload-too-large"
    )
    assert reason(capture(b"<p>" + b"x" * 98, limits=limits)) == "payload-too-large"


BOMB = """
import resource, sys, zlib
from headwater.sources.coding import CodingError, undo
from headwater.sources.shard import Limits
coding, path = sys.argv[1:]
bomb = open(path, "rb").read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    undo(bomb, coding.split(","), Limits(), partial=False)
except CodingError as error:
    print(error.reason, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def bomb_of(coding: str) -> bytes:
    """Make a body of some kB that decodes to 1 GiB."""
    if coding == "gzip,gzip":
        return gz(bomb_of("gzip"))
    block = b"\0" * (1 << 20)
    if coding == "gzip":
        state = zlib.compressobj(9, wbits=31)
        opening = state.compress(block) + state.flush(zlib.Z_FULL_FLUSH)
        return opening + (state.compress(block) + state.flush(zlib.Z_FULL_FLUSH)) * 1023
    if coding == "br":
        squeeze = brotli.Compressor(quality=5)
        return b"".join(squeeze.process(block) for _ in range(1024)) + bytes(squeeze.finish())
    return zst(block) * 1024


@pytest.mark.parametrize("coding", ["gzip", "gzip,gzip", "br", "zstd"])
def test_a_gibibyte_bomb_costs_little_memory(tmp_path: Path, coding: str) -> None:
    (tmp_path / "bomb").write_bytes(bomb_of(coding))
    command = [sys.executable, "-c", BOMB, coding, str(tmp_path / "bomb")]
    told, kib = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    assert told in {"payload-too-large", "expansion-too-large"}
    assert int(kib) < 64 << 10


@settings(max_examples=200)
@given(
    body=st.binary(max_size=300),
    codings=st.lists(st.sampled_from([*ENCODERS, "compress", ""]), max_size=4),
    partial=st.booleans(),
)
def test_arbitrary_bytes_decode_or_give_a_reason(*, body: bytes, codings: list[str], partial: bool) -> None:
    size, told = 0, ""
    try:
        size = len(undo(unchunk(body)[0], codings, Limits(max_payload_bytes=500), partial=partial))
    except CodingError as error:
        told = error.reason

    assert size <= 500
    assert told in {"", *REASONS}
