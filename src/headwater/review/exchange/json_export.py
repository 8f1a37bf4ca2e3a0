"""Which tool a JSON file of votes is of."""

from __future__ import annotations

import json

from headwater.review.exchange import argilla, label_studio
from headwater.review.exchange.ballot import Ballot


def parse(data: bytes) -> list[Ballot]:
    """Read votes of Argilla, whose records have `fields`, or of Label Studio.

    Args:
        data: The file.

    Returns:
        The votes in order.

    Raises:
        FormatError: If it is neither.
    """
    try:
        found = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        found = None
    first = found[0] if isinstance(found, list) and found else None
    is_record = isinstance(first, dict) and "fields" in first and "data" not in first
    return argilla.parse(data) if is_record else label_studio.parse(data)
