"""`headwater reserve export`: a reserve as plain files for everybody's tools."""

from __future__ import annotations

import click

from headwater.cli.opened import json_option, reserve_argument, reserve_of, say, storage_of


@click.command(no_args_is_help=True)
@reserve_argument
@click.argument("out", metavar="DIR")
@click.option("--exploded", is_flag=True, required=True, help="Each tile and bundle a file of its own.")
@json_option
def export(*, folder: str, out: str, exploded: bool, as_json: bool) -> None:
    """Write a reserve as plain files that any static file server can serve.

    Both logs are written as C2SP tlog-tiles has them, with records and content beside them, and with
    verify_reserve.py, which checks all of it with Python's standard library alone.
    """
    from headwater.cli.terminal import progress
    from headwater.reserve import export as exporting

    with progress() as show:
        n = exporting.export(reserve_of(folder), storage_of(out), show=show)
    say({"n_documents": n}, f"exported {n:,} documents to {out}", as_json=as_json)
