"""The embedded engine: a pool of worker processes, Daft's native runner for queries, no server."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import ClassVar

from headwater.curate.engine.engine import Item, Query, Task, WorkerDiedError, answer, opened
from headwater.errors import HeadwaterError


class NativeEngine:
    """Run on this machine; workers serve map after map, until a query runs.

    Args:
        workers: Worker processes, at least 1.
    """

    isolated: ClassVar[bool] = True

    def __init__(self, *, workers: int) -> None:
        """Start nothing yet."""
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def map(self, task: Task, items: Sequence[Item]) -> Iterator[Item]:
        """Run a task on every item, as `Engine.map` says.

        Raises:
            WorkerDiedError: If a worker ended without an answer.
            HeadwaterError: If the task raised one.
            RuntimeError: If the task has a bug.
        """
        futures: list[Future[Item]] = []
        try:
            with _interrupts_ignored():  # A worker that is starting would show its traceback.
                self._pool = pool = self._pool or _pool_of(self._workers)
                futures = [pool.submit(answer, task, dict(item)) for item in items]
            for future in as_completed(futures):
                yield opened(future.result())
        except BrokenProcessPool as error:
            self._pool = None
            raise WorkerDiedError("a worker process ended without an answer") from error
        except (HeadwaterError, RuntimeError):
            self._end()  # Workers that are left to the interpreter's end may end with a traceback.
            raise
        finally:
            for future in futures:
                future.cancel()

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def query(self, query: Query, item: Item) -> Item:
        """Run a query in a process of its own, as `Engine.query` says.

        Idle workers end first, so that their memory and the query's do not add up.

        Raises:
            WorkerDiedError: If the process ended without an answer.
        """
        self._end()
        with _interrupts_ignored():
            pool = _pool_of(1)
            future = pool.submit(_ask, query, dict(item))
        try:
            return opened(future.result())
        except BrokenProcessPool as error:
            raise WorkerDiedError("a query's process ended without an answer") from error
        finally:
            pool.shutdown()


def _pool_of(workers: int) -> ProcessPoolExecutor:
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, spawn, initializer=_enter, initargs=(os.getpid(),))


def _ask(query: Query, item: Item) -> Item:
    from headwater.curate.engine import plan

    return answer(lambda asked: query(asked, plan.open_frame), item)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _enter(parent: int) -> None:
    """Let an interrupt end the worker without a traceback, and end it when its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: int, *, every_s: float = 0.5) -> None:
    while os.getppid() == parent:
        time.sleep(every_s)
    os._exit(1)
