"""Adjudication, writing, and what the campaign's own pages tell."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.log import envelope, proof
from headwater.log.reader import Reader
from headwater.log.tree import leaf_hash, verify_inclusion
from headwater.review import mix
from headwater.review.attest import ledger
from headwater.review.manifest import parse
from headwater.review.serve.screens.log import verify
from headwater.review.store.batches import manifests
from tests.review.attest.worlds import BEN
from tests.review.serve.test_vote import token
from tests.review.serve.worlds import TEXTS, World, served
from tests.review.store.worlds import check


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with served(tmp_path, TEXTS[:2]) as made:
        for name, labels in (("ann", ("human", "ai")), ("eve", ("ai", "ai"))):
            one = made.joined("validator", name)
            for label in labels:
                assert one.form("/review/vote", token=token(one.open("/review")), label=label).status == 303
        yield made


def test_what_votes_leave_open_is_settled_once(world: World) -> None:
    cy, di = world.joined("adjudicator", "cy"), world.joined("adjudicator", "di")
    item = cy.get("/adjudicate.json").told["item"]
    assert [one["label"] for one in item["votes"]] in (["human", "ai"], ["ai", "human"])
    assert item["known"]["why"] == {"uncertainty": 0.5}
    fields: dict[str, Any] = {name: str(item[name]) for name in ("number", "nonce", "now_s")}
    fields |= {"label": "human", "considered": [one["statement"] for one in item["votes"]]}
    assert cy.json("/adjudicate/settle.json", **fields).told == {"kept": True, "new": True}
    assert cy.json("/adjudicate/settle.json", **fields).told == {"kept": True, "new": False}
    late = di.json("/adjudicate/settle.json", **fields | {"nonce": "9" * 32})
    assert late.status == 409
    assert cy.get("/adjudicate.json").told["item"] is None
    assert check(world.desk.store) == {"human": 1, "ai": 3}
    found = verify(world.desk)
    assert (found["sound"], found["n_votes"]) == (True, 5)


def test_an_adjudication_is_taken_back_by_a_button(world: World) -> None:
    cy, di = world.joined("adjudicator", "cy"), world.joined("adjudicator", "di")
    page = cy.open("/adjudicate")
    assert 'action="/adjudicate/undo"' not in page
    item = cy.get("/adjudicate.json").told["item"]
    fields = {name: str(item[name]) for name in ("number", "nonce", "now_s")}
    settled = cy.follow(cy.form("/adjudicate/settle", label="human", **fields))
    assert "No document is contested" in settled
    named = re.search(r'action="/adjudicate/undo".*?name="statement" value="(\w+)"', settled, re.DOTALL)
    assert named
    assert di.form("/adjudicate/undo", statement=named[1]).status == 409  # It is not theirs.
    again = cy.follow(cy.form("/adjudicate/undo", statement=named[1]))
    assert "Taken back." in again
    assert 'action="/adjudicate/undo"' not in again
    assert di.get("/adjudicate.json").told["item"]["document"] == item["document"]
    assert cy.json("/adjudicate/undo.json", statement=named[1]).status == 409
    found = verify(world.desk)
    assert (found["sound"], found["n_votes"], found["n_retracted"]) == (True, 5, 1)


def test_an_adjudication_names_the_votes_that_are_there(world: World) -> None:
    from headwater import canonical

    ben = world.keyed("adjudicator", BEN)
    item = ben.get("/adjudicate.json").told["item"]
    draft = item["draft"]
    draft["predicate"] |= {"label": "human", "considered": ["00" * 32]}
    forged = envelope.seal(canonical.encode(draft), [BEN]).decode()
    answer = ben.json("/adjudicate/cast.json", number=str(item["number"]), envelope=forged)
    assert (answer.status, answer.told["error"]) == (409, "the votes changed meanwhile")
    draft["predicate"]["considered"] = sorted(one["statement"] for one in item["votes"])
    sealed = envelope.seal(canonical.encode(draft), [BEN]).decode()
    assert ben.json("/adjudicate/cast.json", number=str(item["number"]), envelope=sealed).status == 200
    assert verify(world.desk)["sound"]


def test_texts_are_kept_with_licence_and_consent_and_taken_back(world: World) -> None:
    wim = world.joined("writer", "wim")
    nonce = wim.get("/write.json").told["nonce"]
    fields = {"text": "I wrote\r\nthis.", "licence": "CC-BY-4.0", "nonce": nonce, "consents": "yes"}
    wim.follow(wim.form("/write/hand-in", **fields))
    (kept,) = wim.get("/write.json").told["texts"]
    assert (kept["excerpt"], kept["licence"]) == ("I wrote\nthis.", "CC-BY-4.0")
    again = wim.json("/write/hand-in.json", **fields | {"nonce": "8" * 32})
    assert (again.status, again.told["error"]) == (409, "this very text was handed in before")
    assert wim.json("/write/hand-in.json", **fields | {"licence": "mine", "text": "x"}).status == 400
    assert wim.form("/write/retract", statement=kept["statement"]).status == 303
    assert wim.get("/write.json").told["texts"] == []
    assert verify(world.desk)["sound"]


def test_texts_that_people_wrote_go_into_the_mix(world: World) -> None:
    wim, kept = world.joined("writer", "wim"), []
    for text, help_ in (("I wrote this.", "none"), ("A model did.", "ai"), ("I take it back.", "none")):
        nonce = wim.get("/write.json").told["nonce"]
        told = {"text": text, "licence": "CC-BY-4.0", "nonce": nonce, "consents": "yes", "assistance": help_}
        assert wim.json("/write/hand-in.json", **told).status == 200
        kept.append(wim.get("/write.json").told["texts"])
    gone = next(one for one in kept[-1] if one["excerpt"] == "I take it back.")
    assert wim.json("/write/retract.json", statement=gone["statement"]).status == 200
    verify(world.desk)
    log = world.desk.campaign.log
    (row,) = world.desk.look(lambda db: mix.written(db, log))
    assert (row.text, row.licence, row.pi, row.stratum) == ("I wrote this.", "CC-BY-4.0", None, mix.WRITTEN)
    assert mix.parse(mix.encode([row])) == [row]
    at, shown = Reader(log).checkpoint()[0], proof.parse(row.proofs[0].encode())
    leaf = Reader(log).entry(shown.index)
    verify_inclusion(leaf_hash(leaf), (shown.index, at.size), at.root, shown.hashes)
    payload, _ = envelope.parse(ledger.sealed_of(leaf))
    assert hashlib.sha256(payload).hexdigest() == row.attestations[0]


def test_who_votes_learns_nothing_of_others(world: World) -> None:
    ann, boss = world.joined("validator", "zoe"), world.joined("curator", "boss")
    assert ann.get("/reliability.json").told["validators"] == []
    assert ann.get("/progress.json").told["labels"] == {}
    assert ann.get("/batch.json").told["batches"][0]["items"] == []
    rows = boss.get("/reliability.json").told["validators"]
    assert [(row["n_votes"], row["agreement"]) for row in rows] == [(2, 0.5), (2, 0.5)]
    told = boss.get("/progress.json").told
    assert told["labels"] == {"ai": 3, "human": 1}
    assert [(one["n_documents"], one["n_votes"], one["stop"]) for one in told["stopping"]] == [(2, 4, False)]
    assert "This batch goes on" in boss.get("/progress").text
    listed = [one["document"] for one in boss.get("/batch.json").told["batches"][0]["items"]]
    ranks = next(parse(data).ranks() for data in world.desk.look(manifests).values())
    assert listed == sorted(ranks, key=ranks.__getitem__)


def test_what_votes_say_is_computed_once_a_state(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from headwater.review.serve.screens import progress

    boss, cy = world.joined("curator", "boss"), world.joined("adjudicator", "cy")
    before = boss.get("/progress.json").told["stopping"]
    with monkeypatch.context() as patched:
        patched.setattr(progress, "parse", None)  # Nobody reads a manifest while nothing is new.
        assert boss.get("/progress.json").told["stopping"] == before
    item = cy.get("/adjudicate.json").told["item"]
    fields = {name: str(item[name]) for name in ("number", "nonce", "now_s")}
    assert cy.json("/adjudicate/settle.json", label="human", **fields).status == 200
    assert boss.get("/progress.json").told["stopping"][0]["n_enough"] > before[0]["n_enough"]
