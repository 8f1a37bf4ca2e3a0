"""A sheet: a document with its votes, as other tools show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from headwater.review.exchange.ballot import Ballot


@dataclass(frozen=True, slots=True)
class Sheet:
    """Hold one document with what is said of it.

    Attributes:
        document: Its id.
        text: The text.
        pi: Its chance to have been asked; None where there is none.
        p_human: Chance that it is human by detectors, for those who want to see it; None for none.
        ballots: Votes on it, and gold.
    """

    document: str
    text: str
    pi: float | None
    p_human: float | None
    ballots: tuple[Ballot, ...]


def sheets(
    texts: Mapping[str, str],
    ballots: Iterable[Ballot],
    *,
    p_human: Mapping[str, float],
    pi: Mapping[str, float],
) -> list[Sheet]:
    """Deal votes to documents.

    Args:
        texts: Document -> text.
        ballots: Votes; those on other documents are left out.
        p_human: Document -> chance by detectors, where there is one.
        pi: Document -> chance to have been asked, where there is one.

    Returns:
        One for each text, in their order, votes in theirs.
    """
    dealt: dict[str, list[Ballot]] = defaultdict(list)
    for one in ballots:
        dealt[one.document].append(one)
    return [
        Sheet(name, text, pi.get(name), p_human.get(name), tuple(dealt[name])) for name, text in texts.items()
    ]
