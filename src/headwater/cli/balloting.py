"""Files of votes, read by what their names end with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from headwater.errors import InputError, UnavailableError


def ballots(name: str) -> list[Any]:
    """Read a file of votes by what its name ends with.

    Raises:
        InputError: If it is no file of votes.
        UnavailableError: If it cannot be read.
    """
    from headwater.review.exchange import READERS

    read = READERS.get(Path(name).suffix.lower())
    if read is None:
        raise InputError(f"{name} is no file of votes", hint=f"its name ends with {', '.join(READERS)}")
    try:
        data = Path(name).read_bytes()
    except OSError as error:
        raise UnavailableError(f"cannot read {name}: {error.strerror}") from error
    try:
        return list(read(data))
    except InputError as error:
        raise type(error)(f"{name}: {error}", hint=error.hint) from error
