"""`headwater reserve export`: a reserve as plain files, or as one archive, for everybody's tools."""

from __future__ import annotations

from pathlib import Path

import click

from headwater.cli.opened import json_option, one_of, reserve_argument, reserve_of, say, storage_of


@click.command(no_args_is_help=True)
@reserve_argument
@click.argument("out", metavar="OUT")
@click.option("--exploded", is_flag=True, help="A folder: each tile and bundle a file of its own.")
@click.option("--wacz", is_flag=True, help="One WACZ file of the archives that were sealed in place.")
@json_option
def export(*, folder: str, out: str, exploded: bool, wacz: bool, as_json: bool) -> None:
    """Write a reserve as plain files that any static file server can serve.

    With --exploded both logs are written as C2SP tlog-tiles has them, with records and content beside them,
    and with verify_reserve.py, which checks all of it with Python's standard library alone. With --wacz the
    WARC files that were sealed in place are written with an index of what is sealed and not redacted.
    """
    from headwater.cli.terminal import progress
    from headwater.reserve import export as exporting

    one_of(exploded or None, wacz or None, hint="--exploded, or --wacz")
    held = reserve_of(folder)
    with progress() as show:
        if wacz:
            from headwater.reserve import wacz as zipped

            n, n_left = zipped.export(held, Path(out), show=show)
        else:
            n, n_left = exporting.export(held, storage_of(out), show=show), 0
    rest = f"; {n_left:,} are redacted or have no date" if n_left else ""
    told = f"exported {n:,} documents to {out}{rest}"
    say({"n_documents": n, "n_left_out": n_left}, told, as_json=as_json)
