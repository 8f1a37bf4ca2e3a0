"""Private keys: files that their owner alone may read, never shown."""

from __future__ import annotations

import os
from pathlib import Path

from headwater.errors import FormatError, InputError
from headwater.log import keyfile, note
from headwater.log.algorithm import ALGORITHMS, SEED_BYTES, Algorithm
from headwater.log.checkpoint import Signer

_PREFIX = "PRIVATE+KEY+"


def encode(signer: Signer) -> str:
    """Give the secret one-line form of a private key; for a file, and nothing else.

    Source:
        Go's `golang.org/x/mod/sumdb/note`, `GenerateKey`; the same for ML-DSA-44 with its FIPS 204 seed.
    """
    secret = note.encode_base64(bytes([signer.algorithm.kind]) + signer.seed)
    return f"{_PREFIX}{signer.name}+{signer.key.id.hex()}+{secret}"


def parse(text: str) -> Signer:
    """Parse the secret form of a private key.

    Args:
        text: One line, without its newline.

    Returns:
        The signer, with `encode(parse(text)) == text`.

    Raises:
        FormatError: If it is not one. The message does not quote it.
    """
    name, _, rest = text.removeprefix(_PREFIX).partition("+")
    key_id, _, encoded = rest.partition("+")
    if not text.startswith(_PREFIX) or not note.is_name(name):
        raise FormatError("not a private key of a log")
    raw = note.parse_base64(encoded)
    if len(raw) != 1 + SEED_BYTES or raw[0] not in ALGORITHMS:
        raise FormatError("a private key has a wrong length or an unknown algorithm")
    signer = Signer(name, ALGORITHMS[raw[0]], raw[1:])
    if signer.key.id.hex() != key_id:
        raise FormatError("a private key does not have the id it says")
    return signer


def generate(name: str, algorithm: Algorithm) -> Signer:
    """Draw a new private key from the system's source of randomness.

    Args:
        name: Name of the key: of a log's own, its origin.
        algorithm: One of `ALGORITHMS`.

    Raises:
        InputError: If no key can have this name.
    """
    if not note.is_name(name):
        raise InputError(
            f"no key can be named {name!a}",
            hint="use a URL without its scheme, such as example.com/reserve",
        )
    return Signer(name, algorithm, os.urandom(SEED_BYTES))


def write(path: Path, signer: Signer) -> None:
    """Write a private key to a new file with mode 0600.

    Args:
        path: Where; its folder exists.
        signer: The key.

    Raises:
        InputError: If there is such a file already; it is not touched.
        UnavailableError: If it cannot be written.
    """
    keyfile.write(path, encode(signer))


def read(path: Path) -> Signer:
    """Read a private key.

    Args:
        path: A file with mode 0600 or stricter.

    Raises:
        InputError: If others may read or write it.
        FormatError: If it holds no key.
        UnavailableError: If it cannot be read.
    """
    return parse(keyfile.read(path, what="private key of a log"))
