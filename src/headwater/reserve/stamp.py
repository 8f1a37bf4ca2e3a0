"""Time-stamps (RFC 3161) asked for, of an authority over HTTP or of `openssl ts` on this machine."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from headwater.errors import SignatureError, UnavailableError
from headwater.log import witness
from headwater.reserve.evidence import METHODS, Anchors, Subject
from headwater.reserve.evidence.token import client, decode

QUERY = "application/timestamp-query"
_TIMEOUT_S = 60
Ask = Callable[[bytes], bytes]


def stamp(data: bytes, ask: Ask, anchors: Anchors) -> bytes:
    """Get a time-stamp over some bytes, and verify it.

    Args:
        data: What to stamp.
        ask: From a request to a response: `over_http` or `by_openssl`.
        anchors: The authority's certificates.

    Returns:
        The response, DER.

    Raises:
        SignatureError: If it is not of this request, or does not verify.
        FormatError: If it is no response.
        UnavailableError: If nobody answers.
    """
    made: Any = client()
    request = made.TimestampRequestBuilder().data(data).hash_algorithm(made.HashAlgorithm.SHA256)
    asked = request.cert_request(cert_request=True).nonce(nonce=True).build()
    answer = ask(asked.as_bytes())
    response = decode(answer)
    if response.status != 0:
        raise UnavailableError(f"the authority gave no time-stamp: status {response.status}")
    METHODS["rfc3161-1"].date(answer, Subject(hashlib.sha256(data).digest()), anchors)
    if response.tst_info.nonce != asked.nonce:
        raise SignatureError("the time-stamp answers another request")
    return answer


def over_http(url: str) -> Ask:
    """Ask an authority at a URL.

    Args:
        url: `http` or `https`.
    """

    def ask(request: bytes) -> bytes:
        status, answer = witness.post(url, request, media_type=QUERY)
        if status != 200:
            raise UnavailableError(f"the authority at {url} answered with status {status}")
        return answer

    return ask


def by_openssl(config: Path, section: str) -> Ask:
    """Ask `openssl ts` on this machine, as an authority itself does.

    Args:
        config: Its configuration file.
        section: The section of the authority in it.
    """

    def ask(request: bytes) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            query, reply = Path(folder) / "query", Path(folder) / "reply"
            query.write_bytes(request)
            command = ["openssl", "ts", "-reply", "-config", str(config), "-section", section]
            command += ["-queryfile", str(query), "-out", str(reply)]
            try:
                done = subprocess.run(command, capture_output=True, check=False, timeout=_TIMEOUT_S)
            except (OSError, subprocess.TimeoutExpired) as error:
                raise UnavailableError(
                    f"cannot run openssl: {error}", hint="apt-get install openssl"
                ) from error
            if done.returncode or not reply.exists():
                said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
                raise UnavailableError(f"openssl ts gave no time-stamp: {said}", hint=f"check {config}")
            return reply.read_bytes()

    return ask
