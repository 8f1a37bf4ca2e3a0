"""`headwater watermark registry`: announce keys, gather announcements, verify what others gathered."""

from __future__ import annotations

import sys
import time
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.epochs import chain, id_of, seconds
from headwater.errors import InputError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.watermark.page import Marker
    from headwater.watermark.registry.registry import Registry, Usable

_DAY = click.DateTime(["%Y-%m-%d"])
KEEPER = click.option(
    "--keeper", metavar="LINE", help="Public key of the registry's keeper, or a file that holds it."
)


@click.group()
def registry() -> None:
    """Say who marks text, how and under which keys, and verify what others say.

    A registry is one file: the entries of a log, each signed by its issuer, and the checkpoint that its
    keeper signed.
    """


registry.add_command(chain)


@registry.command(no_args_is_help=True)
@click.argument("name", metavar="NAME")
@click.argument("file", metavar="FILE", type=Path)
def keygen(*, name: str, file: Path) -> None:
    """Draw the signing key of an issuer or a keeper into a new FILE.

    Its public half goes to FILE.pub.

    NAME is its identity for life, best a URL without its scheme, such as example.com/marks.
    """
    from headwater.log import keys as log_keys
    from headwater.log.algorithm import ED25519

    signer = log_keys.generate(name, ED25519)
    log_keys.write(file, signer)
    Path(f"{file}.pub").write_text(f"{signer.key}\n", "utf-8")
    sys.stdout.write(f"{signer.key}\n")


@registry.command(no_args_is_help=True)
@click.argument("key_file", metavar="KEY", type=Path)
@click.option(
    "--issuer",
    metavar="FILE",
    type=Path,
    required=True,
    help="Signing key of the issuer, which keygen draws.",
)
@click.option("--tokenizer", required=True, help="Of the model, such as cl100k.")
@click.option("--contact", required=True, help="Where to write to.")
@click.option("--from", "from_", metavar="DATE", type=_DAY, required=True, help="First day.")
@click.option("--until", metavar="DATE", type=_DAY, required=True, help="The day after the last.")
@click.option("--previous", metavar="ENTRY", type=Path, help="The issuer's entry before this one.")
def announce(*, key_file: Path, issuer: Path, **told: Any) -> None:
    """Print an entry that makes a watermark KEY public, signed by its issuer.

    Whoever knows a key can mark with it: make a key public to let everybody find marks that nobody has a
    reason to forge.
    """
    from headwater.log import keys as log_keys
    from headwater.watermark import keys
    from headwater.watermark.registry import entry
    from headwater.watermark.registry.registry import announcement

    key, signer = keys.read(key_file), log_keys.read(issuer)
    made = announcement(
        key.profile,
        told["tokenizer"],
        contact=told["contact"],
        from_s=seconds(told["from_"]),
        until_s=seconds(told["until"]),
        key={"kind": "public", "secret": key.secret.hex()},
        previous=id_of(told["previous"]),
    )
    sys.stdout.write(entry.sign(made, signer, time_s=int(time.time())).decode())


@registry.command(no_args_is_help=True)
@click.argument("entries", metavar="ENTRY...", nargs=-1, required=True, type=Path)
@click.option(
    "--keeper",
    metavar="FILE",
    type=Path,
    required=True,
    help="Signing key of the keeper, which keygen draws.",
)
@click.option(
    "--out", metavar="FILE", type=Path, required=True, help="The registry; replaced if it is there."
)
def gather(*, entries: Sequence[Path], keeper: Path, out: Path) -> None:
    """Make a registry of all its entries, in the order of its log, and sign it."""
    from headwater.log import keys as log_keys
    from headwater.log.checkpoint import Policy
    from headwater.watermark.registry.registry import encode, open_

    signer = log_keys.read(keeper)
    leaves = [file.read_bytes() for file in entries]
    data = encode(leaves, signer.name, [signer], time_s=int(time.time()))
    open_(data, Policy(signer.name, (signer.key,)))
    out.write_bytes(data)
    n = f"{len(leaves)} {'entry' if len(leaves) == 1 else 'entries'}"
    sys.stdout.write(f"{out}: {n}, keeper {signer.key}\n")


@registry.command(no_args_is_help=True)
@click.argument("file", metavar="REGISTRY", type=Path)
@KEEPER
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(*, file: Path, keeper: str | None, as_json: bool) -> None:
    """Verify a REGISTRY: its keeper, every signature, forks, values disclosed, dates.

    Status 1 if it is not what it claims, or an entry gives no key today; the entry is named.
    """
    opened = read(file, keeper)
    found = today(opened)
    groups: dict[str, list[Marker]] = {}
    for marker in found.markers:
        groups.setdefault(marker.tokenizer.name, []).append(marker)
    if as_json:
        names = {tokenizer: [marker.name for marker in some] for tokenizer, some in groups.items()}
        told = {"entries": len(opened.entries), "keys": names, "refused": list(found.refused)}
        sys.stdout.write(dumps(told) + "\n")
    for tokenizer, some in {} if as_json else groups.items():
        sys.stdout.write(f"{tokenizer}\n")
        sys.stdout.write("".join(f"  {marker.name}  {marker.scheme.name}\n" for marker in some))
    _end(found)


def read(file: Path, keeper: str | None) -> Registry:
    """Read and verify a registry.

    Args:
        file: The document.
        keeper: Public key of its keeper, or a file that holds it.

    Raises:
        InputError: If no keeper is named.
    """
    from headwater.log import note
    from headwater.log.checkpoint import Policy
    from headwater.watermark.registry.registry import open_

    if not keeper:
        raise InputError("no --keeper is given", hint="name the public key of the registry's keeper")
    line = Path(keeper).read_text("utf-8").strip() if Path(keeper).is_file() else keeper
    key = note.parse_key(line)
    return open_(file.read_bytes(), Policy(key.name, (key,)))


def today(opened: Registry) -> Usable:
    """List the keys of a registry that are valid now."""
    from headwater.watermark.registry.registry import usable

    return usable(opened, now_s=int(time.time()))


def _end(found: Usable) -> None:
    if found.refused:
        raise VerificationError(found.refused[0], hint="ask its issuer for an entry that is valid")
