"""Rules: each speaks when it should and only then, the most severe wins, and a cluster is decided as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate import rules
from headwater.curate.policy import ACTIONS, REASONS, Action, Policy
from headwater.curate.rules import PROVENANCE, Decision, Member, decide

STRICT = Policy(
    name="strict-1",
    ai_element="exclude",
    use_reserved="quarantine",
    min_words=10,
    languages=("en", "de"),
)


def claim(**changes: str) -> dict[str, str]:
    """Make a claim as the disclosure label writes it."""
    fields = {
        "kind": "http-ai-disclosure",
        "claim": "ai-generated",
        "scope": "document",
        "status": "asserted",
        "where": "header",
        "value": "ai-originated",
    }
    return fields | changes


def disclosed(*claims: Mapping[str, str]) -> dict[str, Any]:
    """Make the labels of a document that makes claims."""
    return {"disclosure": {"claims": list(claims)}}


def signed(status: str, what: str = "ai-generated") -> dict[str, str]:
    """Make a claim of a C2PA manifest."""
    return claim(kind="c2pa-html", claim=what, status=status)


BUILDER = claim(kind="generator-ai-builder", where="meta")
PHRASE = claim(kind="chat-boilerplate", where="text")

MARK = {
    "log_p": -50.0,
    "marker": "mill",
    "profile": "gumbel-aes-1",
    "variant": "as it is",
    "start": 7,
    "stop": 900,
    "q": 1e-9,
}

# Reason -> labels that give it and labels that almost do.
TWINS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "disclosed-ai-generated": (disclosed(claim()), disclosed(claim(claim="none"))),
    "watermarked": ({"watermark": MARK}, {"watermark": MARK | {"q": 0.5}}),
    "c2pa-signature-invalid": (disclosed(signed("invalid")), disclosed(signed("unverifiable"))),
    "disclosed-ai-assisted": (
        disclosed(claim(claim="ai-assisted")),
        disclosed(claim(claim="ai-assisted", status="conflicting")),
    ),
    "disclosed-ai-element": (
        disclosed(claim(scope="element", claim="ai-assisted")),
        disclosed(claim(scope="element", claim="human")),
    ),
    "claims-contradict": (
        disclosed(claim(), signed("valid", "human")),
        disclosed(signed("valid", "human")),
    ),
    "chat-boilerplate": (disclosed(PHRASE), disclosed(claim(kind="meta-ai-disclosure", claim="human"))),
    "ai-builder-generator": (disclosed(BUILDER), disclosed(claim(kind="generator", claim="none"))),
    "machine-translated": (
        {"translation": {"how": "machine", "signs": ["html lang · de-x-mtfrom-en · machine"]}},
        {"translation": {"how": "machine-part", "signs": ["p lang · de-x-mtfrom-en · machine-part"]}},
    ),
    "judged-generated": (
        {"judgement": {"human": 0.02, "generated": 0.97, "n_votes": 3}},
        {"judgement": {"human": 0.06, "generated": 0.94, "n_votes": 3}},
    ),
    "http-error": ({"capture": {"status": 400}}, {"capture": {"status": 399}}),
    "no-text": ({"quality": {"n_words": 0}}, {"quality": {"n_words": 10}}),
    "use-reserved": (disclosed(claim(claim="use-reserved")), disclosed(claim(claim="use-allowed"))),
    "language-not-wanted": ({"language": {"language": "fr"}}, {"language": {"language": "de"}}),
    "too-short": ({"quality": {"n_words": 9}}, {"quality": {"n_words": 10}}),
}


@pytest.mark.parametrize("reason", TWINS)
def test_a_rule_speaks_when_its_evidence_is_there(reason: str) -> None:
    decision = decide(TWINS[reason][0], STRICT)

    assert decision.reason == reason
    assert decision.action != "admit"
    assert decision.evidence or reason == "no-text"


@pytest.mark.parametrize("reason", TWINS)
def test_a_rule_is_silent_when_its_evidence_almost_is(reason: str) -> None:
    assert decide(TWINS[reason][1], STRICT) == Decision("admit", "no-evidence-against")


def test_every_reason_there_is_has_a_document_that_it_decides() -> None:
    reached = {decide(labels, STRICT).reason for twins in TWINS.values() for labels in twins}
    origin = Decision("exclude", "disclosed-ai-generated")
    fine = Decision("admit", "no-evidence-against")
    members = [Member(key, cluster, fine) for key, cluster in (("b", "x"), ("c", "x"), ("d", None))]
    tainted = [Member("e", "y", origin), Member("f", "y", fine)]
    reached |= {decision.reason for decision in settle(members, STRICT).values()}
    reached |= {decision.reason for decision in settle(tainted, STRICT).values()}

    # One reason is given by what all documents say together, and has its test in `test_fuse.py`.
    assert reached | {"reads-generated"} == set(REASONS)
    assert set(REASONS) >= PROVENANCE


def test_a_mark_against_a_verified_claim_of_a_person_is_a_contradiction() -> None:
    labels = {"watermark": MARK, **disclosed(signed("valid", "human"))}

    decision = decide(labels, Policy())

    assert (decision.action, decision.reason) == ("quarantine", "claims-contradict")
    assert len(decision.evidence) == 2


def test_the_evidence_of_a_mark_names_key_place_and_p() -> None:
    whole = MARK | {"start": None, "stop": None, "log_p": -1e3}
    lines = [decide({"watermark": mark}, Policy()).evidence[0] for mark in (MARK, whole)]

    assert lines[0] == "mill · gumbel-aes-1 · characters 7 to 900 · as it is · p = 10^-21.7 · q = 1e-09"
    assert "the whole text" in lines[1]
    assert "p = 10^-434.3" in lines[1]


def test_labels_that_were_not_run_say_nothing() -> None:
    empty: tuple[dict[str, Any], ...] = (
        {},
        disclosed(),
        {"disclosure": {"claims": None}},
        {"capture": {"status": None}},
        {"language": {}},
    )

    assert {decide(labels, STRICT).reason for labels in empty} == {"no-evidence-against"}


@pytest.mark.parametrize("status", ["asserted", "valid", "valid-untrusted"])
def test_a_statement_counts_when_it_is_asserted_or_its_signature_holds(status: str) -> None:
    assert decide(disclosed(claim(status=status)), Policy()).reason == "disclosed-ai-generated"


def test_an_invalid_signature_is_another_fact_than_a_valid_one() -> None:
    assert decide(disclosed(signed("invalid")), Policy()).action == "quarantine"
    assert decide(disclosed(signed("valid")), Policy()).action == "exclude"


def test_only_a_verified_human_claim_contradicts() -> None:
    asserted = claim(kind="meta-ai-disclosure", claim="human")

    assert decide(disclosed(claim(), asserted), Policy()).reason == "disclosed-ai-generated"
    assert decide(disclosed(claim(), signed("valid-untrusted", "human")), Policy()).action == "exclude"


def test_a_contradiction_names_both_sides() -> None:
    decision = decide(disclosed(claim(), signed("valid", "human")), Policy())

    assert decision == Decision(
        "quarantine",
        "claims-contradict",
        (
            "http-ai-disclosure · ai-generated · asserted · header · ai-originated",
            "c2pa-html · human · valid · header · ai-originated",
        ),
    )


def test_builders_and_phrases_are_hints_and_no_statements() -> None:
    assert decide(
        disclosed(BUILDER, PHRASE), Policy(ai_builder="admit", chat_boilerplate="admit")
    ).action == ("admit")


def test_the_most_severe_action_wins_and_among_equals_the_first_rule() -> None:
    labels = disclosed(PHRASE, BUILDER) | {"capture": {"status": 500}, "quality": {"n_words": 0}}

    assert decide(labels, Policy()).reason == "chat-boilerplate"
    assert decide(labels, Policy(http_error="exclude")).reason == "http-error"
    assert decide(labels, Policy(http_error="exclude", no_text="exclude")).reason == "http-error"
    assert decide(labels, Policy(chat_boilerplate="admit")).reason == "ai-builder-generator"


@given(st.lists(st.sampled_from(sorted(TWINS)), min_size=1), st.data())
def test_a_decision_is_as_severe_as_the_worst_rule_that_speaks(
    reasons: list[str], data: st.DataObject
) -> None:
    policy = data.draw(policies())
    parts = [TWINS[reason][0] for reason in reasons]
    whole: dict[str, Any] = {}
    for part in parts:
        if "disclosure" in part and "disclosure" in whole:
            whole["disclosure"] = {"claims": whole["disclosure"]["claims"] + part["disclosure"]["claims"]}
        else:
            whole |= part
    alone = [decide({name: row}, policy) for name, row in whole.items()]

    worst = max(ACTIONS.index(decision.action) for decision in alone)
    assert decide(whole, policy).action == ACTIONS[worst]
    assert decide(whole, policy).reason in REASONS


def policies() -> st.SearchStrategy[Policy]:
    """Give policies whose every switch is set at random."""
    switches = {
        name: st.sampled_from(ACTIONS)
        for name, value in ((name, getattr(Policy(), name)) for name in Policy.__slots__)
        if value in ACTIONS
    }
    return st.builds(Policy, **switches, min_words=st.integers(0, 20), languages=st.just(("de",)))


FINE = Decision("admit", "no-evidence-against")


class Alike:
    """Documents that are all near each other."""

    def __init__(self) -> None:
        """Keep none yet."""
        self._kept: list[str] = []

    def first_near(self, document: str) -> str | None:
        """Give the first."""
        return next(iter(self._kept), None)

    def keep(self, document: str) -> None:
        """Keep one more."""
        self._kept.append(document)


def settle(members: list[Member], policy: Policy) -> dict[str, Decision]:
    """Settle a cluster whose members are all near each other."""
    return rules.settle(members, policy, Alike())


def duplicates(**changes: Action) -> Policy:
    """Make a policy that differs in what duplicates lead to."""
    return replace(Policy(), **changes)  # type: ignore[arg-type]


def test_of_equal_documents_the_one_with_the_least_id_stays() -> None:
    members = [Member(key, "k", FINE) for key in ("c", "a", "b")]

    assert settle(members, Policy()) == {
        key: Decision("exclude", "duplicate-exact", ("same text as a",)) for key in ("b", "c")
    }


def test_a_near_copy_is_told_from_an_exact_one() -> None:
    members = [
        Member("a", "k", FINE),
        Member("b", "k", FINE),
        Member("c", None, FINE),
        Member("d", "m", FINE),
    ]

    changed = settle(members, duplicates(duplicate_near="quarantine"))

    assert {key: (d.action, d.reason) for key, d in changed.items()} == {
        "b": ("exclude", "duplicate-exact"),
        "c": ("quarantine", "duplicate-near"),
        "d": ("quarantine", "duplicate-near"),
    }
    assert changed["c"].evidence == ("near a",)


def test_documents_that_share_no_text_digest_are_no_exact_copies() -> None:
    assert (
        settle([Member("a", None, FINE), Member("b", None, FINE)], Policy())["b"].reason == "duplicate-near"
    )


def test_what_is_held_back_is_no_keeper() -> None:
    error = Decision("quarantine", "http-error")

    assert settle([Member("a", "k", error), Member("b", "k", FINE)], Policy()) == {}


@pytest.mark.parametrize("reason", sorted(PROVENANCE))
def test_provenance_taints_exact_copies_and_no_near_ones(reason: str) -> None:
    origin = Decision("quarantine", reason)
    members = [
        Member("b", "k", origin),
        Member("a", "k", FINE),
        Member("c", "m", FINE),
        Member("d", None, FINE),
    ]

    changed = settle(members, duplicates(duplicate_near="admit"))

    assert changed == {"a": Decision("quarantine", "copy-of-disclosed", (f"same text as b ({reason})",))}


def test_a_taint_makes_a_decision_worse_and_never_better() -> None:
    milder = [
        Member("a", "k", Decision("exclude", "no-text")),
        Member("b", "k", Decision("quarantine", "chat-boilerplate")),
    ]
    worse = [
        Member("a", "k", Decision("quarantine", "http-error")),
        Member("b", "k", Decision("exclude", "disclosed-ai-generated")),
    ]

    assert settle(milder, Policy()) == {}
    assert settle(worse, Policy())["a"].action == "exclude"


def test_copies_that_are_only_near_the_keeper_are_still_copies_of_each_other() -> None:
    members = [Member("a", None, FINE), Member("b", "k", FINE), Member("c", "k", FINE)]

    changed = settle(members, duplicates(duplicate_near="admit", duplicate_exact="exclude"))

    assert changed == {"c": Decision("exclude", "duplicate-exact", ("same text as b",))}


def clusters() -> st.SearchStrategy[list[Member]]:
    """Give near-duplicate clusters with distinct ids and decisions of every kind."""
    reasons = sorted(set(REASONS) - {"copy-of-disclosed", "duplicate-exact", "duplicate-near", FINE.reason})
    held = st.builds(Decision, st.sampled_from(ACTIONS[1:]), st.sampled_from(reasons))
    tainting = st.builds(Decision, st.sampled_from(ACTIONS[1:]), st.sampled_from(sorted(PROVENANCE)))
    member = st.tuples(st.sampled_from(["k", "m", None]), st.one_of(st.just(FINE), held, tainting))
    return st.lists(member, max_size=8).map(
        lambda rows: [Member(f"{at:02d}", cluster, decision) for at, (cluster, decision) in enumerate(rows)]
    )


def test_of_equal_origins_the_one_with_the_least_id_is_named() -> None:
    origin = Decision("exclude", "disclosed-ai-generated")
    members = [Member("c", "k", FINE), Member("b", "k", origin), Member("a", "k", origin)]

    for order in (members, members[::-1]):
        assert settle(order, Policy())["c"].evidence == ("same text as a (disclosed-ai-generated)",)


@given(clusters(), policies(), st.randoms(use_true_random=False))
def test_the_order_of_a_cluster_does_not_matter(members: list[Member], policy: Policy, random: Any) -> None:
    shuffled = list(members)
    random.shuffle(shuffled)

    assert settle(shuffled, policy) == settle(members, policy)


@given(clusters(), policies())
def test_settling_only_ever_makes_decisions_worse(members: list[Member], policy: Policy) -> None:
    before = {member.id: member.decision for member in members}
    for key, decision in settle(members, policy).items():
        assert ACTIONS.index(decision.action) > ACTIONS.index(before[key].action)
        assert decision.reason in REASONS


@given(clusters(), policies())
def test_one_document_of_an_exact_cluster_stays_unless_it_is_tainted(
    members: list[Member], policy: Policy
) -> None:
    policy = replace(policy, duplicate_exact="exclude")
    after = {member.id: member.decision for member in members} | settle(members, policy)
    admitted = Counter(m.exact_cluster for m in members if m.exact_cluster and after[m.id].action == "admit")
    tainted = {m.exact_cluster for m in members if m.decision.reason in PROVENANCE}

    assert all(n == 1 for n in admitted.values())
    assert not tainted & set(admitted)


@given(clusters())
def test_one_document_of_a_whole_cluster_stays_under_the_default_policy(members: list[Member]) -> None:
    after = {member.id: member.decision for member in members} | settle(members, Policy())
    tainted = {m.exact_cluster for m in members if m.exact_cluster and m.decision.reason in PROVENANCE}
    candidates = sorted(m.id for m in members if m.decision == FINE and m.exact_cluster not in tainted)

    assert [key for key, decision in after.items() if decision.action == "admit"] == candidates[:1]
