"""Tasks for the tests of engines: top-level functions that a worker process can import."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from headwater.errors import ConfigError, SealError, UnavailableError


def double(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Double a number."""
    return {"n": item["n"], "twice": 2 * item["n"]}


def echo(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give back what came."""
    return item


def whoami(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Name the process."""
    return {"pid": os.getpid(), **item}


_held: list[int] = []


def load(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave a number in memory, and the process that did."""
    _held[:] = [item["n"], os.getpid()]
    return item


def loaded(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Tell what is in memory, and whose child this process is."""
    return {"held": list(_held), "parent": os.getppid(), **item}


def loaded_for(item: Mapping[str, Any], open_frame: Callable[[Sequence[str]], Any]) -> Mapping[str, Any]:
    """Query nothing: tell as `loaded` does."""
    del open_frame
    return loaded(item)


def orphan(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """End the process that this one was forked from, and stay for a long time."""
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(600)
    return item


def rows(item: Mapping[str, Any], open_frame: Callable[[Sequence[str]], Any]) -> Mapping[str, Any]:
    """Query files: their rows by id, and the sum of n."""
    import daft

    frame = open_frame(item["paths"])
    total = frame.agg(daft.col("n").sum()).to_pydict()["n"][0]
    return {"rows": frame.sort("id").to_pylist(), "total": total, "pid": os.getpid()}


def fail(item: Mapping[str, Any], open_frame: Callable[[Sequence[str]], Any]) -> Mapping[str, Any]:
    """Query nothing: refuse as `refuse` does, or die."""
    del open_frame
    if "kind" in item:
        refuse(item)
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def refuse(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Raise the error that the item names."""
    kinds = {"config": ConfigError, "seal": SealError, "unavailable": UnavailableError}
    raise kinds[item["kind"]](f"no {item['kind']}", hint=f"try another {item['kind']}")


def stumble(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Have a bug."""
    return {"n": 1 // item["n"]}


def die(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """End the process without an answer if the item says so."""
    if "signal" in item:
        os.kill(os.getpid(), item["signal"])
    if item["n"] < 0:
        os._exit(3)
    return item


def sleep(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Note the process, and stay in it for a long time."""
    Path(item["folder"], str(os.getpid())).touch()
    time.sleep(600)
    return item


def mortal(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Run another task; at the shard that is named, be killed as often as there are lives to lose."""
    lives = sorted(Path(item["lives"]).glob("*"))
    if item["shard"] == item["victim"] and lives:
        lives[0].unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    task: Callable[[Mapping[str, Any]], Mapping[str, Any]] = import_module(item["module"]).run
    return task(item)


def deadly(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Run the first pass; a page that says `signal NUMBER.` sends that signal to the worker that reads it."""
    import re

    from headwater.curate import evidence
    from headwater.curate.labels import LABELS

    kind = LABELS["quality-1"]
    measure = kind.measure

    def fragile(self: Any, document: Any) -> Any:
        for number in re.findall(r"signal (\d+)\.", document.text):
            os.kill(os.getpid(), int(number))
        return measure(self, document)

    kind.measure = fragile  # type: ignore[method-assign]
    try:
        return evidence.run(item)
    finally:
        kind.measure = measure  # type: ignore[method-assign]
