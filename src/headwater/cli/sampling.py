"""`headwater reserve sample`, `check-sample` and `receipt`: a training sample that nobody chose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.opened import json_option
from headwater.errors import InputError

if TYPE_CHECKING:
    from headwater.reserve.reserve import Reserve
    from headwater.reserve.sample import Trust

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(no_args_is_help=True)
@click.argument("reserve", metavar="RESERVE")
@click.option("--n", "n", type=click.IntRange(min=1), help="Log an intent to draw so many documents.")
@click.option(
    "--fraction", type=click.FloatRange(0, 1, min_open=True), help="The same, as a share of the reserve."
)
@click.option("--strata", default="", help="Comma-separated: lang, evidence, media.")
@click.option("--purpose", default="", help="What for; logged with the intent.")
@click.option("--keys", type=_FOLDER, help="Folder of the reserve's keys, to log the intent.")
@click.option("--intent", type=click.IntRange(min=0), help="Draw by this registry entry.")
@click.option(
    "--seed-from", metavar="BEACON", help="Name and value of a later round, such as drand:7=5f1c..."
)
@click.option(
    "--share", type=click.FloatRange(0, 1, min_open=True), default=1.0, help="Share of the training set."
)
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "parquet"]), default="parquet", show_default=True
)
@click.option("--out", type=_FOLDER, help="New folder for the sample.")
@json_option
def sample(*, reserve: str, **options: object) -> None:
    """Draw a sample that provably was not cherry-picked, in two steps.

    First log the intent: --n or --fraction, --strata, --keys. It prints a registry entry. Then wait for a
    round of a public beacon that was not known before, and draw: --intent, --seed-from, --out.
    """
    from headwater.cli.opened import reserve_of

    opened = reserve_of(reserve)
    if options["intent"] is None:
        _intend(opened, options)
    else:
        _draw(opened, options)


def _intend(opened: Reserve, options: dict[str, object]) -> None:
    """Log an intent."""
    from headwater.cli.opened import given, now_s, one_of, say
    from headwater.reserve import keyring, sample

    n, fraction, keys = options["n"], options["fraction"], options["keys"]
    one_of(n, fraction, hint="--n N, or --fraction F")
    given(keys, hint="--keys DIR says who logs the intent")
    wanted = int(str(n)) if n is not None else max(1, round(float(str(fraction)) * opened.size))
    strata = [one.strip() for one in str(options["strata"]).split(",") if one.strip()]
    entry = sample.intend(opened, wanted, strata=strata, purpose=str(options["purpose"]), now_s=now_s())
    grown = opened.append([entry], keyring.read(Path(str(keys))).registry, time_s=now_s())
    number = len(grown.entries) - 1
    told = f"intent logged: registry entry {number}, {wanted} of {opened.size} documents"
    say({"entry": number, "n": wanted, "size": opened.size}, told, as_json=bool(options["as_json"]))


def _draw(opened: Reserve, options: dict[str, object]) -> None:
    """Draw by an intent.

    Raises:
        InputError: If the folder for the sample is there.
    """
    from headwater.cli.opened import given, say
    from headwater.reserve import sample, stream
    from headwater.reserve.order import parse_beacon

    beacon, out = options["seed_from"], options["out"]
    given(beacon, out, hint="a draw needs --seed-from NAME=HEX and --out DIR")
    folder = Path(str(out))
    if folder.exists():
        raise InputError(f"{folder} exists", hint="choose another folder")
    mix = sample.draw(
        opened, int(str(options["intent"])), parse_beacon(str(beacon)), share=float(str(options["share"]))
    )
    n = stream.write(opened, mix, folder, form=str(options["form"]))
    found = {"n_bundles": len(mix.bundles), "n_documents": n, "manifest": str(folder / stream.MANIFEST)}
    told = f"{n} documents of {len(mix.bundles)} bundles in {folder}; proof in {folder / stream.MANIFEST}"
    say(found, told, as_json=bool(options["as_json"]))


@click.command("check-sample", no_args_is_help=True)
@click.argument("folder", type=_FOLDER)
@click.option("--reserve", required=True, metavar="RESERVE", help="The reserve, or a mirror of its registry.")
@json_option
def check_sample(*, folder: Path, reserve: str, as_json: bool) -> None:
    """Draw a sample again from its manifest, and say whether it is the one."""
    from headwater.cli.opened import say
    from headwater.log import bulk
    from headwater.log.storage import Directory
    from headwater.log.tile import WIDTH
    from headwater.reserve import sample, stream

    mix, handed = stream.load(Directory(folder))
    hasher = bulk.hasher(len(mix.bundles) * WIDTH)
    n = sample.verify(mix, handed, trust_of(reserve, mix.checkpoint), hasher=hasher)
    told = f"verified: {n} documents of {len(mix.bundles)} bundles, as the intent and the beacon draw them"
    say({"n_bundles": len(mix.bundles), "n_documents": n, "outcome": "verified"}, told, as_json=as_json)


@click.command(no_args_is_help=True)
@click.argument("folder", type=_FOLDER)
@click.option("--reserve", required=True, metavar="RESERVE", help="The reserve that was drawn from.")
@click.option("--model", help="Issue: name of the model.")
@click.option("--weights", type=_FILE, help="Issue: file of its weights.")
@click.option("--keys", type=_FOLDER, help="Issue: folder of the reserve's keys.")
@click.option("--out", type=_FILE, help="Issue: new file for the receipt.")
@click.option("--check", type=_FILE, help="Check this receipt instead.")
@json_option
def receipt(
    *,
    folder: Path,
    reserve: str,
    check: Path | None,
    out: Path | None,
    as_json: bool,
    **issue: Path | str | None,
) -> None:
    """Bind a model to the sample it was trained with: a signed in-toto statement.

    FOLDER is the sample's. The sample itself is verified first.
    """
    from headwater.cli.opened import file_bytes, given, new_file, now_s, reserve_of, say
    from headwater.log.storage import Directory
    from headwater.reserve import keyring, sample, stream
    from headwater.reserve import receipt as receipts

    mix, handed = stream.load(Directory(folder))
    trust = trust_of(reserve, mix.checkpoint)
    sample.verify(mix, handed, trust)
    manifest = file_bytes(folder / stream.MANIFEST)
    if check is not None:
        found = receipts.open_envelope(file_bytes(check), trust.policy.keys)
        receipts.verify(found, manifest, mix)
        told = f"verified: {found.model} was trained with {found.n_documents} documents of {found.reserve}"
        rows = {"model": found.model, "n_documents": found.n_documents, "reserve": found.reserve}
        say({**rows, "outcome": "verified"}, told, as_json=as_json)
        return
    model, weights, keys = issue["model"], issue["weights"], issue["keys"]
    given(model, weights, keys, out, hint="--model NAME --weights FILE --keys DIR --out FILE")
    from headwater.sources.opening import digest_and_size

    ring = keyring.read(Path(str(keys)))
    made = receipts.issue(str(model), digest_and_size(str(weights))[0], mix, manifest, time_s=now_s())
    new_file(Path(str(out)), receipts.seal(made, ring.documents))
    grown = reserve_of(reserve).append([receipts.entry(made, now_s=now_s())], ring.registry, time_s=now_s())
    number = len(grown.entries) - 1
    say({"entry": number, "receipt": str(out)}, f"receipt in {out}, registry entry {number}", as_json=as_json)


def trust_of(name: str, signed: bytes) -> Trust:
    """Give what a sample of a reserve is checked by, after its registry was verified.

    Args:
        name: The reserve.
        signed: The checkpoint that the sample was drawn from.
    """
    from headwater.cli.opened import reserve_of
    from headwater.log import checkpoint
    from headwater.log.checkpoint import Policy
    from headwater.reserve import registry
    from headwater.reserve.sample import Trust

    opened = reserve_of(name)
    _, entries = registry.verify(opened.registry_storage, opened.manifest)
    policy = registry.policy(opened.manifest, entries, checkpoint.parse(signed)[0].size)
    keys = registry.registry_keys(opened.manifest, entries)
    return Trust(policy, Policy(opened.manifest.registry_origin, keys), entries)
