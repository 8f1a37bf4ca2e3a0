"""The seam between what a run does and where it does it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from headwater import errors
from headwater.errors import HeadwaterError

Item = Mapping[str, Any]
Task = Callable[[Item], Item]
# Opens Parquet files of one schema as a lazy Daft frame over all their rows; Daft does every shuffle.
OpenFrame = Callable[[Sequence[str]], Any]
Query = Callable[[Item, OpenFrame], Item]


class WorkerDiedError(Exception):
    """A worker process ended without an answer; the run finds out at which record."""


class Engine(Protocol):
    """Somewhere to run a map over shards and a query over ledger files.

    Attributes:
        isolated: True when a task runs in a process that may die without taking the run along.
    """

    isolated: ClassVar[bool]

    def map(self, task: Task, items: Sequence[Item]) -> Iterator[Item]:
        """Run a task on every item, in any order, each on one core.

        Args:
            task: A top-level function of an importable module. It takes and gives plain JSON
                values, and must be safe to run again on an item whose answer was lost.
            items: What to run it on.

        Yields:
            Answers, as they come.

        Raises:
            HeadwaterError: If the task raised one.
            WorkerDiedError: If a worker ended without an answer.
        """
        ...

    def query(self, query: Query, item: Item) -> Item:
        """Run a query over ledger files, where its memory is not the run's for long.

        Args:
            query: A top-level function of an importable module. It takes and gives plain JSON values
                and opens frames with what it is handed.
            item: What to run it on.

        Returns:
            Its answer.

        Raises:
            HeadwaterError: If the query raised one.
            WorkerDiedError: If the process it ran in ended without an answer.
        """
        ...


def answer(task: Task, item: Item) -> Item:
    """Run a task in a worker, and turn what it raises into an answer that travels.

    Args:
        task: The task.
        item: What to run it on.

    Returns:
        The task's answer, or one that `opened` raises from.
    """
    try:
        return task(item)
    except HeadwaterError as error:
        return {"error": type(error).__name__, "message": str(error), "hint": error.hint}
    except Exception:  # noqa: BLE001  # A bug in a worker is shown whole where the run was started.
        return {"error": "RuntimeError", "message": traceback.format_exc(), "hint": ""}


def opened(answer: Item) -> Item:
    """Give an answer back, or raise what the worker raised.

    Raises:
        HeadwaterError: If the task raised one.
        RuntimeError: If the task has a bug; the message is its traceback.
    """
    if "error" not in answer:
        return answer
    if answer["error"] == "RuntimeError":
        raise RuntimeError(answer["message"])
    kind: type[HeadwaterError] = getattr(errors, answer["error"])
    raise kind(answer["message"], hint=answer["hint"])
