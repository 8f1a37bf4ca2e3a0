"""`headwater reserve keygen` and `rotate`: private keys drawn and replaced; none is ever printed."""

from __future__ import annotations

from pathlib import Path

import click

from headwater.cli.opened import (
    json_option,
    keys_option,
    now_s,
    reserve_argument,
    reserve_of,
    say,
    staging_of,
)


@click.command(no_args_is_help=True)
@click.argument("origin", metavar="ORIGIN")
@keys_option
@json_option
def keygen(*, origin: str, keys_folder: str, as_json: bool) -> None:
    """Draw the private keys of a reserve.

    There are four: Ed25519 and ML-DSA-44 for each of its two logs.

    ORIGIN is the reserve's identity for life, best a URL without its scheme, such as example.com/reserve.
    The keys are files with mode 0600 below DIR. Keep them apart from the reserve, and keep a copy.
    """
    from headwater.reserve import keyring

    made = keyring.generate(Path(keys_folder), origin).manifest
    public = {
        "documents": [str(key) for key in made.keys],
        "registry": [str(key) for key in made.registry_keys],
    }
    text = "\n".join([f"keys of {origin} and {made.registry_origin} are in {keys_folder}"])
    say(public, text, as_json=as_json)


@click.command(no_args_is_help=True)
@reserve_argument
@keys_option
@click.option("--new-keys", metavar="DIR", required=True, help="What keygen wrote for the same origin.")
@click.option("--log", type=click.Choice(["documents", "registry"]), required=True, help="Whose keys.")
@json_option
def rotate(*, folder: str, keys_folder: str, new_keys: str, log: str, as_json: bool) -> None:
    """Replace the keys of a log, and say so in the registry.

    Afterwards the new files take the place of the old ones, by your hand. New keys of the documents are valid
    for the next seal, those of the registry at once.
    """
    from headwater.reserve import keyring
    from headwater.reserve import rotate as rotation
    from headwater.reserve.lock import alone

    rings = keyring.read(Path(keys_folder)), keyring.read(Path(new_keys))
    with alone(staging_of(folder)):
        held = rotation.rotate(reserve_of(folder), log, *rings, time_s=now_s())
    entries = [len(held.entries) - 2, len(held.entries) - 1]
    say(
        {"entries": entries, "log": log},
        f"keys of the {log} are replaced: entries {entries}",
        as_json=as_json,
    )
