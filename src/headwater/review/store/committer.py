"""Group commit: what many threads ask for at once becomes one transaction, and so one wait for the disk."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar, final

from headwater.errors import HeadwaterError, UnavailableError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from headwater.review.store.store import Store

_MOST = 64
Found = TypeVar("Found")
_Job = tuple[Callable[[Any], Any], "Future[Any]"]


@final
class Committer:
    """Run steps of many threads in shared transactions.

    A step that fails undoes itself alone, and a result is given only after its transaction is durable. Meant
    for a process that is alone with its store, or nearly.
    """

    def __init__(self, store: Store) -> None:
        """Start the thread that commits."""
        self._store = store
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = Thread(target=self._work, name="committer", daemon=True)
        self._thread.start()

    def run(self, step: Callable[[Connection], Found]) -> Found:
        """Run a step in the next transaction, and wait until it is durable.

        Args:
            step: What to do with the connection.

        Returns:
            What it gives.
        """
        done: Future[Found] = Future()
        self._jobs.put((step, done))
        return done.result()

    def close(self) -> None:
        """Finish what was asked for, and stop."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            jobs, last = [job], False
            while len(jobs) < _MOST and not self._jobs.empty():
                more = self._jobs.get()
                if more is None:
                    last = True
                    break
                jobs.append(more)
            self._commit(jobs)
            if last:
                return

    def _commit(self, jobs: list[_Job]) -> None:
        found: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with self._store.transaction() as db:
                for step, done in jobs:
                    found.append((done, *_attempt(db, step)))
        except HeadwaterError as error:
            found = [(done, None, error) for _, done in jobs]
        except Exception as error:  # noqa: BLE001  # Whatever it was, nobody may wait for ever.
            found = [(done, None, UnavailableError(f"the store failed: {error}")) for _, done in jobs]
        for done, value, failure in found:
            if failure is None:
                done.set_result(value)
            else:
                done.set_exception(failure)


def _attempt(db: Connection, step: Callable[[Connection], Any]) -> tuple[Any, BaseException | None]:
    try:
        with db.begin_nested():
            return step(db), None
    except HeadwaterError as error:
        return None, error
