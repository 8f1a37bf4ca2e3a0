"""A witness asked for its signature over HTTP (C2SP tlog-witness), the client's side."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from headwater.errors import ConsistencyError, FormatError, InputError, SignatureError, UnavailableError
from headwater.log import checkpoint, note, proof
from headwater.log.note import Note, Signature, VerifierKey

MAX_ANSWER_BYTES = 2**20

Post = Callable[[str, bytes], tuple[int, bytes]]
Prove = Callable[[int, int], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who signs only what is consistent with what they signed before.

    Attributes:
        url: Where it takes submissions, without `/add-checkpoint`.
        keys: Its keys, of a kind that holds a time; one of them must sign.
    """

    url: str
    keys: tuple[VerifierKey, ...]


def encode_request(old_size: int, hashes: Sequence[bytes], signed: bytes) -> bytes:
    """Encode the body of `add-checkpoint`.

    Args:
        old_size: Size of the tree the witness signed last; 0 for none.
        hashes: Consistency proof from there.
        signed: The signed checkpoint.

    Source:
        C2SP tlog-witness, "add-checkpoint".
    """
    lines = [f"old {old_size}", *map(note.encode_base64, hashes), ""]
    return "".join(f"{line}\n" for line in lines).encode("ascii") + signed


def parse_request(data: bytes) -> tuple[int, tuple[bytes, ...], bytes]:
    """Parse the body of `add-checkpoint`.

    Args:
        data: Its bytes.

    Returns:
        Old size, consistency proof and signed checkpoint; they encode to the same bytes.

    Raises:
        FormatError: If it is not one.
    """
    top, blank, signed = data.partition(b"\n\n")
    try:
        first, *lines = top.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError("a request to a witness holds bytes that are not ASCII") from error
    if not blank:
        raise FormatError("a request to a witness has no checkpoint")
    old_size, hashes = proof.parse_number(first, "old"), proof.parse_hashes(lines)
    checkpoint.parse(signed)
    return old_size, hashes, signed


def cosign(
    witness: Witness, signed: bytes, prove: Prove, *, post: Post, old_size: int = 0
) -> tuple[Signature, ...]:
    """Ask a witness to sign a checkpoint.

    Args:
        witness: Whom.
        signed: The signed checkpoint.
        prove: From two sizes to a consistency proof.
        post: Sends a body to a URL, gives status and body; `post` for HTTP.
        old_size: Size it signed last, if known. It says so itself if this is wrong.

    Returns:
        Its verified signatures, at least one.

    Raises:
        SignatureError: If it does not take the log's signature, or answers with a wrong one of its own.
        ConsistencyError: If it has seen another tree, or a larger one: one of the two was changed.
        UnavailableError: If it does not know the log or cannot answer.
        FormatError: If its answer is none.
    """
    at, parsed = checkpoint.parse(signed)
    for _ in range(3):  # Another process of ours may have shown it a head meanwhile.
        hashes = prove(old_size, at.size) if 0 < old_size < at.size else ()
        status, answer = post(f"{witness.url}/add-checkpoint", encode_request(old_size, hashes, signed))
        if status != http.HTTPStatus.CONFLICT:
            break
        held = _size(answer)
        if held > at.size or held == old_size:
            raise ConsistencyError(
                f"the witness has signed a tree of {held}, and ours of {at.size} does not agree",
                hint="the log was rolled back or changed; do not publish",
            )
        old_size = held
    _refuse(status, answer)
    return _signatures(witness, parsed, answer)


def post(
    url: str, body: bytes, *, timeout_s: float = 30.0, media_type: str = "text/plain"
) -> tuple[int, bytes]:
    """Send a body over HTTP.

    Args:
        url: `http` or `https`.
        body: What.
        timeout_s: How long to wait for each answer of the network.
        media_type: What the body is.

    Returns:
        Status and body, whatever the status.

    Raises:
        InputError: If the URL is of another kind.
        UnavailableError: If there is no answer, or one beyond `MAX_ANSWER_BYTES`.
    """
    if not url.startswith(("http://", "https://")):
        raise InputError(f"no URL to send to: {url!a}", hint="it begins with https://")
    try:
        request = urllib.request.Request(url, data=body, headers={"Content-Type": media_type})
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            status, data = int(answer.status), answer.read(MAX_ANSWER_BYTES + 1)
    except urllib.error.HTTPError as error:
        status, data = error.code, error.read(MAX_ANSWER_BYTES + 1)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UnavailableError(f"no answer from {url}: {error}") from error
    if len(data) > MAX_ANSWER_BYTES:
        raise UnavailableError(f"the answer from {url} is too long")
    return status, data


def _size(answer: bytes) -> int:
    try:
        return proof.parse_number("size " + answer.decode("ascii").removesuffix("\n"), "size")
    except UnicodeDecodeError as error:
        raise FormatError("the witness does not say which size it signed") from error


def _refuse(status: int, answer: bytes) -> None:
    said = answer[:200].decode("utf-8", "replace").strip()
    match status:
        case 200:
            return
        case 403:
            raise SignatureError(f"the witness takes none of the log's signatures: {said!a}")
        case 409 | 422:
            raise ConsistencyError(f"the witness cannot follow from the tree it signed: {said!a}")
        case 404:
            raise UnavailableError("the witness does not know the log", hint="ask its operator to add it")
        case _:
            raise UnavailableError(f"the witness answered with status {status}: {said!a}")


def _signatures(witness: Witness, signed: Note, answer: bytes) -> tuple[Signature, ...]:
    try:
        lines = answer.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError("the answer of the witness is not UTF-8") from error
    if lines.pop() or not lines:
        raise FormatError("the answer of the witness is no line of a signature")
    made = tuple(note.parse_signature(line) for line in lines)
    found = {one.key for one in note.verify(Note(signed.text, made), witness.keys)}
    ours = {(key.name, key.id) for key in found}
    return tuple(one for one in made if (one.name, one.key_id) in ours)
