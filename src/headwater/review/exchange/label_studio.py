"""Votes as Label Studio exports and imports them: a JSON list of tasks with annotations and predictions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from headwater.errors import FormatError
from headwater.review.attest.judgement import LABELS
from headwater.review.exchange.ballot import GOLD, Ballot, checked
from headwater.review.exchange.sheet import Sheet

# The labelling interface that tasks are made for.
INTERFACE = (
    '<View><Text name="text" value="$text"/><Choices name="origin" toName="text" choice="single">'
    + "".join(f'<Choice value="{label}"/>' for label in LABELS)
    + "</Choices></View>"
)


def parse(data: bytes) -> list[Ballot]:
    """Read votes from an export in the format JSON.

    A task's `data` has `document` and maybe `pi`. The label is the one choice of an annotation. The validator
    is `validator` in the annotation's `meta`, since an import gives all annotations to whoever imports; else
    `completed_by`. A cancelled annotation is a skip, and a ground truth is gold.

    Args:
        data: The file.

    Returns:
        The votes in order.

    Raises:
        FormatError: If it is no export, or an annotation is no vote.
    """
    try:
        tasks = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"not an export of Label Studio: {str(error)[:80]}") from error
    if not isinstance(tasks, list):
        raise FormatError("not an export of Label Studio: it is no list of tasks")
    return [one for number, task in enumerate(tasks, 1) for one in _of_task(task, f"task {number}")]


def encode(sheets: Sequence[Sheet], *, predictions: bool = False) -> bytes:
    """Write tasks for an import, which `parse` reads again.

    Args:
        sheets: Documents with their votes.
        predictions: Whether what detectors say is given too; whoever sees it before they vote is led by it.
    """
    return (json.dumps([_task(one, predictions) for one in sheets], ensure_ascii=False) + "\n").encode()


def _task(one: Sheet, predictions: bool) -> dict[str, Any]:  # noqa: FBT001
    chance = {} if one.pi is None else {"pi": one.pi}
    annotations = [
        {
            "result": [_result(vote.label)],
            "was_cancelled": False,
            "ground_truth": vote.validator == GOLD,
            "meta": {"validator": vote.validator},
        }
        for vote in one.ballots
    ]
    task = {"data": {"text": one.text, "document": one.document, **chance}, "annotations": annotations}
    if predictions and one.p_human is not None:
        sure = max(one.p_human, 1.0 - one.p_human)
        label = "human" if one.p_human >= 0.5 else "ai"
        task["predictions"] = [{"model_version": "headwater", "score": sure, "result": [_result(label)]}]
    return task


def _result(label: str) -> dict[str, Any]:
    return {"type": "choices", "from_name": "origin", "to_name": "text", "value": {"choices": [label]}}


def _of_task(task: Any, place: str) -> Iterator[Ballot]:
    about, annotations = (
        task.get(name) if isinstance(task, dict) else None for name in ("data", "annotations")
    )
    if not isinstance(about, dict) or not isinstance(annotations, list):
        raise FormatError(f"{place} has no data or no annotations", hint="export in the format JSON")
    for one in annotations:
        if not isinstance(one, dict):
            raise FormatError(f"an annotation of {place} is no object")
        if one.get("was_cancelled"):
            continue
        row = {
            "document": about.get("document"),
            "pi": about.get("pi"),
            "validator": GOLD if one.get("ground_truth") else _validator(one),
            "label": _choice(one.get("result"), place),
        }
        yield checked(row, place)


def _validator(annotation: Mapping[str, Any]) -> Any:
    meta, by = annotation.get("meta"), annotation.get("completed_by")
    if isinstance(meta, dict) and meta.get("validator"):
        return meta["validator"]
    if isinstance(by, dict):
        by = by.get("email") or by.get("id")
    return str(by) if isinstance(by, (int, str)) and not isinstance(by, bool) else None


def _choice(results: Any, place: str) -> Any:
    """Find the one choice of an annotation.

    Raises:
        FormatError: If there is none, or more than one.
    """
    values = [one.get("value") for one in results or () if isinstance(one, dict)] if _is_list(results) else []
    found = [choice for value in values if isinstance(value, dict) for choice in value.get("choices") or ()]
    if len(found) != 1:
        raise FormatError(f"an annotation of {place} has {len(found)} choices instead of one")
    return found[0]


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
