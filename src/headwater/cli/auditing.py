"""`headwater reserve audit`, `repair` and `protect`: whether a reserve is still what was sealed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.opened import json_option, say
from headwater.errors import SealError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.reserve.audit import Result
    from headwater.reserve.repair import Repaired, Source

_FOLDER = click.Path(path_type=Path, file_okay=False)
_LEVELS = click.Choice(["tree", "record", "content"])
_SHOWN = 20  # faults; --json lists all


@click.command(no_args_is_help=True)
@click.argument("reserve", metavar="RESERVE")
@click.option("--seed-from", metavar="BEACON", required=True, help="Name and value, such as drand:7=5f1c...")
@click.option(
    "--bundles", type=click.IntRange(min=1), default=64, show_default=True, help="How many to check."
)
@click.option("--level", type=_LEVELS, default="content", show_default=True, help="How deep.")
@click.option("--keys", type=_FOLDER, help="Folder of the reserve's keys: log the result.")
@json_option
def audit(*, reserve: str, seed_from: str, keys: Path | None, as_json: bool, **depth: Any) -> None:
    """Check bundles that a public beacon chooses, and log the result.

    180 bundles find scattered damage of one document in ten thousand with 99 %, however large the reserve.
    """
    from headwater.cli.opened import now_s, reserve_of
    from headwater.reserve import audit as audits
    from headwater.reserve import keyring
    from headwater.reserve.order import parse_beacon

    opened, beacon = reserve_of(reserve), parse_beacon(seed_from)
    found = audits.audit(opened, beacon, n_bundles=depth["bundles"], level=depth["level"])
    number = None
    if keys is not None:
        made = audits.entry(found, opened, beacon, now_s=now_s())
        number = len(opened.append([made], keyring.read(keys).registry, time_s=now_s()).entries) - 1
    _tell(found, number, as_json=as_json)


def _tell(found: Result, number: int | None, *, as_json: bool) -> None:
    """Say what was found.

    Raises:
        SealError: If anything is wrong.
    """
    told = f"{found.n_documents} documents of {len(found.bundles)} bundles, {found.n_redacted} redacted"
    lines = [] if number is None else [f"logged: registry entry {number}"]
    lines += [f"document {fault.index}: {fault.detail}" for fault in found.faults[:_SHOWN]]
    lines += [] if found.faults else [f"sound: {told}"]
    value = asdict(found) | {"entry": number, "outcome": "faulty" if found.faults else "sound"}
    say(value, "\n".join(lines), as_json=as_json)
    if found.faults:
        raise SealError(f"{len(found.faults)} faults in {told}", hint="headwater reserve repair")


@click.command(no_args_is_help=True)
@click.argument("reserve", metavar="RESERVE")
@click.option("--from", "mirror", metavar="MIRROR", help="A mirror: a folder, or an http(s) URL.")
@click.option(
    "--archives", metavar="PLACE", help="Copies of archives sealed in place: a folder, or an http(s) URL."
)
@json_option
def repair(*, reserve: str, mirror: str | None, archives: str | None, as_json: bool) -> None:
    """Find what is damaged, and restore it from parity or from elsewhere.

    A mirror holds objects of the reserve, copies hold archives that were sealed in place. What these give is
    checked against the log before it is written. What was redacted stays redacted.
    """
    from headwater.cli.opened import reserve_of
    from headwater.reserve import mend
    from headwater.reserve import repair as repairs
    from headwater.reserve.copies import copies_of

    opened = reserve_of(reserve)
    done = list(repairs.repair_all(opened, _mirror(mirror)))
    done += mend.repair_all(opened, None if archives is None else copies_of(archives))
    _settle(done, as_json=as_json)


def _settle(done: Sequence[Repaired], *, as_json: bool) -> None:
    """Say how it ended.

    Raises:
        SealError: If something could not be restored.
    """
    lines = [f"{o.path}: restored from {o.source}" if o.source else f"{o.path}: {o.problem}" for o in done]
    n_left = sum(not one.source for one in done)
    lines += [] if n_left else [f"{len(done)} objects restored" if done else "nothing is damaged"]
    say({"objects": [asdict(one) for one in done], "n_left": n_left}, "\n".join(lines), as_json=as_json)
    if n_left:
        raise SealError(
            f"{n_left} of {len(done)} damaged objects could not be restored",
            hint="name a mirror that has them: --from, and of archives --archives",
        )


@click.command(no_args_is_help=True)
@click.argument("reserve", metavar="RESERVE")
@json_option
def protect(*, reserve: str, as_json: bool) -> None:
    """Write parity of every object, and of archives sealed in place.

    Of twelve blocks two may be lost. Of what is damaged already none is written. A redaction writes it anew,
    so that nothing is left in it.
    """
    from headwater.cli.opened import reserve_of
    from headwater.reserve import mend, stripe
    from headwater.reserve import repair as repairs

    opened = reserve_of(reserve)
    paths = list(repairs.protect_all(opened))
    archives = mend.check(opened)
    for file_sha256 in archives:
        stripe.protect(opened.storage, file_sha256)
    told = f"{len(paths)} objects and {len(archives)} archives protected"
    say({"archives": archives, "objects": paths}, told, as_json=as_json)


def _mirror(name: str | None) -> Source | None:
    from headwater.cli.opened import storage_of
    from headwater.reserve.repair import Mirror

    if name is None:
        return None
    return Mirror(name.rstrip("/")) if name.startswith(("http://", "https://")) else storage_of(name).read
