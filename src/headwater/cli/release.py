"""`headwater curate seal` and `verify`: a release made of a run, and checked by anybody."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.opened import file_bytes, json_option, keys_option, now_s, say
from headwater.errors import InputError, VerificationError

if TYPE_CHECKING:
    from headwater.curate.release import Manifest
    from headwater.log.checkpoint import Checkpoint
    from headwater.log.note import VerifierKey


@click.command(no_args_is_help=True)
@click.argument("run", metavar="DIR")
@click.option("--out", metavar="RELEASE", required=True, help="Folder of the release: new or empty.")
@keys_option
@json_option
def seal(*, run: str, out: str, keys_folder: str, as_json: bool) -> None:
    """Seal what a run admitted, with policy and evidence, for others to check.

    DIR is the folder of a finished headwater curate run. RELEASE gets the corpus as tables that `datasets`
    loads, the evidence, Croissant metadata, a summary for the European template, and a log signed by the
    keys, which headwater reserve keygen draws. key.txt beside the release holds the public halves; publish
    them elsewhere too.
    """
    from headwater.curate.seal_release import seal as make
    from headwater.curate.store import write_text
    from headwater.reserve import keyring

    signers = keyring.read(Path(keys_folder)).documents
    made = make(Path(run), Path(out), signers, time_s=now_s())
    keys = Path(f"{out.rstrip('/')}.key.txt")
    write_text(keys, "".join(f"{signer.key}\n" for signer in signers))
    text = f"sealed {made.n_documents:,} documents and {len(made.files)} files as {made.origin}\nkeys: {keys}"
    say({"origin": made.origin, "documents": made.n_documents, "keys": str(keys)}, text, as_json=as_json)


@click.command(no_args_is_help=True)
@click.argument("release", metavar="RELEASE")
@click.option("--key", metavar="FILE", required=True, help="Public keys of its maker, one a line.")
@click.option("--document", metavar="ID|FILE", help="Also tell whether this document is in it.")
@click.option("--proof", metavar="FILE", help="Where the proof of that goes.")
@click.option("--html", metavar="FILE", help="Also write the run's report, with what was checked.")
@json_option
def verify(
    *, release: str, key: str, document: str | None, proof: str | None, html: str | None, as_json: bool
) -> None:
    """Check a release, file by file and document by document.

    A document is named by its id, or by a file that holds its payload as captured or its text. The status is
    1 when something is not what was sealed, and when the document is not in the release.
    """
    _verify(Path(release), Path(key), document=document, proof=proof, html=html, as_json=as_json)


def _verify(
    release: Path, key: Path, *, document: str | None, proof: str | None, html: str | None, as_json: bool
) -> None:
    """Check a release, write its page, and look for a document in it.

    Raises:
        InputError: If a proof is wanted of nothing.
        VerificationError: If the document is not in it.
    """
    from headwater.curate import verify_release
    from headwater.curate.store import write_text

    if proof and document is None:
        raise InputError("--proof goes with --document", hint="name the document to be proved")
    keys = verify_release.own_keys(file_bytes(key).decode("utf-8", "replace"))
    manifest, at = verify_release.verify(release, keys)
    if html:
        write_text(Path(html), _page(release, manifest, at, keys=keys))
    facts = {"origin": manifest.origin, "documents": manifest.n_documents, "root": at.root.hex()}
    text = (
        f"verified: {manifest.n_documents:,} documents and {len(manifest.files)} files of {manifest.origin}"
    )
    text += f"\npage: {html}" if html else ""
    if document is None:
        say(facts, text, as_json=as_json)
        return
    named = Path(document)
    content = file_bytes(named) if named.is_file() else None
    found = verify_release.find(release, manifest, id_=document, content=content)
    if found is None:
        sys.stderr.write(f"headwater: {text}\n")
        raise VerificationError(f"the release holds no document {document}")
    if proof:
        Path(proof).write_bytes(found.proof)
    facts |= {"index": found.index, "id": found.id, "file": found.file}
    say(facts, f"{text}\nin it: document {found.id}, entry {found.index}, {found.file}", as_json=as_json)


def _page(release: Path, manifest: Manifest, at: Checkpoint, *, keys: Sequence[VerifierKey]) -> str:
    """Draw the report of the run that was sealed, with what was checked."""
    from headwater.curate.layout import Layout
    from headwater.curate.release import EVIDENCE
    from headwater.curate.skips import explanations
    from headwater.curate.summarise import load
    from headwater.report.curate import Verified, render

    summary = load(Layout(release / EVIDENCE))
    files = tuple((one.path, one.size_bytes, one.sha256) for one in manifest.files)
    signed = tuple(map(str, keys))
    verified = Verified(manifest.origin, manifest.n_documents, files, at.size, at.root.hex(), signed)
    return render(summary, explanations=explanations(summary), verified=verified)
