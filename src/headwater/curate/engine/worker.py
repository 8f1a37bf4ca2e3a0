"""One worker process: it answers item after item, and when it ends instead, how it ended is known."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, final

from headwater.curate.engine.engine import Item, Task, answer

_PATIENCE_S = 5.0


@final
class Worker:
    """A process that runs one task at a time, each named by module and function.

    The standard library's pool gives up all its workers when one dies, and does not say which item it had.

    Attributes:
        connection: Readable once there is an answer, or the process has ended.
    """

    def __init__(self) -> None:
        """Start the process."""
        spawn = multiprocessing.get_context("spawn")
        self.connection, theirs = spawn.Pipe()
        self._item: Item = {}
        self._process = spawn.Process(target=_serve, args=(theirs, os.getpid()), daemon=True)
        with _interrupts_ignored():  # A worker that is starting would show its traceback.
            self._process.start()
        theirs.close()

    def ask(self, module: str, function: str, item: Item) -> None:
        """Hand over an item; the answer before must have been taken."""
        self._item = item
        try:
            self.connection.send((module, function, dict(item)))
        except OSError:  # It has ended; `answer` will tell.
            return

    def answer(self) -> Item:
        """Wait for the answer.

        Returns:
            What `opened` takes: an answer, an error, or the death of the process.
        """
        try:
            got: Item = self.connection.recv()
        except (EOFError, OSError):
            self._process.join()
            return {"died": self._process.exitcode, "item": dict(self._item)}
        return got

    def end(self, *, now: bool = False) -> None:
        """End the process: when it has nothing to do, or at once."""
        self.connection.close()
        if now:
            self._process.terminate()
        self._process.join(_PATIENCE_S)
        self._process.kill()
        self._process.join()
        self._process.close()


def _serve(connection: Connection[Any, Any], parent: int) -> None:
    """Answer until nobody asks any more; an interrupt ends the worker without a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    while True:
        try:
            module, function, item = connection.recv()
        except EOFError:
            return
        connection.send(answer(_named(module, function), item))


def _named(module: str, function: str) -> Task:
    def task(item: Item) -> Item:
        found: Task = getattr(importlib.import_module(module), function)
        return found(item)

    return task


def _follow(parent: int, *, every_s: float = 0.5) -> None:
    """End when the parent is gone, however it went."""
    while os.getppid() == parent:
        time.sleep(every_s)
    os._exit(1)


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
