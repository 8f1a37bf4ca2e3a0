"""`headwater lab`: published experiments run again, their numbers beside the published ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.errors import VerificationError

if TYPE_CHECKING:
    from headwater.collapse.study import Outcome, Row

_STUDIES = click.option(
    "--studies", "place", metavar="DIR", type=Path, help="Folder of studies; without it, the checkout's."
)


@click.group()
def lab() -> None:
    """Run published experiments on model collapse again, and studies of watermarks.

    A study is a folder with the code, the bars written down beforehand, and what differs from the paper.
    """


@lab.command("list")
@_STUDIES
def list_studies(*, place: Path | None) -> None:
    """List the studies there are."""
    from headwater.collapse.study.find import folders, summary

    for name, folder in folders(place).items():
        sys.stdout.write(f"{name:<22} {summary(folder)}\n")


@lab.command("run", no_args_is_help=True)
@click.argument("name", metavar="NAME")
@click.option("--out", metavar="DIR", type=Path, help="Folder for the results; without it, out/lab/NAME.")
@click.option("--check", is_flag=True, help="Status 1 if a row misses its bar.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a row.")
@click.option("--model", metavar="TEXT", help="Another model, where the study has a choice.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes; without it, what the study is worth.")
@_STUDIES
def run_study(*, name: str, out: Path | None, check: bool, as_json: bool, **chosen: Any) -> None:
    """Run a study, and put its numbers beside the published ones.

    Below DIR it writes report.html, results.json, run.json and cells/. A study that was interrupted
    resumes when the same command is given again.
    """
    from headwater.cli.terminal import progress, reader
    from headwater.collapse.study.find import find
    from headwater.collapse.study.run import run

    folder, model = find(name, chosen["place"]), chosen["model"]
    into = out or Path("out", "lab", name if model is None else f"{name}-{_plain(model)}")
    with progress() as show:
        outcome = run(folder, into, model=model, workers=chosen["workers"], show=show)
    _write(outcome, into)
    with reader():
        _print(outcome, as_json=as_json)
    if check:
        _end(outcome)


def _end(outcome: Outcome) -> None:
    if outcome.missed:
        raise VerificationError(
            f"{len(outcome.missed)} of {len(outcome.rows)} rows of {outcome.name} miss their bar,"
            f" first: {outcome.missed[0].row}",
            hint="a bar is never moved to be met; the study's README says what is known",
        )


def _plain(model: str | None) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in model or "").strip(".")


def _write(outcome: Outcome, into: Path) -> None:
    from headwater.collapse.study.store import write_json, write_text
    from headwater.report.lab import render

    facts = {"study": outcome.name, "model": outcome.model, "seed": outcome.seed, "key": outcome.key}
    write_json(into / "results.json", facts | {"rows": [row.to_json() for row in outcome.rows]})
    write_text(into / "report.html", render(outcome))


def _print(outcome: Outcome, *, as_json: bool) -> None:
    from json import dumps

    if as_json:
        for row in outcome.rows:
            sys.stdout.write(dumps(row.to_json()) + "\n")
        return
    width = max(len(row.row) for row in outcome.rows)
    for row in outcome.rows:
        sys.stdout.write(f"{row.row:<{width}}  {_figures(row)}  {_verdict(row)}\n")


def _figures(row: Row) -> str:
    value = f"{row.value:.5g} {row.unit}".strip() + (f" ± {row.se:.2g}" if row.se else "")
    return f"{value:<24} {row.peer:<34}"


def _verdict(row: Row) -> str:
    if not row.bar:
        return "no bar"
    return f"{row.bar:<18} {'met' if row.met else 'MISSED'}"
