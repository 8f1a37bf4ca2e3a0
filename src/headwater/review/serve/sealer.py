"""The sealer: every so often, what is new goes into the log, and the log's head is signed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

from headwater.errors import HeadwaterError
from headwater.log import sequencer
from headwater.log.reader import Reader
from headwater.review import store
from headwater.review.serve import witnesses
from headwater.review.serve.desk import Desk

_ONE = Lock()  # One process seals a log, and in it one thread at a time.


def seal(desk: Desk) -> bytes:
    """Append what the log does not have, and publish its head.

    Args:
        desk: The campaign.

    Returns:
        The signed checkpoint, with the signatures of those witnesses who answered.
    """
    with _ONE:
        log = desk.campaign.log
        store.seal(desk.store, log)
        sequencer.publish(log, [desk.campaign.signer], time_s=max(int(desk.clock()), 0))
        witnesses.ask(desk.campaign)
        return Reader(log).checkpoint()[1]


@contextmanager
def sealing(desk: Desk, *, every_s: float) -> Iterator[None]:
    """Seal every so often while the block runs, and once when it ends.

    Args:
        desk: The campaign.
        every_s: How often.
    """
    ended = Event()

    def work() -> None:
        while not ended.wait(every_s):
            # A disk that is full today may not be tomorrow; what is not sealed waits in the store.
            with _tolerant():
                seal(desk)

    thread = Thread(target=work, name="sealer", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        seal(desk)


@contextmanager
def _tolerant() -> Iterator[None]:
    try:
        yield
    except HeadwaterError:
        return
