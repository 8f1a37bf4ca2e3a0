"""`headwater reserve redact`: documents taken down, and seen to be."""

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
@reserve_argument
@click.option(
    "--index", "indices", type=click.IntRange(min=0), multiple=True, required=True, help="Which; repeat."
)
@click.option("--scope", type=click.Choice(["content", "content+metadata"]), required=True, help="What goes.")
@click.option("--reason", required=True, metavar="TEXT", help="A class of reasons, such as privacy; public.")
@click.option("--authority", default="", metavar="TEXT", help="Who ordered it; public.")
@keys_option
@json_option
def redact(
    *, folder: str, indices: tuple[int, ...], scope: str, keys_folder: str, as_json: bool, **said: str
) -> None:
    """Take documents down, and say so in the registry.

    Everybody sees that they went, and nobody what they were.

    The bytes are overwritten where they lie, in the reserve or in the WARC file; no offset and no other
    document changes. With content+metadata the record and its salt go too.
    """
    from headwater.reserve import keyring
    from headwater.reserve import redact as redaction
    from headwater.reserve.lock import alone

    keys = keyring.read(Path(keys_folder))
    order = redaction.Order(indices, scope, said["reason"], said["authority"], now_s())
    with alone(staging_of(folder)):
        held = redaction.redact(reserve_of(folder), order, keys)
    entries = {number: held.redactions[number] for number in order.numbers}
    lines = [f"document {number}: redacted (registry entry {entry})" for number, entry in entries.items()]
    say(
        {"redacted": [{"index": n, "entry": e} for n, e in entries.items()]},
        "\n".join(lines),
        as_json=as_json,
    )
