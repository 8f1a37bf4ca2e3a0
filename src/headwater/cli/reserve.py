"""`headwater reserve`: the group; its commands stand in files of their own."""

from __future__ import annotations

import click

from headwater.cli.dating import date, timestamp, witness
from headwater.cli.sampling import check_sample, receipt, sample
from headwater.cli.serving import serve


@click.group(no_args_is_help=True)
def reserve() -> None:
    """Keep a sealed reserve of human text: prove, date, sample, audit, serve it.

    A RESERVE is a folder, or the URL of one in an object store, such as s3://bucket/reserve.
    """


for command in (check_sample, date, receipt, sample, serve, timestamp, witness):
    reserve.add_command(command)
