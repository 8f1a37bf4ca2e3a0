"""The embedded engine: worker processes, Daft's native runner for queries, no server."""

from __future__ import annotations

import importlib
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import wait
from typing import Any, ClassVar

from headwater.curate.engine.engine import Death, Item, Query, Task, WorkerDiedError, opened
from headwater.curate.engine.nursery import Nursery
from headwater.curate.engine.worker import Worker


class NativeEngine:
    """Run on this machine; workers serve map after map, until a query runs.

    Args:
        workers: Worker processes, at least 1.
        loading: Module that the process they come from begins to load at once; empty to start nothing yet.
    """

    isolated: ClassVar[bool] = True

    def __init__(self, *, workers: int, loading: str = "") -> None:
        """Start no worker yet."""
        self._n_workers = workers
        self._idle: list[Worker] = []
        self._nursery: Nursery | None = None
        self._prepared: tuple[str, str, Item] | None = None
        if loading:
            self._home().begin(loading)

    def prepare(self, task: Task, item: Item) -> None:
        """Load once what all workers need, in the process they are forked from."""
        wanted = (task.__module__, task.__qualname__, item)
        if self._prepared != wanted:
            if self._prepared or self._idle:
                self._end()
            self._home().load(*wanted)
            self._prepared = wanted

    def map(self, task: Task, items: Sequence[Item]) -> Iterator[Item | Death]:
        """Run a task on every item, as `Engine.map` says.

        Raises:
            HeadwaterError: If the task raised one.
            RuntimeError: If the task has a bug.
        """
        waiting, busy = deque(items), dict[Any, Worker]()
        try:
            while waiting or busy:
                while waiting and len(busy) < self._n_workers:
                    worker = self._idle.pop() if self._idle else Worker(self._home(), task.__module__)
                    busy[worker.connection] = worker
                    worker.ask(task.__module__, task.__qualname__, waiting.popleft())
                for connection in wait(list(busy)):
                    worker = busy.pop(connection)
                    got = worker.answer()
                    if "died" not in got:
                        self._idle.append(worker)
                    yield opened(got)
        finally:
            for worker in busy.values():  # Nobody will ask for their answers.
                worker.end()

    def query(self, query: Query, item: Item) -> Item:
        """Run a query in a process of its own, as `Engine.query` says.

        Idle workers and what was prepared for them end first, so that their memory and the query's do not
        add up.

        Raises:
            WorkerDiedError: If the process ended without an answer.
        """
        if self._prepared:
            self._end()
        while self._idle:
            self._idle.pop().end()
        worker = Worker(self._home(), query.__module__)
        asked = {"module": query.__module__, "query": query.__qualname__, "item": dict(item)}
        worker.ask(ask.__module__, ask.__qualname__, asked)
        got = worker.answer()
        if "died" not in got:
            worker.end()
        answer = opened(got)
        if isinstance(answer, Death):
            raise WorkerDiedError(str(answer))
        return answer

    def _home(self) -> Nursery:
        """Give the nursery; another one if it has ended, which a kill from outside may do."""
        if self._nursery is None or not self._nursery.lives:
            self._prepared, self._nursery = None, Nursery()
        return self._nursery

    def _end(self) -> None:
        while self._idle:
            self._idle.pop().end()
        if self._nursery is not None:
            self._nursery.end()
        self._nursery = self._prepared = None


def ask(item: Item) -> Item:
    """Run a query as a task.

    Args:
        item: `module` and `query`, which name it, and the query's own `item`.

    Returns:
        Its answer.
    """
    query: Query = getattr(importlib.import_module(item["module"]), item["query"])
    return query(item["item"], _open_frame)


def _open_frame(paths: Sequence[str]) -> Any:
    """Open files as a frame; Daft is loaded only now, as not every query asks for one."""
    from headwater.curate.engine import plan

    return plan.open_frame(paths)
