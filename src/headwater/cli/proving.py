"""`headwater reserve prove` and `verify`: one document, a proof file, or all of a reserve."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.opened import json_option, reserve_argument, reserve_of, say
from headwater.errors import InputError, SealError, UnavailableError

if TYPE_CHECKING:
    from headwater.reserve.verify import Finding

_SHOWN = 20


@click.command(no_args_is_help=True)
@reserve_argument
@click.argument("index", metavar="INDEX", type=click.IntRange(min=0))
@click.option("--out", metavar="FILE", required=True, help="Where the proof goes.")
@click.option("--payload", metavar="FILE", help="Where the document's text goes, if it is wanted.")
@json_option
def prove(*, folder: str, index: int, out: str, payload: str | None, as_json: bool) -> None:
    """Prove that a document is in a reserve.

    The proof is a file (C2SP tlog-proof) that is checked without the reserve.
    """
    from headwater.reserve import content
    from headwater.reserve import prove as proving

    held = reserve_of(folder)
    data = proving.prove(held, index)
    text = content.read(held, index) if payload is not None else b""  # Read before anything is written.
    _write(out, data)
    if payload is not None:
        _write(payload, text)
    found = asdict(held.leaf(index))
    gone = held.redactions.get(index)
    told = f"document {index} of {held.size}: {found['uri']}, {found['captured'] or 'no date'}"
    told += "" if gone is None else f"; its text was redacted (registry entry {gone})"
    value = {"index": index, "record": found, "redaction": gone, "size": held.size}
    say(value, told, as_json=as_json)


@click.command()
@click.argument("folder", metavar="[RESERVE]", required=False)
@click.option("--index", type=click.IntRange(min=0), help="This document alone.")
@click.option("--proof", metavar="FILE", help="A proof file, without the reserve.")
@click.option("--manifest", metavar="FILE", help="The reserve.json that you trust; with --proof.")
@click.option("--payload", metavar="FILE", help="The document's text; with --proof.")
@json_option
def verify(*, folder: str | None, index: int | None, proof: str | None, as_json: bool, **files: Any) -> None:
    """Verify a reserve, one document of it, or a proof file.

    The answer is one of: verified, redacted (with the registry's entry), missing or corrupt (with the bytes
    of the file at fault). The status is 0 for the first two, 1 for the last. A proof needs no RESERVE, unless
    the keys of its documents were replaced: then the registry of RESERVE, or of a mirror, says by which.
    """
    if folder is None and proof is None:
        _refuse("nothing to verify", "name a reserve, or --proof FILE with --manifest FILE")
    if proof is not None:
        _verify_proof(proof, folder, files, as_json=as_json)
    elif index is not None:
        _verify_document(str(folder), index, as_json=as_json)
    else:
        _verify_whole(str(folder), as_json=as_json)


def _refuse(message: str, hint: str) -> None:
    raise InputError(message, hint=hint)


def _verify_proof(proof: str, folder: str | None, files: dict[str, Any], *, as_json: bool) -> None:
    """Verify a proof file, with the reserve's registry where its keys were replaced since it began.

    Raises:
        InputError: If it is not said whom to trust.
    """
    from headwater.reserve import manifest as manifests
    from headwater.reserve import prove as proving
    from headwater.reserve import registry

    if files["manifest"] is None:
        raise InputError("whose reserve is it?", hint="--manifest FILE names the reserve.json that you trust")
    trusted, data, payload = manifests.parse(_read(files["manifest"])), _read(proof), files["payload"]
    policy = trusted.policy
    if folder is not None:
        _, entries = registry.verify(reserve_of(folder).registry_storage, trusted)
        policy = registry.policy(trusted, entries, proving.size(data))
    text = _read(payload) if payload is not None else None
    found, at = proving.verify(data, policy, payload=text)
    told = f"verified: {found.uri}, {found.captured or 'no date'}, one of {at.size} in {at.origin}"
    say({"outcome": "verified", "record": asdict(found), "size": at.size}, told, as_json=as_json)


def _verify_document(folder: str, index: int, *, as_json: bool) -> None:
    from headwater.reserve import verify as verifying

    held = reserve_of(folder)
    verifying.heads(held)
    found = verifying.document(held, index)
    say(_json(found), f"document {index}: {_told(found)}", as_json=as_json)
    if found.outcome == verifying.CORRUPT:
        _end(f"document {index} is not as it was sealed")


def _verify_whole(folder: str, *, as_json: bool) -> None:
    from headwater.cli.terminal import progress
    from headwater.log import bulk
    from headwater.reserve import verify as verifying

    held = reserve_of(folder)
    with progress() as show:
        report = verifying.whole(held, hasher=bulk.hasher(held.size), show=show)
    faults = [*report.redacted, *report.corrupt]
    outcome = verifying.CORRUPT if report.corrupt else verifying.VERIFIED
    n_corrupt = sum(one.n for one in report.corrupt)
    counts = {"n_verified": report.n_verified, "n_redacted": len(report.redacted), "n_corrupt": n_corrupt}
    lines = [f"{outcome}: {report.n_verified:,} documents as sealed, {len(report.redacted):,} redacted, "]
    lines[0] += f"{n_corrupt:,} missing or corrupt"
    lines += [f"  document {one.first}{_more(one)}: {_told(one)}" for one in faults[:_SHOWN]]
    lines += [f"  and {len(faults) - _SHOWN:,} more; --json lists all"] if len(faults) > _SHOWN else []
    value = {"outcome": outcome, **counts, "findings": [_json(one) for one in faults]}
    say(value, "\n".join(lines), as_json=as_json)
    if report.corrupt:
        _end("the reserve is not as it was sealed")


def _more(found: Finding) -> str:
    return f" to {found.first + found.n - 1}" if found.n > 1 else ""


def _told(found: Finding) -> str:
    if found.entry >= 0:
        return f"{found.outcome} (registry entry {found.entry})"
    where = f", {found.where}" if found.where else ""
    return f"{found.outcome}{where}{': ' if found.detail else ''}{found.detail}"


def _json(found: Finding) -> dict[str, Any]:
    value = asdict(found)
    if found.entry < 0:
        del value["entry"]
    return value


def _end(message: str) -> None:
    raise SealError(message, hint="repair it from a mirror; what was proved before stays proved")


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UnavailableError(f"cannot read {path}: {error.strerror}") from error


def _write(path: str, data: bytes) -> None:
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise UnavailableError(f"cannot write {path}: {error.strerror}") from error
