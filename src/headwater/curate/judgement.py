"""What people concluded of documents, as `headwater review aggregate` writes it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headwater.errors import FormatError

LABEL = "judgement"
_KINDS = ("human", "ai", "mixed", "translated")
_ROUNDING = 1e-4  # Chances are written with six decimals.


@dataclass(frozen=True, slots=True)
class Judgement:
    """What people concluded of one document.

    Attributes:
        human: Chance that a person wrote it, or translated what a person wrote.
        generated: Chance that a machine did.
        n_votes: Votes on it.
    """

    human: float
    generated: float
    n_votes: int

    def columns(self) -> dict[str, Any]:
        """Give it as the columns of a label."""
        return {"human": self.human, "generated": self.generated, "n_votes": self.n_votes}


def parse(data: bytes) -> dict[str, Judgement]:
    """Read judgements.

    Args:
        data: JSON lines; what else stands in a line is not looked at.

    Returns:
        Document id -> judgement.

    Raises:
        FormatError: If a line is none, or a document has two.
    """
    found: dict[str, Judgement] = {}
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        row = _row(line, number)
        if row["document"] in found:
            raise FormatError(f"line {number} judges {row['document']!a:.80} once more")
        chances = row["posterior"]
        found[row["document"]] = Judgement(
            chances["human"] + chances["translated"], chances["ai"], row["n_votes"]
        )
    return found


def _row(line: bytes, number: int) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FormatError(
            f"line {number} of the judgements is not JSON", hint="headwater review aggregate writes them"
        ) from error
    good = isinstance(row, dict) and isinstance(row.get("document"), str) and _is_law(row.get("posterior"))
    votes = row.get("n_votes") if good else None
    if not good or isinstance(votes, bool) or not isinstance(votes, int) or votes < 0:
        raise FormatError(
            f"line {number} is no judgement",
            hint="it takes what headwater review aggregate writes",
        )
    return dict(row)


def _is_law(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != set(_KINDS):
        return False
    chances = list(value.values())
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in chances):
        return False
    return all(0.0 <= one <= 1.0 for one in chances) and math.isclose(sum(chances), 1.0, abs_tol=_ROUNDING)
