"""The membership label: a sealed text is found as it was, in other dress and nearly; nothing else is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from headwater.curate import roll
from headwater.curate.config import Config
from headwater.curate.labels.duplicate import Duplicate
from headwater.curate.labels.membership import Membership
from headwater.curate.layout import Layout
from headwater.curate.policy import Policy
from headwater.curate.rules import decide, origin
from headwater.errors import VerificationError
from headwater.log.storage import Directory
from headwater.reserve import membership, seal
from headwater.reserve.reserve import create, open_reserve
from tests.curate.crawls import WORDS, read_column, run
from tests.curate.samples import opened, plain
from tests.reserve.worlds import KEYS, plan

OLD = "2019-05-01T12:00:00Z"
POLICY = Policy()
SEEN: dict[str, Any] = {
    "match": "text", "likeness": 1.0, "reserve": "reserve.example/one", "position": 3, "grade": "E3",
    "date": OLD, "date_entry": 5,
}  # fmt: skip
MADE: dict[str, Any] = {"disclosure": {"claims": [
    {"kind": "http-ai-disclosure", "claim": "ai-generated", "scope": "document", "status": "asserted",
     "where": "header", "value": "ai-originated"}
]}}  # fmt: skip


def text(seed: int, n: int = 150) -> str:
    """Give a text that shares no run of five words with another seed's."""
    return " ".join(np.random.default_rng(seed).choice(WORDS, n))


def sealed(folder: Path, texts: list[str], *, name: str = "reserve") -> Path:
    """Seal texts as rows of JSON lines, and give the reserve's folder."""
    file = folder / f"{name}.jsonl"
    file.write_text("".join(json.dumps({"text": one, "date": OLD}) + "\n" for one in texts))
    held = create(Directory(folder / name), KEYS.manifest)
    seal.seal(held, plan([file], folder / f"{name}-staging", mode="ingest"), KEYS)
    return folder / name


def positions(reserve: Path, texts: list[str]) -> list[int]:
    """Ask the reserve itself where texts are."""
    digests = [hashlib.sha256(one.encode()).digest() for one in texts]
    found = membership.find(open_reserve(Directory(reserve)), digests)
    return [found[digest][0].index for digest in digests]


def label(folder: Path, reserves: list[Path]) -> Membership:
    """Build the roll of some reserves, and open the label on it."""
    named = roll.encode(reserves)
    roll.build(Layout(folder / "run").roll, named, text="main", sign=Duplicate().measure)
    return Membership(named, str(folder / "run"))


def test_a_sealed_text_is_found_in_every_dress_and_no_stranger_is(tmp_path: Path) -> None:
    texts = [text(seed) for seed in range(40)]
    found = label(tmp_path, [sealed(tmp_path, texts)])
    words = texts[7].split()
    near = " ".join([*words[:75], "wholly", *words[75:]])
    own = opened(texts[7].encode(), media_type="text/plain")
    places = positions(tmp_path / "reserve", texts)

    assert [found.measure(plain(one))["position"] for one in texts] == places
    assert found.measure(own)["match"] == "payload"
    assert found.measure(plain(texts[7].replace(" ", "\n  ")))["match"] == "text"
    assert found.measure(plain(texts[7].upper().replace(" ", ", ")))["match"] == "letters"
    row = found.measure(plain(near))
    assert (row["match"], row["position"]) == ("near", places[7])
    assert 0.8 <= row["likeness"] < 1.0
    for seed in range(1_000, 1_040):
        assert found.measure(plain(text(seed)))["match"] is None


def test_the_row_says_where_the_proof_is_and_how_good_the_date(tmp_path: Path) -> None:
    row = label(tmp_path, [sealed(tmp_path, [text(1), text(2)])]).measure(plain(text(2)))
    (place,) = positions(tmp_path / "reserve", [text(2)])

    assert row == SEEN | {"position": place, "grade": "E0", "date": OLD, "date_entry": -1}


def test_of_two_reserves_both_are_looked_up(tmp_path: Path) -> None:
    reserves = [sealed(tmp_path, [text(at)], name=f"r{at}") for at in range(2)]
    found = label(tmp_path, reserves)

    assert all(found.measure(plain(text(at)))["match"] == "text" for at in range(2))


def test_few_words_are_no_membership(tmp_path: Path) -> None:
    short = "All rights reserved."
    assert label(tmp_path, [sealed(tmp_path, [short, text(3)])]).measure(plain(short))["match"] is None


def test_a_reserve_that_grew_since_the_run_began_stops_it(tmp_path: Path) -> None:
    folder = sealed(tmp_path, [text(1)])
    named = roll.encode([folder])
    older = json.loads(named)
    older[0]["size"] = 7

    stale = json.dumps(older, separators=(",", ":"), sort_keys=True)

    with pytest.raises(VerificationError, match="not in the state"):
        roll.build(tmp_path / "roll", stale, text="main", sign=Duplicate().measure)


def test_what_is_proven_old_is_a_persons_and_a_mark_against_it_a_contradiction() -> None:
    member: dict[str, Any] = {"membership": SEEN}

    assert origin(member, POLICY) == "human"
    assert decide(member, POLICY).reason == "no-evidence-against"
    against = decide(member | MADE, POLICY)
    assert (against.action, against.reason) == ("quarantine", "claims-contradict")
    assert against.evidence[-1] == f"reserve reserve.example/one 3 · text · {OLD} · E3"
    marked = {
        "log_p": -40.0,
        "q": 1e-9,
        "marker": "m",
        "profile": "p",
        "variant": "v",
        "start": None,
        "stop": None,
    }
    assert decide(member | {"watermark": marked}, POLICY).reason == "claims-contradict"
    assert origin(member | MADE, POLICY) == ""


@pytest.mark.parametrize(
    "change",
    [{"grade": "E0"}, {"date": None}, {"date": "2022-11-30T00:00:00Z"}, {"match": None}, {"likeness": 0.7}],
)
def test_what_is_not_proven_old_counts_for_nothing(change: dict[str, object]) -> None:
    member: dict[str, Any] = {"membership": SEEN | change}

    assert origin(member, POLICY) == ""
    assert decide(member | MADE, POLICY).reason == "disclosed-ai-generated"


def test_a_policy_may_trust_the_sources_own_date() -> None:
    assert origin({"membership": SEEN | {"grade": "E0"}}, replace(POLICY, human_grade="E0")) == "human"


def test_a_run_looks_its_documents_up(tmp_path: Path) -> None:
    reserve = sealed(tmp_path, [text(seed) for seed in range(5)])
    crawl = tmp_path / "crawl.jsonl"
    crawl.write_text("".join(json.dumps({"text": text(seed)}) + "\n" for seed in (3, 99)))
    config = Config(labels=("quality-1", "membership-1"), reserves=roll.encode([reserve]))
    summary = run(crawl, tmp_path / "out", config=config)

    (column,) = (tmp_path / "out" / "labels" / "membership-1").glob("*.parquet")
    assert read_column(column, "match") == ["payload", None]
    assert read_column(column, "position") == [*positions(reserve, [text(3)]), None]
    (view,) = [view for view in summary.labels if view.label == "membership-1"]
    assert [(tally.value, tally.n) for tally in view.tallies] == [("payload, date E0", 1)]


def test_a_reserve_of_short_texts_alone_and_an_unlike_text(tmp_path: Path) -> None:
    found = label(tmp_path, [sealed(tmp_path, ["All rights reserved.", "Nobody is at home."])])

    assert found.measure(opened(b"Nobody is at home.", media_type="text/plain"))["match"] == "payload"
    assert found.measure(plain(text(5)))["match"] is None
