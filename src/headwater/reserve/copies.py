"""Copies: archives elsewhere, of which bytes are read by their place; whoever reads them checks them."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast, final
from urllib.parse import quote

from headwater.errors import UnavailableError

MAX_OBJECT_BYTES = 1 << 32
_PIECE_BYTES = 1 << 20


class Copies(Protocol):
    """Reads bytes of a copy of an archive."""

    def __call__(self, name: str, start: int, stop: int) -> bytes | None:
        """Read bytes.

        Args:
            name: Of the archive when it was sealed.
            start: First byte.
            stop: First byte behind them.

        Returns:
            The bytes, fewer at its end; None if there is no such archive.

        Raises:
            UnavailableError: If it cannot be reached.
        """
        ...


@final
@dataclass(frozen=True, slots=True)
class Folder:
    """Copies in a folder, under the names they had when they were sealed.

    Attributes:
        root: The folder.
    """

    root: Path

    def __call__(self, name: str, start: int, stop: int) -> bytes | None:
        """Read bytes; see `Copies`.

        Raises:
            UnavailableError: If it cannot be read.
        """
        try:
            with (self.root / name).open("rb") as file:
                file.seek(start)
                return file.read(stop - start)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnavailableError(f"cannot read {self.root / name}: {error.strerror}") from error


@final
@dataclass(frozen=True, slots=True)
class Web:
    """Copies over HTTP, from any file server.

    Attributes:
        url: What the names stand below, without a slash at its end.
    """

    url: str

    def __call__(self, name: str, start: int, stop: int) -> bytes | None:
        """Read bytes; see `Copies`. From a server without ranges, all that stands before them is read too."""
        return fetch(f"{self.url}/{quote(name)}", start=start, stop=stop)


def fetch(url: str, *, start: int = 0, stop: int = MAX_OBJECT_BYTES, timeout_s: float = 60.0) -> bytes | None:
    """Read bytes over HTTP.

    Args:
        url: Where.
        start: First byte.
        stop: First byte behind them.
        timeout_s: How long to wait for each answer of the network.

    Returns:
        The bytes, fewer at the end; None if there are none.

    Raises:
        UnavailableError: If nobody answers, or not with bytes.
    """
    wanted = urllib.request.Request(url)
    if start or stop < MAX_OBJECT_BYTES:
        wanted.add_header("Range", f"bytes={start}-{stop - 1}")
    host = url.split("/", 3)[2]
    try:
        with urllib.request.urlopen(wanted, timeout=timeout_s) as answer:
            if answer.status != 206:
                _skip(cast("BinaryIO", answer), start)
            data: bytes = answer.read(stop - start)
            return data
    except urllib.error.HTTPError as error:
        if error.code in {404, 416}:
            return None
        raise UnavailableError(f"{host} answered with status {error.code}") from error
    except (OSError, http.client.HTTPException) as error:
        raise UnavailableError(f"no answer from {host}: {error}") from error


def copies_of(place: str) -> Copies:
    """Give the copies that a place holds.

    Args:
        place: A folder, or an http(s) URL.
    """
    if place.startswith(("http://", "https://")):
        return Web(place.rstrip("/"))
    return Folder(Path(place))


def _skip(answer: BinaryIO, n_bytes: int) -> None:
    while n_bytes > 0 and (piece := answer.read(min(n_bytes, _PIECE_BYTES))):
        n_bytes -= len(piece)
