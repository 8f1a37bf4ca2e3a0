"""Sealing what is neither WARC nor Parquet: dumps of wikis and compressed lines, as discovery finds them."""

from __future__ import annotations

import bz2
import gzip
from dataclasses import replace
from pathlib import Path

import zstandard

from headwater.log.storage import Memory
from headwater.reserve import content, seal, verify
from headwater.reserve.reserve import create
from headwater.sources.discover import discover
from headwater.sources.plan import plan as planned_shards
from tests.reserve.worlds import KEYS, plan


def dump(n: int) -> bytes:
    """Write a dump of a wiki, compressed as dumps are."""
    head = (
        '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.10/" version="0.10" xml:lang="sw"><siteinfo>'
        "<dbname>swwiki</dbname><base>https://sw.example/wiki/Mwanzo</base></siteinfo>"
    )
    page = (
        "<page><title>Mto {0}</title><ns>0</ns><id>{0}</id><revision><id>9{0}</id>"
        "<timestamp>2019-03-04T05:06:07Z</timestamp><model>wikitext</model><format>text/x-wiki</format>"
        "<text xml:space=\"preserve\">'''Mto {0}''' ni mto.</text></revision></page>"
    )
    return bz2.compress((head + "".join(page.format(at) for at in range(1, n + 1)) + "</mediawiki>").encode())


def test_a_dump_of_a_wiki_and_compressed_lines_are_sealed(tmp_path: Path) -> None:
    lines = b'{"text":"the mill by the river"}\n{"text":"bread and salt"}\n'
    (tmp_path / "a.xml.bz2").write_bytes(dump(3))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines))
    (tmp_path / "c.jsonl.zst").write_bytes(zstandard.compress(lines.replace(b"mill", b"weir")))
    shards = planned_shards(discover([str(tmp_path)]), shard_bytes=2**60)
    made = replace(plan([], tmp_path / "staging", mode="ingest"), shards=tuple(shards))
    held, report = seal.seal(create(Memory(), KEYS.manifest), made, KEYS)

    assert (held.size, report["n_copies"], verify.whole(held).n_verified) == (7, 1, 7)
    found = {content.read(held, number): held.leaf(number) for number in range(7)}
    page = found[b"'''Mto 2''' ni mto."]
    assert (page.captured, page.captured_from) == ("2019-03-04T05:06:07Z", "mw-revision")
    assert (page.media_type, page.language) == ("text/x-wiki", "sw")
