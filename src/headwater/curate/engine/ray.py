"""The cluster engine: the same Daft plan on Ray; the output folder must be one that all nodes see."""

from __future__ import annotations

import importlib.util
import logging
import socket
from collections.abc import Iterator, Sequence
from typing import ClassVar

from headwater.curate.engine.engine import Death, Item, Query, Task
from headwater.errors import UnavailableError

_PATIENCE_S = 5.0
_HINT = "start one: ray start --head"


class RayEngine:
    """Run on a Ray cluster, or without an address on one of this machine.

    Args:
        workers: Worker processes over the whole cluster, at least 1.
        address: `host:port`, `auto` or `ray://…`; empty starts a local cluster.
    """

    isolated: ClassVar[bool] = True

    def __init__(self, *, workers: int, address: str = "") -> None:
        """Connect to the cluster and set Daft to it.

        Raises:
            UnavailableError: If Ray is not installed or the cluster does not answer.
        """
        if importlib.util.find_spec("ray") is None:
            raise UnavailableError("the ray engine is not installed", hint="pip install 'headwater[ray]'")
        _knock(address)
        import ray

        from headwater.curate.engine import plan  # Before Daft: it sets Daft's environment.

        import daft  # isort: skip

        self._workers = workers
        self._plan = plan
        try:
            if not ray.is_initialized():
                options = (
                    {"address": address} if address else {"num_cpus": workers, "include_dashboard": False}
                )
                ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise UnavailableError(f"no Ray cluster answers at '{address}'", hint=_HINT) from error
        daft.set_runner_ray(noop_if_initialized=True)

    def prepare(self, task: Task, item: Item) -> None:
        """Load nothing: this process is not where tasks run."""

    def map(self, task: Task, items: Sequence[Item]) -> Iterator[Item | Death]:
        """Run a task on every item, as `Engine.map` says."""
        return self._plan.run_map(task, items, workers=self._workers)

    def query(self, query: Query, item: Item) -> Item:
        """Run a query in this process, whose frames are computed on the cluster."""
        return query(item, self._plan.open_frame)


def _knock(address: str) -> None:
    """See whether anything listens at `host:port`; Ray itself would go on trying for minutes.

    Raises:
        UnavailableError: If nothing does.
    """
    host, _, port = address.rpartition(":")
    if not port.isdecimal() or "/" in host:
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE_S).close()
    except (OSError, OverflowError) as error:
        raise UnavailableError(f"no Ray cluster answers at '{address}'", hint=_HINT) from error
