"""Labels as columns beside bare texts: what a run would say of them, whatever the text."""

from __future__ import annotations

import pickle
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.adapters.labelling import OF_TEXT, Labelling, label_table
from headwater.curate.adapters.ray_data import LabelBatch
from headwater.curate.calibrate import weights_digest
from headwater.curate.calibration import Calibration, encode
from headwater.curate.labels import LABELS
from headwater.curate.labels.quality import Quality
from headwater.errors import ConfigError, FormatError, InputError
from tests.curate.crawls import prose
from tests.curate.samples import opened

EVERY = Labelling(OF_TEXT)
PEOPLE = encode(
    Calibration(
        "statistical-1", weights_digest(), {"en/prose/150-399": [(float(n), 1.0) for n in range(-200, 0)]}
    )
)


@settings(max_examples=30)
@given(text=st.text(max_size=300) | st.text(alphabet="\ud800\x00\r \u200ba", max_size=40))
def test_any_text_fills_every_column(text: str) -> None:
    row = EVERY.measure(text)

    assert list(row) == EVERY.schema.names
    assert row["label_error"] is None
    assert pa.Table.from_pylist([row], schema=EVERY.schema).num_rows == 1


def test_a_text_is_labelled_as_the_page_that_holds_it() -> None:
    text = prose(3) + "\r\nAnd a second line.\x00"
    page = Quality().measure(opened(text.encode(), media_type="text/plain"))
    row = Labelling(("quality-1",)).measure(text)

    assert {f"quality_1_{name}": value for name, value in page.items()}.items() <= row.items()


def test_a_text_is_ranked_among_the_humans_of_its_kind_and_of_no_other() -> None:
    ranked = Labelling(calibration=PEOPLE)
    english, short = ranked.measure(prose(5, n_words=220)), ranked.measure("Nothing here.")
    n_above = sum(n >= english["statistical_1_score"] for n in range(-200, 0))

    assert english["human_stratum"] == "en/prose/150-399"
    assert english["human_p"] == pytest.approx((n_above + 1) / 201)
    assert short["human_stratum"] is None
    assert short["human_p"] is None


def test_columns_are_laid_beside_a_table_and_a_null_is_an_empty_text() -> None:
    table = pa.table({"n": [1, 2], "text": [prose(1), None]})
    found = label_table(table, Labelling())

    assert found.column_names == ["n", "text", *Labelling().schema.names]
    assert found.schema.field("statistical_1_score").type == pa.float32()
    assert found["statistical_1_n_scored_words"].to_pylist()[1] == 0
    assert found.equals(LabelBatch()(table))


def test_a_label_that_fails_costs_its_columns_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Quality):
        def measure(self, document: Any) -> Any:
            raise RuntimeError("no such luck")

    monkeypatch.setattr("headwater.curate.adapters.labelling.LABELS", {**LABELS, "quality-1": Broken})
    row = Labelling(("quality-1", "language-1"), level=0.02).measure(prose(2))

    assert row["label_error"] == "quality-1: RuntimeError: no such luck"
    assert row["quality_1_n_words"] is None
    assert row["language_1_language"] == "en"


@pytest.mark.parametrize("labels", [(), ("membership-1",), ("capture-1",), ("language-2",)])
def test_what_needs_more_than_a_text_is_refused(labels: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as refused:
        Labelling(labels)
    assert "statistical-1" in refused.value.hint


def test_a_calibration_that_does_not_go_with_the_labels_is_refused() -> None:
    with pytest.raises(ConfigError, match="needs the label language-1"):
        Labelling(("statistical-1",), calibration=PEOPLE)
    with pytest.raises(FormatError):
        Labelling(calibration=b"{}")


def test_a_table_that_cannot_be_labelled_is_refused() -> None:
    with pytest.raises(InputError, match="no column 'text'"):
        label_table(pa.table({"body": ["x"]}), Labelling())
    with pytest.raises(InputError, match="already"):
        label_table(label_table(pa.table({"text": ["x"]}), Labelling()), Labelling())


def test_a_labelling_travels() -> None:
    assert pickle.loads(pickle.dumps(Labelling(calibration=PEOPLE))) == Labelling(calibration=PEOPLE)
