"""Who can sign a statement of a review: a key, a passkey, or a key that a server keeps for somebody."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from headwater.errors import FormatError
from headwater.log import note
from headwater.log.algorithm import ED25519
from headwater.log.note import VerifierKey
from headwater.review.attest import passkey, witnessed
from headwater.review.attest.passkey import Passkey
from headwater.review.attest.witnessed import Witnessed

Signatory = VerifierKey | Passkey | Witnessed
_PARSERS: Mapping[bytes, Callable[[str, bytes], Signatory]] = {
    passkey.KIND: passkey.parse,
    witnessed.KIND: witnessed.parse,
}


def parse(line: str) -> Signatory:
    """Parse the one-line form of a key.

    Args:
        line: As `str` gives it.

    Returns:
        The key, with `str(parse(line)) == line`.

    Raises:
        FormatError: If it is none, or of a kind that signs no statements.
    """
    name, data = note.parse_key_line(line)
    found: Signatory
    for kind, read in _PARSERS.items():
        if data.startswith(kind):
            found = read(name, data)
            break
    else:
        found = note.parse_key(line)
        if found.algorithm is not ED25519:
            raise FormatError(f"the key of {name!a:.80} is of a kind that signs no statements")
    if str(found) != line:
        raise FormatError(f"the key of {name!a:.80} has a wrong id")
    return found


def kind(key: Signatory) -> str:
    """Say how somebody signs: `key`, `passkey`, or `witnessed` by a server."""
    if isinstance(key, Passkey):
        return "passkey"
    return "witnessed" if isinstance(key, Witnessed) else "key"
