"""`headwater loop`: models, the web that they write, and the remedies."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headwater.loop.gauge import Generation
    from headwater.loop.scene import Scene

_SHARE = click.FloatRange(0, 1)


@click.group()
def loop() -> None:
    """Close the circle: models, a web that they write, and what each remedy is worth."""


@loop.command("run", no_args_is_help=True)
@click.argument("source", metavar="TEXT")
@click.option("--out", metavar="DIR", type=Path, required=True, help="Folder: new, empty, or of this loop.")
@click.option("--arm", "arms", multiple=True, help="Run this arm; repeat for more. Without it, three.")
@click.option("--generations", type=click.IntRange(min=1), help="Last generation; without it, 10.")
@click.option("--written", type=click.IntRange(min=0), help="Generated pages a generation; without it, 270.")
@click.option("--fresh", type=click.IntRange(min=0), help="Human pages a generation; without it, 30.")
@click.option("--start", type=click.IntRange(min=1), help="Human pages at the start; without it, 150.")
@click.option("--size", type=click.IntRange(min=1), help="Pages a model learns from; without it, 120.")
@click.option(
    "--reviewed", type=click.IntRange(min=0), help="Pages shown to reviewers a generation; without it, 80."
)
@click.option("--disclosed", type=_SHARE, help="Share of generated pages that say so; without it, 0.1.")
@click.option(
    "--model",
    "models",
    multiple=True,
    help="Family: kneser-ney (default), transformer, or a causal LM by path (long); repeat for several.",
)
@click.option("--tokenizer", help="Of the models, as headwater watermark knows it; without it, gpt2.")
@click.option("--seed", type=click.IntRange(min=0), help="Of all that is drawn; without it, 0.")
@click.option("--workers", type=click.IntRange(min=1), help="Arms at a time; without it, one a core.")
@click.option("--json", "as_json", is_flag=True, help="Print the generations as JSON.")
def run_loop(
    *, source: str, out: Path, arms: tuple[str, ...], workers: int | None, as_json: bool, **sizes: Any
) -> None:
    """Run generations of a web through real crawls, marks, proofs and curation.

    TEXT is human text: a UTF-8 file, or what `headwater curate` reads. Below DIR each generation keeps its
    crawl, what curation made of it and what was measured; report.html shows all arms. A loop that was
    interrupted resumes when the same command is given again; arms can be added later.

    Arms: nothing, all, people (these three without --arm); disclosure, watermark, statistics, reserve,
    review; any two of those in that order, as watermark-review; and watermark-25, watermark-50, reserve-5,
    reserve-10.
    """
    from headwater.cli.terminal import progress
    from headwater.loop.experiment import run
    from headwater.loop.people import read
    from headwater.loop.scene import DEFAULT_ARMS, Scene

    scene = Scene(**{name: value for name, value in sizes.items() if value not in {None, ()}})
    with progress() as show:
        run(
            out,
            read(source),
            scene,
            arms=arms or DEFAULT_ARMS,
            workers=workers or len(os.sched_getaffinity(0)),
            show=show,
        )
    _tell(out, as_json=as_json)


@loop.command("report", no_args_is_help=True)
@click.argument("folder", metavar="DIR", type=Path)
@click.option("--json", "as_json", is_flag=True, help="Print the generations as JSON.")
def report_loop(*, folder: Path, as_json: bool) -> None:
    """Draw the page of what is done in DIR, be it finished or not."""
    _tell(folder, as_json=as_json)


def _tell(folder: Path, *, as_json: bool) -> None:
    """Draw the page of what is done, and print it."""
    from dataclasses import asdict
    from json import dumps

    from headwater.curate.store import write_text
    from headwater.loop.experiment import load
    from headwater.loop.story import render

    scene, arms = load(folder)
    write_text(folder / "report.html", render(scene, arms))
    if as_json:
        told = {name: [asdict(one) for one in some] for name, some in arms.items()}
        sys.stdout.write(dumps({"scene": asdict(scene), "arms": told}, indent=1) + "\n")
        return
    sys.stdout.write("".join(_lines(scene, arms)) + f"report: {folder / 'report.html'}\n")


def _lines(scene: Scene, arms: Mapping[str, Sequence[Generation]]) -> list[str]:
    head = f"{'arm':<22} {'generation':>10} {'perplexity':>10} {'generated':>9} {'rare words':>10}  monitor\n"
    return [head] + [
        f"{name:<22} {last.generation:>4} of {scene.generations:>2} {last.perplexity:>10.1f} "
        f"{last.contaminated:>9.1%} {last.tail_mass:>10.1%}  {last.stage}\n"
        for name, last in ((name, some[-1]) for name, some in arms.items())
    ]
