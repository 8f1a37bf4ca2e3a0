"""A passkey: a WebAuthn credential that signs a statement, its digest being the challenge."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from headwater import canonical
from headwater.errors import FormatError, SignatureError, UnavailableError
from headwater.log import note

KIND = b"\xffheadwater-passkey-1\n"


@dataclass(frozen=True, slots=True)
class Passkey:
    """Hold the public half of a passkey, and where it may be used.

    Attributes:
        name: A pseudonym.
        rp_id: Domain that the passkey is bound to.
        origin: Where it signs, such as `https://review.example`.
        credential: Id of the credential.
        public: Its public key, a COSE_Key.
    """

    name: str
    rp_id: str
    origin: str
    credential: bytes
    public: bytes

    @property
    def id(self) -> bytes:
        """Give the four-byte key id, as C2SP signed-note has it."""
        return note.key_id(self.name, self._data())

    def __str__(self) -> str:
        """Give the one-line form that a roll has."""
        return note.key_line(self.name, self._data())

    def _data(self) -> bytes:
        return KIND + canonical.encode(
            {
                "credential": note.encode_base64(self.credential),
                "origin": self.origin,
                "public": note.encode_base64(self.public),
                "rp_id": self.rp_id,
            }
        )

    def check(self, signed: bytes, value: bytes) -> None:
        """Verify an assertion over a statement.

        Args:
            signed: DSSE's pre-authentication encoding of the statement.
            value: JSON of `authenticatorData`, `clientDataJSON` and `signature`, each in base64url.

        Raises:
            SignatureError: If it is not this passkey's over this statement, with its owner present.

        Source:
            W3C Web Authentication Level 3, section 7.2; the challenge is SHA-256 of what is signed.
        """
        self.check_challenge(hashlib.sha256(signed).digest(), value)

    def check_challenge(self, challenge: bytes, value: bytes) -> None:
        """Verify an assertion over a challenge.

        Args:
            challenge: What the passkey was asked to sign.
            value: As for `check`.

        Raises:
            SignatureError: If it is not this passkey's over this challenge, with its owner present.
        """
        webauthn = library()
        try:
            webauthn.verify_authentication_response(
                credential=_credential(self.credential, value),
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self.origin,
                credential_public_key=self.public,
                # Synced passkeys do not count; a nonce in every statement keeps replays out.
                credential_current_sign_count=0,
            )
        except Exception as error:
            # The library lets errors of its parsers through, of many kinds.
            raise SignatureError(
                f"the passkey of {self.name} did not sign this: {str(error)[:80]}"
            ) from error


def parse(name: str, data: bytes) -> Passkey:
    """Parse what a roll has of a passkey.

    Args:
        name: Its name.
        data: Bytes behind the name and the id, with `KIND` before them.

    Raises:
        FormatError: If it is none.
    """
    value = canonical.parse(data.removeprefix(KIND))
    try:
        found = Passkey(
            name,
            value["rp_id"],
            value["origin"],
            note.parse_base64(value["credential"]),
            note.parse_base64(value["public"]),
        )
        sound = isinstance(found.rp_id, str) and isinstance(found.origin, str) and found._data() == data
    except (KeyError, TypeError, AttributeError) as error:
        raise FormatError(f"the passkey of {name!a:.80} has not the fields of one") from error
    if not sound:
        raise FormatError(f"the passkey of {name!a:.80} has a field too many, or of another form")
    return found


def library() -> Any:
    """Import what verifies passkeys.

    Raises:
        UnavailableError: If it is not installed.
    """
    try:
        import webauthn
    except ModuleNotFoundError as error:
        raise UnavailableError(
            "passkeys need the extra `review`", hint="pip install 'headwater[review]'"
        ) from error
    return webauthn


def _credential(credential: bytes, value: bytes) -> dict[str, Any]:
    """Make what a browser gives of what an envelope keeps.

    Raises:
        SignatureError: If it is no assertion.
    """
    from webauthn.helpers import bytes_to_base64url

    kept = json.loads(value.decode("utf-8"))
    names = {"authenticatorData", "clientDataJSON", "signature"}
    if not isinstance(kept, dict) or set(kept) != names:
        raise SignatureError("not an assertion of a passkey")
    named = bytes_to_base64url(credential)
    return {"id": named, "rawId": named, "type": "public-key", "response": kept}
