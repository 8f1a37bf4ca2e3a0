"""Cells side by side: each in a process of its own, which ends with the run, whatever happens."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from headwater.errors import HeadwaterError, UnavailableError

Work = Callable[[str], None]


def work_side_by_side(work: Work, names: Sequence[str], *, workers: int) -> Iterator[int]:
    """Do work by name, a few at a time.

    Args:
        work: Does one; it can be pickled, and keeps its own result.
        names: What to do, in this order.
        workers: Processes; with one, everything happens in this one.

    Yields:
        How many were finished since the last time, at least 1.

    Raises:
        UnavailableError: If a process dies.
    """
    if workers <= 1:
        for name in names:
            work(name)
            yield 1
        return
    waiting, running = list(names), dict[SpawnProcess, Connection]()
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                process, pipe = _start(work, waiting.pop(0))
                running[process] = pipe
            wait([process.sentinel for process in running])
            ended = [process for process in running if not process.is_alive()]
            for process in ended:
                _finish(process, running.pop(process))
            if ended:
                yield len(ended)
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.join()


def _start(work: Work, name: str) -> tuple[SpawnProcess, Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(work, name, theirs), daemon=True)
    # An interrupt goes to the whole group; a child inherits the mask, and is ended by its parent.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    theirs.close()
    return process, ours


def _finish(process: SpawnProcess, pipe: Connection) -> None:
    with pipe:
        process.join()
        try:
            error = pipe.recv()
        except EOFError:  # It ended without a word.
            error = None
    if isinstance(error, HeadwaterError):
        raise error
    if process.exitcode:
        raise UnavailableError(
            f"a process of the study ended with status {process.exitcode}",
            hint="with --workers 1 it is shown where; memory may have run out",
        )


def _child(work: Work, name: str, pipe: Connection) -> None:
    try:
        work(name)
    except HeadwaterError as error:
        pipe.send(error)
    finally:
        pipe.close()
