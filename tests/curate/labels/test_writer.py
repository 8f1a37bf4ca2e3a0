"""The group of a writer: read from the row, never guessed, and what a calibration ranks them among."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from headwater.curate.calibrate import weights_digest
from headwater.curate.calibration import Calibration, encode
from headwater.curate.config import Config, labels_given
from headwater.curate.document import bare
from headwater.curate.labels.writer import Writer
from tests.curate.crawls import prose, run

GROUPS = ("native", "non-native", None)


@pytest.mark.parametrize(
    ("metadata", "group"),
    [
        ('{"writer":"non-native"}', "non-native"),
        ('{"writer":""}', None),
        ('{"writer":7}', None),
        ('{"other":"non-native"}', None),
        ("[]", None),
        ("", None),
    ],
)
def test_the_group_is_what_the_row_says(metadata: str, group: str | None) -> None:
    document = bare("A text.")
    row = replace(document, record=replace(document.record, metadata=metadata))

    assert Writer("writer").measure(row) == {"group": group}
    assert Writer().measure(row) == {"group": None}


def test_a_writer_whose_group_is_known_is_ranked_among_that_group_alone(tmp_path: Path) -> None:
    lines = [
        {"url": f"https://a.example/{at}", "text": prose(at, n_words=300), "writer": GROUPS[at % 3]}
        for at in range(9)
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    some = [(at / 10, 1.0) for at in range(120)]
    people = Calibration("statistical-1", weights_digest(), {"en": some, "en@non-native": some})
    config = Config(labels=labels_given({"writer_field"}), writer_field="writer", calibration=encode(people))
    summary = run(tmp_path / "in.jsonl", tmp_path / "out", config=config)
    urls = {row["id"]: row["url"] for row in pq.read_table(tmp_path / "out" / "ledger.parquet").to_pylist()}
    ranked = pq.read_table(tmp_path / "out" / "statistics.parquet").to_pylist()

    strata = {urls[row["id"]]: row["stratum"] for row in ranked}

    assert strata == {
        f"https://a.example/{at}": "en@non-native" if at % 3 == 1 else "en" for at in (1, 2, 4, 5, 7, 8)
    }
    assert summary.statistics is not None
    assert summary.statistics.n_unranked == 3
