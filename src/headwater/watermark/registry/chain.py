"""The secret end of a chain of epoch keys: a file that its owner alone may read, never shown."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from headwater.errors import FormatError, InputError
from headwater.log import keyfile
from headwater.watermark.family import is_open
from headwater.watermark.keys import Key
from headwater.watermark.registry import epochs
from headwater.watermark.registry.epochs import VALUE_BYTES
from headwater.watermark.scheme import Scheme

MOST_EPOCHS: Final = 100_000
_PATTERN: Final = re.compile(r"WATERMARK\+CHAIN\+([1-9][0-9]{0,5})\+([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Chain:
    """Hold the value that all others are hashes of.

    Attributes:
        n_epochs: Length of the chain, from 1 to 100,000.
        last: Value `n_epochs`, 32 bytes; it does not show when the chain is printed.
    """

    n_epochs: int
    last: bytes = field(repr=False)

    def value(self, epoch: int) -> bytes:
        """Give the value of an epoch; 0 for the anchor.

        Raises:
            InputError: If there is no such epoch.
        """
        return epochs.value(self.last, n_epochs=self.n_epochs, epoch=epoch)

    def key(self, scheme: Scheme, epoch: int) -> Key:
        """Derive the key that marks in an epoch; of a payload, without its number.

        Raises:
            InputError: If there is no such epoch, or keys of the profile have no 32 bytes.
        """
        if not 1 <= epoch <= self.n_epochs:
            raise InputError(f"a chain of {self.n_epochs:,} epochs has no epoch {epoch}")
        key = Key(scheme.name, epochs.secret(self.value(epoch)))
        if scheme.key_bytes != VALUE_BYTES and not is_open(scheme, key):
            raise InputError(
                f"keys of {scheme.name} have {scheme.key_bytes} bytes, those of epochs {VALUE_BYTES}",
                hint="gumbel-aes-1 fits",
            )
        return key


def generate(n_epochs: int) -> Chain:
    """Draw a chain from the system's source of randomness.

    Raises:
        InputError: If it is longer than 100,000 epochs, or has none.
    """
    if not 1 <= n_epochs <= MOST_EPOCHS:
        raise InputError(f"a chain has 1 to {MOST_EPOCHS:,} epochs, not {n_epochs:,}")
    return Chain(n_epochs, os.urandom(VALUE_BYTES))


def encode(chain: Chain) -> str:
    """Give the secret one-line form of a chain; for a file, and nothing else."""
    return f"WATERMARK+CHAIN+{chain.n_epochs}+{chain.last.hex()}"


def parse(text: str) -> Chain:
    """Parse the secret form of a chain.

    Args:
        text: One line, without its newline.

    Returns:
        The chain, with `encode(parse(text)) == text`.

    Raises:
        FormatError: If it is not one. The message does not quote it.
    """
    found = _PATTERN.fullmatch(text)
    if found is None or int(found[1]) > MOST_EPOCHS:
        raise FormatError("not a chain of watermark keys")
    return Chain(int(found[1]), bytes.fromhex(found[2]))


def write(path: Path, chain: Chain) -> None:
    """Write a chain to a new file with mode 0600.

    Raises:
        InputError: If there is such a file already; it is not touched.
        UnavailableError: If it cannot be written.
    """
    keyfile.write(path, encode(chain))


def read(path: Path) -> Chain:
    """Read a chain.

    Raises:
        InputError: If others may read or write the file.
        FormatError: If it holds no chain.
        UnavailableError: If it cannot be read.
    """
    line = keyfile.read(path, what="chain of watermark keys")
    try:
        return parse(line)
    except FormatError as error:
        hint = "headwater watermark registry chain draw FILE makes one"
        raise FormatError(f"{path} holds no chain of watermark keys", hint=hint) from error
