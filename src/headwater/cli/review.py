"""`headwater review`: what humans said, and what follows from it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli import campaign
from headwater.cli.advancing import progress
from headwater.cli.balloting import ballots
from headwater.cli.drawing import draw
from headwater.cli.feeding import mix, promote, recalibrate
from headwater.cli.handing import export
from headwater.errors import InputError, UnavailableError

if TYPE_CHECKING:
    from headwater.review.outcome import Result


@click.group(no_args_is_help=True)
def review() -> None:
    """Put human judgement where it counts, and make one answer of many votes."""


review.add_command(draw)
for _command in (progress, export, recalibrate, mix, promote):
    review.add_command(_command)


@review.command(no_args_is_help=True)
@click.argument("votes", metavar="VOTES...", nargs=-1, required=True)
@click.option("--out", metavar="FILE", help="Write outcomes as JSON lines here; without it, to stdout.")
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Deals gold into folds; without it, 0.")
@click.option("--json", "as_json", is_flag=True, help="Print how it was concluded as JSON, on stdout.")
def aggregate(*, votes: tuple[str, ...], out: str | None, seed: int, as_json: bool) -> None:
    """Aggregate votes: one calibrated posterior for each document, with 1/pi.

    VOTES are files of one batch: JSON lines or Parquet rows with document, validator, label and maybe pi, or
    a JSON export of Label Studio or Argilla (.json). Votes of the validator `gold` are labels that are known;
    with 20 of them or more the aggregator is chosen by them, and its confidence calibrated.
    """
    import numpy as np

    from headwater.review.outcome import aggregate as conclude
    from headwater.review.outcome import encode

    _refuse_mixing(out, as_json=as_json)
    result = conclude([one for name in votes for one in ballots(name)], rng=np.random.default_rng(seed))
    _write(encode(result.outcomes).decode(), out)
    _tell(result, as_json=as_json)


def _refuse_mixing(out: str | None, *, as_json: bool) -> None:
    if as_json and out is None:
        raise InputError("--json and the outcomes would mix on stdout", hint="give --out FILE too")


def _write(text: str, out: str | None) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    try:
        Path(out).write_text(text, "utf-8")
    except OSError as error:
        raise UnavailableError(f"cannot write {out}: {error.strerror}") from error


def _tell(result: Result, *, as_json: bool) -> None:
    from dataclasses import asdict
    from json import dumps

    told = {
        "n_documents": len(result.outcomes),
        "n_abstentions": result.n_abstentions,
        "aggregator": result.answer.consensus.name,
        "temperature": result.answer.temperature,
        "alpha": None if result.agreement is None else asdict(result.agreement),
        "trials": [
            {"aggregator": one.name, "accuracy": one.accuracy, "log_loss": one.log_loss}
            for one in result.answer.trials
        ],
    }
    if as_json:
        sys.stdout.write(dumps(told, indent=1) + "\n")
        return
    found = result.agreement
    alpha = (
        f"alpha {found.value:.3f} ({found.low:.3f} to {found.high:.3f})" if found else "alpha has no value"
    )
    calibrated = (
        f"temperature {result.answer.temperature:.2f}"
        if result.answer.trials
        else "not calibrated: under 20 gold"
    )
    sys.stderr.write(
        f"headwater: {told['n_documents']:,} documents by {told['aggregator']}, {calibrated}; {alpha}; "
        f"{result.n_abstentions:,} abstentions\n"
    )


for command in campaign.COMMANDS:
    review.add_command(command)
