"""The log of a campaign for everybody: its checkpoints and tiles, as a reserve serves its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.reserve.serve import find, respond
from headwater.review.serve.desk import Desk
from headwater.review.serve.screens.reliability import INSIDERS
from headwater.review.store import people

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

PREFIX = "log"
# Tiles of hashes tell nothing of any vote; entries are the votes, and who has yet to vote must not see them.
_ENTRIES = "tile/entries/"


def route(desk: Desk, *, cookie: str, open_entries: bool) -> Any:
    """Make the route below `/log/`.

    Args:
        desk: The campaign.
        cookie: Name of the cookie of sessions.
        open_entries: Whether everybody may read votes; without it, those who do not vote.
    """
    from starlette.concurrency import run_in_threadpool
    from starlette.routing import Route

    def look(request: Request) -> Response:
        path = request.path_params["path"]
        hidden = path.startswith(_ENTRIES) and not open_entries
        if hidden and not _is_inside(desk, request.cookies.get(cookie, "")):
            return respond(request, 404)
        answer = respond(request, find({PREFIX: desk.campaign.log}, None, f"{PREFIX}/{path}"))
        if hidden:
            answer.headers["Cache-Control"] = "no-store"
            del answer.headers["Access-Control-Allow-Origin"]
        return answer

    async def serve(request: Request) -> Response:
        return await run_in_threadpool(look, request)

    return Route(f"/{PREFIX}/{{path:path}}", serve, methods=["GET", "HEAD"])


def _is_inside(desk: Desk, secret: str) -> bool:
    now_s = desk.clock()
    found = desk.look(lambda db: people.session(db, secret, now_s=now_s)) if secret else None
    return found is not None and found.member.role in INSIDERS
