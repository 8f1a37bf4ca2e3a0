"""The Daft plan of a map: our own source of items, and a user-defined class with a worker of its own."""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

# Read by Daft when it is imported: no progress bars of its own, nothing sent anywhere.
os.environ.setdefault("DAFT_PROGRESS_BAR", "0")
os.environ["DO_NOT_TRACK"] = "true"
os.environ["SCARF_NO_ANALYTICS"] = "true"
os.environ["DAFT_ANALYTICS_ENABLED"] = "0"

import daft
import pyarrow as pa
from daft.io.source import DataSource, DataSourceTask
from daft.recordbatch import RecordBatch

from headwater.curate.engine.engine import Death, Item, Task, WorkerDiedError, opened
from headwater.curate.engine.nursery import Nursery
from headwater.curate.engine.worker import Worker

_SCHEMA = daft.Schema.from_pyarrow_schema(pa.schema([("item", pa.string())]))


class ItemTask(DataSourceTask):
    """One item, which a cluster may place on any node."""

    def __init__(self, item: str) -> None:
        """Hold the item, as JSON text."""
        self._item = item

    @property
    def schema(self) -> Any:
        """One column, `item`."""
        return _SCHEMA

    async def read(self) -> AsyncIterator[Any]:
        """Yield the item as a batch of one row."""
        yield RecordBatch.from_pydict({"item": [self._item]})


class ItemSource(DataSource):
    """The items of a map, one task each."""

    def __init__(self, items: Sequence[str]) -> None:
        """Hold the items, as JSON text."""
        self._items = items

    @property
    def name(self) -> str:
        """Name the source in plans."""
        return "headwater-items"

    @property
    def schema(self) -> Any:
        """One column, `item`."""
        return _SCHEMA

    async def get_tasks(self, pushdowns: Any) -> AsyncIterator[ItemTask]:
        """Yield one task an item; there is nothing to push down."""
        for item in self._items:
            yield ItemTask(item)


class Runner:
    """Run one task in a worker process that may die of it.

    To Daft and Ray a death is an answer like another; what they make of one themselves is to try again,
    without end.
    """

    def __init__(self, module: str, function: str) -> None:
        """Start no process yet."""
        self._task = (module, function)
        self._nursery: Nursery | None = None
        self._worker: Worker | None = None

    @daft.method.batch(return_dtype=daft.DataType.string(), batch_size=1)
    def run(self, items: Any) -> list[str]:
        """Answer a batch of items."""
        return [json.dumps(self._answer(json.loads(item))) for item in items.to_pylist()]

    def _answer(self, item: Item) -> Item:
        if self._nursery is None or not self._nursery.lives:
            self._nursery = Nursery()
        self._worker = worker = self._worker or Worker(self._nursery, self._task[0])
        worker.ask(*self._task, item)
        got = worker.answer()
        if "died" in got:
            self._worker = None
        return got


def run_map(task: Task, items: Sequence[Item], *, workers: int) -> Iterator[Item | Death]:
    """Run a map on the runner Daft is set to.

    Args:
        task: A top-level function of an importable module.
        items: Plain JSON values.
        workers: Processes, over the whole cluster.

    Returns:
        Answers, as they come; `Engine.map` says what iterating raises.
    """
    return map(opened, _answers(task, items, workers)) if items else iter(())


def open_frame(paths: Sequence[str]) -> Any:
    """Open Parquet files as a lazy frame."""
    # Daft takes a path for a pattern, and a relative one for the host of a URL.
    whole = [str(Path(path).absolute()) for path in paths]
    return daft.read_parquet([re.sub(r"[\\*?\[\]{}]", r"\\\g<0>", path) for path in whole])


def _answers(task: Task, items: Sequence[Item], workers: int) -> Iterator[Item]:
    runner = daft.cls(Runner, use_process=False, max_concurrency=min(workers, len(items)), max_retries=0)
    call = runner(task.__module__, task.__qualname__)
    frame = ItemSource([json.dumps(dict(item)) for item in items]).read()
    try:
        for row in frame.select(call.run(frame["item"]).alias("answer")).iter_rows():
            yield json.loads(row["answer"])
    except Exception as error:  # Our tasks give their errors as answers: this is the engine's own.
        raise WorkerDiedError((str(error) or repr(error)).splitlines()[0][:200]) from error
