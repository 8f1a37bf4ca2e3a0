"""`headwater review join` and `vote`: a validator with an Ed25519 key, at a terminal."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from headwater.cli.terminal import printable
from headwater.errors import InputError

_KEYS = {"1": "human", "2": "ai", "3": "mixed", "4": "translated", "0": "cannot-tell"}


@click.command(no_args_is_help=True)
@click.argument("address", metavar="ADDRESS")
@click.option(
    "--key", "key_file", metavar="FILE", required=True, help="Private key; made if it is not there."
)
@click.option("--name", metavar="NAME", help="Of a new key, such as example.com/review/ann.")
def join(*, address: str, key_file: str, name: str | None) -> None:
    """Join a campaign by an invitation's ADDRESS, with an Ed25519 key of one's own.

    The key stays on this machine, in a file with mode 0600.
    """
    from headwater.review.serve import client

    url, code = _invitation(address)
    caller = client.sign_in(url, _key(Path(key_file), name), invitation=code)
    sys.stdout.write(
        f"{caller.signer.name} takes part; headwater review vote {caller.url} --key {key_file}\n"
    )


@click.command(no_args_is_help=True)
@click.argument("url", metavar="URL")
@click.option("--key", "key_file", metavar="FILE", required=True, help="Private key of a member.")
def vote(*, url: str, key_file: str) -> None:
    """Vote at a terminal, signing on this machine.

    Each document is printed, and a line read from stdin says who wrote it: 1 human, 2 AI, 3 mixed,
    4 translated, 0 can't tell, s skip, q or the end of input to stop. The key is never sent.
    """
    from headwater.log import keys
    from headwater.review.serve import client

    caller = client.sign_in(url, keys.read(Path(key_file)))
    n = 0
    while (item := client.next_item(caller)) is not None:
        answer, seconds = _answer(item)
        if answer == "q":
            break
        if answer == "s":
            client.skip(caller, item)
        else:
            n += client.vote(caller, item, _KEYS[answer], seconds=seconds)
    left = "" if item else "; no document is left for you"
    sys.stderr.write(f"headwater: {n:,} vote{'' if n == 1 else 's'}{left}\n")


def _invitation(address: str) -> tuple[str, str]:
    from urllib.parse import parse_qs, urlsplit

    try:
        parts = urlsplit(address)
        code = "".join(parse_qs(parts.query).get("code", []))
    except ValueError as error:
        raise InputError("this is no address of an invitation") from error
    if not code.isalnum():
        raise InputError("this is no address of an invitation", hint="it ends with /join?code=…")
    return f"{parts.scheme}://{parts.netloc}", code


def _key(path: Path, name: str | None) -> Any:
    from headwater.log import keys
    from headwater.log.algorithm import ED25519

    if path.exists():
        return keys.read(path)
    if name is None:
        raise InputError(f"there is no key in {path}", hint="give --name for a new one")
    made = keys.generate(name, ED25519)
    keys.write(path, made)
    return made


def _answer(item: dict[str, Any]) -> tuple[str, int]:
    lines = (printable(line) for line in item["text"].split("\n"))
    sys.stdout.write("\n".join(lines) + "\n\n")
    start = time.monotonic()
    while True:
        sys.stdout.write("1 human, 2 AI, 3 mixed, 4 translated, 0 can't tell, s skip, q stop: ")
        sys.stdout.flush()
        said = sys.stdin.readline()
        answer = said.strip().lower() if said else "q"
        if answer in {*_KEYS, "s", "q"}:
            return answer, int(time.monotonic() - start)
