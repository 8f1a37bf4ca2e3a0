"""What each kind of evidence leads to: the reasons there are, and a policy with its TOML form."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Literal, get_args

from headwater.errors import ConfigError

Action = Literal["admit", "quarantine", "exclude"]
ACTIONS: tuple[Action, ...] = get_args(Action)
# The label `duplicate-1` draws clusters at this likeness, so a policy can ask for no less.
LEAST_LIKENESS = 0.8
# How good the evidence for a date in a reserve is, the source's own word first.
GRADES = ("E0", "E1", "E2", "E3", "E4")
_SHARES = frozenset(
    {
        *("false_mark_rate", "false_discovery_rate", "false_exclusion", "canary_budget", "human_cut"),
        *("judged_sure", "review_from", "review_to"),
    }
)
_LANGUAGE = re.compile("[a-z]{2,3}")
_TEXTS = {
    "name": (re.compile("(?s).+"), "a name"),
    "human_before": (re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a day such as 2022-11-30"),
}

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "no-evidence-against": "Nothing that was looked for speaks against the document.",
        "disclosed-ai-generated": "The document says, in a standard way, that it is machine-made.",
        "disclosed-ai-assisted": "The document says that a machine took part in writing it.",
        "disclosed-ai-element": "A part of the document says that it is machine-made.",
        "c2pa-signature-invalid": "A signed manifest is present, and its signature or binding fails.",
        "watermarked": "The text carries the watermark of a key that is registered.",
        "claims-contradict": "A claim or mark says machine-made; a verified claim or a reserve says human.",
        "machine-translated": "The document shows that a program translated it, whoever wrote it.",
        "ai-builder-generator": "The page names a site builder or plug-in that writes text by machine.",
        "chat-boilerplate": "A chat assistant's phrase was left over in the text.",
        "copy-of-disclosed": "The text is the same as that of a document held back for what it discloses.",
        "reads-generated": "The text scores higher than nearly all human texts of its kind do.",
        "judged-generated": "People who looked at the document concluded that a machine wrote it.",
        "duplicate-exact": "Another admitted document has the same text.",
        "duplicate-near": "Another admitted document has nearly the same text.",
        "use-reserved": "The publisher reserves the use of the document for training.",
        "http-error": "The server answered with an error status.",
        "no-text": "No text was left after extraction.",
        "too-short": "The text has fewer words than the policy asks for.",
        "language-not-wanted": "The text is in none of the languages the policy asks for.",
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What each kind of evidence leads to; the defaults are the default policy.

    Attributes:
        name: Goes into the ledger and the report.
        watermarked: A document marked by a registered key.
        ai_generated: A document that says it is machine-made.
        ai_assisted: A document that says a machine took part.
        ai_element: A part of the document says so.
        c2pa_invalid: A manifest whose signature or binding fails.
        contradiction: Claims that contradict each other.
        machine_translated: A document that shows that a program translated it.
        ai_builder: A site builder that writes text by machine.
        chat_boilerplate: A chat assistant's phrase left over.
        reads_generated: A discovery among the documents that were ranked by a calibration.
        judged_generated: A document that people, surely enough, take for a machine's.
        duplicate_exact: A copy of an admitted document.
        duplicate_near: A near-copy of an admitted document.
        use_reserved: A reservation of use; it says nothing of provenance.
        http_error: A status from `error_status` on.
        no_text: Nothing left after extraction.
        too_short: Fewer words than `min_words`.
        language_not_wanted: A language outside `languages`.
        near_likeness: Least share of values in which the signatures of near-copies agree, an estimate of
            the Jaccard similarity of their shingles; in [0.8, 1].
        error_status: Least HTTP status that is an error, 100 to 600.
        min_words: Least number of words; 0 switches the rule off.
        languages: Wanted language codes; empty for all.
        false_mark_rate: Share of unmarked documents among those called marked, in (0, 1).
        judged_sure: Least posterior at which people's conclusion counts, in (0, 1).
        false_discovery_rate: Share of humans among the discoveries, in (0, 1).
        any_dependence: Whether that holds under any dependence of the scores, which finds less.
        false_exclusion: Greatest share of the humans of each stratum that may become discoveries, in (0, 1).
        human_before: Day before which a text that a reserve holds counts as a person's.
        human_grade: Least grade of the evidence for that, E0 to E4.
        review_from: Least weight of a document that is marked for review, in (0, 1).
        review_to: Greatest weight of one, in (0, 1).
        canary_budget: Share of the canaries above whose upper bound there are no discoveries, in (0, 1).
        human_cut: Greatest share of the held-out human texts of a language, script or length class that the
            policy may cut, by statistics or any other rule, in (0, 1); above it the run fails.
    """

    name: str = "default-1"
    watermarked: Action = "exclude"
    ai_generated: Action = "exclude"
    ai_assisted: Action = "quarantine"
    ai_element: Action = "quarantine"
    c2pa_invalid: Action = "quarantine"
    contradiction: Action = "quarantine"
    machine_translated: Action = "quarantine"
    ai_builder: Action = "quarantine"
    chat_boilerplate: Action = "quarantine"
    reads_generated: Action = "quarantine"
    judged_generated: Action = "exclude"
    duplicate_exact: Action = "exclude"
    duplicate_near: Action = "exclude"
    use_reserved: Action = "admit"
    http_error: Action = "quarantine"
    no_text: Action = "quarantine"
    too_short: Action = "quarantine"
    language_not_wanted: Action = "quarantine"
    near_likeness: float = LEAST_LIKENESS
    error_status: int = 400
    min_words: int = 0
    languages: tuple[str, ...] = ()
    false_mark_rate: float = 0.001
    judged_sure: float = 0.95
    false_discovery_rate: float = 0.1
    any_dependence: bool = False
    false_exclusion: float = 0.01
    human_before: str = "2022-11-30"
    human_grade: str = "E1"
    review_from: float = 0.2
    review_to: float = 0.8
    canary_budget: float = 0.03
    human_cut: float = 0.05


