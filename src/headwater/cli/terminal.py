"""What a person at a terminal sees while a long job runs; nothing where there is no terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


def printable(text: str) -> str:
    """Escape what would break a line or drive the terminal, as file names may."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)


@contextmanager
def reader() -> Iterator[None]:
    """Write to a reader who may leave early, as `head` does, without a word."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        deaf()


def deaf() -> None:
    """Send what is still to be written to nobody; the last flush then succeeds."""
    with suppress(OSError, ValueError):
        nobody = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nobody, sys.stdout.fileno())
        os.close(nobody)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show one bar a step on stderr, if that is a terminal, while the block runs.

    Yields:
        A function of step name, units done, units in all.
    """
    if not sys.stderr.isatty():
        yield lambda step, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        known: dict[str, object] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in known:
                known[step] = bars.add_task(step, total=total)
            bars.update(known[step], completed=done, total=total)  # type: ignore[arg-type]

        yield show
