"""Label Studio's own SDK takes what we write for it, and refuses the labels that we refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headwater.errors import FormatError
from headwater.review.attest import LABELS
from headwater.review.exchange import label_studio
from headwater.review.exchange.ballot import Ballot
from headwater.review.exchange.sheet import Sheet

peer = pytest.importorskip(
    "label_studio_sdk.label_interface", reason="label_studio_sdk is not installed", exc_type=ImportError
)
pytestmark = pytest.mark.interop


def tasks() -> list[dict[str, Any]]:
    """Write a document for each label, with a vote, gold and what detectors say."""
    sheets = [
        Sheet(f"d{at}", f"text {at}", 0.25, 0.9, (Ballot(f"d{at}", "ann", label, 0.25),))
        for at, label in enumerate(LABELS)
    ]
    made: list[dict[str, Any]] = json.loads(label_studio.encode(sheets, predictions=True))
    return made


def test_the_sdk_takes_what_we_write() -> None:
    interface = peer.LabelInterface(label_studio.INTERFACE)
    interface.validate()  # It raises what it finds.
    for task in tasks():
        assert interface.validate_task({"data": task["data"]})
        assert [interface.validate_annotation(one) for one in task["annotations"]] == [True]
        assert [interface.validate_prediction(one) for one in task["predictions"]] == [True]


@pytest.mark.parametrize("label", ["robot", "", "Human"])
def test_the_sdk_refuses_the_labels_that_we_refuse(label: str) -> None:
    interface, (task, *_) = peer.LabelInterface(label_studio.INTERFACE), tasks()
    task["annotations"][0]["result"][0]["value"]["choices"] = [label]
    assert not interface.validate_annotation(task["annotations"][0])
    with pytest.raises(FormatError):
        label_studio.parse(json.dumps([task]).encode())


def test_an_example_of_the_sdk_is_read() -> None:
    interface = peer.LabelInterface(label_studio.INTERFACE)
    task = tasks()[0] | {"annotations": [dict(interface.generate_sample_annotation()) | {"completed_by": 7}]}
    (vote,) = label_studio.parse(json.dumps([task], default=str).encode())
    assert (vote.document, vote.validator) == ("d0", "7")
    assert vote.label in LABELS
