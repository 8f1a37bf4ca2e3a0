"""`headwater reserve release`: what was given out of a reserve, logged or looked up."""

from __future__ import annotations

from pathlib import Path

import click

from headwater.cli.opened import json_option

_WHAT = click.Choice(["corpus", "export", "sample"])


@click.command(no_args_is_help=True)
@click.argument("reserve", metavar="RESERVE")
@click.argument("manifest", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--as", "what", type=_WHAT, help="What it is; with --keys.")
@click.option(
    "--keys", type=click.Path(path_type=Path, file_okay=False), help="Folder of the reserve's keys: log it."
)
@json_option
def release(*, reserve: str, manifest: Path, what: str | None, keys: Path | None, as_json: bool) -> None:
    """Log what was given out of a reserve, or say whether the registry names it.

    MANIFEST is what names it: the mix.json of a sample, the croissant.json of an export, the release.json of
    a corpus. With --keys its digest is logged; without, the registry is verified and asked for it.
    """
    from headwater.cli.opened import file_bytes, given, now_s, reserve_of, say
    from headwater.reserve import keyring, registry
    from headwater.reserve import release as releasing

    held, data = reserve_of(reserve), file_bytes(manifest)
    if keys is None and what is None:
        _, entries = registry.verify(held.registry_storage, held.manifest)
        number, one = releasing.verify(data, entries)
        told = f"{one['what']} given out on {one.time}, of {one['size']} documents (registry entry {number})"
        say({"entry": number, "time": one.time, **one.fields}, told, as_json=as_json)
        return
    given(what, keys, hint="--as WHAT and --keys DIR")
    made = releasing.entry(held, str(what), data, now_s=now_s())
    ring = keyring.read(keys or Path())
    number = len(held.append([made], ring.registry, time_s=now_s()).entries) - 1
    say({"entry": number}, f"logged: registry entry {number}", as_json=as_json)
