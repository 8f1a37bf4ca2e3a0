"""Duplicates: signatures estimate similarity as the theory says, and copies of real text are found."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from headwater.curate.engine import plan
from headwater.curate.labels.duplicate import N_BANDS, N_ROWS, SHINGLE_WORDS, Duplicate
from tests.curate.samples import parquet, plain

LABEL = Duplicate()
SCHEMA = Duplicate.schema.insert(0, pa.field("id", pa.string()))
N_VALUES = N_BANDS * N_ROWS
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MILL = (
    "The mill by the river has been closed for years, but the old wheel still turns in spring when the snow "
    "melts on the hills. Nobody in the village remembers who held the key, and the children who play on the "
    "weir say that at night they hear the stones grinding, though the hopper has been empty since the great "
    "flood. My grandfather carried flour from there on a mule, two sacks at a time, along the path that the "
    "brambles have since taken back. He said the miller counted every sack twice by night."
)
LIGHTHOUSE = (
    "Keeping a lighthouse teaches patience before it teaches anything else. Lamps want trimming at dusk, and "
    "glass wants polishing at dawn, and between the two there is only weather to log. Ships pass without a "
    "word, their captains counting flashes under their breath, and a keeper learns to be content with being "
    "counted. In winter the relief boat is late by a week or more, so that bread turns to stone and tobacco "
    "becomes a currency. I kept a diary of birds that struck the lantern; it is the saddest book I own."
)
CHINESE = (
    "河边的磨坊已经关闭多年了,但是每到春天,山上的积雪融化的时候,那个旧水轮还在慢慢地转动。"
    "村里没有人记得钥匙在谁手里,在堰上玩耍的孩子们说,夜里能听见石磨转动的声音。"
)


def word(number: int) -> str:
    """Spell a number in letters."""
    return "".join(LETTERS[number // 26**at % 26] for at in range(4))


def signature(text: str) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """Sign a text."""
    return np.frombuffer(LABEL.measure(plain(text))["signature"], dtype="<u4")


def shingles(text: str) -> set[str]:
    """List the runs of five words, slowly."""
    words = text.split()
    return {" ".join(words[at : at + SHINGLE_WORDS]) for at in range(len(words) - SHINGLE_WORDS + 1)}


def jaccard(left: set[str], right: set[str]) -> float:
    """Give the exact similarity of two sets."""
    return len(left & right) / len(left | right)


def pair(generator: np.random.Generator, share: float) -> tuple[str, str]:
    """Make two texts of 400 words of which the first part is the same."""
    n_same = int(400 * share)
    same, left, right = (
        [word(int(n)) for n in generator.integers(0, 26**4, size)]
        for size in (n_same, 400 - n_same, 400 - n_same)
    )
    return " ".join(same + left), " ".join(same + right)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 0.9, 0.97, 1.0])
def test_signatures_estimate_the_similarity_within_four_standard_errors(share: float) -> None:
    generator = np.random.default_rng(7)
    pairs = [pair(generator, share) for _ in range(40)]
    exact = np.array([jaccard(shingles(left), shingles(right)) for left, right in pairs])
    estimated = np.array([float(np.mean(signature(left) == signature(right))) for left, right in pairs])
    # Each signature value agrees with probability J: mean J, variance J (1 - J) / 112 a pair.
    error = math.sqrt(float(np.sum(exact * (1 - exact))) / N_VALUES) / len(pairs)

    assert abs(float(np.mean(estimated - exact))) <= 4 * error + 1e-9
    spread = np.sqrt(exact * (1 - exact) / N_VALUES)
    assert np.all(np.abs(estimated - exact) <= 5 * spread + 1e-9)


def clusters(tmp_path: Path, *texts: str) -> list[tuple[str | None, str | None]]:
    """Give the exact and the near cluster of each text; its id is its number."""
    rows = [{"id": str(at), **LABEL.measure(plain(text))} for at, text in enumerate(texts)]
    table = LABEL.resolve(plan.open_frame([parquet(tmp_path / "a.parquet", rows, SCHEMA)]))
    found = {row["id"]: (row["exact_cluster"], row["near_cluster"]) for row in table.to_pylist()}
    return [found.get(str(at), (None, None)) for at in range(len(texts))]


def altered(text: str, every: int) -> str:
    """Change one word in every so many."""
    return " ".join(f"{part}x" if at % every == every - 1 else part for at, part in enumerate(text.split()))


def test_near_copies_are_found_and_unrelated_texts_are_not(tmp_path: Path) -> None:
    longer = " ".join((MILL, LIGHTHOUSE))
    near = longer.replace("mule", "donkey")
    assert jaccard(shingles(longer), shingles(near)) >= 0.9

    assert clusters(tmp_path, longer, near, MILL, LIGHTHOUSE) == [
        (None, "0"),
        (None, "0"),
        (None, None),
        (None, None),
    ]


def test_nine_in_ten_copies_above_nine_tenths_are_found(tmp_path: Path) -> None:
    generator = np.random.default_rng(11)
    texts = [text for _ in range(30) for text in pair(generator, 0.975)]
    assert min(jaccard(shingles(a), shingles(b)) for a, b in zip(texts[::2], texts[1::2], strict=True)) >= 0.9

    near = [cluster for _, cluster in clusters(tmp_path, *texts)]

    assert sum(near[at] == near[at + 1] is not None for at in range(0, 60, 2)) >= 29
    assert len({cluster for cluster in near if cluster}) == len([c for c in near if c]) // 2


def test_half_a_copy_is_no_copy(tmp_path: Path) -> None:
    assert jaccard(shingles(MILL), shingles(altered(MILL, 12))) < 0.6

    assert clusters(tmp_path, MILL, altered(MILL, 12)) == [(None, None), (None, None)]


def test_white_space_does_not_tell_texts_apart_and_case_does(tmp_path: Path) -> None:
    spaced = MILL.replace(" ", "\n\t ")

    assert clusters(tmp_path, MILL, spaced, MILL.upper()) == [("0", "0"), ("0", "0"), (None, None)]


def test_text_without_spaces_is_compared_by_characters(tmp_path: Path) -> None:
    near = CHINESE * 3 + "完"

    assert clusters(tmp_path, CHINESE * 3, near, "".join(reversed(CHINESE)) * 3) == [
        (None, "0"),
        (None, "0"),
        (None, None),
    ]


def test_an_empty_text_is_no_duplicate_of_another(tmp_path: Path) -> None:
    row = LABEL.measure(plain(" \n"))

    assert dict(row) == {"text_digest": None, "bands": [], "signature": None}
    assert clusters(tmp_path, "", " ", "\n") == [(None, None)] * 3


def test_a_text_too_short_to_shingle_is_compared_exactly(tmp_path: Path) -> None:
    assert LABEL.measure(plain("only four words here"))["signature"] is None

    found = clusters(tmp_path, "only four words here", "only four words here", "only four words there")
    assert found == [("0", "0"), ("0", "0"), (None, None)]


def test_a_corpus_without_copies_has_no_clusters(tmp_path: Path) -> None:
    assert clusters(tmp_path, MILL) == [(None, None)]
    assert clusters(tmp_path, MILL, LIGHTHOUSE) == [(None, None)] * 2


def test_a_corpus_without_documents_has_no_clusters(tmp_path: Path) -> None:
    assert clusters(tmp_path) == []


def test_all_documents_the_same_are_one_cluster(tmp_path: Path) -> None:
    assert clusters(tmp_path, *[MILL] * 50) == [("0", "0")] * 50


def test_a_signature_never_changes_meaning() -> None:
    row = LABEL.measure(plain(MILL))

    assert len(row["bands"]) == N_BANDS
    assert len(row["signature"]) == 4 * N_VALUES
    # A changed hash would make old label columns and new ones disagree in silence: then it is duplicate-2.
    assert row["text_digest"][:16] == "4bf297b7bbbb340f"
    assert signature(MILL)[:3].tolist() == [1146127440, 3222810429, 3258479141]
    assert row["bands"][:2] == [-7289896882695703438, -3791716774142015259]


def test_the_bands_catch_the_share_of_pairs_that_the_docstring_says() -> None:
    def caught(similarity: float) -> float:
        return 1 - (1 - similarity**N_ROWS) ** N_BANDS

    assert round(caught(0.68), 1) == 0.5
    assert round(caught(0.85), 2) == 0.99
