"""`headwater review open`, `ask`, `invite`, `serve` and `verify`: a campaign from its folder to its log."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from headwater.cli.drawing import gold_of
from headwater.cli.opened import file_bytes, json_option, say
from headwater.cli.voting import join, vote
from headwater.errors import FormatError, InputError, VerificationError

campaign_argument = click.argument("campaign", metavar="CAMPAIGN")
store_option = click.option(
    "--store", metavar="ADDRESS", help="Queue elsewhere: a path, or postgresql://…; one for all commands."
)
url_option = click.option(
    "--url", default="http://localhost:8090", help="Where browsers reach it; without it, this machine alone."
)


@click.command("open", no_args_is_help=True)
@campaign_argument
@click.argument("origin", metavar="ORIGIN")
@click.option("--guideline", metavar="FILE", required=True, help="What validators should go by, as text.")
@json_option
def open_command(*, campaign: str, origin: str, guideline: str, as_json: bool) -> None:
    """Open a campaign in a new folder: keys, guideline and an empty log.

    ORIGIN is its identity for life, such as example.com/review; whoever joins in a browser is named below it.
    Private keys are in CAMPAIGN/keys, with mode 0600.
    """
    from headwater.review.serve.campaign import create

    made = create(Path(campaign), origin, _words(guideline))
    told = {"key": str(made.signer.key), "guideline": made.guideline_digest}
    say(told, f"{origin} is open; its log's key is {made.signer.key}", as_json=as_json)


@click.command(no_args_is_help=True)
@campaign_argument
@click.argument("manifest", metavar="MANIFEST")
@click.option("--texts", metavar="FILE", help="JSON lines with text, and maybe language or evidence.")
@click.option("--gold", metavar="FILE", help="The gold that was drawn with: JSON lines of text and label.")
@click.option(
    "--votes", type=click.IntRange(1, 100), default=3, help="Votes on each that draw did not queue; 3."
)
@store_option
@json_option
def ask(*, campaign: str, manifest: str, votes: int, store: str | None, as_json: bool, **told: Any) -> None:
    """Ask about the documents of a batch MANIFEST.

    Their texts come from --texts, unless headwater review draw has put them into the queue. What else a line
    tells of a text is shown after the vote. With --gold come the texts of a batch whose label is known;
    nobody is told which they are.
    """
    from headwater.review.store import batches

    pairs = list(_texts(told["texts"])) if told["texts"] else []
    gold = gold_of(told["gold"]) if told["gold"] else {}
    data = file_bytes(Path(manifest))
    with _desk(campaign, "http://localhost", store) as desk:
        n = desk.change(lambda db: batches.add_batch(db, data, pairs, n_wanted=votes, gold=gold))
    say({"n_new": n}, f"{n:,} documents are new in the queue", as_json=as_json)


def _words(name: str) -> str:
    try:
        return file_bytes(Path(name)).decode()
    except UnicodeDecodeError as error:
        raise FormatError(f"{name} is not UTF-8") from error


def _texts(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(file_bytes(Path(name)).splitlines(), start=1):
        try:
            row = json.loads(line)
            text = row.pop("text")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise FormatError(f"{name}: line {number} has no text") from error
        if not isinstance(text, str):
            raise FormatError(f"{name}: line {number} has no text")
        yield text, row


@click.command(no_args_is_help=True)
@campaign_argument
@click.option("--role", default="admin", help="validator, writer, adjudicator, curator, auditor or admin.")
@url_option
@store_option
@json_option
def invite(*, campaign: str, role: str, url: str, store: str | None, as_json: bool) -> None:
    """Invite somebody: print an address by which one person joins, once.

    Without --role it invites the first admin, who invites others in the browser.
    """
    from headwater.review.serve.screens.people import invite as make

    with _desk(campaign, url, store) as desk:
        address = make(desk, role, by="command line")
    say({"address": address, "role": role}, address, as_json=as_json)


@click.command(no_args_is_help=True)
@campaign_argument
@click.option("--host", default="127.0.0.1", help="Address to listen on; without it, this machine alone.")
@click.option("--port", type=click.IntRange(1, 65535), default=8090, help="Without it, 8090.")
@url_option
@store_option
@click.option("--open-entries", is_flag=True, help="Let everybody read the votes below /log, as they come.")
def serve(*, campaign: str, host: str, port: int, url: str, store: str | None, open_entries: bool) -> None:
    """Serve a campaign to browsers until interrupted.

    People vote, write and adjudicate. Behind a proxy that speaks TLS, --url is the address that people open;
    passkeys are bound to its domain. One process serves a campaign.

    Below /log are the checkpoints and tiles of its log as C2SP tlog-tiles has them. Votes themselves are
    shown to curators, auditors and admins alone, unless --open-entries: who votes must not see them before.
    """
    from headwater.report.page import look
    from headwater.review.serve.app import app
    from headwater.review.serve.page import Look
    from headwater.review.serve.run import run

    with _desk(campaign, url, store) as desk:
        application = app(desk, Look(*look()), open_entries=open_entries)
        run(application, desk, host=host, port=port, ready=_ready)


@click.command(no_args_is_help=True)
@campaign_argument
@click.option("--url", required=True, help="Where the witness takes submissions, without /add-checkpoint.")
@click.option("--key", "lines", multiple=True, required=True, help="Verifier key of the witness, one line.")
@store_option
@json_option
def witness(*, campaign: str, url: str, lines: tuple[str, ...], store: str | None, as_json: bool) -> None:
    """Ask a C2SP witness to sign the head of the log, now and whenever it grows.

    A witness signs only what continues what it signed before, so that nobody is shown another history.
    """
    from headwater.log import note
    from headwater.log.witness import Witness
    from headwater.review.serve import witnesses
    from headwater.review.serve.sealer import seal

    with _desk(campaign, "http://localhost", store) as desk:
        seal(desk)
        n = witnesses.add(desk.campaign, Witness(url.rstrip("/"), tuple(map(note.parse_key, lines))))
    say({"n_cosignatures": n}, f"stored {n} cosignatures", as_json=as_json)


@click.command(no_args_is_help=True)
@campaign_argument
@store_option
@json_option
def verify(*, campaign: str, store: str | None, as_json: bool) -> None:
    """Seal what is new, and verify the whole log of a campaign."""
    from headwater.review.serve.screens.log import verify as check

    with _desk(campaign, "http://localhost", store) as desk:
        found = check(desk)
    _insist(found)
    say(
        found,
        f"the log is sound: {found['n_votes']:,} votes and adjudications, {found['n_retracted']:,} taken "
        f"back, {found['n_witnessed']:,} signed by the server",
        as_json=as_json,
    )


def _insist(found: dict[str, Any]) -> None:
    if not found["sound"]:
        raise VerificationError(f"the log is not sound: {found['why']}")


def _ready(url: str) -> None:
    sys.stderr.write(f"headwater: serving {url}\n")


def _desk(campaign: str, url: str, store: str | None) -> Any:
    from headwater.review.serve.campaign import open_campaign
    from headwater.review.serve.run import opened

    if not campaign:
        raise InputError("name the folder of a campaign")
    return opened(open_campaign(Path(campaign)), url=url, store=store)


COMMANDS = (open_command, ask, invite, serve, witness, verify, join, vote)
