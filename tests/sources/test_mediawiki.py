"""Dumps of wikis: every revision a record, damage costs a page, nothing expands."""

from __future__ import annotations

import bz2
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import canonical
from headwater.errors import InputError
from headwater.sources.discover import discover, kind_by_content, kind_by_name
from headwater.sources.shard import Limits
from tests.sources.samples import gz, read_bytes, zst
from tests.sources.test_damage import damaged_bytes, read

SMALL = Limits(max_payload_bytes=400, max_header_bytes=300)
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "x.xml": bytes,
    "x.xml.bz2": bz2.compress,
    "x.xml.gz": gz,
    "x.xml.zst": zst,
}
HEAD = b"""<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo>
    <sitename>Wikipedia</sitename>
    <dbname>enwiki</dbname>
    <base>https://en.wikipedia.org/wiki/Main_Page</base>
    <namespaces><namespace key="0" case="first-letter" /><namespace key="1">Talk</namespace></namespaces>
  </siteinfo>
"""
END = b"</mediawiki>\n"


def revision(number: int, text: str = "", *, more: str = "", form: str = "text/x-wiki") -> bytes:
    body = text or f"'''Page {number}''' is [[about]] &lt;ref&gt; {number} &amp; more. " * (number % 5 + 1)
    return f"""    <revision>
      <id>{1000 + number}</id>
      <timestamp>2019-03-0{number % 9 + 1}T12:00:00Z</timestamp>
      <contributor><username>User {number}</username><id>{number}</id></contributor>
      <comment>edit &quot;{number}&quot;</comment>
      <model>wikitext</model>
      <format>{form}</format>
      <text bytes="{len(body)}" xml:space="preserve">{body}</text>
      <sha1>abc{number}</sha1>{more}
    </revision>
""".encode()


def page(number: int, *revisions: bytes) -> bytes:
    inner = b"".join(revisions or [revision(number)])
    lead = f"<title>Talk: Title é {number}?</title>\n    <ns>1</ns>\n    <id>{number}</id>\n"
    return b"  <page>\n    " + lead.encode() + inner + b"  </page>\n"


def dump(*pages: bytes) -> bytes:
    return HEAD + b"".join(pages) + END


@pytest.mark.parametrize("name", PACKERS)
def test_a_revision_is_a_record_with_its_time_and_its_page(tmp_path: Path, name: str) -> None:
    reading = read_bytes(tmp_path, name, PACKERS[name](dump(page(1), page(2))))
    first = reading.records[0]

    assert reading.reasons == ["dump-header"]
    assert first.payload.decode() == "'''Page 1''' is [[about]] <ref> 1 & more. " * 2
    assert first.url == "https://en.wikipedia.org/wiki/Talk:_Title_%C3%A9_1%3F"
    assert (first.captured, first.captured_from) == ("2019-03-02T12:00:00Z", "mw-revision")
    assert (first.media_type, first.charset) == ("text/x-wiki", "utf-8")
    assert json.loads(first.metadata) == {
        "comment": 'edit "1"',
        "contributor": "User 1",
        "language": "en",
        "model": "wikitext",
        "namespace": "1",
        "page": "1",
        "revision": "1001",
        "sha1": "abc1",
        "title": "Talk: Title é 1?",
        "wiki": "enwiki",
    }
    assert canonical.parse(first.metadata.encode()) == json.loads(first.metadata)
    assert len(reading.records) == 2


@pytest.mark.parametrize("name", PACKERS)
def test_a_page_with_a_history_gives_every_revision(tmp_path: Path, name: str) -> None:
    history = page(7, *(revision(i) for i in range(6)))
    reading = read_bytes(tmp_path, name, PACKERS[name](dump(page(1), history, page(2))))

    assert [json.loads(r.metadata)["revision"] for r in reading.records] == [
        str(1000 + i) for i in (1, 0, 1, 2, 3, 4, 5, 2)
    ]
    assert len({r.id for r in reading.records}) == 8


