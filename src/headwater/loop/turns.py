"""Who goes next: generations of several arms side by side, and what is measured while others play."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field

from headwater.errors import UnavailableError
from headwater.loop import step
from headwater.loop.gauge import Generation

Show = Callable[[str, int, int], None]


def take(root: str, arms: Sequence[str], total: int, *, workers: int, show: Show) -> None:
    """Play and measure all generations of arms.

    A generation is played once the one before it was, and measured whenever there is time: the next does not
    wait for that.

    Args:
        root: Folder of the loop, prepared.
        arms: Their names.
        total: Generations of each.
        workers: Processes; with one, everything happens in this one.
        show: Told of an arm, generations played and generations in all.

    Raises:
        UnavailableError: If a worker dies; run again to resume.
    """
    if workers > 1:
        _side_by_side(_Board(tuple(arms), total), root, workers=workers, show=show)
        return
    for name in arms:
        for number in range(total):
            show(name, number, total)
            step.play(root, name, number)
            step.measure(root, name, number)
        show(name, total, total)


@dataclass(slots=True)
class _Board:
    """Hold what is played, what plays, and what waits to be measured."""

    arms: tuple[str, ...]
    total: int
    played: dict[str, int] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    unmeasured: list[tuple[str, int]] = field(default_factory=list)

    def next(self) -> tuple[bool, str, int] | None:
        """Choose the arm that is furthest behind, and where none can play, the oldest to be measured."""
        free = [one for one in self.arms if one not in self.busy and self.played.get(one, 0) < self.total]
        if free:
            name = min(free, key=lambda one: self.played.get(one, 0))
            self.busy.add(name)
            return True, name, self.played.get(name, 0)
        return (False, *self.unmeasured.pop(0)) if self.unmeasured else None

    def done(self, name: str, number: int) -> None:
        """Note that a generation was played."""
        self.busy.remove(name)
        self.played[name] = number + 1
        self.unmeasured.append((name, number))


def _side_by_side(board: _Board, root: str, *, workers: int, show: Show) -> None:
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))
    running: dict[Future[Generation | None], tuple[bool, str, int]] = {}
    for name in board.arms:
        show(name, 0, board.total)
    try:
        with pool, _ending(pool):
            while True:
                while len(running) < workers and (turn := board.next()):
                    running[_submit(pool, root, turn)] = turn
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    plays, name, number = running.pop(future)
                    future.result()
                    if plays:
                        board.done(name, number)
                        show(name, number + 1, board.total)
    except BrokenProcessPool as error:
        raise UnavailableError(
            "a worker died in the loop", hint="is there enough memory? the same command resumes"
        ) from error


@contextmanager
def _ending(pool: ProcessPoolExecutor) -> Iterator[None]:
    """End workers where they are if the block does not end well: what they were at is done again."""
    others = set(multiprocessing.active_children())
    try:
        yield
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
        raise


def _submit(pool: ProcessPoolExecutor, root: str, turn: tuple[bool, str, int]) -> Future[Generation | None]:
    plays, name, number = turn
    # An interrupt goes to the whole group; a worker inherits the mask, and is ended by its parent.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(step.play if plays else step.measure, root, name, number)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
