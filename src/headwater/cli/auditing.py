"""`headwater reserve audit`, `repair` and `protect`: whether a reserve is still what was sealed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.errors import SealError

if TYPE_CHECKING:
    from headwater.reserve.audit import Result
    from headwater.reserve.repair import Source

_FOLDER = click.Path(path_type=Path, file_okay=False)
_LEVELS = click.Choice(["tree", "record", "content"])


@click.command(no_args_is_help=True)
@click.argument("reserve", metavar="RESERVE")
@click.option("--seed-from", metavar="BEACON", required=True, help="Name and value, such as drand:7=5f1c...")
@click.option(
    "--bundles", type=click.IntRange(min=1), default=64, show_default=True, help="How many to check."
)
@click.option("--level", type=_LEVELS, default="content", show_default=True, help="How deep.")
@click.option("--keys", type=_FOLDER, help="Folder of the reserve's keys: log the result.")
def audit(*, reserve: str, seed_from: str, bundles: int, level: str, keys: Path | None) -> None:
    """Check bundles that a public beacon chooses, and log the result.

    180 bundles find scattered damage of one document in ten thousand with 99 %, however large the reserve.
    """
    from headwater.cli.opened import now_s, reserve_of, tell
    from headwater.reserve import audit as audits
    from headwater.reserve import keyring
    from headwater.reserve.order import parse_beacon

    opened, beacon = reserve_of(reserve), parse_beacon(seed_from)
    found = audits.audit(opened, beacon, n_bundles=bundles, level=level)
    if keys is not None:
        made = audits.entry(found, opened, beacon, now_s=now_s())
        grown = opened.append([made], keyring.read(keys).registry, time_s=now_s())
        tell(f"logged: registry entry {len(grown.entries) - 1}")
    _tell(found)


def _tell(found: Result) -> None:
    """Say what was found.

    Raises:
        SealError: If anything is wrong.
    """
    from headwater.cli.opened import tell

    for fault in found.faults[:20]:
        tell(f"document {fault.index}: {fault.detail}")
    told = f"{found.n_documents} documents of {len(found.bundles)} bundles, {found.n_redacted} redacted"
    if found.faults:
        raise SealError(f"{len(found.faults)} faults in {told}", hint="headwater reserve repair")
    tell(f"sound: {told}")


@click.command(no_args_is_help=True)
@click.argument("reserve", metavar="RESERVE")
@click.option("--from", "mirror", metavar="MIRROR", help="A mirror: a folder, or an http(s) URL.")
def repair(*, reserve: str, mirror: str | None) -> None:
    """Find what is damaged, and restore it from parity or from a mirror.

    What a mirror gives is checked against the log before it is written. What was redacted stays redacted.
    """
    from headwater.cli.opened import reserve_of, tell
    from headwater.reserve import repair as repairs

    done = list(repairs.repair_all(reserve_of(reserve), _mirror(mirror)))
    for one in done:
        tell(f"{one.path}: restored from {one.source}" if one.source else f"{one.path}: {one.problem}")
    _settle(sum(not one.source for one in done), len(done))


def _settle(n_left: int, n: int) -> None:
    """Say how it ended.

    Raises:
        SealError: If something could not be restored.
    """
    from headwater.cli.opened import tell

    if n_left:
        raise SealError(f"{n_left} of {n} damaged objects could not be restored", hint="name another mirror")
    tell(f"{n} objects restored" if n else "nothing is damaged")


@click.command(no_args_is_help=True)
@click.argument("reserve", metavar="RESERVE")
def protect(*, reserve: str) -> None:
    """Write parity beside every object: of twelve blocks two may be lost.

    Write it anew after a redaction, so that nothing that was taken down is left in it.
    """
    from headwater.cli.opened import reserve_of, tell
    from headwater.reserve import audit as audits
    from headwater.reserve import parity

    opened = reserve_of(reserve)
    paths = list(audits.all_objects(opened))
    for path in paths:
        parity.protect(opened.storage, path)
    tell(f"{len(paths)} objects protected")


def _mirror(name: str | None) -> Source | None:
    from headwater.cli.opened import storage_of
    from headwater.reserve.repair import Mirror

    if name is None:
        return None
    return Mirror(name.rstrip("/")) if name.startswith(("http://", "https://")) else storage_of(name).read
