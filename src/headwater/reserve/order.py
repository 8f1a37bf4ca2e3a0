"""The order of a seal: a shuffle that anybody can repeat and, with a beacon, nobody could have chosen.

First the registry publishes an intent, which names the sources by their digests. Then a beacon's next round
is drawn: a number that nobody knew before. The seed is a digest of both, and each document stands where its
own key, a digest of the seed and of what it is, puts it. So whole bundles of the log are random samples.
Without a beacon the order is as public, but whoever sealed could have tried several sets of sources.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from headwater.errors import InputError

KEY_BYTES = 16
_SEED = b"headwater-reserve-order-1\x00"
_BEACON = re.compile(r"(?P<name>[!-~]{1,200}?)=(?P<value>(?:[0-9a-f]{2}){16,1024})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Beacon:
    """A public number that nobody could know before its time.

    Attributes:
        name: Whose, and which round, such as `drand:quicknet:1234`; empty for none.
        value: The number, 16 bytes at least; empty for none.
    """

    name: str = ""
    value: bytes = b""


def parse_beacon(text: str) -> Beacon:
    """Parse a beacon as people give it.

    Args:
        text: Such as `drand:quicknet:1234=5f1c…`, the value in lower-case hex.

    Raises:
        InputError: If it is not one.
    """
    found = _BEACON.fullmatch(text)
    if found is None:
        raise InputError(
            f"no beacon: {text[:60]!a}",
            hint="write name and round, an equals sign, and the value in hex: drand:1234=5f1c...",
        )
    return Beacon(found["name"], bytes.fromhex(found["value"]))


def seed(intent: bytes, beacon: Beacon) -> bytes:
    """Derive the seed of a seal.

    Args:
        intent: The registry's entry of kind `seal-intent`, its bytes.
        beacon: Drawn after that entry was published; none if there was none.

    Returns:
        32 bytes.
    """
    return hashlib.sha256(_SEED + hashlib.sha256(intent).digest() + beacon.value).digest()


def key(seed: bytes, record_sha256: bytes, file_sha256: bytes, offset: int) -> bytes:
    """Give the place of a document: documents stand in the order of their keys.

    Args:
        seed: Of the seal.
        record_sha256: Digest of the record, 32 bytes.
        file_sha256: Digest of its file, 32 bytes.
        offset: Where it stands there.

    Returns:
        16 bytes.
    """
    message = seed + record_sha256 + file_sha256 + offset.to_bytes(8, "big")
    return hashlib.sha256(message).digest()[:KEY_BYTES]
