"""How often somebody may ask: each rate at its burst, what comes back with time, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.review.serve import limits
from headwater.review.serve.limits import COSTLY, STRICT, USUAL, Limiter, Rate
from headwater.review.serve.visit import RefusedError
from tests.review.serve.worlds import Answer, Browser, World, served


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with served(tmp_path) as made:
        yield made


def passes(limiter: Limiter, who: str, rate: Rate, now_s: float) -> bool:
    try:
        limiter.take(who, rate, now_s=now_s)
    except RefusedError as error:
        return error.status != 429
    return True


@pytest.mark.parametrize("rate", [STRICT, COSTLY, USUAL])
def test_a_burst_passes_and_then_as_many_as_time_brings(rate: Rate) -> None:
    limiter, burst = Limiter(), int(rate.burst)
    assert all(passes(limiter, "eve", rate, 100.0) for _ in range(burst))
    assert not passes(limiter, "eve", rate, 100.0)
    assert passes(limiter, "ann", rate, 100.0)
    later_s = 100.0 + 3.5 / rate.per_s
    assert [passes(limiter, "eve", rate, later_s) for _ in range(4)] == [True, True, True, False]
    rested_s = later_s + 10 * rate.burst / rate.per_s
    assert sum(passes(limiter, "eve", rate, rested_s) for _ in range(2 * burst)) == burst


@pytest.mark.parametrize("rate", [STRICT, COSTLY, USUAL])
def test_whoever_never_stops_asking_gets_their_rate_and_no_more(rate: Rate) -> None:
    limiter, n = Limiter(), 4 * int(rate.burst)
    found = sum(passes(limiter, "eve", rate, at / (2.0 * rate.per_s)) for at in range(n))
    assert found == int(rate.burst + (n - 1) / 2.0)


def test_whoever_asked_longest_ago_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_KNOWN", 3)
    limiter, once = Limiter(), Rate(1, 0.001)
    assert all(passes(limiter, who, once, 0.0) for who in "abcd")
    assert [passes(limiter, who, once, 0.0) for who in "dcb"] == [False] * 3
    assert passes(limiter, "a", once, 0.0)


def is_refused(answer: Answer) -> bool:
    return answer.status == 429


def test_pages_are_counted_by_member_and_for_strangers_by_address(world: World) -> None:
    ann, ben = world.joined("validator", "ann"), world.joined("validator", "ben")
    world.steady.now_s += 60.0
    burst = int(USUAL.burst)
    assert not any(is_refused(ann.get("/account.json")) for _ in range(burst))
    ann.address = "192.0.2.9"
    page, twin = ann.get("/account"), ann.get("/account.json")
    assert is_refused(page)
    assert "Too many requests" in page.text
    assert twin.told == {
        "error": "too many requests",
        "hint": "wait a little, then try again",
        "status": 429,
    }
    assert is_refused(ann.json("/review/skip.json", token="0" * 32))  # Nobody skips, votes or reads.
    assert ben.get("/account.json").status == 200
    world.steady.now_s += 1.0 / USUAL.per_s
    assert [is_refused(ann.get("/account.json")) for _ in range(2)] == [False, True]
    world.clock.now_s += 3600.0  # Whoever sets the clock of the machine changes nothing.
    assert is_refused(ann.get("/account.json"))
    strangers = [Browser(world.application, address="192.0.2.7") for _ in range(burst + 1)]
    assert sum(is_refused(one.get("/sign-in.json")) for one in strangers) == 1
    assert Browser(world.application, address="192.0.2.8").get("/sign-in.json").status == 200


def test_verifying_the_log_is_counted_apart(world: World) -> None:
    ada, abe = world.joined("auditor", "ada"), world.joined("auditor", "abe")
    burst = int(COSTLY.burst)
    assert [ada.json("/log/verify.json").status for _ in range(burst + 1)] == [200] * burst + [429]
    assert ada.get("/log.json").status == 200
    assert abe.json("/log/verify.json").status == 200
    world.steady.now_s += 1.0 / COSTLY.per_s
    assert [ada.json("/log/verify.json").status for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("screen", ["sign-in", "join"])
def test_whoever_guesses_codes_is_slowed_down(world: World, screen: str) -> None:
    def guess(address: str) -> int:
        # Another browser each time: it is the address that counts.
        one = Browser(world.application, address=address)
        return one.form(f"/{screen}/code", code="0" * 32, name="eve").status

    burst = int(STRICT.burst)
    tried = [guess("192.0.2.1") for _ in range(burst + 1)]
    assert 429 not in tried[:burst]
    assert 200 not in tried
    assert tried[burst] == 429
    assert guess("192.0.2.2") == tried[0]
    world.steady.now_s += 1.0 / STRICT.per_s
    assert [guess("192.0.2.1") for _ in range(2)] == [tried[0], 429]
