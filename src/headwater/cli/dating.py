"""`headwater reserve timestamp`, `witness` and `date`: who else says when a reserve was what it is."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.opened import json_option
from headwater.errors import InputError

if TYPE_CHECKING:
    from headwater.reserve.evidence import Anchors

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(no_args_is_help=True)
@click.argument("reserve", metavar="RESERVE")
@click.option("--keys", type=_FOLDER, required=True, help="Folder of the reserve's keys.")
@click.option("--tsa", metavar="URL", help="Time-stamping authority to ask.")
@click.option(
    "--openssl", type=_FILE, help="Configuration of an authority of `openssl ts` here, instead of a URL."
)
@click.option("--section", default="tsa", show_default=True, help="Its section in that file.")
@click.option(
    "--tsa-root", type=_FILE, multiple=True, required=True, help="Root certificate that is trusted."
)
@json_option
def timestamp(
    *,
    reserve: str,
    keys: Path,
    tsa: str | None,
    tsa_root: tuple[Path, ...],
    as_json: bool,
    **here: Any,
) -> None:
    """Have the checkpoint of a reserve time-stamped, and log the token.

    The token (RFC 3161) is verified before it is stored. Everything sealed up to now was there by its time.
    """
    from headwater.cli.opened import file_bytes, now_s, one_of, reserve_of, say
    from headwater.reserve import dating, keyring, stamp
    from headwater.reserve.evidence import Anchors, Subject

    one_of(tsa, here["openssl"], hint="--tsa URL, or --openssl FILE")
    opened, ring = reserve_of(reserve), keyring.read(keys)
    _, signed = opened.log.checkpoint()
    anchors = Anchors(tsa_roots=tuple(file_bytes(one) for one in tsa_root))
    ask = stamp.over_http(tsa) if tsa else stamp.by_openssl(here["openssl"], here["section"])
    token = stamp.stamp(signed, ask, anchors)
    digest = hashlib.sha256(signed)
    subject, of = Subject(digest.digest()), {"checkpoint": digest.hexdigest()}
    entry = dating.show("rfc3161-1", token, subject, anchors, of=of, now_s=now_s())
    number = dating.log(opened, entry, token, ring.registry, now_s=now_s())
    told = f"time-stamped {entry['date']}, registry entry {number}"
    say({"date": entry["date"], "entry": number}, told, as_json=as_json)


@click.command(no_args_is_help=True)
@click.argument("reserve", metavar="RESERVE")
@click.option("--url", required=True, help="Where the witness takes submissions, without /add-checkpoint.")
@click.option("--key", "lines", multiple=True, required=True, help="Verifier key of the witness, one line.")
@click.option("--registry", is_flag=True, help="Ask for the registry's checkpoint instead of the log's.")
@json_option
def witness(*, reserve: str, url: str, lines: tuple[str, ...], registry: bool, as_json: bool) -> None:
    """Ask a C2SP witness to sign a checkpoint, and store its line.

    A witness signs only what continues what it signed before, so that nobody is shown another history.
    """
    from headwater.cli.opened import reserve_of, say
    from headwater.log import note
    from headwater.log.witness import Witness
    from headwater.reserve.witnessed import witnessed

    opened = reserve_of(reserve)
    storage = opened.registry_storage if registry else opened.log_storage
    n = witnessed(storage, [Witness(url.rstrip("/"), tuple(map(note.parse_key, lines)))])
    say({"n_cosignatures": n}, f"stored {n} cosignatures", as_json=as_json)


@click.command(no_args_is_help=True)
@click.argument("reserve", metavar="RESERVE")
@click.argument("proof", type=_FILE)
@click.option("--keys", type=_FOLDER, required=True, help="Folder of the reserve's keys.")
@click.option("--method", required=True, help="How it shows a date, such as openpgp-1.")
@click.option("--file", "path", type=_FILE, help="The source file that is dated.")
@click.option("--document", type=click.IntRange(min=0), help="The document that is dated, by its index.")
@click.option("--anchors", type=_FILE, required=True, help="Whom you trust, a TOML file.")
@json_option
def date(
    *,
    reserve: str,
    proof: Path,
    keys: Path,
    method: str,
    anchors: Path,
    as_json: bool,
    **subject: Path | int | None,
) -> None:
    """Show when a source file or a document was there, and log the evidence.

    PROOF is checked with the tool of its method before it is logged: a signed .dsc, a .tsr token, an .ots
    proof. It says that the bytes were there by a date, and nothing of who wrote them.
    """
    from headwater.cli.opened import file_bytes, now_s, one_of, reserve_of, say
    from headwater.reserve import dating, keyring

    path, number = subject["path"], subject["document"]
    one_of(path, number, hint="--file FILE, or --document INDEX")
    opened, ring, trusted = reserve_of(reserve), keyring.read(keys), anchors_of(anchors)
    if isinstance(number, int):
        what, of = dating.of_document(opened, number)
    else:
        what, of = dating.of_file(str(path))
    data = file_bytes(proof)
    entry = dating.show(method, data, what, trusted, of=of, now_s=now_s())
    at = dating.log(opened, entry, data, ring.registry, now_s=now_s())
    told = f"{entry['grade']}: there by {entry['date']}, registry entry {at}"
    say({"date": entry["date"], "entry": at, "grade": entry["grade"]}, told, as_json=as_json)


def anchors_of(path: Path) -> Anchors:
    """Read whom the user trusts.

    Args:
        path: A TOML file; the paths in it are relative to its folder.

    Raises:
        InputError: If it is no TOML, or has an unknown key.
    """
    import tomllib

    from headwater.cli.opened import file_bytes
    from headwater.reserve.evidence import Anchors
    from headwater.reserve.evidence.bitcoin import parse_headers

    try:
        table = tomllib.loads(file_bytes(path).decode("utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: not TOML: {error}") from error
    known = {"archives", "headers", "keyrings", "tsa_certificates", "tsa_roots"}
    wrong = [key for key, value in table.items() if key not in known or not isinstance(value, list)]
    if wrong:
        raise InputError(
            f"{path}: {wrong[0]} is unknown or no list", hint=f"known: {', '.join(sorted(known))}"
        )
    files = {key: [path.parent / str(one) for one in table.get(key, [])] for key in known - {"archives"}}
    return Anchors(
        keyrings=tuple(files["keyrings"]),
        tsa_roots=tuple(map(file_bytes, files["tsa_roots"])),
        tsa_certificates=tuple(map(file_bytes, files["tsa_certificates"])),
        headers=tuple(one for file in files["headers"] for one in parse_headers(file.read_text("utf-8"))),
        archives=tuple(map(str, table.get("archives", []))),
    )
