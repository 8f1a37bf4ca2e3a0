"""`headwater watermark watch`: a text as it is written, and whether it is marked so far."""

from __future__ import annotations

import sys
from json import dumps
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.markers import markers_of, power, takes_markers
from headwater.cli.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headwater.watermark.watch import Watch

_PIECE_BYTES = 1 << 20  # A line that is longer comes in pieces.


@click.command()
@takes_markers
@click.option(
    "--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=1e-6, show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def watch(*, level: float, as_json: bool, **told: Any) -> None:
    """Watch standard input, line after line, for the marks of some keys.

    A line is printed whenever the p-value falls below the next power of ten, and at the end. It holds at any
    time: whoever watches may stop when they like, and the chance that an unmarked text is ever called
    marked is at most --level. Status 0 whatever is found.
    """
    from math import floor, log

    from headwater.watermark import watch as watching

    state, told_at = watching.begin(markers_of(told)), 0
    for piece in _pieces():
        state = watching.see(state, piece)
        if (now := floor(state.log_p / log(10.0))) < told_at:
            told_at = now
            sys.stdout.write(_line(state, level, as_json=as_json))
            sys.stdout.flush()
    sys.stdout.write(_line(state, level, as_json=as_json))


def _pieces() -> Iterator[str]:
    """Read lines; what is not UTF-8 becomes U+FFFD, since a stream cannot be asked for again."""
    while raw := sys.stdin.buffer.readline(_PIECE_BYTES):
        yield raw.decode("utf-8", "replace")


def _line(state: Watch, level: float, *, as_json: bool) -> str:
    from math import log

    best = state.best
    marked = state.log_p <= log(level)
    name, n_tokens, n_scored = state.markers[best].name, state.n_tokens[best], state.wealths[best].n_scored
    if as_json:
        row = {
            "marked": marked,
            "key": name,
            "n_tokens": n_tokens,
            "n_scored": n_scored,
            "log_p": state.log_p,
        }
        return dumps(row) + "\n"
    verdict = f"marked by {printable(name)}" if marked else "not found"
    return f"{verdict} so far: p = {power(state.log_p)} ({n_scored:,} of {n_tokens:,} tokens)\n"
