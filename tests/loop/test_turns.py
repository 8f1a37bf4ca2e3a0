"""Turns: who is furthest behind plays, and what was played is measured while others do."""

from __future__ import annotations

from headwater.loop.turns import _Board

PLAY, MEASURE = True, False


def test_who_is_furthest_behind_goes_first() -> None:
    board = _Board(("slow", "quick"), total=2)

    assert (board.next(), board.next(), board.next()) == ((PLAY, "slow", 0), (PLAY, "quick", 0), None)
    board.done("quick", 0)
    assert board.next() == (PLAY, "quick", 1)
    board.done("slow", 0)
    assert board.next() == (PLAY, "slow", 1)
    assert (board.next(), board.next(), board.next()) == ((MEASURE, "quick", 0), (MEASURE, "slow", 0), None)


def test_every_generation_is_played_in_order_and_measured_once() -> None:
    board, taken = _Board(("a", "b", "c"), total=4), list[tuple[bool, str, int]]()
    running = list[tuple[str, int]]()
    while (turn := board.next()) or running:
        if turn:
            taken.append(turn)
            running += [turn[1:]] if turn[0] else []
        if not turn or len(running) == 2:
            board.done(*running.pop(0))

    everything = [(arm, number) for arm in "abc" for number in range(4)]
    for kind in (PLAY, MEASURE):
        assert sorted(one[1:] for one in taken if one[0] is kind) == everything
    for arm in "abc":
        assert [one[2] for one in taken if one[0] and one[1] == arm] == list(range(4))
    assert all(taken.index((PLAY, *one)) < taken.index((MEASURE, *one)) for one in everything)
