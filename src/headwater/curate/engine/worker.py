"""One worker process: it answers item after item, and when it ends instead, how it ended is known."""

from __future__ import annotations

import os
import signal
import threading
import time
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, Protocol, final

from headwater.curate.engine.engine import Item, answer, named


class Parent(Protocol):
    """Where workers come from, as `nursery.Nursery` is."""

    def fork(self, connection: Connection[Any, Any], module: str) -> int:
        """Start a worker at its end of a pipe, import a module, and give its process id."""
        ...

    def bury(self, pid: int) -> int:
        """End a worker, and give its exit code."""
        ...


@final
class Worker:
    """A process that runs one task at a time, each named by module and function.

    The standard library's pool gives up all its workers when one dies, and does not say which item it had.

    Args:
        parent: Whose child it is to be.
        module: Where its first task stands.

    Attributes:
        connection: Readable once there is an answer, or the process has ended.
    """

    def __init__(self, parent: Parent, module: str) -> None:
        """Start the process."""
        self.connection, theirs = Pipe()
        self._parent = parent
        self._item: Item = {}
        self._pid = parent.fork(theirs, module)

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
            What `opened` takes: an answer, an error, or the death of the process, after which it is no more.
        """
        try:
            got: Item = self.connection.recv()
        except (EOFError, OSError):
            return {"died": self.end(), "item": dict(self._item)}
        return got

    def end(self) -> int:
        """End the process, whatever it is at, and give its exit code."""
        self.connection.close()
        return self._parent.bury(self._pid)


def serve(connection: Connection[Any, Any], parent: int) -> None:
    """Be a worker: answer until nobody asks any more.

    An interrupt ends it without a traceback.

    Args:
        connection: Where items come from.
        parent: The process to follow when it ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    while True:
        try:
            module, function, item = connection.recv()
        except EOFError:
            return
        connection.send(answer(named(module, function), item))


def _follow(parent: int, *, every_s: float = 0.5) -> None:
    """End when the parent is gone, however it went."""
    while os.getppid() == parent:
        time.sleep(every_s)
    os._exit(1)
