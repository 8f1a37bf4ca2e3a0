"""Choosing a detector: options, identities, functions of the user's, and a calibration of their scores."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.calibrate import calibrate
from headwater.curate.calibration import encode as encode_calibration
from headwater.curate.calibration import parse as parse_calibration
from headwater.curate.config import Config
from headwater.curate.detectors import DETECTORS
from headwater.curate.detectors.choice import Choice, choose, encode, parse
from headwater.curate.detectors.classifier import generated_label
from headwater.curate.labels import LABELS
from headwater.curate.labels.detector import Detector
from headwater.curate.prevalence import prevalence
from headwater.errors import ConfigError, FormatError, UnavailableError
from tests.curate.crawls import prose, read_column, run
from tests.curate.samples import plain

ME = "callable:tests.curate.detectors.test_choice"
COUNTED = encode(choose(f"{ME}:vowels"))


def vowels(text: str) -> float:
    """Score a text by a rule of no account."""
    return sum(letter in "aeiou" for letter in text) / (len(text) or 1)


def nonsense(text: str) -> float:
    """Give no number."""
    return math.nan


@pytest.mark.parametrize(
    "option",
    ["", "curvature", "curvature:", "roberta:x", f"{ME}", f"{ME}:", "callable:no.such:f", "callable::f"],
)
def test_an_option_that_names_no_detector_is_refused(option: str) -> None:
    with pytest.raises(ConfigError) as refused:
        choose(option)
    assert "MODULE" in refused.value.hint


@pytest.mark.parametrize("kind", ["curvature", "ratio", "classifier"])
def test_a_folder_without_a_model_is_refused(kind: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UnavailableError, match="no model stands at"):
        choose(f"{kind}:{tmp_path}")


def test_a_model_is_the_same_wherever_it_lies_and_another_when_it_changes(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(b"weights" + (b"!" if name == "c" else b""))
    a, b, c = (choose(f"curvature:{tmp_path / name}").identity for name in ("a", "b", "c"))

    assert a == b != c
    assert choose(f"ratio:{tmp_path / 'a'},{tmp_path / 'b'}").identity not in {a, c}


def test_a_function_of_another_name_is_another_detector() -> None:
    assert choose(f"{ME}:vowels").identity != choose(f"{ME}:nonsense").identity


def test_a_choice_is_read_back() -> None:
    assert encode(parse(COUNTED)) == COUNTED


@given(st.text(max_size=60) | st.sampled_from(["{}", "[]", '{"digest":"","kind":"x","of":""}']))
def test_what_is_no_choice_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        parse(text)


def test_a_function_that_is_not_there_is_told() -> None:
    with pytest.raises(ConfigError, match="no function"):
        Choice("callable", "tests.curate.detectors.test_choice:none", "").open()
    with pytest.raises(ConfigError, match="is no function"):
        Choice("callable", "tests.curate.detectors.test_choice:ME", "").open()


def test_the_label_scores_by_the_function_and_refuses_what_is_no_number() -> None:
    assert Detector(COUNTED).measure(plain("aab")) == {"score": pytest.approx(2 / 3)}
    with pytest.raises(ValueError, match="gave nan"):
        Detector(encode(choose(f"{ME}:nonsense"))).measure(plain("x"))


@pytest.mark.parametrize(
    ("labels", "at"), [(("human", "ai"), 1), (("LABEL_generated", "real"), 0), (("Real", "Fake"), 1)]
)
def test_the_label_for_generated_text_is_told_by_its_name(labels: tuple[str, str], at: int) -> None:
    assert generated_label(dict(enumerate(labels))) == at


@pytest.mark.parametrize(
    "labels", [("LABEL_0", "LABEL_1"), ("ai", "machine"), ("generated",), ("said", "maid")]
)
def test_labels_that_do_not_tell_are_refused(labels: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="which label"):
        generated_label(dict(enumerate(labels)))


def test_the_kinds_are_those_of_the_label() -> None:
    assert set(DETECTORS) == {"curvature", "ratio", "classifier", "callable"}


def test_a_crawl_is_ranked_by_the_scores_of_the_detector(tmp_path: Path) -> None:
    config = Config(
        labels=(*(n for n in LABELS if n in {"language-1", "statistical-1"}), "detector-1"), detector=COUNTED
    )
    people = texts(tmp_path / "people.jsonl", range(400))
    run(people, tmp_path / "people", config=config)
    human = calibrate(tmp_path / "people", label="detector-1")
    assert (human.label, human.weights) == ("detector-1", parse(COUNTED).identity)

    source = texts(tmp_path / "crawl.jsonl", range(400, 480))
    ranked = Config(labels=config.labels, detector=COUNTED, calibration=encode_calibration(human))
    summary = run(source, tmp_path / "out", config=ranked)
    (shard,) = (tmp_path / "out" / "labels" / "detector-1").glob("*.parquet")
    scores = dict(zip(read_column(shard, "id"), read_column(shard, "score"), strict=True))
    ids = read_column(tmp_path / "out" / "statistics.parquet", "id")
    (stratum,) = set(read_column(tmp_path / "out" / "statistics.parquet", "stratum"))

    assert summary.statistics is not None
    assert summary.statistics.n_canaries == len(human.canaries)
    assert read_column(tmp_path / "out" / "statistics.parquet", "p") == pytest.approx(
        human.p_values(stratum, [scores[one] for one in ids]).tolist()
    )
    known = prevalence(
        tmp_path / "out", calibration=encode_calibration(human), generated=[tmp_path / "people"]
    )
    assert [law.n_human for law in known.strata] == [human.size(stratum)]


def test_scores_of_one_detector_are_not_ranked_among_those_of_another(tmp_path: Path) -> None:
    config = Config(labels=("language-1", "statistical-1", "detector-1"), detector=COUNTED)
    run(texts(tmp_path / "people.jsonl", range(150)), tmp_path / "people", config=config)
    human = encode_calibration(calibrate(tmp_path / "people", label="detector-1"))
    other = encode(choose(f"{ME}:nonsense"))

    with pytest.raises(ConfigError, match="other weights than those of detector-1"):
        Config(labels=config.labels, detector=other, calibration=human)
    with pytest.raises(ConfigError, match="needs the label detector-1"):
        Config(labels=config.labels[:2], calibration=human)
    with pytest.raises(ConfigError, match="no scores of detector-2"):
        calibrate(tmp_path / "people", label="detector-2")
    assert parse_calibration(human).label == "detector-1"


def texts(path: Path, seeds: range) -> Path:
    """Write texts of 120 words as JSON lines."""
    path.write_text("".join(json.dumps({"text": prose(seed)}) + "\n" for seed in seeds), "utf-8")
    return path
