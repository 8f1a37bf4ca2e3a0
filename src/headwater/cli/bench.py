"""`headwater watermark bench`: how well marks are found, what they survive, what they cost."""

from __future__ import annotations

import sys
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.errors import InputError, UnavailableError

if TYPE_CHECKING:
    from headwater.watermark.attacks.attack import Neighbours
    from headwater.watermark.bench.bench import Bench
    from headwater.watermark.tokenizer.tokenizer import Open

_STUDIES = Path(__file__).resolve().parents[3] / "studies"


@click.command()
@click.argument("samples", metavar="[SAMPLES]", type=Path, required=False)
@click.option(
    "--human", metavar="FILE", type=Path, help="Text by people, UTF-8; without it, the checkout's plays."
)
@click.option(
    "--tests",
    "n_tests",
    type=click.IntRange(1, 10**9),
    default=10_000_000,
    show_default=True,
    help="Tests of human text for each profile and length.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of keys and attacks.")
@click.option("--html", metavar="FILE", type=Path, help="Write the page with all figures.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def bench(
    *, samples: Path | None, human: Path | None, n_tests: int, seed: int, html: Path | None, as_json: bool
) -> None:
    """Evaluate marks on texts by SmolLM2.

    SAMPLES is a file of texts with their keys, as studies/watermark-smollm2/generate.py writes it; without
    it, the checkout's. Texts are found at levels that are verified on human text, by length, entropy and
    temperature, and after attacks. What is found of human text stands there by level, with its 95 %
    interval: for one in a million that takes 10 million tests, and all of it some minutes.
    """
    import numpy as np

    from headwater.cli.terminal import progress
    from headwater.watermark.attacks.attack import Scene
    from headwater.watermark.bench import bench as evaluation
    from headwater.watermark.bench.samples import read
    from headwater.watermark.tokenizer import TOKENIZERS
    from headwater.watermark.tokenizer.tokenizer import load

    held, said = samples or _shipped("watermark-smollm2/samples.npz"), human or _shipped("plays.txt")
    arms, text = read(held), _text(said)
    cut = load(TOKENIZERS["smollm2"])
    scene = Scene(cut, text, _nearest(cut))
    with progress() as show:
        found = evaluation.run(arms, scene, n_tests=n_tests, rng=np.random.default_rng(seed), show=show)
    if html:
        _page(html, found, (held.name, said.name))
    sys.stdout.write(dumps(found.to_json()) + "\n" if as_json else _lines(found))


def _shipped(name: str) -> Path:
    path = _STUDIES / name
    if not path.is_file():
        raise InputError(
            f"no {path.name} beside this installation", hint="name a file, or work in a checkout"
        )
    return path


def _text(file: Path) -> str:
    from headwater.errors import FormatError

    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"{file} is not UTF-8 at byte {error.start:,}") from error
    except OSError as error:
        raise UnavailableError(f"cannot read {file}: {error.strerror}") from error


def _nearest(cut: Open) -> Neighbours | None:
    from headwater.watermark.attacks.synonyms import neighbours

    try:
        return neighbours(cut)
    except UnavailableError as error:
        sys.stderr.write(f"headwater: {error}; the attack by synonyms is left out\n")
        return None


def _page(file: Path, found: Bench, names: tuple[str, str]) -> None:
    from headwater.report.watermark import render

    try:
        file.write_text(render(found, names=names), "utf-8")
    except OSError as error:
        raise UnavailableError(f"cannot write {file}: {error.strerror}") from error


def _lines(found: Bench) -> str:
    lines = ["levels  " + "  ".join(f"{level:g}" for level in found.levels)]
    for row in [*found.by_length, *found.by_entropy, *found.attacks]:
        shares = "  ".join(f"{row.share(at)[0]:.3f}" for at in range(len(row.counts)))
        lines.append(f"found  {row.arm:<22} {row.group:<20} {row.n:>10,}  {shares}")
    for row in found.false:  # by level, and the interval of it
        parts = [[each / level for each in row.share(at)] for at, level in enumerate(found.levels)]
        told = "  ".join(f"{share:.2f} ({low:.2f} to {high:.2f})" for share, low, high in parts)
        lines.append(f"human  {row.arm:<22} {row.group:<20} {row.n:>10,}  {told}")
    lines += [
        f"quality  {each.arm:<34} {each.n:>5,}  {each.log_perplexity:.3f} ± {each.se:.3f} nats"
        for each in found.quality
    ]
    return "\n".join(lines) + "\n"
