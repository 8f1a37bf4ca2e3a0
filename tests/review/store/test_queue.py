"""The queue gives each item to as many as it wants votes of, keeps each vote once, and forgets nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from headwater.errors import ConfigError, ConsistencyError, InputError, UnavailableError
from headwater.log import sequencer
from headwater.log.checkpoint import Policy, Signer
from headwater.log.reader import Reader
from headwater.log.storage import Memory
from headwater.review.attest import Member, Retraction, Roll, read
from headwater.review.store import (
    Committer,
    Item,
    Lease,
    Store,
    add,
    cast,
    lease,
    open_store,
    release,
    renew,
    retract,
    seal,
    skip,
)
from tests.log.samples import CLASSIC, ORIGIN
from tests.review.attest.worlds import ANN, BEN, EVE
from tests.review.store.worlds import BATCH, NOW_S, check, items, ticket, vote

PEOPLE = (ANN, BEN, EVE)


def leased(
    store: Store, who: Signer, number: int, *, now_s: float = NOW_S, ttl_s: float = 100
) -> Lease | None:
    """Ask for the next item."""
    with store.transaction() as db:
        return lease(db, who.name, token=f"{number:032x}", now_s=now_s, ttl_s=ttl_s)


def answer(store: Store, who: Signer, got: Lease, number: int, label: str = "human") -> bool:
    """Vote on a lease."""
    said = vote(got, number, label)
    with store.transaction() as db:
        return cast(db, ticket(said, who), said, token=got.token)


def filled(store: Store, n: int, *, n_wanted: int = 2) -> Store:
    """Put items in."""
    with store.transaction() as db:
        assert add(db, items(n, n_wanted=n_wanted)) == n
        assert add(db, items(n, n_wanted=n_wanted)) == 0
    return store


def must(got: Lease | None) -> Lease:
    """Insist on a lease."""
    assert got is not None
    return got


def test_each_item_is_asked_of_as_many_as_wanted_and_of_nobody_twice(store: Store) -> None:
    filled(store, 3)
    seen: dict[str, list[str]] = {who.name: [] for who in PEOPLE}
    number = 0
    for _ in range(4):
        for who in PEOPLE:
            number += 1
            got = leased(store, who, number)
            if got is not None:
                seen[who.name].append(got.item.text)
                assert answer(store, who, got, number)
    asked = [text for texts in seen.values() for text in texts]

    assert sorted(asked) == sorted(2 * [f"text {at}" for at in range(3)])
    assert all(len(texts) == len(set(texts)) for texts in seen.values())
    assert check(store) == {"human": 6}


def test_a_lease_that_ran_out_goes_to_the_next_and_one_renewed_does_not(store: Store) -> None:
    filled(store, 1, n_wanted=1)
    mine = must(leased(store, ANN, 1))
    assert leased(store, BEN, 2, now_s=NOW_S + 99) is None
    with store.transaction() as db:
        assert renew(db, ANN.name, token=mine.token, now_s=NOW_S + 90, ttl_s=100) == NOW_S + 190
    assert leased(store, BEN, 3, now_s=NOW_S + 189) is None

    theirs = must(leased(store, BEN, 4, now_s=NOW_S + 190))

    with pytest.raises(InputError, match="run out"):
        answer(store, ANN, mine, 5)
    assert answer(store, BEN, theirs, 6)
    assert check(store) == {"human": 1}


def test_a_late_vote_counts_while_nobody_else_was_given_the_item(store: Store) -> None:
    filled(store, 1, n_wanted=1)
    mine = must(leased(store, ANN, 1, ttl_s=0.0))

    assert answer(store, ANN, mine, 2)
    assert leased(store, BEN, 3, now_s=NOW_S + 1e6) is None
    assert check(store) == {"human": 1}


def test_a_vote_sent_again_is_kept_once_and_a_nonce_serves_one_vote(store: Store) -> None:
    filled(store, 2)
    mine = must(leased(store, ANN, 1))
    assert answer(store, ANN, mine, 7)
    assert not answer(store, ANN, mine, 7)
    other = must(leased(store, ANN, 2))
    with pytest.raises(ConsistencyError, match="nonce"):
        answer(store, ANN, other, 7)
    said = vote(mine, 8)
    with store.transaction() as db, pytest.raises(ConsistencyError, match="another document"):
        cast(db, ticket(said, ANN), said, token=other.token)

    assert check(store) == {"human": 1}


def test_skip_release_and_retract(store: Store) -> None:
    filled(store, 2, n_wanted=1)
    first = must(leased(store, ANN, 1))
    with store.transaction() as db:
        skip(db, ANN.name, token=first.token)
    second = must(leased(store, ANN, 2))
    assert (first.item.text, second.item.text) == ("text 0", "text 1")
    with store.transaction() as db:
        release(db, ANN.name, token=second.token)
    again = must(leased(store, ANN, 3))
    assert again.item.text == "text 1"
    assert answer(store, ANN, again, 9, "ai")
    assert leased(store, ANN, 4) is None
    back = Retraction(ticket(vote(again, 9, "ai"), ANN).statement, f"{10:032x}", NOW_S)
    with store.transaction() as db, pytest.raises(ConsistencyError, match="no such vote"):
        retract(db, ticket(back, BEN), back)
    with store.transaction() as db:
        assert retract(db, ticket(back, ANN), back)
        assert not retract(db, ticket(back, ANN), back)
    twice = Retraction(back.judgement, f"{11:032x}", NOW_S)
    with store.transaction() as db, pytest.raises(ConsistencyError, match="no such vote"):
        retract(db, ticket(twice, ANN), twice)
    assert check(store) == {}

    assert answer(store, ANN, must(leased(store, ANN, 5)), 12, "mixed")
    assert check(store) == {"mixed": 1}


def test_what_fails_leaves_nothing_behind(store: Store) -> None:
    filled(store, 1)
    mine = must(leased(store, ANN, 1))
    said = vote(mine, 2)

    def die() -> None:
        with store.transaction() as db:
            cast(db, ticket(said, ANN), said, token=mine.token)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die()
    assert check(store) == {}
    assert answer(store, ANN, mine, 2)


def test_the_database_itself_refuses_a_vote_over_the_cap(store: Store) -> None:
    from headwater.review.store.tables import ITEM

    filled(store, 1)
    with pytest.raises(UnavailableError, match="votes_have_a_cap"), store.transaction() as db:
        db.execute(ITEM.update().values(n_votes=3))


def test_a_full_disk_keeps_what_was_there_and_says_so(tmp_path: Path) -> None:
    store = filled(open_store(str(tmp_path / "a.sqlite")), 3)
    mine = must(leased(store, ANN, 1))
    assert answer(store, ANN, mine, 2)
    with store.transaction() as db:
        n_pages = db.exec_driver_sql("PRAGMA page_count").scalar()
        db.exec_driver_sql(f"PRAGMA max_page_count={n_pages}")
    with pytest.raises(UnavailableError, match="full"), store.transaction() as db:
        add(db, [replace(one, batch="cc" * 32) for one in items(500)])
    assert check(store) == {"human": 1}
    with store.transaction() as db:
        db.exec_driver_sql(f"PRAGMA max_page_count={1 << 30}")
    assert answer(store, BEN, must(leased(store, BEN, 3)), 4)
    assert check(store) == {"human": 2}
    store.close()


def test_any_order_of_steps_keeps_the_invariants(store: Store) -> None:
    rng = np.random.default_rng(3)
    filled(store, 5)
    out: list[tuple[Signer, Lease]] = []
    stood: list[tuple[Signer, str]] = []
    now_s = float(NOW_S)
    for number in range(150):
        who = PEOPLE[rng.integers(3)]
        step = rng.choice(["lease", "vote", "skip", "retract", "wait"], p=[0.4, 0.3, 0.1, 0.1, 0.1])
        try:
            if step == "lease":
                got = leased(store, who, number, now_s=now_s)
                out += [(who, got)] if got else []
            elif step == "wait":
                now_s += 60 * (1 - 1.5 * (rng.random() < 0.3))  # A clock may jump back.
            elif step == "retract" and stood:
                who, statement = stood.pop(rng.integers(len(stood)))
                back = Retraction(statement, f"{10_000 + number:032x}", NOW_S)
                with store.transaction() as db:
                    retract(db, ticket(back, who), back)
            elif out:
                who, held = out.pop(rng.integers(len(out)))
                with store.transaction() as db:
                    said = vote(held, number)
                    if step == "vote":
                        cast(db, ticket(said, who), said, token=held.token)
                        stood.append((who, ticket(said, who).statement))
                    else:
                        skip(db, who.name, token=held.token)
        except InputError:
            pass  # A lease ran out: the only refusal there is here.
    assert check(store).total() == len(stood)


def test_the_log_gets_every_vote_once_and_in_one_order(store: Store) -> None:
    filled(store, 3)
    log = Memory()
    sequencer.create(log, ORIGIN)
    assert seal(store, log).size == 0
    for number, who in enumerate((ANN, BEN, ANN)):
        assert answer(store, who, must(leased(store, who, number)), number)
        if number == 1:
            assert seal(store, log).size == 2
    # Somebody gave places, and died before the log had them.
    from headwater.review.store.tables import ENTRY

    with store.transaction() as db:
        db.execute(ENTRY.update().where(ENTRY.c.place.is_(None)).values(place=2))
    assert seal(store, log).size == 3
    assert seal(store, log).size == 3
    signed = sequencer.publish(log, [CLASSIC], time_s=NOW_S)
    roll = Roll(tuple(Member(who.key, "validator", 0) for who in (ANN, BEN)))

    found = read([Reader(log).entry(at) for at in range(3)], signed, Policy(ORIGIN, (CLASSIC.key,)), roll)

    assert [one.by.name for one in found] == [ANN.name, BEN.name, ANN.name]


def test_a_committer_shares_transactions_and_undoes_what_fails_alone(store: Store) -> None:
    from concurrent.futures import ThreadPoolExecutor

    filled(store, 12, n_wanted=3)
    shared = Committer(store)

    def work(number: int) -> int:
        who, n = PEOPLE[number % 3], 0
        for at in range(9):
            token = f"{number * 100 + at:032x}"
            got = shared.run(partial(lease, validator=who.name, token=token, now_s=NOW_S, ttl_s=9))
            if got is None:
                break
            with pytest.raises(InputError):
                shared.run(lambda db: skip(db, who.name, token="f" * 32))
            said = vote(got, number * 100 + at)
            n += shared.run(partial(cast, ticket=ticket(said, who), said=said, token=token))
        return n

    with ThreadPoolExecutor(6) as pool:
        n_votes = sum(pool.map(work, range(6)))
    shared.close()

    assert n_votes == 36
    assert check(store) == {"human": 36}


def test_whoever_loses_a_race_is_asked_again_and_takes_nobody_along(store: Store) -> None:
    from headwater.review.store.tables import ITEM

    calls: list[int] = []

    def racing(db: Any) -> str:
        """Do twice what may be done once, until the third try sees what the other did."""
        calls.append(len(calls))
        row = {"batch": BATCH, "document": "ee" * 32, "text": "", "rank": 0.0, "n_wanted": 1, "room": 1}
        for _ in range(1 if len(calls) == 3 else 2):
            db.execute(ITEM.insert(), row)
        return "kept"

    def broken(db: Any) -> None:
        """Break a rule of the store every time."""
        for _ in range(2):
            db.execute(ITEM.insert(), {"batch": BATCH, "document": "dd" * 32, "text": "", "rank": 0.0} | ROOM)

    shared = Committer(store)
    assert shared.run(racing) == "kept"
    with pytest.raises(ConsistencyError, match="the store refuses it"):
        shared.run(broken)
    assert shared.run(partial(add, items=items(3))) == 3
    shared.close()
    assert len(calls) == 3


ROOM = {"n_wanted": 1, "room": 1}


def test_addresses_and_items_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="mysql"):
        open_store("mysql://root@localhost/x")
    with pytest.raises(UnavailableError, match="cannot open"):
        open_store(str(tmp_path / "no" / "such" / "folder.sqlite"))
    (tmp_path / "noise.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(UnavailableError, match="cannot open"):
        open_store(str(tmp_path / "noise.sqlite"))
    store = open_store(str(tmp_path / "a.sqlite"))
    with pytest.raises(InputError, match="digest"), store.transaction() as db:
        add(db, [*items(1), items(1, n_wanted=0)[0]])
    assert check(store) == {}
    store.close()


@pytest.mark.parametrize("text", ["a\x00b", "half \ud800 a pair", "\u202eover", ""])
def test_a_text_of_any_code_points_comes_back_as_it_was(store: Store, text: str) -> None:
    document = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    with store.transaction() as db:
        add(db, [Item("bb" * 32, document, text, 0.5, 0.0, 1)])
    assert must(leased(store, ANN, 1)).item.text == text
