"""A batch of a finished run: drawn again by anyone, its chances in its manifest, open in a queue."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import canonical
from headwater.errors import FormatError, InputError, VerificationError
from headwater.measure import profile
from headwater.review import pool
from headwater.review.deficit import deficit
from headwater.review.draw import Beside, Plan, draw, items, verify
from headwater.review.embedding import EMBEDDINGS
from headwater.review.exchange.ballot import Ballot
from headwater.review.manifest import parse
from headwater.review.progress import progress
from headwater.review.select import SELECTORS
from headwater.review.store import add, open_store
from headwater.review.store.ballots import standing
from headwater.review.store.batches import add_batch, background
from tests.log.samples import damaged
from tests.review.runs import finished

PLAN = Plan("beacon-7", n=20, pool="kept", n_strata=6)


@pytest.mark.parametrize("selector", SELECTORS)
def test_every_selector_draws_a_batch_that_is_drawn_again(selector: str) -> None:
    batch = draw(finished(), replace(PLAN, selector=selector))

    assert verify(finished(), batch.data).data == batch.data
    assert len(batch.manifest.items) == 20
    for one in batch.manifest.items:
        assert hashlib.sha256(batch.texts[one.document].encode()).hexdigest() == one.document
        assert (one.pi is None) == (one.part == "probe")


def test_chances_are_those_of_being_drawn() -> None:
    draws = [draw(finished(), replace(PLAN, seed=f"s{at}")).manifest for at in range(12)]
    chances = [sum(one.pi or 0.0 for one in said.items if one.pi) for said in draws]

    # The sum of 1/pi over a draw estimates how many documents there are.
    totals = [sum(1.0 / one.pi for one in said.items if one.pi) for said in draws]
    error = np.std(totals, ddof=1) / np.sqrt(len(totals))
    assert abs(np.mean(totals) - draws[0].n_documents) < 4 * error + 1
    assert all(chance > 0 for chance in chances)


@pytest.mark.parametrize(
    "change",
    [
        lambda batch: batch["items"][0].update(pi=0.5),
        lambda batch: batch["items"][0].update(stratum=batch["items"][0]["stratum"] + 1),
        lambda batch: batch.update(seed="another"),
        lambda batch: batch.update(sketch="0" * 64),
        lambda batch: batch["detectors"].update({"statistical-1": "0" * 64}),
        lambda batch: batch["draw"].update(run="0" * 64),
        lambda batch: batch["items"].pop(),
    ],
)
def test_whatever_is_changed_is_found(change: Any) -> None:
    batch = json.loads(draw(finished(), PLAN).data)
    change(batch)

    with pytest.raises(VerificationError):
        verify(finished(), canonical.encode(batch))


def test_the_language_that_a_run_guessed_is_known_of_each_candidate() -> None:
    found = list(pool.candidates(finished(), "kept"))

    assert {one.language for one in found} == {"en"}


def test_what_was_judged_is_not_asked_again_and_makes_its_kind_less_new() -> None:
    first = draw(finished(), PLAN)
    judged = frozenset(one.record for one in first.manifest.items)
    second = draw(finished(), PLAN, Beside(judged=judged))

    assert not judged & {one.record for one in second.manifest.items}
    assert min(one.why["novelty"] for one in second.manifest.items) < 0.9
    with pytest.raises(VerificationError, match="another judged"):
        verify(finished(), second.data)


def test_a_batch_opens_a_queue_in_an_order_of_chance(tmp_path: Path) -> None:
    batch = draw(finished(), PLAN)
    store = open_store(str(tmp_path / "campaign.sqlite"))
    with store.transaction() as db:
        assert add(db, items(batch, n_wanted=2)) == 20
        assert add(db, items(batch, n_wanted=2)) == 0
    store.close()

    ranks = sorted(batch.manifest.ranks().values())
    assert ranks[0] > 0
    assert ranks[-1] < 1
    assert len(set(ranks)) == 20


def test_draw_and_ask_put_documents_in_one_order(tmp_path: Path) -> None:
    from headwater.review.store.tables import ITEM

    batch = draw(finished(), PLAN)
    store = open_store(str(tmp_path / "campaign.sqlite"))
    with store.transaction() as db:
        pairs: list[tuple[str, dict[str, str]]] = [(text, {}) for text in batch.texts.values()]
        assert add_batch(db, batch.data, pairs, n_wanted=2) == 20
        kept = {row.document: row.rank for row in db.execute(ITEM.select())}
    store.close()

    assert kept == {one.document: one.rank for one in items(batch, n_wanted=2)}


def test_gold_is_asked_among_the_others_and_told_to_nobody(tmp_path: Path) -> None:
    from headwater.review.store.batches import know
    from headwater.review.store.settlement import contested
    from headwater.review.store.tables import ITEM

    gold = {"A person wrote this, and we know who.": "human", "As an AI, I wrote this.": "ai"}
    plain, batch = draw(finished(), PLAN), draw(finished(), PLAN, Beside(gold=gold))
    first, rest = batch.manifest.items[:20], batch.manifest.items[20:]
    assert [one.document for one in first] == [one.document for one in plain.manifest.items]
    assert [(one.part, one.pi, batch.texts[one.document]) for one in rest] == [
        ("gold", None, text) for text in sorted(gold)
    ]
    assert b'"human"' not in batch.data
    assert verify(finished(), batch.data, Beside(gold=gold)).gold == batch.gold
    with pytest.raises(VerificationError, match="another gold"):
        verify(finished(), batch.data, Beside(gold={**gold, "One more.": "ai"}))
    again = draw(finished(), PLAN, Beside(gold={plain.texts[first[0].document]: "human"}))
    assert len({one.document for one in again.manifest.items}) == 21

    store = open_store(str(tmp_path / "campaign.sqlite"))
    with store.transaction() as db:
        assert add(db, items(batch, n_wanted=2)) == 22
        for _ in range(2):
            know(db, batch.manifest.digest, batch.gold)
        known = standing(db, batch.manifest.digest)
        db.execute(ITEM.update().values(n_votes=2, room=0))  # All have their votes, and none says anything.
        open_ = {one.document for _, one, _ in contested(db, "ann", most=100)}
    store.close()
    assert {(one.document, one.validator, one.label) for one in known} == {
        (document, "gold", label) for document, label in batch.gold.items()
    }
    assert open_ == {one.document for one in first}
    vote = Ballot(first[0].document, "ann", "human", first[0].pi)
    found = progress(batch.manifest, [*known, vote])
    assert sorted(found.named("enough")) == sorted(batch.gold)
    assert (found.n_documents, found.n_votes) == (22, 1)
    ranks = batch.manifest.ranks()
    assert sorted(ranks, key=ranks.__getitem__)[-2:] != [one.document for one in rest]


def test_asking_brings_gold_that_was_drawn_without_a_queue(tmp_path: Path) -> None:
    gold = {"A person wrote this, and we know who.": "human", "As an AI, I wrote this.": "ai"}
    batch = draw(finished(), PLAN, Beside(gold=gold))
    plain: list[tuple[str, dict[str, str]]] = [
        (text, {}) for text in batch.texts.values() if text not in gold
    ]
    wrong: tuple[tuple[Any, dict[str, str], str], ...] = (
        (plain, {}, "2 documents of the batch have no text"),
        ([*plain, *((text, {}) for text in gold)], {}, "2 documents of the batch are gold without a label"),
        (plain, {**gold, plain[0][0]: "human"}, "is no gold of the batch"),
        (plain, {**gold, "One more.": "ai"}, "is no gold of the batch"),
    )
    store = open_store(str(tmp_path / "campaign.sqlite"))
    for pairs, known, why in wrong:
        with pytest.raises(InputError, match=why) as caught, store.transaction() as db:
            add_batch(db, batch.data, pairs, n_wanted=2, gold=known)
        assert "--gold" in str(caught.value.hint)
    with store.transaction() as db:
        assert add_batch(db, batch.data, plain, n_wanted=2, gold=gold) == 22
        assert add_batch(db, batch.data, plain, n_wanted=2, gold=gold) == 0
        cast = standing(db, batch.manifest.digest)
        shown = {one.document: background(db, one.document, one.batch) for one in items(batch, n_wanted=2)}
    store.close()

    assert {(one.validator, one.document, one.label) for one in cast} == {
        ("gold", document, label) for document, label in batch.gold.items()
    }
    assert {document for document, told in shown.items() if not told} == set(batch.gold)


def test_a_deficit_is_that_of_the_words() -> None:
    reference = profile.of(["heron heron weir"] * 10)
    current = profile.of(["weir weir weir"] * 10)
    of = deficit(reference, current)
    n = 1 << reference.size.bucket_bits

    rare, common, none = of(["heron", "weir", ""])
    total = 30 + 0.5 * n
    assert rare == pytest.approx(np.log((20.5 / total) / (0.5 / total)), abs=1e-4)
    assert common == pytest.approx(np.log(10.5 / 30.5), abs=1e-4)
    assert none == 0.0
    with pytest.raises(InputError):
        deficit(reference, profile.of([]))


def test_a_text_lies_where_it_lies_in_any_company() -> None:
    texts = ["A heron on the weir", "", "苔の上の鷺", "a heron on the weir!"]
    embedding = EMBEDDINGS["hashed-1"]("")

    alone = np.concatenate([embedding.embed([text]) for text in texts])
    np.testing.assert_array_equal(embedding.embed(texts), alone)
    np.testing.assert_array_equal(alone[0], alone[3])
    assert not alone[1].any()
    assert alone[2].any()


@given(damaged(canonical.encode({"format": "headwater-batch-1", "draw": {}, "n_documents": 1, "items": []})))
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    assert read_or_refused(data)


@given(st.integers(0, 10**6), st.sampled_from([b"", b"0", b'"', b"{", b"\xff"]))
@settings(max_examples=60, deadline=None)
def test_a_damaged_manifest_is_refused_or_another_one(place: int, put: bytes) -> None:
    good = draw_once()
    at = place % len(good)
    assert read_or_refused(good[:at] + put + good[at + 1 :])


def read_or_refused(data: bytes) -> bool:
    """Tell whether bytes are a whole manifest or are refused; anything else is raised."""
    try:
        said = parse(data)
    except FormatError as error:
        return "\n" not in str(error)
    return hashlib.sha256(data).hexdigest() == said.digest


@cache
def draw_once() -> bytes:
    """Draw three documents."""
    return draw(finished(), replace(PLAN, n=3)).data


def test_pools_are_what_they_say() -> None:
    kept = {one.record for one in pool.candidates(finished(), "kept")}

    assert len(kept) == 60
    assert kept == {one.record for one in pool.candidates(finished(), "all")}
    assert not list(pool.candidates(finished(), "grey"))
    with pytest.raises(InputError, match="no pool"):
        next(pool.candidates(finished(), "everything"))
