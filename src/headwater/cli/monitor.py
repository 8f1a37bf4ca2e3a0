"""`headwater monitor`: a corpus held against human text, with an exit status for pipelines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.errors import InputError, UnavailableError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headwater.collapse.monitor import Evidence, Finding, PointEvidence, PointFinding


@click.command(no_args_is_help=True)
@click.argument("reference", metavar="REFERENCE")
@click.argument("current", metavar="CURRENT")
@click.option("--html", "page", metavar="FILE", help="Write the finding as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="Print the finding as JSON.")
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Seed of the splits; without it, 0.")
def monitor(*, reference: str, current: str, page: str | None, as_json: bool, seed: int) -> None:
    """Hold a corpus against human text, and name its stage.

    The stages are healthy, early, late, noise and over-confident.

    REFERENCE is human text of the same kind, at least eight documents; CURRENT is what to watch. Both are
    what `headwater measure` reads, or arrays of token numbers (.npy) by the same tokenizer. Arrays of
    floats (.npy, .npz, or one Parquet column of lists) are points, such as features of pictures: at least
    32 and 8 of one feature space. The status is 0 for a healthy corpus, 1 for any other stage and 2 for
    input that cannot be judged.
    """
    from headwater.cli.terminal import reader

    finding = _found(reference, current, seed)
    with reader():
        _print(finding, as_json=as_json)
    if page is not None:
        _write(finding, Path(page), (reference, current))
    _end(finding, current)


def _found(reference: str, current: str, seed: int) -> Finding | PointFinding:
    import numpy as np

    from headwater.cli.measure import profiled
    from headwater.collapse.monitor import read_points, watch, watch_points

    rng = np.random.default_rng(seed)
    clouds = [read_points(name, rng=rng) for name in (reference, current)]
    one, other = clouds
    if one is not None and other is not None:
        return watch_points(one[0], other[0], rng=rng, n_points=(one[1], other[1]))
    if one is not None or other is not None:
        points, text = (reference, current) if one is not None else (current, reference)
        raise InputError(f"{points} holds points and {text} does not", hint="give two of one kind")
    return watch(profiled(reference), profiled(current), rng=rng)


def _end(finding: Finding | PointFinding, current: str) -> None:
    if finding.verdict.stage != "healthy":
        raise VerificationError(
            f"{current} is not healthy: {finding.verdict.stage}",
            hint="look at the figures and at the text before acting; --html FILE draws them",
        )


def _write(finding: Finding | PointFinding, path: Path, names: tuple[str, str]) -> None:
    from headwater.collapse.monitor import PointFinding
    from headwater.report import monitor, points

    points_or_text = (
        points.render(finding, names=names)
        if isinstance(finding, PointFinding)
        else monitor.render(finding, names=names)
    )
    try:
        path.write_text(points_or_text, "utf-8")
    except OSError as error:
        raise UnavailableError(f"cannot write {path}: {error.strerror}") from error


def _print(finding: Finding | PointFinding, *, as_json: bool) -> None:
    from json import dumps

    from headwater.collapse.monitor import POINT_STAGES, STAGES, Finding

    if as_json:
        sys.stdout.write(dumps(finding.to_json(), indent=1, allow_nan=False) + "\n")
        return
    verdict, worth = finding.verdict, finding.generations
    meanings, unit = (STAGES, "words") if isinstance(finding, Finding) else (POINT_STAGES, "points")
    lines = [f"{verdict.stage}: {meanings[verdict.stage]}", *(f"  {rule}" for rule in verdict.rules), ""]
    lines.append(f"{'coordinate':<28} {'value':>9}   parts of the reference   p")
    lines += [
        f"{row.name:<28} {row.value:>9.4f}   {row.null_low:>8.4f} to {row.null_high:<8.4f}   {row.p:.3f}"
        for row in finding.evidence.coordinates()
    ]
    lines += [
        *_further(finding.evidence),
        "",
        f"{'metric':<28} {'reference':>9} {'current':>9}   parts of the reference   p",
    ]
    lines += [
        f"{row.name:<28} {row.reference:>9.4f} {row.current:>9.4f}   "
        f"{row.null_low:>+8.4f} to {row.null_high:<+8.4f}   {row.p:.3f}"
        for row in finding.comparison.rows
    ]
    ends = f"{worth.value:.2f} ({worth.low:.2f} to {worth.high:.2f})"
    lines += ["", f"generations-equivalent: {ends} of {worth.n_words:,} {unit} each"]
    sys.stdout.write("\n".join(lines) + "\n")


def _further(evidence: Evidence | PointEvidence) -> Iterator[str]:
    from headwater.collapse.monitor import Evidence

    if isinstance(evidence, Evidence):
        yield f"{'words kept':<28} {evidence.kept:>9.4f}"
        yield f"{'unknown words, times':<28} {evidence.unknown:>9.4f}"
