"""How every statement of a review is read: one subject, one predicate, no bytes but its own; no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from headwater import canonical
from headwater.errors import FormatError

Said = TypeVar("Said")


def parse(
    data: bytes, make: Callable[[str, Mapping[str, Any]], Said], encode: Callable[[Said], bytes], *, what: str
) -> Said:
    """Parse a statement of one kind.

    Args:
        data: Canonical JSON.
        make: From the digest of the subject and the predicate to what was said.
        encode: Back to bytes; it knows what is in range.
        what: Name of the kind, for messages.

    Returns:
        What was said, with `encode(parse(data)) == data`.

    Raises:
        FormatError: If it is another statement, or a field is not of its form.
    """
    value = canonical.parse(data)
    try:
        (subject,) = value["subject"]
        found = make(subject["digest"]["sha256"], value["predicate"])
        same = encode(found) == data
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"not the statement of {what}: {str(error)[:80]}") from error
    if not same:
        raise FormatError(f"{what} has a field too many, or is none")
    return found
