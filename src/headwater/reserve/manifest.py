"""The manifest of a reserve: its two logs and the keys they began with, from which all is verified."""

from __future__ import annotations

from dataclasses import dataclass

from headwater import canonical
from headwater.errors import FormatError, InputError
from headwater.log import note
from headwater.log.checkpoint import Policy
from headwater.log.note import VerifierKey

PATH = "reserve.json"
_FORMAT = "headwater-reserve-1"
_KEYS = {"format", "keys", "origin", "registry_keys", "registry_origin"}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a verifier starts from.

    Attributes:
        origin: Identity of the log of documents.
        keys: Its keys at its beginning; all of them sign.
        registry_origin: Identity of the registry.
        registry_keys: Its keys at its beginning; all of them sign.
    """

    origin: str
    keys: tuple[VerifierKey, ...]
    registry_origin: str
    registry_keys: tuple[VerifierKey, ...]

    @property
    def policy(self) -> Policy:
        """Give the policy for the log of documents, before any key is changed."""
        return Policy(self.origin, self.keys)

    @property
    def registry_policy(self) -> Policy:
        """Give the policy for the registry, before any key is changed."""
        return Policy(self.registry_origin, self.registry_keys)


def encode(manifest: Manifest) -> bytes:
    """Encode a manifest as canonical JSON.

    Args:
        manifest: What to encode.

    Raises:
        InputError: If it would not parse.
    """
    data = canonical.encode(
        {
            "format": _FORMAT,
            "keys": [str(key) for key in manifest.keys],
            "origin": manifest.origin,
            "registry_keys": [str(key) for key in manifest.registry_keys],
            "registry_origin": manifest.registry_origin,
        }
    )
    try:
        parse(data)
    except FormatError as error:
        raise InputError(str(error)) from error
    return data


def parse(data: bytes) -> Manifest:
    """Parse a manifest.

    Args:
        data: Canonical JSON.

    Returns:
        The manifest, with `encode(parse(data)) == data`.

    Raises:
        FormatError: If it is not one, or a key has another name than its log.
    """
    value = canonical.parse(data)
    if not isinstance(value, dict) or set(value) != _KEYS or value["format"] != _FORMAT:
        raise FormatError("not the manifest of a reserve, or of a later version of the format")
    origins = (value["origin"], value["registry_origin"])
    if not all(isinstance(one, str) and note.is_name(one) for one in origins) or origins[0] == origins[1]:
        raise FormatError("the manifest of a reserve lacks the origins of its two logs")
    keys, registry_keys = (_keys(value[name]) for name in ("keys", "registry_keys"))
    named = [(origins[0], keys), (origins[1], registry_keys)]
    if any(not held or any(key.name != origin for key in held) for origin, held in named):
        raise FormatError("the manifest of a reserve has no keys, or some of another name than their log's")
    return Manifest(origins[0], keys, origins[1], registry_keys)


def _keys(value: object) -> tuple[VerifierKey, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise FormatError("the keys of a reserve are no list of texts")
    return tuple(note.parse_key(one) for one in value)
