"""The registry as one document: all entries of its log behind a checkpoint, and the keys they give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from headwater import canonical
from headwater.errors import ConsistencyError, FormatError, InputError, SignatureError
from headwater.log import checkpoint, tree
from headwater.log.checkpoint import Checkpoint, Policy, Signer
from headwater.watermark import family
from headwater.watermark.keys import Key
from headwater.watermark.page import Marker
from headwater.watermark.registry import entry, epochs
from headwater.watermark.registry.entry import DISCLOSURE, Entry
from headwater.watermark.registry.epochs import VALUE_BYTES
from headwater.watermark.scheme import profile_id
from headwater.watermark.schemes import SCHEMES
from headwater.watermark.schemes.greenlist import Greenlist
from headwater.watermark.tokenizer import TOKENIZERS

FORMAT: Final = "headwater-watermark-registry-1"


@dataclass(frozen=True, slots=True)
class Registry:
    """Hold a registry whose every entry was verified.

    Attributes:
        entries: In the order of the log.
        checkpoint: What its keeper signed.
    """

    entries: tuple[Entry, ...]
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Usable:
    """Say whom a text may have been marked by.

    Attributes:
        markers: With the names of their issuers.
        refused: A sentence for every entry that gives no key, with the reason.
    """

    markers: tuple[Marker, ...]
    refused: tuple[str, ...]


def encode(leaves: Sequence[bytes], origin: str, signers: Sequence[Signer], *, time_s: int) -> bytes:
    """Make a registry document of the entries of a log.

    Args:
        leaves: Entries, as `entry.sign` makes them.
        origin: Of the log.
        signers: Its keys.
        time_s: Now, POSIX seconds.
    """
    at = Checkpoint(origin, len(leaves), _root(leaves))
    signed = checkpoint.sign(at, signers, time_s=time_s).decode()
    texts = [leaf.decode() for leaf in leaves]
    told = {
        "checkpoint": signed,
        "entries": texts,
        "format": FORMAT,
        "tokenizers": _grouped(map(entry.parse, leaves)),
    }
    return canonical.encode(told)


def open_(data: bytes, policy: Policy, *, pinned: Checkpoint | None = None) -> Registry:
    """Read a registry document and verify all of it.

    Args:
        data: The document.
        policy: Who must have signed.
        pinned: A checkpoint of it that was seen earlier.

    Raises:
        FormatError: If it is none.
        SignatureError: If its keeper, or the issuer of an entry, did not sign it.
        ConsistencyError: If it is forked: an issuer's entries do not follow each other, its entries are not
            those that were signed, or it does not continue what was pinned.
    """
    told = canonical.parse(data)
    if (
        not isinstance(told, dict)
        or set(told) != {"checkpoint", "entries", "format", "tokenizers"}
        or told["format"] != FORMAT
    ):
        raise FormatError("not a watermark registry, or of a later version of the format")
    if not isinstance(told["checkpoint"], str) or not isinstance(told["entries"], list):
        raise FormatError("a watermark registry has no checkpoint or no entries")
    at = checkpoint.verify(told["checkpoint"].encode(), policy)
    if not all(isinstance(text, str) for text in told["entries"]):
        raise FormatError("a watermark registry has an entry that is no text")
    leaves = [text.encode() for text in told["entries"]]
    if (at.size, at.root) != (len(leaves), _root(leaves)):
        raise ConsistencyError("the entries of the registry are not those that were signed")
    if pinned is not None and not _continues(leaves, at, pinned):
        raise ConsistencyError(f"the registry {at.origin!a} is forked from the one that was pinned")
    found = tuple(map(entry.parse, leaves))
    if told["tokenizers"] != _grouped(found):
        raise ConsistencyError("a watermark registry groups its entries by other tokenizers than they name")
    _check_chains(found)
    return Registry(found, at)


def usable(registry: Registry, *, now_s: int, seen_s: int | None = None) -> Usable:
    """List the keys that say something of a text.

    Args:
        registry: As `open_` gives it.
        now_s: Now; expired entries are refused.
        seen_s: When the text was first seen; keys of epochs that prove nothing then are left out. All
            disclosed keys if None, and then a mark is evidence, but no proof.

    Returns:
        Markers, and what was refused.
    """
    markers: dict[tuple[str, Key], Marker] = {}
    refused: list[str] = []
    for number, one in enumerate(registry.entries):
        if one.told["format"] == DISCLOSURE:
            continue
        why = _why_not(one, now_s)
        told = [] if why else _markers(registry, one, seen_s)
        if any(_place(each) in markers for each in told):  # Renewed while the entry before is still valid.
            why = "announces a key that an earlier entry has"
        if why:
            refused.append(f"entry {number} of {one.issuer.name} {why}")
        for each in told:
            markers.setdefault(_place(each), each)
    return Usable(tuple(markers.values()), tuple(refused))


def _grouped(entries: Iterable[Entry]) -> dict[str, list[int]]:
    """Number the entries that announce keys by the digest of their tokenizer."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(entries):
        if one.told["format"] == entry.KEY:
            groups[one.told["tokenizer_id"]].append(number)
    return dict(groups)


