"""Compression ratio: how much shorter a text becomes, which repetition of any kind makes larger."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from headwater.errors import InputError
from headwater.measure.estimate import Estimate, bare, require_equal_n

# Zlib looks back 32 KiB, so a few of its windows say what there is to say about a stretch of text.
BLOCK_BYTES = 1 << 17


def compression_ratio(texts: Sequence[str]) -> Estimate:
    """Measure the size of texts over their compressed size.

    Args:
        texts: At least one that is not empty; joined by line ends.

    Returns:
        A ratio, about 2 to 3 for prose in blocks of 128 KiB, higher for repetitive text, below 1 for a few
        bytes. It grows with the size up to a block; `n` is the size in bytes.

    Raises:
        InputError: If there is no text.

    Source:
        Shaib et al. (2024), "Standardizing the measurement of text diversity": original over gzipped size;
        here zlib at level 6 over blocks of 128 KiB, so that memory is bounded and size matters little.
    """
    data = "\n".join(texts).encode("utf-8", "surrogatepass")
    if not any(texts):
        raise InputError("there is no text to compress")
    blocks = [data[i : i + BLOCK_BYTES] for i in range(0, len(data), BLOCK_BYTES)]
    packed = sum(len(zlib.compress(block, 6)) for block in blocks)
    return bare("compression-ratio-1", len(data) / packed, n=len(data))


def compression_difference(one: Sequence[str], other: Sequence[str]) -> float:
    """Compare the compression ratios of two collections of equal size in bytes.

    Args:
        one: The first collection.
        other: The second.

    Returns:
        `one` minus `other`.

    Raises:
        InputError: If the sizes differ and either is smaller than ten blocks.
    """
    first, second = compression_ratio(one), compression_ratio(other)
    if min(first.n, second.n) < 10 * BLOCK_BYTES:
        require_equal_n(first.n, second.n, what="the compression ratio in bytes instead")
    return float(np.subtract(first.value, second.value))
