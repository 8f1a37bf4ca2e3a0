"""E4: an OpenTimestamps proof that ends in the Merkle root of a Bitcoin block, by its 80-byte header."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import final

from headwater.errors import FormatError, InputError, VerificationError
from headwater.reserve.evidence import ots
from headwater.reserve.evidence.method import Anchors, Subject, posix

HEADER_BYTES = 80
_HEADER = struct.Struct("<I32s32sIII")
# Nodes take a block whose time is up to two hours ahead of theirs.
_AHEAD_S = 2 * 3600
# Below it a header is made on one machine in a day; Bitcoin's has been above since 2010.
MIN_WORK = 1 << 50


@dataclass(frozen=True, slots=True)
class Header:
    """A block's header.

    Attributes:
        root: Merkle root of its transactions, 32 bytes as hashed.
        time_s: When, by its miner's clock, POSIX seconds.
        work: How many hashes it took to find, on average.
    """

    root: bytes
    time_s: int
    work: int


@final
class OpenTimestamps:
    """A detached OpenTimestamps proof.

    The header comes from the verifier, who must believe it is of the chain: its proof of work is checked, but
    whoever has today's hardware can afford the difficulty of an old block. No node and no network is needed.

    Source:
        OpenTimestamps, `BitcoinBlockHeaderAttestation`; Bitcoin's block header and compact target.
    """

    grade = "E4"

    def date(self, proof: bytes, subject: Subject, anchors: Anchors) -> datetime:
        """Follow the proof to a header; see `Method.date`.

        Raises:
            FormatError: If the proof or a header does not parse.
            VerificationError: If it is of another digest, or ends in no header that is trusted.
        """
        parsed = ots.parse(proof)
        if parsed.digest != subject.sha256:
            raise VerificationError("the OpenTimestamps proof is of another digest")
        headers = {one.root: one for one in map(parse_header, anchors.headers)}
        heights, times = [], []
        for attestation, message in ots.follow(parsed):
            if attestation.kind == ots.BITCOIN:
                heights.append(ots.height(attestation))
                if message in headers:
                    times.append(headers[message].time_s)
        if not heights:
            raise VerificationError(
                "the OpenTimestamps proof does not reach Bitcoin yet", hint="upgrade it with `ots upgrade`"
            )
        if not times:
            raise VerificationError(
                f"no header that is trusted holds the root which the proof gives for block {heights[0]}",
                hint=f"get the 80-byte header of block {heights[0]} from a source you believe",
            )
        return posix(min(times) + _AHEAD_S)


def parse_header(data: bytes) -> Header:
    """Read a block's header and check its proof of work.

    Args:
        data: 80 bytes.

    Raises:
        FormatError: If it is no header.
        VerificationError: If its hash is above its target, or the target is too easy.
    """
    if len(data) != HEADER_BYTES:
        raise FormatError(f"the header of a block is {HEADER_BYTES} bytes, not {len(data)}")
    _, _, root, time_s, bits, _ = _HEADER.unpack(data)
    exponent, mantissa = bits >> 24, bits & 0x7FFFFF
    target = mantissa << 8 * (exponent - 3) if exponent >= 3 else mantissa >> 8 * (3 - exponent)
    found = int.from_bytes(hashlib.sha256(hashlib.sha256(data).digest()).digest(), "little")
    if bits & 0x800000 or not 0 < target < 1 << 256 or found > target:
        raise VerificationError("the header of a block does not carry its proof of work")
    work = (1 << 256) // (target + 1)
    if work < MIN_WORK:
        raise VerificationError("the header of a block took too little work to be Bitcoin's")
    return Header(root, time_s, work)


def parse_headers(text: str) -> tuple[bytes, ...]:
    """Read headers from text, one in hex a line; what follows `#` is a remark.

    Args:
        text: The file's.

    Raises:
        InputError: If a line is no header.
    """
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    try:
        headers = tuple(bytes.fromhex(line) for line in lines if line)
    except ValueError as error:
        raise InputError("a header of a block is not in hex", hint="write 160 hex digits a line") from error
    for one in headers:
        parse_header(one)
    return headers
