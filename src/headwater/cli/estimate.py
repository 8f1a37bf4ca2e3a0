"""`headwater curate estimate`: how much of a curated crawl is generated, with intervals and plots."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.terminal import printable
from headwater.errors import ConfigError

if TYPE_CHECKING:
    from headwater.curate.prevalence import Prevalence
    from headwater.curate.summary import PrevalencePart

_HEADS = {"all": "Share", "language": "Language", "month": "Month", "domain": "Domain"}


@click.command(no_args_is_help=True)
@click.argument("run", metavar="DIR")
@click.option("--calibration", metavar="FILE", required=True, help="From headwater curate calibrate.")
@click.option(
    "--generated", metavar="RUN", multiple=True, help="Finished run over generated texts; repeat for more."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Of the bootstrap; without it, 0.")
@click.option("--html", metavar="FILE", help="Also write a page with the plots.")
@click.option("--json", "as_json", is_flag=True, help="Print the estimate as JSON.")
def estimate(
    *, run: str, calibration: str, generated: tuple[str, ...], seed: int, html: str | None, as_json: bool
) -> None:
    """Estimate which share of a crawl is generated, by language, month and domain.

    DIR is the folder of a finished headwater curate run. Texts that declare to be generated or are marked
    are counted; the others are taken for a mixture of human texts, whose scores the calibration holds, and
    of generated ones, whose scores are learned from the declared ones of the crawl and from each RUN.
    One text of each cluster of near-duplicates counts. Where either kind is too little known, nothing is
    said, and how much that is stands beside the estimate.
    """
    from json import dumps

    from headwater.curate.prevalence import prevalence
    from headwater.curate.store import write_text

    found = prevalence(
        Path(run), calibration=_read(Path(calibration)), generated=[Path(one) for one in generated], seed=seed
    )
    if html:
        from headwater.report.prevalence import render

        write_text(Path(html), render(found))
    if as_json:
        sys.stdout.write(dumps(asdict(found), indent=1, ensure_ascii=False) + "\n")
        return
    _print(found)
    if html:
        sys.stdout.write(f"page: {html}\n")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read the calibration {path}: {error.strerror}") from error


def _print(found: Prevalence) -> None:
    for dimension, head in _HEADS.items():
        rows = found.of(dimension)
        if rows:
            sys.stdout.write(f"{head:<24} generated    95 % interval      texts     known    silent\n")
            sys.stdout.writelines(_line(row) for row in rows)
    for silence in found.silent:
        noun = "text" if silence.n == 1 else "texts"
        sys.stdout.write(f"nothing said of {silence.n:,} {noun}: {silence.reason}\n")
    if not found.parts:
        sys.stderr.write("headwater: nothing can be said of any text\n")


def _line(row: PrevalencePart) -> str:
    name = printable(row.name or "of all texts")
    return (
        f"{name:<24} {row.value:>8.1%}    {row.low:>6.1%} to {row.high:>6.1%}  "
        f"{row.n:>9,} {row.n_known:>9,} {row.n_silent:>9,}\n"
    )
