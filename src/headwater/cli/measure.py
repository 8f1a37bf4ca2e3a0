"""`headwater measure`: what a corpus is like, as estimates with their intervals."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from headwater.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headwater.measure.estimate import Estimate
    from headwater.measure.profile import Profile

SOURCE_HINT = "name WARC, WET, JSON lines, Parquet or .txt files, a dataset on disk, or a folder of these"


@click.command(no_args_is_help=True)
@click.argument("corpus", metavar="CORPUS")
@click.option("--json", "as_json", is_flag=True, help="Print the estimates as JSON.")
def measure(*, corpus: str, as_json: bool) -> None:
    """Measure a corpus: vocabulary, entropy, missing mass, n-grams, repetition.

    CORPUS is what `headwater curate` reads, plain .txt files or arrays of token numbers (.npy): a file, a
    folder, a glob or a URL. It is read once, in bounded memory. The interval covers what the sketch does
    not know of this corpus, and nothing else; to compare two corpora use `headwater monitor`.
    """
    from headwater.measure.profile import estimates

    made = profiled(corpus)
    _print(made, estimates(made), as_json=as_json)


def profiled(name: str) -> Profile:
    """Profile the corpus of a name, and say on stderr what could not be read.

    Args:
        name: As the user gave it.

    Returns:
        Its profile, of at least one word.

    Raises:
        InputError: If it has no words, or cannot be found.
    """
    from headwater.cli.terminal import progress
    from headwater.collapse.monitor.corpus import read
    from headwater.curate.extract import main_text

    with progress() as show:
        reading = read([name], text_of=main_text, show=show, workers=len(os.sched_getaffinity(0)))
    if reading.n_lost:
        sys.stderr.write(f"headwater: {name}: {reading.n_lost:,} records could not be read\n")
    if not reading.profile.n_words:
        raise InputError(f"{name}: no document with words", hint=SOURCE_HINT)
    return reading.profile


def _print(made: Profile, found: Mapping[str, Estimate], *, as_json: bool) -> None:
    from dataclasses import asdict
    from json import dumps

    sizes = {"n_documents": made.n_documents, "n_bytes": made.n_bytes, "n_words": made.n_words}
    if as_json:
        rows = [asdict(estimate) for estimate in found.values()]
        sys.stdout.write(dumps(sizes | {"estimates": rows}, indent=1, allow_nan=False) + "\n")
        return
    things = ((made.n_documents, "document"), (made.n_words, "word"), (made.n_bytes, "byte"))
    sys.stdout.write(", ".join(f"{n:,} {name}{'s' * (n != 1)}" for n, name in things) + "\n")
    sys.stdout.write(f"{'metric':<34} {'value':>12}   95 % interval of the sketch\n")
    for name, estimate in found.items():
        ends = f"{estimate.low:,.6g} to {estimate.high:,.6g}"
        sys.stdout.write(f"{name:<34} {estimate.value:>12,.6g}   {ends}\n")
