"""Witnesses of a campaign's log: whom it asks to sign its head, and who has."""

from __future__ import annotations

from typing import Any

from headwater import canonical
from headwater.curate.store import atomic
from headwater.errors import FormatError, HeadwaterError, UnavailableError
from headwater.log import checkpoint, note
from headwater.log.reader import Reader
from headwater.log.witness import Witness
from headwater.reserve.witnessed import witnessed
from headwater.review.serve.campaign import Campaign

FORMAT = "headwater-review-witnesses-1"
_NAME = "witnesses.json"


def read(campaign: Campaign) -> list[Witness]:
    """Give the witnesses of a campaign.

    Args:
        campaign: Which.

    Raises:
        FormatError: If the file that names them is damaged.
        UnavailableError: If it cannot be read.
    """
    try:
        data = (campaign.folder / _NAME).read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UnavailableError(f"cannot read {error.filename}: {error.strerror}") from error
    try:
        value = canonical.parse(data)
        rows = [(str(one["url"]), one["keys"]) for one in value["witnesses"]]
        found = [Witness(url, tuple(map(note.parse_key, keys))) for url, keys in rows]
    except (KeyError, TypeError, AttributeError) as error:
        raise FormatError(f"{_NAME} of the campaign is damaged") from error
    return found


def add(campaign: Campaign, one: Witness) -> int:
    """Ask a witness for its signature on the head, and remember it if it gave one.

    Args:
        campaign: Which; its log has a checkpoint.
        one: Whom to ask from now on.

    Returns:
        How many signatures it gave.

    Raises:
        UnavailableError: If it does not answer, or the campaign cannot be written.
    """
    n = witnessed(campaign.log, [one])
    known = [other for other in read(campaign) if other.url != one.url] + [one]
    rows = [{"url": other.url, "keys": [str(key) for key in other.keys]} for other in known]
    with atomic(campaign.folder / _NAME) as temporary:
        temporary.write_bytes(canonical.encode({"format": FORMAT, "witnesses": rows}))
    return n


def ask(campaign: Campaign) -> None:
    """Ask every witness who has not signed the head.

    One that does not answer is asked at the next head; that one has seen another history is raised.

    Args:
        campaign: Which; its log has a checkpoint.
    """
    for one, has_signed in standing(campaign):
        if not has_signed:
            try:
                witnessed(campaign.log, [one])
            except UnavailableError:
                continue


def standing(campaign: Campaign) -> list[tuple[Witness, bool]]:
    """Say of each witness whether its signature stands under the head.

    Args:
        campaign: Which.
    """
    known = read(campaign)
    if not known:
        return []
    parsed = checkpoint.parse(Reader(campaign.log).checkpoint()[1])[1]
    return [(one, _has_signed(parsed, one)) for one in known]


def _has_signed(parsed: note.Note, one: Witness) -> bool:
    try:
        return bool(note.verify(parsed, one.keys))
    except HeadwaterError:
        return False


def told(campaign: Campaign) -> list[dict[str, Any]]:
    """Tell of each witness whether it signed the head, as JSON values.

    Args:
        campaign: Which.
    """
    return [
        {"name": one.keys[0].name, "url": one.url, "signed": has_signed}
        for one, has_signed in standing(campaign)
    ]
