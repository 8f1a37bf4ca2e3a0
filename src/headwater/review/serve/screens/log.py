"""The log screen: the head of the log, and its verification from the first entry to the last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from headwater.errors import HeadwaterError, UnavailableError
from headwater.log.reader import Reader
from headwater.review.attest import ledger, roll, signatory
from headwater.review.serve import witnesses
from headwater.review.serve.desk import Desk
from headwater.review.serve.sealer import seal
from headwater.review.serve.visit import Answer, Screen, Visit
from headwater.review.store import history, people


def view(desk: Desk, visit: Visit) -> dict[str, Any]:
    """Show the checkpoint, who may sign, and one's own last entry."""
    counts = desk.look(history.counts)
    return {
        "origin": desk.campaign.origin,
        "key": str(desk.campaign.signer.key),
        "checkpoint": _checkpoint(desk),
        "n_entries": counts["n_entries"],
        "n_unsealed": counts["n_unsealed"],
        "roll": roll.encode(desk.look(people.roll)).decode(),
        "witnesses": witnesses.told(desk.campaign),
        "verified": None,
        "own": visit.signs,
    }


def _verify(desk: Desk, visit: Visit) -> Answer:
    """Seal what is not sealed, and read the whole log as a stranger would."""
    found = verify(desk)
    return Answer(dict(view(desk, visit), verified=found), "/log", page="log")


def verify(desk: Desk) -> dict[str, Any]:
    """Seal the log, check all of it, and hold the store against it.

    Args:
        desk: The campaign.

    Returns:
        Whether it is sound, and what is in it; if not, why.
    """
    kept = {row["statement"] for kind in ("vote", "ruling") for row in _votes(desk, kind)}
    counts = {"n_votes": 0, "n_retracted": 0, "n_witnessed": 0, "n_cosigned": 0}
    try:
        signed = seal(desk)
        casts = ledger.read(_entries(desk), signed, desk.campaign.policy, desk.look(people.roll))
    except HeadwaterError as error:
        return {"sound": False, "why": str(error), **counts}
    missing = kept - {one.statement for one in casts}
    return {
        "sound": not missing,
        "why": f"the log lacks {len(missing)} votes of the queue" if missing else "",
        "n_votes": len(casts),
        "n_retracted": sum(one.retracted for one in casts),
        "n_witnessed": sum(signatory.kind(one.by) == "witnessed" for one in casts),
        "n_cosigned": sum(has_signed for _, has_signed in witnesses.standing(desk.campaign)),
    }


def _votes(desk: Desk, kind: str) -> list[dict[str, Any]]:
    return desk.look(lambda db: history.votes(db, kind=kind))


def _entries(desk: Desk) -> Iterator[bytes]:
    reader = Reader(desk.campaign.log)
    return (reader.entry(at) for at in range(reader.head().size))


def _checkpoint(desk: Desk) -> str:
    try:
        return Reader(desk.campaign.log).checkpoint()[1].decode()
    except UnavailableError:
        return ""


SCREEN = Screen("log", "Log", view, {"verify": _verify})
