"""What people said is fed back: a calibration by 1/pi, a mix with its proofs, a promotion that can fail."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.cli.main import app
from headwater.collapse.models.categorical import zipf
from headwater.curate import calibration
from headwater.curate.judgement import Judgement
from headwater.errors import ConfigError, FormatError, InputError, VerificationError
from headwater.log import keys, proof, sequencer
from headwater.log.algorithm import ED25519
from headwater.log.reader import Reader
from headwater.log.storage import Memory
from headwater.log.tree import leaf_hash, verify_inclusion
from headwater.review.draw import Batch, Plan, draw
from headwater.review.mix import encode, mix, parse, statements
from headwater.review.promotion import Trial, law_of, promote, tail_of
from headwater.review.recalibrate import recalibrate
from headwater.review.store import seal
from tests.review.runs import finished
from tests.review.store.worlds import NOW_S
from tests.review.test_progress import ask, opened


@cache
def batch() -> Batch:
    """Draw half of a run."""
    return draw(finished(), Plan("beacon-9", n=40, pool="kept", n_strata=4))


def judged(human: float = 1.0) -> dict[str, Judgement]:
    """Judge all documents alike."""
    return {one.record: Judgement(human, 1.0 - human, 2) for one in batch().manifest.items}


def test_each_document_counts_by_its_chance_of_being_drawn_and_trained_on() -> None:
    said = batch().manifest
    found = recalibrate(finished(), said, judged(0.8), level=0.2)

    pairs = [pair for some in found.calibration.scores.values() for pair in some]
    floor = sum(one.part == "audit" for one in said.items) / said.n_documents
    expected = [0.8 / ((one.pi or 0) - floor) for one in said.items if one.part == "active"]
    assert sorted(weight for _, weight in pairs) == pytest.approx(sorted(expected))
    assert calibration.parse(calibration.encode(found.calibration)).scores == found.calibration.scores
    assert found.n_used == len(expected) > 10


def test_the_audit_is_never_trained_on() -> None:
    said = batch().manifest
    alone = {one.record for one in said.items if one.part == "audit"}
    without = {name: one for name, one in judged().items() if name not in alone}

    whole = recalibrate(finished(), said, judged(), level=0.2)
    blind = recalibrate(finished(), said, without, level=0.2)

    assert whole.calibration == blind.calibration
    assert whole.audit is not None
    assert blind.audit is None
    with pytest.raises(InputError, match="no document drawn by weight"):
        recalibrate(finished(), said, {name: one for name, one in judged().items() if name in alone})


def test_strata_with_few_judgements_keep_what_they_had() -> None:
    made = recalibrate(finished(), batch().manifest, judged(), level=0.2).calibration
    base = replace(made, scores={name: [(0.0, 1.0)] for name in made.scores})

    kept = recalibrate(finished(), batch().manifest, judged(), level=0.001, base=base).calibration
    assert kept.scores == base.scores


def test_a_base_hands_on_what_it_knows_of_generated_texts_and_one_of_other_scores_is_refused() -> None:
    said = batch().manifest
    made = recalibrate(finished(), said, judged(), level=0.2).calibration
    base = replace(made, generated={"en/prose/400+": [1.0, 2.0]})

    assert recalibrate(finished(), said, judged(), base=base).calibration.generated == base.generated
    for other in (replace(base, label="detector-1"), replace(base, weights="0" * 64)):
        with pytest.raises(ConfigError):
            recalibrate(finished(), said, judged(), base=other)


def test_a_mix_shows_by_what_it_is_human(tmp_path: Path) -> None:
    drawn, store = opened(tmp_path)
    ask(store, 0, {}, 0)
    said = ask(store, 1, {}, 1_000)
    signer, ledger = keys.generate("review.example/log", ED25519), Memory()
    sequencer.create(ledger, signer.name)
    seal(store, ledger)
    sequencer.publish(ledger, [signer], time_s=NOW_S)
    with store.transaction() as db:
        signed = statements(db, drawn.manifest.digest, ledger)
    store.close()
    known = {one.record: Judgement(0.95, 0.05, 2) for one in drawn.manifest.items[:30]}
    known |= {one.record: Judgement(0.2, 0.8, 2) for one in drawn.manifest.items[30:]}

    rows = mix(drawn.manifest, known, drawn.texts, licence="CC0-1.0", signed=signed)

    assert [row.document for row in rows] == [one.document for one in drawn.manifest.items[:30]]
    assert all(len(row.attestations) == 2 for row in rows)
    assert {one for row in rows for one in row.attestations} & set(said)
    assert all(row.weight == (0.95 / row.pi if row.pi else 1.0) for row in rows)
    assert parse(encode(rows)) == rows
    at = Reader(ledger).checkpoint()[0]
    for row in rows:
        for shown in (proof.parse(one.encode()) for one in row.proofs):
            leaf = leaf_hash(Reader(ledger).entry(shown.index))
            verify_inclusion(leaf, (shown.index, at.size), at.root, shown.hashes)
        assert len(row.proofs) == 2
    for bad, what in (("", 0.9), ("CC0-1.0", 0.99)):
        with pytest.raises(InputError):
            mix(drawn.manifest, known, drawn.texts, licence=bad, signed=signed, sure=what)


@given(st.integers(0, 10**6), st.sampled_from([b"", b"0", b'"', b"{", b"\xff", b"-"]))
@settings(max_examples=100, deadline=None)
def test_a_damaged_mix_is_refused_or_whole(place: int, put: bytes) -> None:
    known = judged(0.95)
    good = encode(mix(batch().manifest, known, batch().texts, licence="CC0-1.0", signed={}))
    at = place % len(good)

    assert whole_or_refused(good[:at] + put + good[at + 1 :])


def whole_or_refused(data: bytes) -> bool:
    """Tell whether every row has the digest of its text, or the file is refused in one line."""
    try:
        rows = parse(data)
    except FormatError as error:
        return "\n" not in str(error)
    return all(hashlib.sha256(row.text.encode()).hexdigest() == row.document for row in rows)


LAW = zipf(300, exponent=1.2)
SMALL = Trial(generations=8, size=2_000, n_seeds=4)


def test_a_mix_with_tails_is_promoted_and_one_without_is_not() -> None:
    head = np.where(tail_of(LAW), 0.0, LAW)
    head /= head.sum()
    rng = np.random.default_rng(0)

    good = promote(LAW, LAW, head, SMALL, rng=rng)
    assert good.promoted
    assert good.tail.low > 0
    assert not promote(LAW, head, LAW, SMALL, rng=rng).promoted
    same = promote(LAW, LAW, LAW, SMALL, rng=rng)
    assert not same.promoted
    assert same.tail.low == same.tail.high == 0.0


def test_tails_at_the_price_of_the_rest_are_not_promoted() -> None:
    tail = np.where(tail_of(LAW), LAW, 0.0)
    wild = tail / tail.sum()

    found = promote(LAW, wild, LAW, SMALL, rng=np.random.default_rng(1))
    assert found.tail.low > 0
    assert not found.promoted


def test_a_law_counts_documents_by_their_weight() -> None:
    law = law_of([np.array([0, 0, 1]), np.array([1, 9])], [1.0, 3.0], 2)

    np.testing.assert_allclose(law, [2 / 6, 4 / 6])
    with pytest.raises(InputError):
        law_of([np.array([9])], [1.0], 2)


def test_the_commands_go_round(tmp_path: Path) -> None:
    rows = mix(batch().manifest, judged(0.95), batch().texts, licence="CC0-1.0", signed={})
    (tmp_path / "mix.jsonl").write_bytes(encode(rows))
    (tmp_path / "batch.json").write_bytes(batch().data)
    posterior = {"human": 0.95, "ai": 0.05, "mixed": 0.0, "translated": 0.0}
    outcomes = [
        json.dumps({"document": one.record, "posterior": posterior, "n_votes": 2})
        for one in batch().manifest.items
    ]
    (tmp_path / "outcomes.jsonl").write_text("\n".join(outcomes), "utf-8")
    named = [str(tmp_path / name) for name in ("batch.json", "outcomes.jsonl")]
    out = tmp_path / "people.json"
    app.main(
        ["review", "recalibrate", str(finished()), *named, "--out", str(out), "--level", "0.2"],
        standalone_mode=False,
    )

    found = calibration.parse(out.read_bytes())
    assert sum(map(len, found.scores.values())) == sum(one.part == "active" for one in batch().manifest.items)
    same = [str(tmp_path / "mix.jsonl")] * 2
    with pytest.raises(VerificationError, match="does not beat its control"):
        app.main(
            ["review", "promote", *same, "--reference", same[0], "--size", "500", "--generations", "3"],
            standalone_mode=False,
        )
