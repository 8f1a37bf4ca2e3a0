"""`headwater watermark registry chain …`: epoch keys that are disclosed when they have expired."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.errors import InputError

if TYPE_CHECKING:
    from headwater.watermark.registry.epochs import Epochs
    from headwater.watermark.scheme import Scheme

_DAY_S = 86_400
_DAYS = click.IntRange(1, 36_500)
_CHAIN = click.argument("chain_file", metavar="CHAIN", type=Path)
_ISSUER = click.option(
    "--issuer",
    metavar="FILE",
    type=Path,
    required=True,
    help="Signing key of the issuer, which keygen draws.",
)
_PREVIOUS = click.option("--previous", metavar="ENTRY", type=Path, help="The issuer's entry before this one.")
_EPOCH = click.option("--epoch", type=click.IntRange(1, 100_000), required=True, help="Number, from 1.")


@click.group()
def chain() -> None:
    """Mark with a key for each epoch, and disclose it when the epoch is over.

    Then everybody finds the marks of the epoch, and a mark in a text that was seen before the disclosure can
    only be the issuer's.
    """


@chain.command(no_args_is_help=True)
@_CHAIN
@click.option("--epochs", "n_epochs", type=click.IntRange(1, 100_000), required=True, help="How many.")
def draw(*, chain_file: Path, n_epochs: int) -> None:
    """Draw the secret of a chain into a new file CHAIN that its owner alone may read."""
    from headwater.watermark.registry import chain as chains

    chains.write(chain_file, chains.generate(n_epochs))
    sys.stdout.write(f"{chain_file}: a chain of {n_epochs:,} epochs\n")


@chain.command(no_args_is_help=True)
@_CHAIN
@click.argument("file", metavar="FILE", type=Path)
@_EPOCH
@click.option("--profile", default="gumbel-aes-1", show_default=True, help="Profile that the key is for.")
def key(*, chain_file: Path, file: Path, epoch: int, profile: str) -> None:
    """Write the key of an epoch into a new FILE that its owner alone may read."""
    from headwater.watermark import keys
    from headwater.watermark.registry import chain as chains

    keys.write(file, chains.read(chain_file).key(_scheme(profile), epoch))
    sys.stdout.write(f"{file}: the key of epoch {epoch}, of {profile}\n")


@chain.command(no_args_is_help=True)
@_CHAIN
@_ISSUER
@click.option("--profile", default="gumbel-aes-1", show_default=True, help="Profile of the keys.")
@click.option("--tokenizer", required=True, help="Of the model, such as cl100k.")
@click.option("--contact", required=True, help="Where to write to.")
@click.option(
    "--from", "from_", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day."
)
@click.option(
    "--until", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Day after the last."
)
@click.option("--epoch-days", type=_DAYS, required=True, help="Length of an epoch.")
@click.option("--lag-days", type=_DAYS, required=True, help="From the end of an epoch to its disclosure.")
@_PREVIOUS
def announce(*, chain_file: Path, issuer: Path, **told: Any) -> None:
    """Print an entry that commits to a CHAIN, signed by its issuer.

    The first epoch begins on --from.
    """
    from headwater.log import keys as log_keys
    from headwater.watermark.registry import chain as chains
    from headwater.watermark.registry import entry
    from headwater.watermark.registry.registry import announcement

    held, signer = chains.read(chain_file), log_keys.read(issuer)
    held.key(_scheme(told["profile"]), 1)
    from_s = seconds(told["from_"])
    made = announcement(
        told["profile"],
        told["tokenizer"],
        contact=told["contact"],
        from_s=from_s,
        until_s=seconds(told["until"]),
        key={
            "anchor": held.value(0).hex(),
            "epoch_s": told["epoch_days"] * _DAY_S,
            "first_s": from_s,
            "kind": "epochs",
            "lag_s": told["lag_days"] * _DAY_S,
            "n_epochs": held.n_epochs,
        },
        previous=id_of(told["previous"]),
    )
    sys.stdout.write(entry.sign(made, signer, time_s=int(time.time())).decode())


@chain.command(no_args_is_help=True)
@_CHAIN
@_ISSUER
@click.option(
    "--entry", "entry_file", metavar="ENTRY", type=Path, required=True, help="Entry that committed to CHAIN."
)
@_EPOCH
@_PREVIOUS
def disclose(*, chain_file: Path, issuer: Path, entry_file: Path, epoch: int, previous: Path | None) -> None:
    """Print an entry that discloses the value of an epoch.

    It is signed by the issuer, and never made before its day.
    """
    from headwater.log import keys as log_keys
    from headwater.watermark.registry import chain as chains
    from headwater.watermark.registry import entry, epochs

    held, of = chains.read(chain_file), entry.parse(entry_file.read_bytes())
    value = held.value(epoch)
    epochs.verify(_due(of.epochs, epoch), epoch, value)
    told = {"entry": of.id, "epoch": epoch, "format": entry.DISCLOSURE, "value": value.hex()}
    signed = told | {"previous": id_of(previous) or of.id}
    sys.stdout.write(entry.sign(signed, log_keys.read(issuer), time_s=int(time.time())).decode())


def _due(of: Epochs | None, epoch: int) -> Epochs:
    if of is None:
        raise InputError("the entry commits to no chain", hint="--entry takes what chain announce printed")
    due_s = of.disclosed_s(epoch)
    if time.time() < due_s:
        day = datetime.fromtimestamp(due_s, UTC).date()
        raise InputError(
            f"epoch {epoch} is disclosed on {day} at the earliest",
            hint="whoever has a value can mark with it",
        )
    return of


def _scheme(name: str) -> Scheme:
    from headwater.watermark.schemes import SCHEMES

    if name not in SCHEMES:
        raise InputError(f"no watermark profile {name!a}", hint="headwater watermark lint lists them")
    return SCHEMES[name]


def id_of(file: Path | None) -> str:
    """Give the id of an entry in a file; empty without one."""
    from headwater.watermark.registry import entry

    return entry.parse(file.read_bytes()).id if file else ""


def seconds(day: datetime) -> int:
    """Give the first second of a day, POSIX, UTC."""
    return int(day.replace(tzinfo=UTC).timestamp())
