"""A log as plain files: nothing but what C2SP tlog-tiles names, and from it alone every proof."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.errors import ConsistencyError
from headwater.log import bundle, checkpoint, sequencer, tile, tree
from headwater.log.export import explode
from headwater.log.storage import Directory, Memory
from headwater.log.tile import ENTRIES, tile_at
from tests.log.samples import CLASSIC, LASTING, NOW_S, ORIGIN, POLICY, entries, log_of


def test_plain_files_are_all_that_a_reader_needs(tmp_path: Path) -> None:
    explode(log_of(700), Directory(tmp_path / "plain"))
    files = {
        p.relative_to(tmp_path / "plain").as_posix() for p in (tmp_path / "plain").rglob("*") if p.is_file()
    }
    at = checkpoint.verify((tmp_path / "plain" / "checkpoint").read_bytes(), POLICY)

    assert files - {".lock"} == {"checkpoint", *(place.path for place in tile.growth(0, 700))}
    nodes = tile.node_reader(at.size, lambda place: (tmp_path / "plain" / place.path).read_bytes())
    for index in (0, 255, 256, 699):
        held = bundle.parse((tmp_path / "plain" / tile_at(ENTRIES, index // 256, 700).path).read_bytes())
        proof = tree.prove_inclusion(index, at.size, nodes)
        tree.verify_inclusion(tree.leaf_hash(held[index % 256]), (index, at.size), at.root, proof)
        assert held[index % 256] == entries(700)[index]


def test_an_export_goes_on_where_it_ended() -> None:
    storage, target, again = log_of(300), Memory(), Memory()
    explode(storage, target)
    sequencer.append(storage, entries(400, start=300))
    sequencer.publish(storage, [CLASSIC, LASTING], time_s=NOW_S)

    assert explode(storage, target) == 700
    explode(storage, again)
    assert again._objects.items() <= target._objects.items()
    assert explode(storage, target) == 700


def test_an_export_of_another_history_is_not_written_over() -> None:
    target, other = Memory(), Memory()
    explode(log_of(300), target)
    before = dict(target._objects)
    sequencer.create(other, "other.example")
    sequencer.publish(
        other, [checkpoint.Signer("other.example", CLASSIC.algorithm, CLASSIC.seed)], time_s=NOW_S
    )
    forked = log_of(0)
    sequencer.append(forked, entries(400, of="forked"))
    sequencer.publish(forked, [CLASSIC, LASTING], time_s=NOW_S)
    for source in (other, forked, log_of(299)):
        with pytest.raises(ConsistencyError):
            explode(source, target)
    assert target._objects == before
    assert ORIGIN.encode() in before["checkpoint"]
