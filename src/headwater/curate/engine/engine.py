"""The seam between what a run does and where it does it."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from headwater import errors
from headwater.errors import HeadwaterError

Item = Mapping[str, Any]
Task = Callable[[Item], Item]
# Opens Parquet files of one schema as a lazy Daft frame over all their rows; Daft does every shuffle.
OpenFrame = Callable[[Sequence[str]], Any]
Query = Callable[[Item, OpenFrame], Item]


class WorkerDiedError(Exception):
    """A query's process, or the engine itself, ended without an answer."""


@dataclass(frozen=True, slots=True)
class Death:
    """What takes the place of an answer when a worker ended over an item.

    Attributes:
        item: What it was at.
        exit_code: Its exit code; minus the number of the signal that ended it.
    """

    item: Item
    exit_code: int

    def __str__(self) -> str:
        """Say it in a few words."""
        how = f"signal {-self.exit_code}" if self.exit_code < 0 else f"exit code {self.exit_code}"
        return f"a worker process ended without an answer ({how})"


class Engine(Protocol):
    """Somewhere to run a map over shards and a query over ledger files.

    Attributes:
        isolated: True when a task runs in a process that may die without taking the run along.
    """

    isolated: ClassVar[bool]

    def prepare(self, task: Task, item: Item) -> None:
        """Begin to load what the maps up to the next query need, while others work.

        Args:
            task: A top-level function of an importable module, whose answer does not matter: workers may
                start with what it leaves in memory. It starts no thread.
            item: What to run it on.
        """
        ...

    def map(self, task: Task, items: Sequence[Item]) -> Iterator[Item | Death]:
        """Run a task on every item, in any order, each on one core.

        Args:
            task: A top-level function of an importable module. It takes and gives plain JSON
                values, and must be safe to run again on an item whose answer was lost.
            items: What to run it on.

        Yields:
            An answer for each item, as they come; the death of the worker that had it, if it gave none. It
            costs no other item anything.

        Raises:
            HeadwaterError: If the task raised one.
            WorkerDiedError: If the engine itself failed.
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


def named(module: str, function: str) -> Task:
    """Give a task that is imported when it runs: a failure to import is its own."""

    def task(item: Item) -> Item:
        found: Task = getattr(importlib.import_module(module), function)
        return found(item)

    return task


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


def opened(answer: Item) -> Item | Death:
    """Give an answer or a death back, or raise what the worker raised.

    Raises:
        HeadwaterError: If the task raised one.
        RuntimeError: If the task has a bug; the message is its traceback.
    """
    if "died" in answer:
        return Death(answer["item"], answer["died"])
    if "error" not in answer:
        return answer
    if answer["error"] == "RuntimeError":
        raise RuntimeError(answer["message"])
    kind: type[HeadwaterError] = getattr(errors, answer["error"])
    raise kind(answer["message"], hint=answer["hint"])
