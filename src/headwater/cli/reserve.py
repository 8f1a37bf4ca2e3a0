"""`headwater reserve`: the group; its commands stand in files of their own."""

from __future__ import annotations

import click

from headwater.cli.auditing import audit, protect, repair
from headwater.cli.claiming import claim
from headwater.cli.dating import date, timestamp, witness
from headwater.cli.exporting import export
from headwater.cli.keying import keygen, rotate
from headwater.cli.proving import prove, verify
from headwater.cli.redacting import redact
from headwater.cli.releasing import release
from headwater.cli.sampling import check_sample, receipt, sample
from headwater.cli.sealing import intend, seal
from headwater.cli.serving import serve


@click.group(no_args_is_help=True)
def reserve() -> None:
    """Seal human text: prove it, date it, sample it, take it down, serve it.

    A RESERVE is a folder, or the URL of one in an object store, such as s3://bucket/reserve.
    """


_COMMANDS = (
    *(keygen, rotate, intend, seal, prove, verify, redact, export),
    *(audit, check_sample, claim, date, protect, receipt, release, repair, sample, serve, timestamp, witness),
)
for command in _COMMANDS:
    reserve.add_command(command)
