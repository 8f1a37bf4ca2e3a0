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
@click.option("--no-sample", is_flag=True, help="Only what is known of the whole corpus; faster.")
@click.option("--json", "as_json", is_flag=True, help="Print the estimates as JSON.")
def measure(*, corpus: str, no_sample: bool, as_json: bool) -> None:
    """Measure a corpus: vocabulary, entropy, n-grams, repetition, perplexity.

    CORPUS is what `headwater curate` reads, plain .txt files or arrays of token numbers (.npy): a file, a
    folder, a glob or a URL. It is read once, in bounded memory. First stands what a sketch says of the whole
    corpus; then every metric of a sample of its documents, with what another sample would have given. Arrays
    of floats are points, such as features of pictures. To compare two corpora use `headwater monitor`.
    """
    from headwater.cli.terminal import reader

    with reader():
        if not _points(corpus, as_json=as_json):
            _text(corpus, sampled=not no_sample, as_json=as_json)


def _text(corpus: str, *, sampled: bool, as_json: bool) -> None:
    import numpy as np

    from headwater.measure.collection import measured
    from headwater.measure.profile import estimates

    made = profiled(corpus)
    rows = made.sample.documents() if sampled else []
    found = measured(rows, rng=np.random.default_rng(0)) if sampled else {}
    sizes = {"n_documents": made.n_documents, "n_bytes": made.n_bytes, "n_words": made.n_words}
    sample = {"n_documents": len(rows), "n_words": sum(row.size for row in rows)}
    if as_json:
        of_sample = {"sample": {**sample, "estimates": _plain(found)}} if sampled else {}
        _json({**sizes, "estimates": _plain(estimates(made)), **of_sample})
        return
    _line(("document", made.n_documents), ("word", made.n_words), ("byte", made.n_bytes))
    _table(estimates(made), "of the whole corpus, as the sketch knows it")
    if sampled:
        sys.stdout.write("\n")
        _line(("document", sample["n_documents"]), ("word", sample["n_words"]))
        _table(found, "over samples of such documents")


def _points(corpus: str, *, as_json: bool) -> bool:
    """Measure points, if that is what the name stands for.

    Raises:
        InputError: If there is one only.
    """
    import numpy as np

    from headwater.collapse.monitor import read_points
    from headwater.measure.bootstrap import units
    from headwater.measure.clouds import total_variance
    from headwater.measure.vendi import vendi

    rng = np.random.default_rng(0)
    read = read_points(corpus, rng=rng)
    if read is None:
        return False
    sample, n_points = read
    if len(sample) < 2:
        raise InputError(f"{corpus} holds one point", hint="a spread needs two")
    metrics = [total_variance, *([vendi] if bool(np.abs(sample).max(axis=1).all()) else [])]
    found = {one.name: one for one in (units(sample, measure=m, rng=rng) for m in metrics)}
    sizes = {"n_points": n_points, "n_dimensions": sample.shape[1]}
    if as_json:
        _json({**sizes, "sample": {"n_points": len(sample), "estimates": _plain(found)}})
    else:
        _line(("point", n_points), ("dimension", sample.shape[1]))
        _table(found, "over samples of such points")
    return True


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
    tell(name, n_lost=reading.n_lost, n_words=reading.profile.n_words)
    return reading.profile


def tell(name: str, *, n_lost: int, n_words: int) -> None:
    """Say on stderr what of a corpus could not be read.

    Args:
        name: As the user gave it.
        n_lost: Records that could not be read.
        n_words: Words, or tokens, that were.

    Raises:
        InputError: If there are none.
    """
    if n_lost:
        sys.stderr.write(f"headwater: {name}: {n_lost:,} records could not be read\n")
    if not n_words:
        raise InputError(f"{name}: no document with words", hint=SOURCE_HINT)


def _plain(found: Mapping[str, Estimate]) -> list[dict[str, object]]:
    """Give estimates as plain values, in which what is no number is null."""
    from dataclasses import asdict
    from math import isfinite

    rows = [asdict(estimate) for estimate in found.values()]
    return [
        {key: None if isinstance(x, float) and not isfinite(x) else x for key, x in row.items()}
        for row in rows
    ]


def _json(facts: Mapping[str, object]) -> None:
    from json import dumps

    sys.stdout.write(dumps(facts, indent=1, allow_nan=False) + "\n")


def _line(*sizes: tuple[str, int]) -> None:
    sys.stdout.write(", ".join(f"{n:,} {name}{'s' * (n != 1)}" for name, n in sizes) + "\n")


def _table(found: Mapping[str, Estimate], of: str) -> None:
    from math import isnan

    sys.stdout.write(f"{'metric':<34} {'value':>12}   95 % interval {of}\n")
    for name, estimate in found.items():
        known = not isnan(estimate.low)
        ends = f"{estimate.low:,.6g} to {estimate.high:,.6g}" if known else "none for one document"
        sys.stdout.write(f"{name:<34} {estimate.value:>12,.6g}   {ends}\n")
