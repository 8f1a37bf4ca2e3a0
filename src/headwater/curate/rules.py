"""From labels to a decision and its reason: pure functions, and no thresholds of their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from headwater.curate.policy import ACTIONS, Action, Policy

# Reasons that speak about where a text came from, so that they hold for every copy of it.
PROVENANCE = frozenset(
    {
        "watermarked",
        "disclosed-ai-generated",
        "disclosed-ai-assisted",
        "disclosed-ai-element",
        "c2pa-signature-invalid",
        "claims-contradict",
        "machine-translated",
        "chat-boilerplate",
        "judged-generated",
    }
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a document, and why.

    Attributes:
        action: `admit`, `quarantine` or `exclude`.
        reason: A key of `REASONS`.
        evidence: What decided, one line each, in the words of the labels.
    """

    action: Action
    reason: str
    evidence: tuple[str, ...] = ()


Labels = Mapping[str, Mapping[str, Any]]
Rule = Callable[[Labels, Policy], Decision | None]


def decide(labels: Labels, policy: Policy) -> Decision:
    """Decide one document by its own labels.

    Every rule speaks; the most severe action wins, and among equals the rule that stands first in
    `RULES`. A rule whose action is `admit` says nothing, so that admission has one reason.

    Args:
        labels: Label name without version -> column -> value. A label that was not run is absent.
        policy: What each kind of evidence leads to.

    Returns:
        The decision; `no-evidence-against` when no rule speaks.
    """
    verdicts = [verdict for rule in RULES if (verdict := rule(labels, policy)) and verdict.action != "admit"]
    if not verdicts:
        return Decision("admit", "no-evidence-against")
    return max(verdicts, key=lambda verdict: ACTIONS.index(verdict.action))


@dataclass(frozen=True, slots=True)
class Member:
    """A document of a cluster, what its labels led to, what certifies a person."""

    id: str
    exact_cluster: str | None
    decision: Decision
    certificates: tuple[str, ...] = ()


class Keepers(Protocol):
    """The documents of a cluster that stay."""

    def first_near(self, document: str) -> str | None:
        """Give the first document kept that is near this one, if any is."""
        ...

    def keep(self, document: str) -> None:
        """Keep the document of this id."""
        ...


def settle(members: Sequence[Member], policy: Policy, keepers: Keepers) -> dict[str, Decision]:
    """Decide a cluster of near-duplicates together.

    What is held back for its provenance takes its exact copies along; a copy that is certified contradicts
    it instead, so that nobody has a person's text excluded by declaring it again. Of those that remain
    admitted, in the order of their ids, each stays unless it repeats one that stays; a chain of likenesses
    therefore keeps as many documents as it takes for every other to be near one of them.

    Args:
        members: All documents of one `near_cluster`.
        policy: What duplicates lead to.
        keepers: None yet; a cluster's members need not all be near each other.

    Returns:
        Id -> new decision, for the documents whose decision changes.
    """
    changed = dict(_tainted(members, policy))
    admitted = [m for m in members if m.decision.action == "admit" and m.id not in changed]
    firsts: dict[str, Member] = {}
    repeated: dict[str, Decision] = {}
    for member in sorted(admitted, key=lambda m: m.id):
        first = firsts.setdefault(member.exact_cluster or member.id, member)
        if first is not member:
            same = Decision(policy.duplicate_exact, "duplicate-exact", (f"same text as {first.id}",))
            repeated[member.id] = repeated.get(first.id, same)
        elif policy.duplicate_near != "admit" and (keeper := keepers.first_near(member.id)):
            repeated[member.id] = Decision(policy.duplicate_near, "duplicate-near", (f"near {keeper}",))
        else:
            keepers.keep(member.id)
    return changed | {key: decision for key, decision in repeated.items() if decision.action != "admit"}


def _severity(member: Member) -> tuple[int, tuple[int, ...]]:
    """Order members so that the most severe comes last, and of equals the one with the least id."""
    return ACTIONS.index(member.decision.action), tuple(-ord(character) for character in member.id)


def _tainted(members: Iterable[Member], policy: Policy) -> Iterable[tuple[str, Decision]]:
    origins = {
        m.exact_cluster: m
        for m in sorted(members, key=_severity)
        if m.exact_cluster and m.decision.reason in PROVENANCE
    }
    for member in members:
        origin = origins.get(member.exact_cluster or "")
        if origin is None:
            continue
        same = f"same text as {origin.id} ({origin.decision.reason})"
        if member.certificates:
            decision = Decision(policy.contradiction, "claims-contradict", (same, *member.certificates))
        else:
            decision = Decision(origin.decision.action, "copy-of-disclosed", (same,))
        if ACTIONS.index(decision.action) > ACTIONS.index(member.decision.action):
            yield member.id, decision


