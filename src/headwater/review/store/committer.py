"""Group commit: what many threads ask for at once becomes one transaction, and so one wait for the disk."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar, final

from headwater.errors import ConsistencyError, HeadwaterError, UnavailableError
from headwater.review.store.prepared import Prepared

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from headwater.review.store.store import Store

_MOST = 64
Found = TypeVar("Found")
_Job = tuple[Callable[[Any], Any], "Future[Any]"]
_Outcome = tuple[Any, BaseException | None]


@final
class Committer:
    """Run steps of many threads in shared transactions.

    A step that fails undoes itself alone, and a result is given only after its transaction is durable. A step
    may be run again after it was undone, so it does nothing but what it does to the store. Meant for a
    process that is alone with its store, or nearly.
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
        found = self._together(jobs) or self._apart(jobs)
        for (_, done), (value, failure) in zip(jobs, found, strict=True):
            if failure is None:
                done.set_result(value)
            else:
                done.set_exception(failure)

    def _together(self, jobs: list[_Job]) -> list[_Outcome]:
        """Run steps one after the other; if one fails, all are undone, and there is no outcome."""
        try:
            with self._store.transaction() as db:
                return [(step(Prepared(db)), None) for step, _ in jobs]
        except Exception:  # noqa: BLE001  # Whose fault it was is found out one by one.
            return []

    def _apart(self, jobs: list[_Job]) -> list[_Outcome]:
        """Run steps so that each undoes itself alone."""
        try:
            with self._store.transaction() as db:
                return [_attempt(db, step) for step, _ in jobs]
        except HeadwaterError as error:
            return [(None, error)] * len(jobs)
        except Exception as error:  # noqa: BLE001  # Whatever it was, nobody may wait for ever.
            return [(None, UnavailableError(f"the store failed: {error}"))] * len(jobs)


def _attempt(db: Connection, step: Callable[[Any], Any]) -> _Outcome:
    """Run a step, once more if another process was at the same at the same instant."""
    from sqlalchemy.exc import IntegrityError

    failure: BaseException | None = None
    for _ in range(2):
        try:
            with db.begin_nested():
                return step(Prepared(db)), None
        except HeadwaterError as error:
            return None, error
        except IntegrityError as error:
            # What the other did is seen the second time, and the step says what follows from it.
            failure = ConsistencyError(f"the store refuses it: {str(error.orig).partition(chr(10))[0]}")
    return None, failure
