"""`headwater reserve serve`: a reserve over HTTP, read-only."""

from __future__ import annotations

import sys

import click


@click.command(no_args_is_help=True)
@click.argument("reserve", metavar="RESERVE")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8081, show_default=True, help="0 for a free one."
)
def serve(*, reserve: str, host: str, port: int) -> None:
    """Serve a reserve over HTTP, read-only, until interrupted.

    Below /log and /registry are logs as C2SP tlog-tiles has them; tiles are ranges of packed segments.
    Nothing can be written, and neither keys nor the places of source files are shown.
    """
    from headwater.cli.opened import reserve_of
    from headwater.reserve import serve as server

    opened = reserve_of(reserve)
    logs = {"log": opened.log_storage, "registry": opened.registry_storage}
    application = server.app(logs, opened.storage)
    server.run(application, host=host, port=port, ready=_say)


def _say(url: str) -> None:
    sys.stderr.write(f"headwater: serving {url}\n")
