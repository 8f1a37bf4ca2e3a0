"""A campaign from its queue: who needs another vote gets one, and what is known is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from headwater.log import keys
from headwater.log.algorithm import ED25519
from headwater.review.attest import Retraction
from headwater.review.draw import Batch, Plan, draw, items
from headwater.review.exchange.ballot import Ballot
from headwater.review.progress import progress
from headwater.review.store import Store, add, cast, lease, open_store, retract
from headwater.review.store.ballots import standing, want_another, want_no_more
from tests.review.runs import finished
from tests.review.store.worlds import NOW_S, ticket, vote

PLAN = Plan("beacon-7", n=40, pool="kept", n_strata=4)
PEOPLE = [keys.generate(f"review.example/{name}", ED25519) for name in ("ann", "ben", "cem", "dan")]


def opened(folder: Path) -> tuple[Batch, Store]:
    """Open a queue with a batch."""
    batch, store = draw(finished(), PLAN), open_store(str(folder / "campaign.sqlite"))
    with store.transaction() as db:
        add(db, items(batch, n_wanted=2))
    return batch, store


def ask(store: Store, who: int, answers: dict[str, str], first: int) -> list[str]:
    """Let somebody answer all that they are given, and give the digests of what they signed."""
    said = []
    with store.transaction() as db:
        for at in range(100):
            got = lease(db, PEOPLE[who].name, token=f"{first + at:032x}", now_s=0.0, ttl_s=9e9)
            if got is None:
                break
            one = vote(got, first + at, answers.get(got.item.document, "human"))
            signed = ticket(one, PEOPLE[who])
            cast(db, signed, one, token=got.token)
            said.append(signed.statement)
    return said


def test_who_disagrees_gets_another_vote_until_it_is_settled(tmp_path: Path) -> None:
    batch, store = opened(tmp_path)
    odd = batch.manifest.items[0].document
    said = {one.document: "ai" for one in batch.manifest.items[1::2]}
    ask(store, 0, said, 0)
    ask(store, 1, said | {odd: "ai"}, 1_000)

    with store.transaction() as db:
        votes = standing(db, batch.manifest.digest)
        found = progress(batch.manifest, votes)
        assert found.named("more") == [odd]
        assert want_another(db, batch.manifest.digest, found.named("more"), most=7) == 1
        assert want_another(db, batch.manifest.digest, found.named("more"), most=7) == 0
    assert len(votes) == 80
    assert len(ask(store, 2, {}, 2_000)) == 1
    assert ask(store, 3, {}, 3_000) == []

    with store.transaction() as db:
        after = progress(batch.manifest, standing(db, batch.manifest.digest))
    store.close()
    assert after.named("enough") == [one.document for one in batch.manifest.items]
    assert after.n_votes == 81


def test_a_vote_that_was_taken_back_is_none_and_what_is_closed_is_not_handed_out(tmp_path: Path) -> None:
    batch, store = opened(tmp_path)
    said = ask(store, 0, {}, 0)
    with store.transaction() as db:
        back = Retraction(said[0], f"{9_999:032x}", NOW_S)
        assert retract(db, ticket(back, PEOPLE[0]), back) is not False
        votes = standing(db, batch.manifest.digest)
        n = want_no_more(db, batch.manifest.digest, [one.document for one in votes])
    assert len(votes) == 39
    assert n == 39
    left = ask(store, 1, {}, 1_000)
    store.close()

    assert len(left) == 1


def test_before_the_first_vote_nothing_is_known() -> None:
    found = progress(draw(finished(), PLAN).manifest, [])

    assert found.standing.error is None
    assert len(found.lacks) == 3
    assert found.to_json()["n_more"] == 40


def test_gold_settles_a_document_and_the_error_is_that_of_the_detector() -> None:
    batch = draw(finished(), PLAN).manifest
    rng = np.random.default_rng(3)
    votes = [
        Ballot(one.document, who, "human" if rng.random() < 0.95 else "ai", one.pi)
        for one in batch.items
        for who in ("ann", "ben", "cem")
    ]
    gold = [Ballot(one.document, "gold", "human", None) for one in batch.items[:25]]

    found = progress(batch, [*gold, *votes])

    assert {found.verdicts[one.document] for one in batch.items[:25]} == {"enough"}
    assert found.standing.error is not None
    called = [one for one in batch.items if one.pi and one.p_human < 0.5]
    share = sum(1 / one.pi for one in called if one.pi) / sum(1 / one.pi for one in batch.items if one.pi)
    assert abs(found.standing.error.value - share) < 0.1
    assert found.standing.error.low <= found.standing.error.value <= found.standing.error.high
