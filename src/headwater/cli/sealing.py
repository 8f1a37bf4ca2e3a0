"""`headwater reserve intend` and `seal`: from sources to documents in the log."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.opened import (
    json_option,
    keys_option,
    now_s,
    reserve_argument,
    say,
    staging_of,
    storage_of,
)
from headwater.errors import InputError

if TYPE_CHECKING:
    from headwater.reserve.gather import Terms
    from headwater.reserve.seal import Plan

_SOURCE_OPTIONS = (
    reserve_argument,
    click.argument("sources", metavar="SOURCE...", nargs=-1, required=True),
    keys_option,
    click.option("--in-place", is_flag=True, help="Leave WARC files where they lie."),
)


def _of_sources(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_SOURCE_OPTIONS):
        command = option(command)
    return command


@click.command(no_args_is_help=True)
@_of_sources
@json_option
def intend(*, folder: str, sources: tuple[str, ...], keys_folder: str, in_place: bool, as_json: bool) -> None:
    """Publish what is about to be sealed, before a beacon decides the order.

    Then wait for the beacon's next round, and give it to `headwater reserve seal --beacon`.
    """
    from headwater.reserve import keyring, rotate
    from headwater.reserve import seal as sealing
    from headwater.reserve.lock import alone

    keys = keyring.read(Path(keys_folder))
    with alone(staging_of(folder)):
        held = rotate.begin(storage_of(folder), keys)
        plan = _plan(folder, sources, _terms(in_place=in_place), beacon=None)
        _, number = sealing.intend(held, plan, keys)
    say({"entry": number}, f"intent is entry {number} of the registry", as_json=as_json)


@click.command(no_args_is_help=True)
@_of_sources
@click.option("--archive", default="", metavar="NAME", help="Who keeps the sources, such as commoncrawl.org.")
@click.option("--licence", default="unknown", metavar="SPDX", help="Licence of all documents.")
@click.option("--licence-basis", default="", metavar="TEXT", help="Where the licence stands.")
@click.option("--language", default="", metavar="TAG", help="Of documents whose source names none.")
@click.option("--beacon", metavar="NAME=HEX", help="A beacon's round drawn after the intent was published.")
@click.option("--strict", is_flag=True, help="Stop at the first lost record.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes; without it, one a core.")
@json_option
def seal(*, folder: str, sources: tuple[str, ...], keys_folder: str, as_json: bool, **options: Any) -> None:
    """Seal documents of WARC, WET, JSON lines, Parquet or MediaWiki files.

    RESERVE is a folder, made at the first seal. The text is stored in it once a payload, or stays where it is
    with --in-place. What cannot be sealed is skipped and counted under a reason; a seal that was cut off goes
    on when the same command is given again.
    """
    from headwater.cli.terminal import progress
    from headwater.reserve import keyring, rotate
    from headwater.reserve import seal as sealing

    keys = keyring.read(Path(keys_folder))
    names = ("in_place", "archive", "licence", "licence_basis", "language", "strict")
    terms = _terms(**{name: options[name] for name in names})
    plan = _plan(folder, sources, terms, beacon=options["beacon"], workers=options["workers"])
    held = rotate.begin(storage_of(folder), keys)
    with progress() as show:
        held, report = sealing.seal(held, plan, keys, show=show)
    say(report, _told(report, held.size), as_json=as_json)


def _told(report: dict[str, Any], size: int) -> str:
    lines = [f"sealed {report['n_sealed']:,} of {report['n_read']:,} records; the reserve holds {size:,}"]
    for reason, counts in sorted(report["skips"].items()):
        lost = "" if counts["lost"] else ", no document"
        lines.append(f"  skipped {counts['n_records']:>8,}  {reason}{lost}")
    return "\n".join(lines)


def _terms(*, in_place: bool, **more: Any) -> Terms:
    from headwater.reserve.gather import Terms

    return Terms("in-place" if in_place else "ingest", **more)


def _plan(
    folder: str, sources: tuple[str, ...], terms: Terms, *, beacon: str | None, workers: int | None = None
) -> Plan:
    """Find and hash the sources.

    Raises:
        InputError: If there is none.
    """
    from headwater.cli.terminal import progress
    from headwater.reserve.order import Beacon, parse_beacon
    from headwater.reserve.seal import Plan
    from headwater.sources.discover import discover
    from headwater.sources.plan import plan

    drawn = parse_beacon(beacon) if beacon else Beacon()
    with progress() as show:
        found = plan(discover(list(sources)), shard_bytes=2**60, show=lambda n, total: show("hash", n, total))
    if not found:
        raise InputError(
            "there is nothing to seal", hint="name WARC, WET, JSON lines, Parquet or MediaWiki files"
        )
    n_workers = workers or len(os.sched_getaffinity(0))
    return Plan(tuple(found), terms, drawn, staging_of(folder), now_s(), n_workers)
