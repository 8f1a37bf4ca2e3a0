"""Votes as Label Studio exports them: a JSON list of tasks with annotations."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from headwater.errors import FormatError
from headwater.review.exchange.ballot import GOLD, Ballot, checked


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
