"""Whatever is written for another tool is read again as the same votes, and is what that tool takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import FormatError
from headwater.review.attest import LABELS
from headwater.review.exchange import READERS, WRITERS, argilla, label_studio
from headwater.review.exchange.ballot import Ballot
from headwater.review.exchange.sheet import Sheet, sheets
from tests.log.samples import damaged

ENDS = {"jsonl": ".jsonl", "parquet": ".parquet", "label-studio": ".json", "argilla": ".json"}
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
CHANCES = st.none() | st.floats(1e-6, 1.0, allow_nan=False)


@st.composite
def campaigns(draw: st.DrawFn) -> list[Sheet]:
    """Make documents with votes, some of them gold."""
    made = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)):
        pi, people = draw(CHANCES), draw(st.lists(NAMES | st.just("gold"), max_size=4, unique=True))
        votes = tuple(Ballot(name, who, draw(st.sampled_from(LABELS)), pi) for who in people)
        made.append(Sheet(name, draw(NAMES), pi, draw(st.none() | st.floats(0.0, 1.0)), votes))
    return made


@pytest.mark.parametrize("form", WRITERS)
@given(made=campaigns(), predictions=st.booleans())
def test_what_is_written_is_read_again(form: str, made: list[Sheet], *, predictions: bool) -> None:
    data = WRITERS[form](made, predictions=predictions)

    assert READERS[ENDS[form]](data) == [one for sheet in made for one in sheet.ballots]


def test_every_form_has_an_end() -> None:
    assert set(ENDS) == set(WRITERS)


SHEETS = [
    Sheet(
        "d1", "the text", 0.25, 0.9, (Ballot("d1", "ann", "human", 0.25), Ballot("d1", "gold", "ai", 0.25))
    ),
    Sheet("d2", "another", None, None, ()),
]


def test_label_studio_gets_tasks_of_its_interface() -> None:
    first, second = json.loads(label_studio.encode(SHEETS, predictions=True))

    assert first["data"] == {"text": "the text", "document": "d1", "pi": 0.25}
    assert [one["ground_truth"] for one in first["annotations"]] == [False, True]
    assert first["predictions"][0]["score"] == 0.9
    assert "predictions" not in second
    assert all(f'<Choice value="{label}"/>' in label_studio.INTERFACE for label in LABELS)
    assert "predictions" not in json.loads(label_studio.encode(SHEETS))[0]


def test_argilla_gets_records_with_users_by_uuid() -> None:
    first, second = json.loads(argilla.encode(SHEETS, predictions=True))

    assert first["id"] == "d1"
    assert first["responses"]["origin"][0] == {
        "value": "human",
        "user_id": argilla.user_id("ann"),
        "status": "submitted",
    }
    assert first["suggestions"]["origin"] == {"value": "human", "agent": "headwater", "score": 0.9}
    assert second["status"] == "pending"
    assert json.loads(argilla.encode(SHEETS))[0]["suggestions"] == {}


def test_a_user_without_a_name_stays_a_uuid() -> None:
    record = json.loads(argilla.encode(SHEETS))[0]
    record["metadata"] = {}
    record["responses"]["other"] = [{"value": "x", "user_id": "y"}]

    record["responses"]["origin"] += [
        {"value": "ai", "user_id": argilla.user_id("bo"), "status": status}
        for status in ("draft", "discarded")
    ]
    found = argilla.parse(json.dumps([record]).encode())

    assert [one.validator for one in found] == [argilla.user_id("ann"), "gold"]
    assert {one.pi for one in found} == {None}


@pytest.mark.parametrize(
    "records",
    [
        {},
        [3],
        [{"id": "d", "fields": {}}],
        [{"id": "d", "responses": {}}],
        [{"id": "d", "fields": {}, "responses": []}],
        [{"id": "d", "fields": {}, "responses": {"origin": 3}}],
        [{"id": "d", "fields": {}, "responses": {"origin": [3]}}],
        [{"id": "d", "fields": {}, "responses": {"origin": [{"value": "robot", "user_id": "u"}]}}],
        [{"id": "d", "fields": {}, "responses": {"origin": [{"value": "ai", "user_id": 3}]}}],
        [{"id": None, "fields": {}, "responses": {"origin": [{"value": "ai", "user_id": "u"}]}}],
        [{"id": "d", "fields": {}, "metadata": 3, "responses": {}}],
    ],
)
def test_what_is_no_record_is_refused(records: Any) -> None:
    with pytest.raises(FormatError):
        argilla.parse(json.dumps(records).encode())


@given(damaged(argilla.encode(SHEETS), label_studio.encode(SHEETS)))
def test_damaged_files_are_refused_or_votes(data: bytes) -> None:
    try:
        found = READERS[".json"](data)
    except FormatError as error:
        assert_one_line(error)
    else:
        assert all(one.label in LABELS for one in found)


def assert_one_line(error: FormatError) -> None:
    """Hold a refusal to one line."""
    assert "\n" not in str(error)


def test_votes_are_dealt_to_their_documents() -> None:
    votes = [
        Ballot("b", "ann", "ai", None),
        Ballot("c", "ann", "ai", None),
        Ballot("b", "ben", "human", None),
    ]

    dealt = sheets({"a": "x", "b": "y"}, votes, p_human={"a": 0.5}, pi={"b": 0.1})

    assert dealt == [Sheet("a", "x", None, 0.5, ()), Sheet("b", "y", 0.1, None, (votes[0], votes[2]))]
