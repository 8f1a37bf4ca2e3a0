"""The engine without an engine: tasks run here and now, for tests and for debugging."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import ClassVar

from headwater.curate.engine.engine import Death, Item, Query, Task


class InlineEngine:
    """Run every task in this process; items still pass through JSON."""

    isolated: ClassVar[bool] = False

    def prepare(self, task: Task, item: Item) -> None:
        """Load nothing: what is needed is loaded here when it is."""

    def map(self, task: Task, items: Sequence[Item]) -> Iterator[Item | Death]:
        """Run a task on every item, in order."""
        for item in items:
            yield json.loads(json.dumps(task(json.loads(json.dumps(dict(item))))))

    def query(self, query: Query, item: Item) -> Item:
        """Run a query here and now."""
        from headwater.curate.engine import plan

        answer: Item = json.loads(json.dumps(query(json.loads(json.dumps(dict(item))), plan.open_frame)))
        return answer
