"""A campaign served until interrupted: the store open, votes committed together, the log sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from headwater.errors import UnavailableError
from headwater.reserve.serve import listen
from headwater.review.serve.campaign import Campaign
from headwater.review.serve.desk import Desk, check_url
from headwater.review.serve.sealer import sealing
from headwater.review.store import Committer, open_store

if TYPE_CHECKING:
    from starlette.applications import Starlette

_SEAL_EVERY_S = 5.0


@contextmanager
def opened(campaign: Campaign, *, url: str, store: str | None = None) -> Iterator[Desk]:
    """Open the desk of a campaign.

    Args:
        campaign: Which.
        url: Where browsers reach it.
        store: Address of the store; None for the campaign's own file.
    """
    held = open_store(store or campaign.queue)
    shared = Committer(held)
    try:
        yield Desk(campaign, held, shared, check_url(url))
    finally:
        shared.close()
        held.close()


def run(application: Starlette, desk: Desk, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Args:
        application: What `app` made of the desk.
        desk: The campaign, open; nobody else serves or seals it.
        host: Address to listen on.
        port: Port.
        ready: Called with the URL once it listens.

    Raises:
        UnavailableError: If uvicorn is not installed, or the address cannot be listened on.
    """
    try:
        import uvicorn
    except ModuleNotFoundError as error:
        raise UnavailableError(
            "serving needs the extra `review`", hint="pip install 'headwater[review]'"
        ) from error
    config = uvicorn.Config(application, log_level="warning", access_log=False, server_header=False)
    try:
        listening = listen(host, port)
    except OSError as error:
        raise UnavailableError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    with sealing(desk, every_s=_SEAL_EVERY_S):
        ready(desk.url)
        uvicorn.Server(config).run(sockets=[listening])