def test_every_revision_knows_its_page(tmp_path: Path) -> None:
    reading = read_bytes(tmp_path, "x.xml", dump(page(7, *(revision(i) for i in range(3))), page(8)))

    assert [json.loads(r.metadata)["title"][-2] for r in reading.records] == ["7", "7", "7", "8"]
    assert all(r.url for r in reading.records)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (page(3).replace(b"<ns>", b"<ns"), "xml-invalid"),
        (page(3).replace(b"    </revision>\n", b""), "xml-invalid"),
        (page(3, revision(3, "&boom;")), "xml-invalid"),
        (page(3, revision(3, "x" + "<a>" * 60 + "</a>" * 60)), "xml-invalid"),
        (page(3).replace("é".encode(), b"\xff"), "utf8-invalid"),
        (page(3, revision(3, "y" * 900)), "payload-too-large"),
        (page(3, revision(3, "z" * 9000)), "payload-too-large"),
        (page(3, revision(3, form="text/css")), "media-type-not-text"),
        (page(3).replace(b"<text", b'<text deleted="deleted"'), "text-missing"),
        (b"  <page>\n    <title>none</title>\n  </page>\n", "text-missing"),
        (page(3, revision(3, ' <!DOCTYPE a [<!ENTITY b "c">]> ')), "xml-invalid"),
    ],
)
def test_a_bad_page_costs_itself(tmp_path: Path, bad: bytes, reason: str) -> None:
    reading = read_bytes(tmp_path, "x.xml", dump(page(1), bad, page(2)), limits=SMALL)

    assert reading.reasons == ["dump-header", reason]
    assert len(reading.records) == 2
    assert reading.skips[1].length == len(bad)


