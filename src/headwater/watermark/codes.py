"""The error-correcting code of payloads: an extended BCH code of 16 bits in 64, any two words 24 apart."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

LENGTH, MESSAGE_BITS = 64, 16
N_MESSAGES = 1 << MESSAGE_BITS
_PRIMITIVE = 0b1000011  # x^6 + x + 1
_CORRECTED = 11  # errors; the roots are the first 22 powers of the field's generator

Bits = npt.NDArray[np.uint8]


def _powers() -> list[int]:
    """List the powers of x in GF(64)."""
    found, value = [], 1
    for _ in range(63):
        found.append(value)
        value <<= 1
        value ^= _PRIMITIVE if value & 64 else 0
    return found


def _times(one: int, other: int) -> int:
    """Multiply in GF(64)."""
    power = _powers()
    return power[(power.index(one) + power.index(other)) % 63] if one and other else 0


@lru_cache(maxsize=1)
def generator() -> int:
    """Give the generator polynomial, of degree 47, bit i for x^i.

    Source:
        Bose and Ray-Chaudhuri (1960), "On a class of error correcting binary group codes": the least common
        multiple of the minimal polynomials of the roots.
    """
    roots = {(power << shift) % 63 for power in range(1, 2 * _CORRECTED + 1) for shift in range(6)}
    product = [1]  # coefficients in GF(64), lowest first; they end in GF(2)
    for root in (_powers()[power] for power in sorted(roots)):
        shifted = [0, *product]
        product = [high ^ _times(root, low) for high, low in zip(shifted, [*product, 0], strict=True)]
    return sum(bit << at for at, bit in enumerate(product))


def encode(message: int) -> Bits:
    """Give the word of a message: its multiple of the generator, and a parity bit.

    Args:
        message: 16 bits.

    Returns:
        Shape (64,), zeros and ones.
    """
    word = 0
    for shift in range(MESSAGE_BITS):
        word ^= (generator() << shift) * (message >> shift & 1)
    bits = [word >> at & 1 for at in range(LENGTH - 1)]
    return np.array([*bits, sum(bits) % 2], dtype=np.uint8)


@lru_cache(maxsize=1)
def signs() -> npt.NDArray[np.float32]:
    """Give +1 for a zero and -1 for a one of every word, shape (64, 65536)."""
    words = np.zeros((1, LENGTH), dtype=np.uint8)
    for shift in range(MESSAGE_BITS):
        words = np.concatenate([words, words ^ encode(1 << shift)])
    return np.ascontiguousarray(1.0 - 2.0 * words.T, dtype=np.float32)
