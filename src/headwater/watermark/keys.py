"""Watermark keys: files that their owner alone may read, never shown."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from headwater.errors import FormatError, InputError
from headwater.log import keyfile
from headwater.watermark.scheme import Scheme, check_key

_PREFIX = "WATERMARK+KEY+"


@dataclass(frozen=True, slots=True)
class Key:
    """Hold the secret of one profile.

    Attributes:
        profile: Versioned name of the scheme.
        secret: As long as the scheme says; it does not show when the key is printed.
    """

    profile: str
    secret: bytes = field(repr=False)


def generate(scheme: Scheme) -> Key:
    """Draw a key from the system's source of randomness.

    The keys of other software's schemes are whole numbers; those drawn here are at least 0.
    """
    secret = bytearray(os.urandom(scheme.key_bytes))
    if scheme.traits.key_bits < 128:
        secret[::8] = bytes(byte & 0x7F for byte in secret[::8])
    return Key(scheme.name, bytes(secret))


def from_integers(scheme: Scheme, numbers: Sequence[int]) -> Key:
    """Make a key of the numbers that other software is configured with.

    Args:
        scheme: A profile whose keys are numbers.
        numbers: One 64-bit number, or one for each layer; below 2**63 where other software has signed ones.

    Returns:
        The key: the numbers as eight bytes each, big-endian.

    Raises:
        InputError: If a number has more than 64 bits, or there are not as many as the profile has.
    """
    if not all(-(2**63) <= number < 2**64 for number in numbers):
        raise InputError("a watermark key is made of numbers of at most 64 bits")
    secret = b"".join((number % 2**64).to_bytes(8, "big") for number in numbers)
    check_key(scheme, secret)
    return Key(scheme.name, secret)


def encode(key: Key) -> str:
    """Give the secret one-line form of a key; for a file, and nothing else."""
    return f"{_PREFIX}{key.profile}+{key.secret.hex()}"


def parse(text: str) -> Key:
    """Parse the secret form of a key.

    Args:
        text: One line, without its newline.

    Returns:
        The key, with `encode(parse(text)) == text`.

    Raises:
        FormatError: If it is not one. The message does not quote it.
    """
    profile, _, digits = text.removeprefix(_PREFIX).partition("+")
    plain = set(digits) <= set("0123456789abcdef") and len(digits) % 2 == 0
    if not text.startswith(_PREFIX) or not profile or not digits or not plain:
        raise FormatError("not a watermark key")
    return Key(profile, bytes.fromhex(digits))


def write(path: Path, key: Key) -> None:
    """Write a key to a new file with mode 0600.

    Args:
        path: Where; its folder exists.
        key: The key.

    Raises:
        InputError: If there is such a file already; it is not touched.
        UnavailableError: If it cannot be written.
    """
    keyfile.write(path, encode(key))


def read(path: Path) -> Key:
    """Read a key.

    Args:
        path: A file with mode 0600 or stricter.

    Raises:
        InputError: If others may read or write it.
        FormatError: If it holds no key.
        UnavailableError: If it cannot be read.
    """
    line = keyfile.read(path, what="watermark key")
    try:
        return parse(line)
    except FormatError as error:
        raise FormatError(
            f"{path} holds no watermark key", hint="headwater watermark keygen FILE makes one"
        ) from error