def origin(labels: Labels, policy: Policy) -> str:
    """Say who wrote a document, where that is known without statistics.

    Args:
        labels: As for `decide`.
        policy: Says from where on a watermark is one; its actions do not matter.

    Returns:
        `generated` for a registered watermark or a declaration of the whole document, `translated` for what
        shows that a program translated it, `human` for a verified claim, a reserve that shows it to be old
        enough or people who are sure enough, and nothing when none of these is known or they contradict each
        other.
    """
    found = {verdict.reason for rule in (_marked, _generated) if (verdict := rule(labels, policy))}
    if found:
        return "" if "claims-contradict" in found else "generated"
    if is_machine_translated(labels):
        return "translated"
    return "human" if certificates(labels, policy) else ""


def is_certified(labels: Labels, policy: Policy) -> bool:
    """Tell whether a claim that verifies, a reserve or people certify a person."""
    return bool(certificates(labels, policy))


def certificates(labels: Labels, policy: Policy) -> tuple[str, ...]:
    """Name what certifies a person: a verified claim, an old reserve, people."""
    claims = [_line(c) for c in _stated(labels, "human") if c["status"] == "valid"]
    seen = labels.get("membership", {})
    is_old = bool(seen.get("match") and seen["date"]) and seen["date"][:10] < policy.human_before
    if is_old and seen["grade"] >= policy.human_grade and seen["likeness"] >= policy.near_likeness:
        place = f"{seen['reserve']} {seen['position']}"
        claims.append(" · ".join((f"reserve {place}", seen["match"], seen["date"], seen["grade"])))
    return (*claims, *_judged_to_be("human", labels, policy))


def is_marked(labels: Labels, policy: Policy) -> bool:
    """Tell whether a document carries a registered mark."""
    return _marked(labels, policy) is not None


def claims_machine(labels: Labels) -> Mapping[str, bool]:
    """Name the ways in which a document says that a machine made it or took part.

    Args:
        labels: As for `decide`.

    Returns:
        Kind of claim, hints among them -> whether it says so of the whole document, and that a machine made
        it, and is no mere hint.
    """
    good = [c for c in _claims(labels) if c["status"] in _GOOD and c["claim"] in _MACHINE]
    whole = {c["kind"] for c in _stated(labels, "ai-generated") if c["scope"] != "element"}
    return {kind: kind in whole for kind in sorted({c["kind"] for c in good})}


def _claims(labels: Labels) -> list[Mapping[str, Any]]:
    return list(labels.get("disclosure", {}).get("claims") or ())


def _line(claim: Mapping[str, Any]) -> str:
    parts = (claim["kind"], claim["claim"], claim["status"], claim["where"], claim["value"])
    return " · ".join(part for part in parts if part)


_GOOD = frozenset({"asserted", "valid", "valid-untrusted"})
_MACHINE = frozenset({"ai-generated", "ai-assisted"})
_HINTS = frozenset({"generator-ai-builder", "chat-boilerplate"})


def _when(action: Action, reason: str, found: Sequence[Mapping[str, Any]]) -> Decision | None:
    return Decision(action, reason, tuple(map(_line, found))) if found else None


def _stated(labels: Labels, claim: str) -> list[Mapping[str, Any]]:
    """Give the claims that count: good ones, and not the mere hints of builders and phrases."""
    return [
        c for c in _claims(labels) if c["claim"] == claim and c["status"] in _GOOD and c["kind"] not in _HINTS
    ]


def _judged_to_be(what: str, labels: Labels, policy: Policy) -> list[str]:
    """Tell what people concluded, if they are sure enough of it."""
    seen = labels.get("judgement")
    if seen is None or seen[what] < policy.judged_sure:
        return []
    votes = f"{seen['n_votes']} vote{'s' * (seen['n_votes'] != 1)}"
    return [f"people · {what} · posterior {seen[what]:.3f} · {votes}"]


def _judged(labels: Labels, policy: Policy) -> Decision | None:
    found, human = _judged_to_be("generated", labels, policy), certificates(labels, policy)
    if found and human:
        return Decision(policy.contradiction, "claims-contradict", (*found, *human))
    return Decision(policy.judged_generated, "judged-generated", tuple(found)) if found else None


