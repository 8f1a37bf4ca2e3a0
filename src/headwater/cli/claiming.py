"""`headwater reserve claim`: who says that a person wrote a text, apart from when it was there."""

from __future__ import annotations

from pathlib import Path

import click

from headwater.cli.opened import json_option

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(no_args_is_help=True)
@click.argument("reserve", metavar="RESERVE")
@click.option(
    "--keys", type=click.Path(path_type=Path, file_okay=False), help="Folder of the reserve's keys."
)
@click.option("--file", "path", type=_FILE, help="The source file that it is said of.")
@click.option("--document", type=click.IntRange(min=0), help="The document that it is said of, by its index.")
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
    **said: str | None,
) -> None:
    """Log who wrote a text in the view of somebody, or list what was said.

    A date is shown by evidence, and that a person wrote a text is a claim of whoever makes it: the registry
    keeps the two apart. With --says the claim is logged; without it, claims of --document are listed.
    """
    from headwater.cli.opened import given, now_s, one_of, reserve_of, say
    from headwater.reserve import claim as claiming
    from headwater.reserve import dating, keyring

    held = reserve_of(reserve)
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
