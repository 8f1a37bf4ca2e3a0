"""The page of one `headwater watermark bench` run: what is found, what survives, what it costs."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence

from headwater import __version__, canonical
from headwater.collapse.study.figure import Band, Fan
from headwater.report.chart import Chart
from headwater.report.page import Page, Section, compose
from headwater.report.study import draw
from headwater.watermark.attacks import ATTACKS
from headwater.watermark.bench.bench import Bench
from headwater.watermark.bench.power import Found
from headwater.watermark.bench.quality import Quality

SECTIONS = (
    Section("false", "How often human text is called marked"),
    Section("length", "How much text it takes"),
    Section("attacks", "What marks survive"),
    Section("quality", "What marks cost"),
    Section("limits", "What does not survive, and what this cannot say"),
)
LIMITS = (
    (
        "A strong paraphrase by another model, and a translation, leave nothing to find: no token survives. "
        "They need a model that is not here, so they are stated and not measured."
    ),
    (
        "Greedy output, at temperature 0, carries no mark of a scheme that leaves the model's law as it is: "
        "there was no choice. The lower the temperature, the fainter the mark."
    ),
    "Homoglyphs in every letter and another tokenizer destroy every n-gram.",
    "The texts are of one small model, and its prose has more choice a token than that of a large one.",
)


def render(bench: Bench, *, names: tuple[str, str]) -> str:
    """Draw the page of one evaluation.

    Args:
        bench: What it says.
        names: Of the file of samples and of the human text.

    Returns:
        One self-contained HTML file; equal arguments give equal bytes.
    """
    digest = hashlib.sha256(canonical.encode(_plain(bench.to_json()))).hexdigest()
    return compose(
        "watermark.html",
        Page("Watermark evaluation", _headline(bench), digest, __version__, SECTIONS),
        names=names,
        levels=[f"{level:g}" for level in bench.levels],
        alarms=[_false(row, bench.levels) for row in bench.false],
        lengths=_by_length(bench),
        found=[_row(row) for row in bench.by_length],
        thirds=[_row(row) for row in bench.by_entropy],
        survival=list(_survival(bench)),
        attacks=[(row.arm, _what(row.group), *_row(row)[2:]) for row in bench.attacks],
        left_out=bench.left_out,
        metrics=_metrics(bench.quality),
        quality=[_quality(row, _metrics(bench.quality)) for row in bench.quality],
        limits=LIMITS,
    )


def _plain(value: object) -> object:
    """Make JSON of what JSON has no number for."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    return (
        [_plain(each) for each in value]
        if isinstance(value, Sequence) and not isinstance(value, str)
        else value
    )


def _headline(bench: Bench) -> str:
    best = (
        bench.by_length[-1] if not bench.by_length else max(bench.by_length, key=lambda row: row.share(-1)[0])
    )
    return f"{best.share(-1)[0]:.1%} of texts by {best.arm} are found at {bench.levels[-1]:g} ({best.group})."


def _row(row: Found) -> tuple[str, ...]:
    shares = [row.share(at) for at in range(len(row.counts))]
    cells = (f"{share:.3f} ({low:.3f} to {high:.3f})" for share, low, high in shares)
    return (row.arm, row.group, str(row.n), *cells, f"{row.median_log_p / math.log(10.0):.1f}")


def _false(row: Found, levels: Sequence[float]) -> tuple[str, ...]:
    cells = []
    for at, level in enumerate(levels):
        share, low, high = row.share(at)
        cells.append(f"{share / level:.2f} ({low / level:.2f} to {high / level:.2f})")
    return (row.arm, row.group, f"{row.n:,}", *cells)


def _by_length(bench: Bench) -> Chart:
    arms = list(dict.fromkeys(row.arm for row in bench.by_length))
    longest = max(arms, key=lambda arm: sum(row.arm == arm for row in bench.by_length))
    across = tuple(float(row.group.split()[0]) for row in bench.by_length if row.arm == longest)
    bands = []
    for arm in arms:
        rows = [row for row in bench.by_length if row.arm == arm]
        shares = [row.share(-1) for row in rows]
        blank = (math.nan,) * (len(across) - len(rows))
        middle, low, high = (tuple(each) + blank for each in zip(*shares, strict=True))
        bands.append(Band(arm, middle, low, high))
    title = f"Texts found at {bench.levels[-1]:g}, by length"
    return draw(Fan(title, "share found", across, tuple(bands), across="tokens"), "by-length")


def _survival(bench: Bench) -> list[Chart]:
    charts = []
    for name, attack in ATTACKS.items():
        bands = []
        for arm in dict.fromkeys(row.arm for row in bench.attacks):
            rows = [row for row in bench.attacks if row.arm == arm and row.group.split()[0] == name]
            if rows:
                middle, low, high = zip(*(row.share(-1) for row in rows), strict=True)
                bands.append(Band(arm, middle, low, high))
        if bands:
            across = f"share of {attack.what}"
            fan = Fan(name.capitalize(), "share found", attack.shares, tuple(bands), across=across)
            charts.append(draw(fan, f"attack-{name}"))
    return charts


def _what(group: str) -> str:
    name, share = group.split()
    return f"{name}: {float(share):.0%} of {ATTACKS[name].what}"


def _metrics(rows: Sequence[Quality]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row.diversity))


def _quality(row: Quality, metrics: Sequence[str]) -> tuple[str, ...]:
    beside = "" if row.beside is None else f"{row.beside:.3f} ± {row.beside_se:.3f}"
    z = "" if row.z is None else f"{row.z:+.2f}"
    varied = (f"{row.diversity[name]:.3f}" if name in row.diversity else "" for name in metrics)
    told = f"{row.log_perplexity:.3f} ± {row.se:.3f}"
    return (row.arm, str(row.n), str(row.n_tokens), told, beside, z, *varied)
