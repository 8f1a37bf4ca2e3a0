"""The pseudo-random function of the native profiles: AES-128, one block an n-gram."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MASTER_BYTES = 32
KEY_BYTES = 16
BLOCK_TOKENS = 4
_EMPTY = 0xFFFF_FFFF  # fills a block whose n-gram is shorter; no token has this id
CHUNK = 16_384  # blocks at a time: 256 KiB, which stays in the cache of a core

Tokens = npt.NDArray[np.uint32]
Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]


@lru_cache(maxsize=256)
def derive(master: bytes, purpose: str, *, n_bytes: int = KEY_BYTES) -> bytes:
    """Derive the AES key of one purpose from a master key.

    Args:
        master: 32 secret bytes.
        purpose: The name of a profile, or a part of it.
        n_bytes: Length of the key; 32 for one that others are derived from.

    Returns:
        The key; keys of different purposes tell nothing of each other.

    Source:
        RFC 5869 with SHA-256, no salt, info `headwater watermark ` and the purpose.
    """
    info = f"headwater watermark {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=n_bytes, salt=None, info=info).derive(master)


def words(ngrams: Tokens, key: bytes) -> Words:
    """Encrypt n-grams, and give the first half of each block.

    Args:
        ngrams: Shape (n, length), length at most 4.
        key: 16 bytes.

    Returns:
        Shape (n,), the first eight bytes as little-endian numbers.

    Source:
        As `encrypted`.
    """
    out, start = np.empty(len(ngrams), dtype=np.uint64), 0
    for coded in encrypted(_blocks(ngrams), key):
        out[start : start + len(coded)] = coded[:, 0]
        start += len(coded)
    return out


def encrypted(blocks: Iterable[Tokens], key: bytes) -> Iterator[Words]:
    """Encrypt n-grams, a block each, chunk by chunk.

    A block is the n-gram's ids as little-endian 32-bit numbers, oldest first, behind as many
    `0xFFFFFFFF` as make four numbers. ECB over distinct blocks is a permutation, which up to 2**64
    blocks nobody tells from a random function.

    Args:
        blocks: Chunks of shape (n, 4), contiguous.
        key: 16 bytes.

    Yields:
        Shape (n, 2), each half of a block as a little-endian number; overwritten by the next chunk.

    Source:
        FIPS 197.
    """
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
    room = bytearray()
    for block in blocks:
        if len(room) < block.nbytes + 15:  # the first, which no other is longer than
            room = bytearray(block.nbytes + 15)
        cipher.update_into(block.data.cast("B"), room)
        yield np.frombuffer(room, dtype="<u8", count=2 * len(block)).reshape(-1, 2)


def _blocks(ngrams: Tokens) -> Iterator[Tokens]:
    n, length = ngrams.shape
    for start in range(0, n, CHUNK):
        some = ngrams[start : start + CHUNK]
        if length == BLOCK_TOKENS and some.flags.c_contiguous:
            yield some
            continue
        block = np.full((len(some), BLOCK_TOKENS), _EMPTY, dtype="<u4")
        block[:, BLOCK_TOKENS - length :] = some
        yield block


def uniforms(drawn: Words) -> Floats:
    """Turn 64-bit words into numbers strictly between 0 and 1.

    Args:
        drawn: Shape (n,).

    Returns:
        (highest 52 bits + 1/2) / 2**52: exact in double precision, and so is 1 minus it.
    """
    out = (drawn >> np.uint64(12)).astype(np.float64)
    out += 0.5
    out *= 2.0**-52
    return out
