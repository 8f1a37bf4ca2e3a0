"""`headwater reserve claim`: who says that a person wrote a text, apart from when it was there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.opened import json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.reserve.entry import Entry
    from headwater.reserve.reserve import Reserve
    from headwater.review.mix import Row

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(no_args_is_help=True)
@click.argument("reserve", metavar="RESERVE")
@click.option(
    "--keys", type=click.Path(path_type=Path, file_okay=False), help="Folder of the reserve's keys."
)
@click.option("--file", "path", type=_FILE, help="The source file that it is said of.")
@click.option("--document", type=click.IntRange(min=0), help="The document that it is said of, by its index.")
@click.option("--mix", type=_FILE, help="Sealed documents of a review, with the votes that it is said by.")
@click.option("--says", type=click.Choice(["human", "machine", "mixed"]), help="Who wrote it.")
@click.option("--by", metavar="NAME", help="Whose claim it is.")
@click.option("--basis", metavar="TEXT", help="Why they say so.")
@json_option
def claim(
    *,
    reserve: str,
    keys: Path | None,
    path: Path | None,
    document: int | None,
    as_json: bool,
    **said: Any,
) -> None:
    """Log who wrote a text in the view of somebody, or list what was said.

    A date is shown by evidence, and that a person wrote a text is a claim of whoever makes it: the registry
    keeps the two apart. With --says the claim is logged; without it, claims of --document are listed.

    With --mix each document of headwater review mix that is sealed here is claimed as human by the votes on
    it, whose statements are named; --by names the log that holds them.
    """
    from headwater.cli.opened import given, now_s, one_of, reserve_of, say
    from headwater.reserve import claim as claiming
    from headwater.reserve import dating, keyring

    held = reserve_of(reserve)
    if said["mix"] is not None:
        given(said["by"], keys, hint="--mix, --by and --keys")
        made_of = _claims(held, _mix(said["mix"]), by=said["by"])
        if made_of:
            held.append(made_of, keyring.read(keys or Path()).registry, time_s=now_s())
        told = f"{len(made_of):,} documents are claimed human by {said['by']}"
        say({"n_claims": len(made_of)}, told, as_json=as_json)
        return
    if said["says"] is None and document is not None:
        found = claiming.claims(held.leaf(document), document, held.entries)
        rows = [{"entry": at, "time": one.time, **one.fields} for at, one in found]
        lines = [
            f"{one['claim']}, says {one['by']}: {one['basis']} (registry entry {at})" for at, one in found
        ]
        say({"claims": rows}, "\n".join(lines) or "nobody claims anything of it", as_json=as_json)
        return
    one_of(path, document, hint="--file FILE, or --document INDEX")
    given(said["says"], said["by"], said["basis"], keys, hint="--says, --by, --basis and --keys")
    _, of = dating.of_document(held, document) if document is not None else dating.of_file(str(path))
    made = claiming.claim(
        str(said["says"]), of=of, by=str(said["by"]), basis=str(said["basis"]), now_s=now_s()
    )
    ring = keyring.read(keys or Path())
    number = len(held.append([made], ring.registry, time_s=now_s()).entries) - 1
    say({"entry": number}, f"claimed: registry entry {number}", as_json=as_json)


def _mix(path: Path) -> list[Row]:
    from headwater.cli.opened import file_bytes
    from headwater.review.mix import parse

    return parse(file_bytes(path))


def _claims(held: Reserve, rows: Sequence[Row], *, by: str) -> list[Entry]:
    """Make the claims of a mix that the registry does not have yet.

    Raises:
        InputError: If a document is not in the reserve.
    """
    from headwater.cli.opened import now_s
    from headwater.errors import InputError
    from headwater.reserve import claim as claiming
    from headwater.reserve.membership import find

    found = find(held, [bytes.fromhex(one.document) for one in rows])
    missing = [one.document for one in rows if not found.get(bytes.fromhex(one.document))]
    if missing:
        raise InputError(
            f"{len(missing)} documents of the mix are not in the reserve, such as {missing[0][:16]}",
            hint="headwater reserve seal takes the mix",
        )
    there = {
        (one["subject"].get("document"), one["basis"]) for one in held.entries if one.kind == claiming.KIND
    }
    made = []
    for one in rows:
        index, basis = found[bytes.fromhex(one.document)][-1].index, _basis(one)
        if (index, basis) not in there:
            made.append(claiming.claim("human", of={"document": index}, by=by, basis=basis, now_s=now_s()))
    return made


def _basis(one: Row) -> str:
    from headwater.review.mix import WRITTEN

    kind = "human-authorship/v1" if one.stratum == WRITTEN else "human-judgement/v1"
    return f"posterior {one.posterior:.6g} by {kind} {' '.join(one.attestations)}".rstrip()