def test_an_entity_bomb_in_the_head_expands_nothing(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "' + b"ha" * 500 + b'">'
    for level in range(9):
        bomb += (
            b'<!ENTITY a%d "' % level + b"&a%d;" % (level - 1) * 10 + b'">'
            if level
            else b'<!ENTITY a0 "&a;">'
        )
    data = bomb + b"]>\n" + dump(page(1, revision(1, "&a8;")), page(2))
    began = time.process_time()
    reading = read_bytes(tmp_path, "x.xml", data)

    assert time.process_time() - began < 1
    assert reading.reasons == ["dump-header", "xml-invalid"]
    assert [r.url for r in reading.records] == [""]  # The head is not believed either.


def test_a_bomb_of_bzip2_is_left_alone(tmp_path: Path) -> None:
    data = bz2.compress(HEAD + b" " * 90_000_000)
    began = time.process_time()
    reading = read_bytes(tmp_path, "x.xml.bz2", data)

    assert time.process_time() - began < 8
    assert reading.records == []
    assert "expansion-too-large" in reading.reasons


@pytest.mark.parametrize("shard_bytes", [1, 50, 700, 3000])
def test_shards_of_any_width_give_the_same_records(tmp_path: Path, shard_bytes: int) -> None:
    data = dump(*(page(i, *(revision(j) for j in range(i % 4 + 1))) for i in range(6)))

    assert read_bytes(tmp_path, "x.xml", data, shard_bytes=shard_bytes) == read_bytes(tmp_path, "x.xml", data)


def test_a_dump_that_ends_too_early_is_noticed(tmp_path: Path) -> None:
    whole = HEAD + page(1) + page(2)
    between = read_bytes(tmp_path, "x.xml", whole)
    inside = read_bytes(tmp_path, "x.xml", whole[:-100])

    assert (len(between.records), between.reasons) == (2, ["dump-header", "record-truncated"])
    assert (len(inside.records), inside.reasons) == (1, ["dump-header", "record-truncated"])


@pytest.mark.parametrize(
    ("name", "reason"), [("x.xml.bz2", "bzip2-truncated"), ("x.xml.gz", "gzip-truncated")]
)
def test_a_compressed_dump_cut_off_is_noticed(tmp_path: Path, name: str, reason: str) -> None:
    streams = [PACKERS[name](piece) for piece in (HEAD, *(page(i) for i in range(9)), END)]
    reading = read_bytes(tmp_path, name, b"".join(streams)[: -len(streams[-1]) - len(streams[-2]) // 2])

    assert len(reading.records) == 8
    assert reading.reasons[-1] == reason


def test_a_corrupt_stream_of_a_multistream_dump_costs_its_own_pages(tmp_path: Path) -> None:
    streams = [bz2.compress(piece) for piece in (HEAD, page(1), page(2), page(3), page(4), END)]
    streams[2] = streams[2][:40] + bytes([streams[2][40] ^ 255]) + streams[2][41:]
    data = b"".join(streams)
    reading = read_bytes(tmp_path, "x.xml.bz2", data)

    assert [json.loads(r.metadata)["page"] for r in reading.records] == ["1", "3", "4"]
    assert [s.reason for s in reading.skips if s.lost] == ["bzip2-corrupt"]
    assert all(r.url for r in reading.records)


def test_a_dump_is_found_by_its_name_and_its_content(tmp_path: Path) -> None:
    (tmp_path / "wiki.xml.bz2").write_bytes(bz2.compress(dump(page(1))))
    (tmp_path / "feed.xml").write_bytes(b"<rss><channel/></rss>")
    (tmp_path / "unnamed").write_bytes(bz2.compress(dump(page(1))))
    found = {one.source: one.kind or one.why for one in discover([str(tmp_path)])}

    assert found["wiki.xml.bz2"] == "mediawiki"
    assert found["feed.xml"] == "XML, and no dump of a wiki"
    assert kind_by_content(str(tmp_path / "unnamed")) == "mediawiki"
    assert kind_by_name("a/enwiki-latest-pages-articles.xml.bz2") == "mediawiki"
    assert kind_by_name("rows.jsonl.bz2") == kind_by_name("x.warc.bz2") == ""
    (tmp_path / "lines").write_bytes(bz2.compress(b'{"text": "x"}\n'))
    with pytest.raises(InputError):
        discover([str(tmp_path / "lines")])


def test_a_large_dump_is_read_in_small_memory(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "x.xml"
    with path.open("wb") as file:
        file.write(HEAD)
        for i in range(2000):
            file.write(page(i, revision(i, "words and words " * 500)))
        file.write(END)
    from headwater.sources import SOURCES

    (shard,) = SOURCES["mediawiki"].shards(str(path), "x.xml", shard_bytes=1 << 40)
    tracemalloc.start()
    n = sum(1 for _ in SOURCES["mediawiki"].read(shard, Limits()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert n == 2001
    assert peak < 8 << 20


SEEDS = {
    "x.xml": dump(*(page(i, *(revision(j) for j in range(i % 3 + 1))) for i in range(4))),
    "x.xml.bz2": b"".join(map(bz2.compress, (HEAD, page(1) + page(2), page(3), END))),
    "whole.xml.bz2": bz2.compress(dump(page(1), page(2))),
    "x.xml.gz": gz(dump(page(1), page(2))),
    "x.xml.zst": zst(HEAD) + zst(page(1) + page(2) + END),
}


@settings(max_examples=250)
@given(damaged_bytes(SEEDS), st.integers(1, 900))
def test_damage_never_raises_and_every_byte_is_accounted_for(
    case: tuple[str, bytes], shard_bytes: int
) -> None:
    name, data = case

    assert read(name, data, shard_bytes=shard_bytes, limits=SMALL) == read(name, data, limits=SMALL)


@settings(max_examples=100)
@given(st.sampled_from(sorted(PACKERS)), st.binary(max_size=300))
def test_arbitrary_bytes_are_accounted_for(name: str, data: bytes) -> None:
    assert read(name, data).size == len(data)
