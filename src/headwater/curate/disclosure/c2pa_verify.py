"""Verification of a C2PA manifest against the document that carries it, by the `c2pa` library, offline."""

from __future__ import annotations

import functools
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from headwater.curate.disclosure.claim import Says, Status
from headwater.curate.disclosure.data_uri import MAX_MANIFEST_BYTES
from headwater.curate.disclosure.iptc import source_type
from headwater.errors import ConfigError

# No handler of the library is meant for text, so it is told a type it has none for: it then checks the
# hash of the bytes it is given, which is what the standard asks for text (15.12.1).
_FORMAT: Final = "text/plain"
_HASH_MATCH: Final = "assertion.dataHash.match"
_HASH_MISMATCH: Final = "assertion.dataHash.mismatch"
_UNTRUSTED: Final = "signingCredential.untrusted"
_BINDING: Final = "c2pa.hash."

Exclusions = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Asset:
    """The bytes a manifest may bind.

    Attributes:
        content: The document in the form the standard hashes.
        exclusions: The (offset, length) ranges that are the manifest's own carrier; the manifest
            must exclude exactly one of them. Empty when the manifest stands elsewhere and must
            exclude nothing.
    """

    content: bytes
    exclusions: Exclusions


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a manifest says and how far it holds.

    Attributes:
        says: What the active manifest claims of the asset's origin.
        status: `valid`, `valid-untrusted`, `invalid`, `unverified` or `malformed`.
        detail: Signer and source type, or what failed.
        binding_failed: The signature holds and the hash or its exclusion does not.
    """

    says: Says
    status: Status
    detail: str
    binding_failed: bool = False


def verify(store: bytes, assets: Iterable[Asset], *, trust_anchors: str = "") -> Verdict:
    """Verify a manifest store against the first asset that it binds.

    Nothing is fetched: remote manifests, OCSP and every network host are switched off, and the
    store is handed to the library together with the bytes it is to be checked against.

    Args:
        store: The manifest store, JUMBF.
        assets: Candidates for what the manifest binds, likeliest first.
        trust_anchors: PEM certificates of the roots to trust; empty for none.

    Returns:
        The best verdict: a valid one if any candidate gives it, else that of the first candidate.
        `unverified` when the library is not there.

    Raises:
        ConfigError: The trust anchors are no certificates.

    Source: C2PA 2.4 chapters 14 and 15.
    """
    if not 16 <= len(store) <= MAX_MANIFEST_BYTES or store[4:8] != b"jumb":
        return Verdict(Says.NONE_STATED, Status.MALFORMED, "not a JUMBF manifest store")
    try:
        context = _context(trust_anchors, os.getpid())
    except ImportError:
        return Verdict(Says.NONE_STATED, Status.UNVERIFIED, "the c2pa library is not installed")
    worst: Verdict | None = None
    for asset in assets:
        verdict = _attempt(store, asset, context)
        if not verdict.binding_failed:
            return verdict
        worst = worst or verdict
    return worst or Verdict(Says.NONE_STATED, Status.UNVERIFIED, "nothing to check the manifest against")


@functools.lru_cache(maxsize=4)
def _context(trust_anchors: str, pid: int) -> Any:
    """Make the library's context, once a process: one made before a fork is not usable.

    Raises:
        ConfigError: The trust anchors are no certificates.
    """
    import c2pa

    settings: dict[str, Any] = {
        "core": {"allowed_network_hosts": []},
        "verify": {
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
            "verify_trust": True,
            "verify_timestamp_trust": True,
            "skip_ingredient_conflict_resolution": True,
        },
    }
    if trust_anchors:
        settings["trust"] = {"trust_anchors": trust_anchors}
    try:
        return c2pa.Context(c2pa.Settings.from_dict(settings))
    except c2pa.C2paError as error:
        raise ConfigError(f"unusable trust anchors: {error}", hint="Give PEM certificates.") from error


def _attempt(store: bytes, asset: Asset, context: Any) -> Verdict:
    import c2pa

    try:
        with c2pa.Reader(_FORMAT, io.BytesIO(asset.content), store, context=context) as reader:
            report = json.loads(reader.detailed_json())
            trusted = reader.get_validation_state() == "Trusted"
    except (c2pa.C2paError, ValueError, RecursionError) as error:
        signature = "signature" in str(error).lower()
        status = Status.INVALID if signature else Status.MALFORMED
        return Verdict(Says.NONE_STATED, status, f"{type(error).__name__.strip('_')}: {error}")
    return _judge(report, asset, trusted=trusted)


def _judge(report: Mapping[str, Any], asset: Asset, *, trusted: bool) -> Verdict:
    manifest = _mapping(_mapping(report.get("manifests")).get(str(report.get("active_manifest"))))
    results = _mapping(report.get("validation_results"))
    active = _mapping(results.get("activeManifest"))
    succeeded, failed = _codes(active.get("success")), _codes(active.get("failure"))
    assertions = _mapping(manifest.get("assertion_store"))
    says, origin = _origin(assertions)
    signer = str(_mapping(manifest.get("signature")).get("common_name") or _signer(manifest))
    detail = "; ".join(part for part in (origin, signer) if part)
    bound = _HASH_MATCH in succeeded and _excludes(assertions, asset.exclusions)
    # The library cannot know where a text carries its manifest and reports a mismatch for that; the
    # place has been checked here, so with the hash matched that mismatch says nothing more.
    rest = set(failed) - {_UNTRUSTED, _HASH_MISMATCH} | set(_delta_failures(results))
    if rest:
        return Verdict(says, Status.INVALID, f"{sorted(rest)[0]}; {detail}")
    if not bound:
        return Verdict(says, Status.INVALID, f"{_HASH_MISMATCH}; {detail}", binding_failed=True)
    if "claimSignature.validated" not in succeeded:
        return Verdict(says, Status.INVALID, f"claimSignature.missing; {detail}")
    under_anchor = _UNTRUSTED not in failed and (trusted or "signingCredential.trusted" in succeeded)
    return Verdict(says, Status.VALID if under_anchor else Status.VALID_UNTRUSTED, detail)


def _excludes(assertions: Mapping[str, Any], allowed: Exclusions) -> bool:
    """Tell whether the one hard binding excludes the carrier and nothing else."""
    bindings = [name for name in assertions if name.startswith(_BINDING)]
    if bindings != ["c2pa.hash.data"]:
        return False
    ranges = _mapping(assertions[bindings[0]]).get("exclusions") or []
    if not isinstance(ranges, list) or not all(isinstance(item, dict) for item in ranges):
        return False
    excluded = [(item.get("start"), item.get("length")) for item in ranges]
    return len(excluded) == 1 and excluded[0] in allowed if allowed else not excluded


def _origin(assertions: Mapping[str, Any]) -> tuple[Says, str]:
    """Read what the active manifest's actions and AI disclosure say of the origin."""
    says, shown = Says.NONE_STATED, ""
    for name, body in assertions.items():
        if name.startswith("c2pa.ai-disclosure"):
            says, shown = _stronger(says, Says.AI_ASSISTED), shown or name
        if not name.startswith("c2pa.actions"):
            continue
        for action, code in _source_types(_mapping(body).get("actions")):
            told = source_type(code) or Says.NONE_STATED
            if told is Says.AI_GENERATED and action not in ("c2pa.created", "c2pa.opened"):
                # A model changed what something else had made.
                told = Says.AI_ASSISTED
            says, shown = _stronger(says, told), shown or code.rpartition("/")[2]
    return says, shown


def _source_types(actions: Any) -> Iterator[tuple[str, str]]:
    for action in actions if isinstance(actions, list) else ():
        code = _mapping(action).get("digitalSourceType")
        if isinstance(code, str):
            yield str(action.get("action")), code


_STRENGTH: Final = (Says.NONE_STATED, Says.HUMAN, Says.AI_ASSISTED, Says.AI_GENERATED)


def _stronger(first: Says, second: Says) -> Says:
    return max(first, second, key=_STRENGTH.index)


def _signer(manifest: Mapping[str, Any]) -> str:
    info = _mapping(manifest.get("signature_info") or manifest.get("signature"))
    return str(info.get("common_name") or info.get("issuer") or "")


def _delta_failures(results: Mapping[str, Any]) -> list[str]:
    deltas = results.get("ingredientDeltas")
    found: list[str] = []
    for delta in deltas if isinstance(deltas, list) else ():
        found += _codes(_mapping(_mapping(delta).get("validationDeltas")).get("failure"))
    return [code for code in found if code != _UNTRUSTED]


def _codes(statuses: Any) -> list[str]:
    listed = statuses if isinstance(statuses, list) else []
    return [str(status.get("code")) for status in listed if isinstance(status, dict)]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
