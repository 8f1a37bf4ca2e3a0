"""`headwater watermark share`: what share of a crawl is marked, and by whose key."""

from __future__ import annotations

import sys
from json import dumps
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.markers import markers_of, power, takes_markers
from headwater.cli.terminal import printable, progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from headwater.sources.shard import Shard
    from headwater.watermark.corpus import Share
    from headwater.watermark.page import Marker

_SHARD_BYTES = 1 << 25
_LEVEL = click.FloatRange(0, 1, min_open=True, max_open=True)


@click.command(no_args_is_help=True)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@takes_markers
@click.option("--level", type=_LEVEL, default=1e-3, show_default=True, help="Of one document.")
@click.option(
    "--power",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Least chance that a marked document is found at that level.",
)
@click.option("--confidence", type=_LEVEL, default=0.95, show_default=True, help="Of the intervals.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def share(*, sources: Sequence[str], as_json: bool, **told: Any) -> None:
    """Estimate what share of the documents of SOURCE... each key has marked.

    SOURCE is what `headwater curate` reads, and is read twice: what several documents have in common is
    counted in the first pass and left out in the second, so that the p-values of a site do not go up and
    down together. A document that is there twice counts as none. With a --power of 1 the interval is for
    documents marked plainly enough to be found. Status 0 whatever is found.
    """
    from headwater.sources.discover import discover
    from headwater.sources.plan import plan
    from headwater.watermark.census import census

    markers = markers_of(told)
    shards = plan(discover(sources), shard_bytes=_SHARD_BYTES)
    lost: set[tuple[str, int]] = set()
    with progress() as show:
        steps = iter(("counting", "scoring"))
        found = census(
            lambda: _texts(shards, lost, next(steps), show),
            markers,
            at=told["level"],
            confidence=told["confidence"],
            power=told["power"],
        )
    if lost:
        sys.stderr.write(f"headwater: {len(lost):,} records could not be read\n")
    for marker, one in zip(markers, found, strict=True):
        sys.stdout.write(dumps(_row(marker, one)) + "\n" if as_json else _line(marker, one))


def _texts(
    shards: Sequence[Shard], lost: set[tuple[str, int]], step: str, show: Callable[[str, int, int], None]
) -> Iterator[str]:
    from headwater.curate.extract import main_text
    from headwater.sources.texts import texts

    for done, shard in enumerate(shards, 1):
        yield from texts(shard, main_text, lose=lambda one: lost.add((one.source, one.offset)))
        show(step, done, len(shards))


def _row(marker: Marker, found: Share) -> Mapping[str, Any]:
    from dataclasses import asdict

    named = {"key": marker.name, "profile": marker.scheme.name, "tokenizer": marker.tokenizer.name}
    return named | asdict(found)


def _line(marker: Marker, found: Share) -> str:
    ends = f"{100 * found.estimate:.2f} % marked, interval {100 * found.low:.2f} to {100 * found.high:.2f} %"
    of = f"{found.n_found:,} of {found.n_documents:,} documents at {found.at:g}"
    return f"{printable(marker.name)}: {ends} ({of}; none is marked: p = {power(found.log_p)})\n"
