"""A sample as training reads it: the same documents by every way, and none that was redacted."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from headwater.errors import SealError, UnavailableError
from headwater.log.storage import Directory, Memory
from headwater.reserve import sample, stream
from headwater.reserve.entry import Entry, moment
from headwater.reserve.sample import Trust
from tests.reserve.sealed import sealed, text
from tests.reserve.test_sample import drawn
from tests.reserve.worlds import KEYS, NOW_S

RESERVE, MIX = drawn(sealed(600), 300)
ROWS = [asdict(one) for one in stream.documents(RESERVE, MIX.bundles)]


def test_documents_come_in_the_order_of_the_draw_as_they_were_sealed() -> None:
    assert [row["index"] for row in ROWS] == list(MIX.documents())
    assert all(row["text"] == text(row["index"]).decode() for row in ROWS)


def test_pytorch_reads_them_and_workers_share_the_bundles() -> None:
    data = pytest.importorskip("torch.utils.data")
    made = stream.torch_dataset(RESERVE, MIX)
    loader = data.DataLoader(made, batch_size=None, num_workers=2)

    assert list(made) == ROWS
    assert sorted(row["index"] for row in loader) == sorted(MIX.documents())


def test_datasets_reads_them_one_shard_a_bundle(tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    made = stream.dataset(sealed(600, Directory(tmp_path / "reserve")), MIX)

    assert list(made) == ROWS
    assert made.num_shards == len(MIX.bundles)


def test_what_was_redacted_since_is_passed_over() -> None:
    gone = ROWS[3]["index"]
    fields = {"authority": "", "index": gone, "reason": "privacy", "scope": "content"}
    since = RESERVE.append([Entry("redaction", moment(NOW_S), fields)], KEYS.registry, time_s=NOW_S)

    assert gone not in {one.index for one in stream.documents(since, MIX.bundles)}


def test_what_is_handed_over_is_enough_to_draw_again() -> None:
    target = Memory()
    stream.store(target, MIX, sample.hand_over(RESERVE, MIX))
    mix, handed = stream.load(target)
    trust = Trust(KEYS.manifest.policy, KEYS.manifest.registry_policy)

    assert sample.verify(mix, handed, trust) == len(ROWS)
    with pytest.raises(UnavailableError, match="no sample"):
        stream.load(Memory())
    alone = Memory()
    alone.create(stream.MANIFEST, target.read(stream.MANIFEST) or b"")
    with pytest.raises(SealError):
        stream.load(alone)