def parse(text: str) -> Policy:
    """Read a policy from TOML.

    Args:
        text: A table whose keys are the attributes of `Policy`; those left out keep their default,
            but `name` must be given when anything else is.

    Returns:
        The policy.

    Raises:
        ConfigError: If it is not TOML, a key is unknown, or a value is none of those allowed.
    """
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # The first is what a TOML error is, and a number too long.
        raise ConfigError(f"the policy is not TOML: {str(error)[:100]}") from error
    known = {field.name: field for field in fields(Policy)}
    for key, value in table.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            raise ConfigError(
                f"unknown policy key '{key}'", hint=f"did you mean '{near[0]}'?" if near else ""
            )
        _check(key, value)
    if table and "name" not in table:
        raise ConfigError("the policy has no name", hint='add a line such as name = "mine-1"')
    if isinstance(table.get("languages"), list):
        table["languages"] = tuple(table["languages"])
    return Policy(**table)


def _check(key: str, value: object) -> None:
    match key:
        case "name" | "human_before":
            pattern, wanted = _TEXTS[key]
            good = isinstance(value, str) and pattern.fullmatch(value) is not None
        case "min_words":
            good, wanted = _is_whole(value, 0, 2**63 - 1), f"a whole number from 0 to {2**63 - 1}"
        case "error_status":
            good, wanted = _is_whole(value, 100, 600), "a whole number from 100 to 600"
        case "near_likeness":
            good = isinstance(value, float) and LEAST_LIKENESS <= value <= 1.0
            wanted = f"a number from {LEAST_LIKENESS} to 1.0; labels draw clusters at {LEAST_LIKENESS}"
        case "languages":
            good = isinstance(value, list) and all(map(_is_language, value))
            wanted = "a list of language codes such as en or ceb"
        case "any_dependence":
            good, wanted = isinstance(value, bool), "true or false"
        case _ if key in _SHARES:
            good, wanted = isinstance(value, float) and 0.0 < value < 1.0, "a number between 0 and 1"
        case _:
            allowed = GRADES if key == "human_grade" else ACTIONS
            good, wanted = value in allowed, f"one of {', '.join(allowed)}"
    if not good:
        raise ConfigError(f"policy key '{key}' has a value it cannot take", hint=f"it takes {wanted}")


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_language(value: object) -> bool:
    return isinstance(value, str) and _LANGUAGE.fullmatch(value) is not None


def encode(policy: Policy) -> str:
    """Write a policy as TOML that `parse` reads back to the same policy."""
    lines = [f"{field.name} = {_shown(getattr(policy, field.name))}" for field in fields(Policy)]
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    match value:
        case tuple():
            return f"[{', '.join(map(_quote, value))}]"
        case str():
            return _quote(value)
        case bool():
            return str(value).lower()
        case _:
            return repr(value)


def _quote(text: str) -> str:
    escaped = "".join(
        f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else "\\" + c if c in '"\\' else c for c in text
    )
    return f'"{escaped}"'
