"""Votes by forms without script, and by JSON with keys of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.log import envelope
from headwater.review.serve.screens.log import verify
from tests.review.attest.worlds import ANN, EVE
from tests.review.serve.worlds import TEXTS, Browser, World, served
from tests.review.store.worlds import check


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with served(tmp_path) as made:
        yield made


def token(page: str) -> str:
    """Read the lease of a page."""
    found = re.search(r'name="token" value="(\w*)"', page)
    assert found
    return found[1]


def signed(one: Browser, signer: object, said: str, **changed: object) -> tuple[str, str]:
    """Sign the next vote; give its envelope and its lease."""
    from headwater import canonical

    item = one.get("/review.json").told["items"][0]
    draft = item["draft"]
    draft["predicate"] |= {"label": said, "voted_s": item["now_s"], **changed}
    sealed = envelope.seal(canonical.encode(draft), [signer])  # type: ignore[list-item]
    return sealed.decode(), item["token"]


def test_everything_works_by_forms_alone(world: World) -> None:
    ann = world.joined("validator", "ann")
    seen = []
    for label in ("human", "ai", "mixed", "cannot-tell"):
        page = ann.open("/review")
        seen.append(next(text for text in TEXTS if text[:12] in page.partition("<article")[2][:900]))
        page = ann.follow(
            ann.form("/review/vote", token=token(page), label=label, passage=["0"], confidence="4")
        )
        assert "Your vote was kept." in page

    assert seen == list(TEXTS)
    assert "Nothing is left for you" in page
    assert check(world.desk.store) == {"human": 1, "ai": 1, "mixed": 1, "cannot-tell": 1}
    statement = re.search(r'name="statement" value="(\w+)"', page)
    assert statement
    page = ann.follow(ann.form("/review/undo", statement=statement[1]))
    assert TEXTS[3][:10] in page
    assert ann.form("/review/skip", token=token(page)).status == 303
    assert check(world.desk.store) == {"human": 1, "ai": 1, "mixed": 1}
    found = {"sound": True, "why": "", "n_votes": 4, "n_retracted": 1, "n_witnessed": 4, "n_cosigned": 0}
    assert verify(world.desk) == found


def test_every_document_has_the_language_that_it_is_in(world: World) -> None:
    ann = world.joined("validator", "ann")
    seen = []
    for _ in TEXTS:
        page, item = ann.open("/review"), ann.get("/review.json").told["items"][0]
        assert f'id="document" lang="{item["language"]}" dir="auto"' in page
        seen.append(item["language"])
        assert ann.form("/review/vote", token=token(page), label="human").status == 303
    assert seen == ["en", "en", "ar", "ja"]
    assert ann.get("/review.json").told["last"]["language"] == "ja"
    assert 'class="guideline" lang="en" dir="auto"' in ann.open("/review")


def test_nothing_of_the_evidence_is_told_before_the_vote(world: World) -> None:
    ann = world.joined("validator", "ann")
    before = ann.get("/review.json").text + ann.get("/review").text
    assert "uncertainty" not in before
    assert "p_human" not in before
    assert ann.form("/review/vote", token=token(ann.open("/review")), label="ai").status == 303
    after = ann.get("/review.json").told
    assert after["last"]["known"]["why"] == {"uncertainty": 0.5}
    assert "uncertainty" in ann.get("/review").text


def test_a_form_sent_twice_is_one_vote(world: World) -> None:
    ann = world.joined("validator", "ann")
    held = token(ann.open("/review"))
    first, again = (ann.json("/review/vote.json", token=held, label="ai") for _ in range(2))
    assert (first.told, again.told) == ({"kept": True, "new": True}, {"kept": True, "new": False})
    assert check(world.desk.store) == {"ai": 1}


def test_two_are_handed_out_where_the_second_is_wanted_ahead(world: World) -> None:
    ann = world.joined("validator", "ann")
    page = token(ann.open("/review"))
    items = ann.get("/review.json?hold=2").told["items"]
    assert items[0]["token"] == page
    assert len(items) == 2
    assert ann.get("/review.json?hold=2").told["items"][1]["token"] == items[1]["token"]


def test_a_key_of_ones_own_signs(world: World) -> None:
    ann = world.keyed("validator", ANN)
    sealed, held = signed(ann, ANN, "mixed", spans=[[0, 30]], confidence=5)
    assert ann.json("/review/cast.json", envelope=sealed, token=held).told == {"kept": True, "new": True}
    assert ann.json("/review/cast.json", envelope=sealed, token=held).told == {"kept": True, "new": False}
    found = {"sound": True, "why": "", "n_votes": 1, "n_retracted": 0, "n_witnessed": 0, "n_cosigned": 0}
    assert verify(world.desk) == found
    refused = ann.json("/review/vote.json", token=held, label="ai")
    assert refused.status == 403


@pytest.mark.parametrize(
    ("changed", "status", "why"),
    [
        ({"displayed": {"sha256": "00" * 32}}, 409, "other bytes were displayed"),
        ({"guideline": {"sha256": "00" * 32}}, 409, "another guideline"),
        ({"pi": 0.5}, 409, "another document, batch or chance"),
        ({"voted_s": 12}, 400, "far from this server's"),
        ({"spans": [[0, 4000]]}, 409, "behind the document"),
        ({"label": "robot"}, 400, "not of its form"),
        ({"more": 1}, 400, "field too many"),
    ],
)
def test_what_was_not_shown_cannot_be_signed(
    anywhere: World, changed: dict[str, object], status: int, why: str
) -> None:
    world = anywhere
    ann = world.keyed("validator", ANN)
    sealed, held = signed(ann, ANN, "mixed", **changed)
    answer = ann.json("/review/cast.json", envelope=sealed, token=held)
    assert (answer.status, why in answer.told["error"]) == (status, True), answer.text
    assert check(world.desk.store) == {}


def test_forged_and_foreign_envelopes_are_refused_and_a_replay_is_one_vote(anywhere: World) -> None:
    world = anywhere
    ann, eve = world.keyed("validator", ANN), world.keyed("validator", EVE)
    sealed, held = signed(ann, ANN, "human")
    for attempt in (sealed.replace('"sig":"', '"sig":"AA'), sealed[:-9], "{}", "\ud800"):
        answer = ann.json("/review/cast.json", envelope=attempt, token=held)
        assert answer.status in {400, 403}, answer.text
    assert eve.json("/review/cast.json", envelope=sealed, token=held).status == 403
    assert ann.json("/review/cast.json", envelope=sealed, token=held).status == 200
    assert ann.json("/review/cast.json", envelope=sealed, token="0" * 32).told["new"] is False
    assert check(world.desk.store) == {"human": 1}