def _place(marker: Marker) -> tuple[str, Key]:
    return marker.tokenizer.name, marker.key


def _why_not(one: Entry, now_s: int) -> str:
    told = one.told
    scheme, tokenizer = SCHEMES.get(told["profile"]), TOKENIZERS.get(told["tokenizer"])
    if told["until_s"] <= now_s:
        return "has expired"
    if told["from_s"] > now_s:
        return "is not valid yet"
    if scheme is None or profile_id(scheme) != told["profile_id"]:
        return f"has an unknown profile {told['profile']!a}"
    if tokenizer is None or tokenizer.digest != told["tokenizer_id"]:
        return f"has an unknown tokenizer {told['tokenizer']!a}"
    if isinstance(scheme, Greenlist) and 0 < scheme.n_types < tokenizer.n_types:
        return f"has a profile for {scheme.n_types:,} types, and its tokenizer has more"
    key = Key(scheme.name, bytes(VALUE_BYTES) if one.epochs else one.public)
    if scheme.key_bytes != len(key.secret) and not family.is_open(scheme, key):
        return "has a key of the wrong length"
    return ""


def _markers(registry: Registry, one: Entry, seen_s: int | None) -> list[Marker]:
    scheme, tokenizer = SCHEMES[one.told["profile"]], TOKENIZERS[one.told["tokenizer"]]
    if one.epochs is None:
        return [Marker(one.issuer.name, tokenizer, scheme, Key(scheme.name, one.public))]
    found = []
    for epoch, value in sorted(_disclosed(registry, one).items()):
        if seen_s is None or one.epochs.proves(epoch, seen_s=seen_s):
            key = Key(scheme.name, epochs.secret(value))
            found.append(Marker(f"{one.issuer.name} epoch {epoch}", tokenizer, scheme, key))
    return found


def _disclosed(registry: Registry, one: Entry) -> dict[int, bytes]:
    told = [other.told for other in registry.entries if other.told["format"] == DISCLOSURE]
    return {each["epoch"]: bytes.fromhex(each["value"]) for each in told if each["entry"] == one.id}


def _check_chains(entries: Sequence[Entry]) -> None:
    """Check that each entry is signed and names its issuer's one before it, and that disclosures fit.

    Raises:
        ConsistencyError: If one does not follow, or discloses what was not announced.
        SignatureError: If one is badly signed.
    """
    last: dict[str, Entry] = {}
    known = {one.id: one for one in entries}
    for number, one in enumerate(entries):
        name = f"entry {number} of {one.issuer.name}"
        before = last.get(one.issuer.name)
        if one.told["previous"] != (before.id if before else "") or (before and before.issuer != one.issuer):
            raise ConsistencyError(f"{name} is forked: it does not follow the issuer's last one")
        try:
            entry.verify(one)
        except SignatureError as error:
            raise SignatureError(f"{name} is badly signed") from error
        if one.told["format"] == DISCLOSURE:
            _check_disclosure(known.get(one.told["entry"]), one, name)
        last[one.issuer.name] = one


def _check_disclosure(of: Entry | None, one: Entry, name: str) -> None:
    if of is None or of.epochs is None or of.issuer != one.issuer:
        raise ConsistencyError(f"{name} discloses a key that its issuer never announced")
    epochs.verify(of.epochs, one.told["epoch"], bytes.fromhex(one.told["value"]))


def _continues(leaves: Sequence[bytes], at: Checkpoint, pinned: Checkpoint) -> bool:
    if at.origin != pinned.origin or pinned.size > len(leaves):
        return False
    return _root(leaves[: pinned.size]) == pinned.root


def _root(leaves: Sequence[bytes]) -> bytes:
    found = tree.Range()
    for leaf in leaves:
        found = found.grow(tree.leaf_hash(leaf))
    return found.root


def announcement(scheme_name: str, tokenizer_name: str, **told: Any) -> dict[str, Any]:
    """Fill in what an entry says of its profile and tokenizer.

    Args:
        scheme_name: Of a profile in `SCHEMES`.
        tokenizer_name: Of one in `TOKENIZERS`.
        told: The other fields: `contact`, `from_s`, `until_s`, `key`, `previous`.

    Raises:
        InputError: If there is no such profile or tokenizer, or the key is not as long as the profile says.
    """
    if scheme_name not in SCHEMES or tokenizer_name not in TOKENIZERS:
        raise InputError(f"no profile {scheme_name!a} or no tokenizer {tokenizer_name!a}")
    scheme, secret = SCHEMES[scheme_name], told["key"].get("secret")
    family.check(scheme, Key(scheme_name, bytes.fromhex(secret) if secret else bytes(VALUE_BYTES)))
    ids = {
        "profile_id": profile_id(scheme),
        "tokenizer_id": TOKENIZERS[tokenizer_name].digest,
    }
    return {"format": entry.KEY, "profile": scheme_name, "tokenizer": tokenizer_name, **ids, **told}
