"""Each form gives the same ballots; whatever is no vote is refused in one line."""

from __future__ import annotations

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import FormatError
from headwater.review.attest import LABELS
from headwater.review.exchange import READERS
from headwater.review.exchange.ballot import Ballot
from headwater.review.exchange.rows import encode_jsonl, parse_jsonl
from tests.log.samples import damaged

BALLOTS = [
    Ballot("d1", "ann", "human", 0.25),
    Ballot("d1", "gold", "ai", 0.25),
    Ballot("d2", "7", "cannot-tell", None),
]


def annotation(label: str, **told: Any) -> dict[str, Any]:
    """Make an annotation as Label Studio writes it."""
    choice = {"type": "choices", "from_name": "origin", "to_name": "text", "value": {"choices": [label]}}
    return {"result": [choice], "was_cancelled": False, "lead_time": 3.2, **told}


TASKS = [
    {
        "id": 1,
        "data": {"text": "…", "document": "d1", "pi": 0.25},
        "annotations": [
            annotation("human", completed_by=1, meta={"validator": "ann"}),
            annotation("ai", completed_by=1, ground_truth=True),
        ],
        "predictions": [],
    },
    {
        "id": 2,
        "data": {"text": "…", "document": "d2"},
        "annotations": [
            annotation("cannot-tell", completed_by={"id": 7}),
            {"result": [], "was_cancelled": True, "completed_by": 8},
        ],
    },
]


def table(rows: list[dict[str, Any]]) -> bytes:
    """Write rows as Parquet."""
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


FORMS = {
    ".jsonl": encode_jsonl(BALLOTS) + b"\n",
    ".json": json.dumps(TASKS).encode(),
    ".parquet": table([json.loads(line) | {"note": 1} for line in encode_jsonl(BALLOTS).splitlines()]),
}


@pytest.mark.parametrize("form", READERS)
def test_every_form_gives_the_same_ballots(form: str) -> None:
    assert READERS[form](FORMS[form]) == BALLOTS


@pytest.mark.parametrize("form", READERS)
@given(data=st.data())
def test_any_bytes_are_votes_or_refused(form: str, data: st.DataObject) -> None:
    try:
        found = READERS[form](data.draw(damaged(FORMS[form])))
    except FormatError:
        return
    assert all(one.label in LABELS and one.document and one.validator for one in found)


@given(
    st.lists(
        st.builds(
            Ballot,
            st.text(min_size=1, max_size=20),
            st.text(min_size=1, max_size=20),
            st.sampled_from(LABELS),
            st.none() | st.floats(0, 1, exclude_min=True),
        )
    )
)
def test_rows_survive_their_form(ballots: list[Ballot]) -> None:
    assert parse_jsonl(encode_jsonl(ballots)) == ballots


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"validator": "a", "label": "ai"}, "line 1 has no document"),
        ({"document": "d", "validator": 7, "label": "ai"}, "no validator"),
        ({"document": "d", "validator": "a", "label": "robot"}, "label 'robot'"),
        ({"document": "d", "validator": "a", "label": "ai", "pi": 0}, "pi outside"),
        ({"document": "d", "validator": "a", "label": "ai", "pi": float("nan")}, "pi outside"),
        ({"document": "d", "validator": "a", "label": "ai", "pi": True}, "pi outside"),
        ([], "no object"),
    ],
)
def test_a_row_that_is_no_vote_is_named(row: Any, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        parse_jsonl(json.dumps(row).encode())


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ({}, "no list"),
        ([{"data": {}}], "no data or no annotations"),
        ([{"data": {"document": "d"}, "annotations": [annotation("ai")]}], "no validator"),
        ([{"data": {"document": "d"}, "annotations": [{"completed_by": 1, "result": []}]}], "0 choices"),
        ([{"data": {"document": "d"}, "annotations": [annotation("robot", completed_by=1)]}], "robot"),
    ],
)
def test_an_export_that_is_none_is_named(tasks: Any, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        READERS[".json"](json.dumps(tasks).encode())
