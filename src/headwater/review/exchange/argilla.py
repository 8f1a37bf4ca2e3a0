"""Votes as Argilla's records: a JSON list, as its `records.to_json` writes and `from_json` reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from headwater.errors import FormatError
from headwater.review.exchange.ballot import NO_VOTES, Ballot, checked
from headwater.review.exchange.sheet import Sheet

QUESTION = "origin"
_NO_VOTE = ("draft", "discarded")


def parse(data: bytes) -> list[Ballot]:
    """Read votes from records.

    A record's id is the document; `pi` may stand in its metadata. The validator of a response is the name in
    `validators` of the metadata whose UUID is the `user_id`, since Argilla keeps UUIDs alone; else the
    `user_id`. A response to another question than `origin`, a draft or a discarded one is passed over.

    Args:
        data: The file.

    Returns:
        The votes in order.

    Raises:
        FormatError: If it is no list of records, or a response is no vote.
    """
    try:
        records = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"no records of Argilla: {str(error)[:80]}") from error
    if not isinstance(records, list):
        raise FormatError("no records of Argilla: it is no list")
    return [one for number, record in enumerate(records, 1) for one in _of(record, f"record {number}")]


def encode(sheets: Sequence[Sheet], *, predictions: bool = False) -> bytes:
    """Write records, which `parse` reads again.

    Args:
        sheets: Documents with their votes.
        predictions: Whether what detectors say is given as a suggestion too; whoever sees it before they
            vote is led by it.
    """
    return (json.dumps([_record(one, predictions) for one in sheets], ensure_ascii=False) + "\n").encode()


def user_id(validator: str) -> str:
    """Give the UUID of a validator: version 5, of `headwater:` and the name."""
    return str(uuid5(NAMESPACE_URL, f"headwater:{validator}"))


def _record(one: Sheet, predictions: bool) -> dict[str, Any]:  # noqa: FBT001
    metadata: dict[str, Any] = {"validators": sorted({vote.validator for vote in one.ballots})}
    if one.pi is not None:
        metadata["pi"] = one.pi
    suggestions = {}
    if predictions and one.p_human is not None:
        told = {"value": "human" if one.p_human >= 0.5 else "ai", "agent": "headwater"}
        suggestions[QUESTION] = told | {"score": max(one.p_human, 1.0 - one.p_human)}
    votes = [
        {"value": vote.label, "user_id": user_id(vote.validator), "status": "submitted"}
        for vote in one.ballots
    ]
    return {
        "id": one.document,
        "fields": {"text": one.text},
        "metadata": metadata,
        "suggestions": suggestions,
        "responses": {QUESTION: votes} if votes else {},
        "vectors": {},
        "status": "completed" if votes else "pending",
    }


def _of(record: Any, place: str) -> Iterator[Ballot]:
    """Read one record.

    Raises:
        FormatError: If it is none.
    """
    told = record if isinstance(record, dict) else {}
    metadata, responses = told.get("metadata") or {}, told.get("responses")
    if not isinstance(responses, dict) or not isinstance(metadata, dict) or "fields" not in told:
        raise FormatError(f"{place} has no fields or no responses", hint="write them with records.to_json")
    answers = responses.get(QUESTION, [])
    if not isinstance(answers, list):
        raise FormatError(f"the responses of {place} are no list")
    names = _names(metadata)
    for one in answers:
        if not isinstance(one, dict):
            raise FormatError(f"a response of {place} is no object")
        if one.get("status") in _NO_VOTE:
            continue
        by = one.get("user_id")
        who = names.get(by, by) if isinstance(by, str) else None
        row = {"document": told.get("id"), "validator": who, "label": one.get("value")}
        yield checked(row | {"pi": metadata.get("pi")}, place)


def _names(metadata: Mapping[str, Any]) -> dict[str, str]:
    listed = metadata.get("validators")
    known = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    return {user_id(one): one for one in (*known, *sorted(NO_VOTES))}
