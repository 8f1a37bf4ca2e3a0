"""Judgements: what people concluded decides a finished run again, and what is none is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate import judgement, rules
from headwater.curate.calibrate import weights_digest
from headwater.curate.calibration import Calibration, encode
from headwater.curate.config import Config
from headwater.curate.engine.inline import InlineEngine
from headwater.curate.judgement import Judgement
from headwater.curate.policy import Policy
from headwater.curate.rules import Decision, decide
from headwater.curate.run import Setting, redecide
from headwater.errors import FormatError
from tests.curate.crawls import member, page, prose, read_column, run, silent, tree

PHRASE = "As an AI language model, I cannot browse the internet. "
CLAIM = {
    "kind": "http-ai-disclosure",
    "claim": "ai-generated",
    "scope": "document",
    "status": "asserted",
    "where": "header",
    "value": "ai-originated",
}
HINT = CLAIM | {"kind": "generator-ai-builder"}
MARK = {
    "log_p": -50.0,
    "marker": "mill",
    "profile": "gumbel-aes-1",
    "variant": "as it is",
    "start": 7,
    "stop": 900,
    "q": 1e-9,
}
KINDS = ("human", "ai", "mixed", "translated")


def disclosed(claim: dict[str, str]) -> dict[str, Any]:
    """Make the labels of a document that makes a claim."""
    return {"disclosure": {"claims": [claim]}}


def line(document: str, *, human: float = 0.0, ai: float = 0.0, **more: Any) -> bytes:
    """Write a judgement as `headwater review aggregate` does."""
    posterior = {"human": human, "ai": ai, "mixed": 0.0, "translated": round(1.0 - human - ai, 6)}
    row = {"document": document, "posterior": posterior, "n_votes": 3} | more
    return json.dumps(row).encode() + b"\n"


def test_lines_are_read_and_translations_are_of_people() -> None:
    data = line("a", human=0.5, ai=0.25, pi=0.1, gold=False) + b"\n" + line("b", ai=1.0)

    assert judgement.parse(data) == {"a": Judgement(0.75, 0.25, 3), "b": Judgement(0.0, 1.0, 3)}
    assert judgement.parse(b"") == {}


@pytest.mark.parametrize(
    "bad",
    [
        b"{",
        b"[]",
        b'{"document": 1}',
        line("a", human=0.5) + line("a", ai=1.0),
        line("a", human=0.5, n_votes=-1),
        line("a", human=0.5, n_votes=True),
        line("a", human=0.5, posterior={"human": 1.0}),
        line("a", human=0.5, posterior={"human": 2.0, "ai": -1.0, "mixed": 0.0, "translated": 0.0}),
        line("a", human=0.5, posterior=dict.fromkeys(KINDS, float("nan"))),
        line("a", human=0.5, posterior=dict.fromkeys(KINDS, 0.5)),
        b"\xff\xfe",
    ],
)
def test_what_is_no_judgement_is_refused(bad: bytes) -> None:
    with pytest.raises(FormatError, match=r"line [12]"):
        judgement.parse(bad)


@given(st.binary(max_size=200))
def test_any_bytes_are_judgements_or_refused(data: bytes) -> None:
    try:
        found = judgement.parse(data)
    except FormatError:
        return
    assert all(0.0 <= one.human + one.generated <= 1.0 + 1e-3 for one in found.values())


PEOPLE = {"judgement": {"human": 0.98, "generated": 0.01, "n_votes": 4}}


@pytest.mark.parametrize("hint", [HINT, HINT | {"kind": "chat-boilerplate"}])
def test_people_who_are_sure_answer_a_hint(hint: dict[str, str]) -> None:
    unsure = {"judgement": {"human": 0.9, "generated": 0.05, "n_votes": 4}}

    assert decide(disclosed(hint) | PEOPLE, Policy()) == Decision("admit", "no-evidence-against")
    assert decide(disclosed(hint) | unsure, Policy()).action == "quarantine"


@pytest.mark.parametrize("machine", [disclosed(CLAIM), {"watermark": MARK}])
def test_people_against_a_mark_or_a_declaration_are_a_contradiction(machine: dict[str, Any]) -> None:
    decision = decide(machine | PEOPLE, Policy())

    assert (decision.action, decision.reason) == ("quarantine", "claims-contradict")
    assert decision.evidence[1] == "people · human · posterior 0.980 · 4 votes"


def test_people_against_a_verified_claim_of_a_person_are_a_contradiction() -> None:
    judged = {"judgement": {"human": 0.0, "generated": 1.0, "n_votes": 1}}
    decision = decide(
        judged | disclosed(CLAIM | {"claim": "human", "status": "valid", "kind": "c2pa-html"}), Policy()
    )

    assert (decision.action, decision.reason) == ("quarantine", "claims-contradict")
    assert decision.evidence[0] == "people · generated · posterior 1.000 · 1 vote"


def test_what_people_are_sure_of_is_known_to_be_human() -> None:
    assert rules.origin(PEOPLE, Policy()) == "human"
    assert rules.origin({"judgement": {"human": 0.0, "generated": 1.0, "n_votes": 2}}, Policy()) == ""


def test_people_decide_a_finished_run_again_and_it_is_that_of_a_fresh_one(tmp_path: Path) -> None:
    texts = {f"https://a.example/{n}": prose(n) for n in range(6)}
    texts["https://a.example/leftover"] = PHRASE + prose(20)
    (tmp_path / "in").mkdir()
    crawl = b"".join(member(url, page(text)) for url, text in texts.items())
    (tmp_path / "in" / "crawl.warc.gz").write_bytes(crawl)
    run(tmp_path / "in", tmp_path / "out")
    ledger = tmp_path / "out" / "ledger.parquet"
    ids = dict(zip(read_column(ledger, "url"), read_column(ledger, "id"), strict=True))
    before = dict(zip(read_column(ledger, "url"), read_column(ledger, "action"), strict=True))
    assert before.pop("https://a.example/leftover") == "quarantine"
    assert set(before.values()) == {"admit"}

    said = line(ids["https://a.example/leftover"], human=0.99) + line(ids["https://a.example/2"], ai=0.98)
    said += line(ids["https://a.example/3"], human=0.1, ai=0.6) + line("of another crawl", ai=1.0)
    setting = Setting(InlineEngine(), lambda summary: summary.run_id, silent)
    redecide(tmp_path / "out", policy=Policy(), setting=setting, judgements=said)
    after = dict(zip(read_column(ledger, "url"), read_column(ledger, "reason"), strict=True))
    assert after.pop("https://a.example/2") == "judged-generated"
    assert set(after.values()) == {"no-evidence-against"}

    run(tmp_path / "in", tmp_path / "fresh", config=Config(shard_bytes=2**16, judgements=said))
    assert tree(tmp_path / "fresh") == tree(tmp_path / "out")
    redecide(tmp_path / "out", policy=Policy(), setting=setting)
    assert "judged-generated" not in read_column(ledger, "reason")


def test_statistics_leave_alone_whom_people_certify_though_the_page_says_otherwise(tmp_path: Path) -> None:
    says = "<meta name=ai-disclosure content=ai-generated>"
    pages = {f"https://a.example/{n}": page(prose(n), head=says * (n == 0)) for n in range(4)}
    (tmp_path / "crawl.warc.gz").write_bytes(b"".join(member(url, html) for url, html in pages.items()))
    run(tmp_path / "crawl.warc.gz", tmp_path / "out")
    ledger = tmp_path / "out" / "ledger.parquet"
    ids = dict(zip(read_column(ledger, "url"), read_column(ledger, "id"), strict=True))
    scores = {
        name: [(float(at), 1.0) for at in range(120)] for name in ("en/lines/50-149", "en/prose/50-149")
    }
    people = encode(Calibration("statistical-1", weights_digest(), scores))
    setting = Setting(InlineEngine(), lambda summary: summary.run_id, silent)
    policy = Policy(name="lenient-1", contradiction="admit")
    said = line(ids["https://a.example/0"], human=0.99)
    redecide(tmp_path / "out", policy=policy, setting=setting, calibration=people, judgements=said)

    reasons = dict(zip(read_column(ledger, "id"), read_column(ledger, "reason"), strict=True))
    assert set(reasons.values()) == {"no-evidence-against"}
    ranked = read_column(tmp_path / "out" / "statistics.parquet", "id")
    assert set(ranked) == set(ids.values()) - {ids["https://a.example/0"]}
