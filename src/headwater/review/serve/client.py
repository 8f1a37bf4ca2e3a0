"""A validator without a browser: joins and signs in by an Ed25519 key, and signs votes on this machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from headwater import canonical
from headwater.errors import FormatError, InputError, UnavailableError, VerificationError
from headwater.log import envelope
from headwater.log.checkpoint import Signer
from headwater.review.attest.judgement import LABELS
from headwater.review.serve.desk import check_url
from headwater.review.serve.screens.sign_in import signed_text

_TIMEOUT_S = 30.0
_MOST_ANSWER = 64 << 20


@dataclass(frozen=True, slots=True)
class Caller:
    """Hold a session with a server.

    Attributes:
        url: Of the server.
        signer: The validator's key.
        cookie: Of the session.
        csrf: What every change carries.
    """

    url: str
    signer: Signer
    cookie: str
    csrf: str


def sign_in(url: str, signer: Signer, *, invitation: str = "") -> Caller:
    """Sign in, or join by an invitation.

    Args:
        url: Of the server.
        signer: An Ed25519 key.
        invitation: Its code; empty for a member.
    """
    url = check_url(url)
    screen = f"/join.json?code={invitation}" if invitation else "/sign-in.json"
    told, _ = _ask(url, screen)
    challenge = str(told["challenge"])
    text = signed_text(url, challenge)
    value = signer.algorithm.sign(signer.seed, signer.name, text, time_s=0).hex()
    fields = {"challenge": challenge, "signature": value}
    if invitation:
        fields |= {"code": invitation, "key": str(signer.key)}
    else:
        fields |= {"name": signer.name}
    opened, cookie = _ask(url, "/join/key.json" if invitation else "/sign-in/key.json", fields)
    return Caller(url, signer, cookie, str(opened["csrf"]))


def next_item(caller: Caller) -> dict[str, Any] | None:
    """Ask for the next document; None if nothing is left.

    Raises:
        FormatError: If the server answers with something else.
    """
    told, _ = _ask(caller.url, "/review.json", caller=caller)
    try:
        items: list[dict[str, Any]] = told["items"]
        for item in items:
            item["text"] = "".join(text for text, _ in item["segments"])
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{caller.url} does not speak as a review's server") from error
    return items[0] if items else None


def vote(caller: Caller, item: Mapping[str, Any], label: str, *, seconds: int) -> bool:
    """Sign a vote and hand it in.

    Args:
        caller: The session.
        item: As `next_item` gave it, shown as its `text`.
        label: One of `LABELS`.
        seconds: How long it was shown.

    Returns:
        Whether it was new.

    Raises:
        InputError: If there is no such label.
    """
    import hashlib

    if label not in LABELS:
        raise InputError(f"there is no label {label!a:.40}", hint=f"labels are {', '.join(LABELS)}")
    statement = dict(item["draft"])
    statement["predicate"] = {
        **statement["predicate"],
        "label": label,
        "voted_s": int(item["now_s"]) + seconds,
        # Of what was shown here, and not what the server says of it.
        "displayed": {"sha256": hashlib.sha256(item["text"].encode()).hexdigest()},
        "interaction": {"hidden_ms": 0, "n_pasted": 0, "n_typed": 0, "shown_ms": 1000 * seconds},
    }
    sealed = envelope.seal(canonical.encode(statement), [caller.signer])
    fields = {"envelope": sealed.decode(), "token": str(item["token"])}
    told, _ = _ask(caller.url, "/review/cast.json", fields, caller=caller)
    return bool(told.get("new"))


def skip(caller: Caller, item: Mapping[str, Any]) -> None:
    """Give a document back for others."""
    _ask(caller.url, "/review/skip.json", {"token": str(item["token"])}, caller=caller)


def _ask(
    url: str, path: str, fields: Mapping[str, str] | None = None, *, caller: Caller | None = None
) -> tuple[dict[str, Any], str]:
    """Ask a server; give its answer, and the cookie that it sets.

    Raises:
        UnavailableError: If it cannot be reached.
        VerificationError: If it refuses.
        FormatError: If it answers with something else than an object.
    """
    headers = {"Content-Type": "application/json"}
    if caller is not None:
        headers |= {"Cookie": caller.cookie, "X-CSRF-Token": caller.csrf}
    body = None if fields is None else json.dumps(dict(fields)).encode()
    try:
        with urlopen(Request(url + path, body, headers), timeout=_TIMEOUT_S) as answer:
            told = json.loads(answer.read(_MOST_ANSWER))
            cookies = SimpleCookie(answer.headers.get("Set-Cookie", ""))
    except HTTPError as error:
        raise VerificationError(f"{url} refuses: {_reason(error)}") from error
    except (URLError, OSError) as error:
        raise UnavailableError(f"cannot reach {url}: {getattr(error, 'reason', error)}") from error
    except ValueError as error:
        raise FormatError(f"{url} does not speak as a review's server") from error
    if not isinstance(told, dict):
        raise FormatError(f"{url} does not speak as a review's server")
    return told, "; ".join(f"{name}={one.value}" for name, one in cookies.items())


def _reason(error: HTTPError) -> str:
    try:
        told = json.loads(error.read(65536))
        return f"{told['error']}; {told['hint']}" if told["hint"] else str(told["error"])
    except (ValueError, KeyError, TypeError, OSError):
        return f"status {error.code}"