def _marked(labels: Labels, policy: Policy) -> Decision | None:
    seen = labels.get("watermark", {})
    q = seen.get("q")
    if q is None or q > policy.false_mark_rate:
        return None
    human = certificates(labels, policy)
    if human:
        return Decision(policy.contradiction, "claims-contradict", (_mark(seen), *human))
    return Decision(policy.watermarked, "watermarked", (_mark(seen),))


def _mark(seen: Mapping[str, Any]) -> str:
    where = "the whole text" if seen["start"] is None else f"characters {seen['start']} to {seen['stop']}"
    p = f"p = 10^{seen['log_p'] / math.log(10.0):.1f}"
    return " · ".join((seen["marker"], seen["profile"], where, seen["variant"], p, f"q = {seen['q']:.3g}"))


def _generated(labels: Labels, policy: Policy) -> Decision | None:
    found = [c for c in _stated(labels, "ai-generated") if c["scope"] != "element"]
    human = certificates(labels, policy)
    if found and human:
        return Decision(policy.contradiction, "claims-contradict", (*map(_line, found), *human))
    return _when(policy.ai_generated, "disclosed-ai-generated", found)


def _assisted(labels: Labels, policy: Policy) -> Decision | None:
    found = [c for c in _stated(labels, "ai-assisted") if c["scope"] != "element"]
    return _when(policy.ai_assisted, "disclosed-ai-assisted", found)


def _element(labels: Labels, policy: Policy) -> Decision | None:
    both = _stated(labels, "ai-generated") + _stated(labels, "ai-assisted")
    return _when(policy.ai_element, "disclosed-ai-element", [c for c in both if c["scope"] == "element"])


def _invalid(labels: Labels, policy: Policy) -> Decision | None:
    found = [c for c in _claims(labels) if c["status"] == "invalid"]
    return _when(policy.c2pa_invalid, "c2pa-signature-invalid", found)


def is_machine_translated(labels: Labels) -> bool:
    """Tell whether a document shows that a program translated the whole of it."""
    return bool(labels.get("translation", {}).get("how") == "machine")


def _translated(labels: Labels, policy: Policy) -> Decision | None:
    if not is_machine_translated(labels):
        return None
    return Decision(policy.machine_translated, "machine-translated", tuple(labels["translation"]["signs"]))


def _builder(labels: Labels, policy: Policy) -> Decision | None:
    if _judged_to_be("human", labels, policy):  # A hint is a reason to ask people, and they have answered.
        return None
    found = [c for c in _claims(labels) if c["kind"] == "generator-ai-builder"]
    return _when(policy.ai_builder, "ai-builder-generator", found)


def _boilerplate(labels: Labels, policy: Policy) -> Decision | None:
    if _judged_to_be("human", labels, policy):
        return None
    found = [c for c in _claims(labels) if c["kind"] == "chat-boilerplate"]
    return _when(policy.chat_boilerplate, "chat-boilerplate", found)


def _reserved(labels: Labels, policy: Policy) -> Decision | None:
    found = [c for c in _claims(labels) if c["claim"] == "use-reserved"]
    return _when(policy.use_reserved, "use-reserved", found)


def _status(labels: Labels, policy: Policy) -> Decision | None:
    status = labels.get("capture", {}).get("status") or 0
    return (
        Decision(policy.http_error, "http-error", (f"status {status}",))
        if status >= policy.error_status
        else None
    )


def _empty(labels: Labels, policy: Policy) -> Decision | None:
    return Decision(policy.no_text, "no-text") if labels.get("quality", {}).get("n_words") == 0 else None


def _short(labels: Labels, policy: Policy) -> Decision | None:
    n_words = labels.get("quality", {}).get("n_words")
    if n_words is None or n_words >= policy.min_words:
        return None
    return Decision(policy.too_short, "too-short", (f"{n_words} words",))


def _language(labels: Labels, policy: Policy) -> Decision | None:
    language = labels.get("language", {}).get("language")
    if not policy.languages or language is None or language in policy.languages:
        return None
    return Decision(policy.language_not_wanted, "language-not-wanted", (language,))


RULES: tuple[Rule, ...] = (
    _marked,
    _generated,
    _judged,
    _invalid,
    _assisted,
    _element,
    _translated,
    _boilerplate,
    _builder,
    _status,
    _empty,
    _reserved,
    _language,
    _short,
)
