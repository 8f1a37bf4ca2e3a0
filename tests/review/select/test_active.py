"""The chances that the active selector states are those it draws with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.review.select import SELECTORS
from headwater.review.select.active import AUDIT_SHARE, Active
from headwater.review.select.batch import Drawn
from headwater.review.select.chunk import Chunk
from headwater.review.select.sketch import Capacity, scan
from headwater.review.select.strata import Centroids, centroids
from headwater.review.select.weight import UNIT, Exponents, mass, parts, rarity
from tests.review.select.worlds import documents

N, BATCH, N_DRAWS = 400, 50, 600


def strata() -> Centroids:
    """Learn strata of the simulated topics, a few of them validated before."""
    return centroids(documents(1, 400), 10, rng=np.random.default_rng(1), validated=documents(2, 20))


def test_each_document_is_drawn_as_often_as_its_pi_says() -> None:
    among, stream = strata(), documents(3, N)
    selector, value = Active(among), np.sin(np.arange(N))
    at = {document: row for row, document in enumerate(stream.id.tolist())}
    drawn_as, stated, totals = np.zeros(N), np.zeros(N), np.zeros(N_DRAWS)
    for draw in range(N_DRAWS):
        sketch = scan([stream], selector.rate, among=among, seed=str(draw))
        batch = selector.draw(sketch, BATCH, np.random.default_rng(draw))
        rows = np.array([at[document] for document in batch.documents.id.tolist()])
        known = ~np.isnan(batch.pi)
        drawn_as[rows[known]] += 1
        stated[rows[known]] = batch.pi[known]
        totals[draw] = (value[rows[known]] / batch.pi[known]).sum()

    assert (stated > 0).all()
    z = (drawn_as - N_DRAWS * stated) / np.sqrt(N_DRAWS * stated * np.maximum(1 - stated, 1e-9))
    assert np.abs(z[stated < 1]).max() < 4.5  # of 400 normal values
    assert abs((z**2).mean() - 1.0) < 4 * np.sqrt(2 / N)
    assert abs(totals.mean() - value.sum()) < 4 * totals.std() / np.sqrt(N_DRAWS)


def test_a_stream_that_is_not_remembered_whole_keeps_its_chances() -> None:
    among, stream, n_draws = strata(), documents(4, 6000), 150
    selector, room = Active(among), Capacity(best=3000, even=2500, audit=200)
    value = (stream.p_human.mean(axis=1) > 0.5).astype(float)
    at = {document: row for row, document in enumerate(stream.id.tolist())}
    totals = np.zeros(n_draws)
    for draw in range(n_draws):
        sketch = scan([stream], selector.rate, among=among, seed=str(draw), capacity=room)
        batch = selector.draw(sketch, 100, np.random.default_rng(draw))
        rows = np.array([at[document] for document in batch.documents.id.tolist()])
        known = ~np.isnan(batch.pi)
        totals[draw] = (value[rows[known]] / batch.pi[known]).sum()

    assert len(sketch.best.documents) == 3000
    assert abs(totals.mean() - value.sum()) < 4 * totals.std() / np.sqrt(n_draws)


def test_a_sketch_too_small_for_the_batch_says_so() -> None:
    among = strata()
    selector = Active(among)
    room = Capacity(best=50, even=50, audit=50)
    sketch = scan([documents(5, 3000)], selector.rate, among=among, seed="s", capacity=room)

    with pytest.raises(InputError, match="remembers too few") as caught:
        selector.draw(sketch, 200, np.random.default_rng(1))
    assert "larger capacity" in str(caught.value.hint)


def test_no_chance_is_below_the_even_part() -> None:
    among = strata()
    selector = Active(among)
    sketch = scan([documents(6, 3000)], selector.rate, among=among, seed="s")
    batch = selector.draw(sketch, 100, np.random.default_rng(1))

    # 60 by weight, of whose chance a fifth is even, and 20 for the audit.
    assert np.nanmin(batch.pi) >= (60 * 0.2 + AUDIT_SHARE * 100 * (1 - 0.02)) / 3000 * 0.99


def test_the_weight_is_the_product_it_says() -> None:
    among = strata()
    some = among.assign(documents(7, 5))
    heavy = mass(parts(some, among), Exponents(doubt=0.1, rarity=2.0, novelty=1.5, deficit=0.7, cost=0.3))

    for row in range(5):
        p, near = some.p_human[row], float(some.nearness[row])
        u = 1 - abs(p.sum() - 1) + p.std()
        v = (1 + among.n_validated[some.stratum[row]]) ** -0.5 * (1.3 - near)
        expected = (u + 0.1) * v**1.5 * np.exp(0.7 * some.deficit[row]) / some.cost_s[row] ** 0.3
        assert heavy[row] * UNIT == pytest.approx(expected, abs=UNIT)
    assert rarity(np.array([30, 10]), Exponents(rarity=2.0)).tolist() == pytest.approx([1 / 2.5, 1 / 1.5])


def spoken(stream: Chunk, *codes: str) -> Chunk:
    """Let three documents speak each of some languages, and all others English."""
    language = np.full(len(stream), b"en", dtype="S16")
    for at, code in enumerate(codes):
        language[3 * at : 3 * at + 3] = code.encode()
    return replace(stream, language=language)


def chosen(name: str, stream: Chunk, among: Centroids) -> Drawn:
    selector = SELECTORS[name](among)
    sketch = scan([stream], selector.rate, among=among, seed="s")
    return selector.draw(sketch, 80, np.random.default_rng(1))


def test_probes_go_first_to_languages_in_which_nobody_judged() -> None:
    stream = spoken(documents(9, 3000), *"abcdefghij")
    among = replace(strata(), languages=frozenset({b"en", b"a", b"b"}))
    batch = chosen("active-3", stream, among)
    is_probe = np.array(batch.part) == "probe"
    chance = set(batch.documents.language[~is_probe].tolist())
    probes = batch.documents.take(np.flatnonzero(is_probe))
    n_first = round(0.25 * len(probes))
    first = probes.language[:n_first].tolist()

    assert len(set(first)) == n_first == 4
    assert not set(first) & (chance | among.languages)
    free = stream.take(np.flatnonzero(~np.isin(stream.id, batch.documents.id)))
    for row, code in enumerate(first):
        doubt = parts(among.assign(free), among).uncertainty[free.language == code]
        assert doubt.max() <= parts(probes, among).uncertainty[row]


def test_where_no_language_is_new_or_known_probes_are_those_of_doubt() -> None:
    among = strata()
    for stream in (documents(10, 2000), spoken(documents(10, 2000), "fr")):
        known = replace(among, languages=frozenset({b"en", b"fr"}))
        batches = [chosen(name, stream, known) for name in ("active-2", "active-3")]
        assert batches[0].documents.id.tolist() == batches[1].documents.id.tolist()


def test_the_chances_are_those_of_the_selector_that_knows_no_languages() -> None:
    stream, among = spoken(documents(11, 3000), *"abcdefghij"), strata()
    known = [chosen(name, stream, among).pi for name in ("active-2", "active-3")]
    assert known[0][~np.isnan(known[0])].tolist() == known[1][~np.isnan(known[1])].tolist()


def test_exponents_out_of_range_are_refused() -> None:
    for wrong in ({"doubt": 0.0}, {"cost": -1.0}):
        with pytest.raises(InputError, match="exponents"):
            Exponents(**wrong)


def test_strata_know_in_which_languages_something_was_judged() -> None:
    among = strata().judged(spoken(documents(12, 30), "fr"))

    assert among.languages == {b"en", b"fr"}
    assert among.n_validated.sum() == 30


def test_an_empty_stream_and_an_empty_batch_are_refused() -> None:
    among = strata()
    selector = Active(among)

    with pytest.raises(InputError, match="nothing to choose from"):
        scan([], selector.rate, among=among, seed="s")
    sketch = scan([documents(8, 10)], selector.rate, among=among, seed="s")
    with pytest.raises(InputError, match="at least one"):
        selector.draw(sketch, 0, np.random.default_rng(1))
