"""A page as a crawl captures it: the text comes back through the main job's own reader."""

from __future__ import annotations

from pathlib import Path

from headwater.curate.extract import EXTRACTORS, open_document
from headwater.loop import page
from headwater.loop.page import Page
from headwater.record import Record
from headwater.sources import SOURCES, Limits
from headwater.sources.discover import discover
from headwater.sources.plan import plan

PAGES = (
    Page("https://site1.example/2023/1", "One & <two>.\n\nThree.", 1),
    Page("https://site2.example/2023/2", "Four five six.", 1, generated=True, marked=True, disclosed=True),
)


def test_captures_are_read_back_with_their_headers(tmp_path: Path) -> None:
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(b"".join(page.capture(one, year=2023) for one in PAGES))
    (shard,) = plan(discover([str(path)]), shard_bytes=2**30)
    found = [one for one in SOURCES["warc"].read(shard, Limits()) if isinstance(one, Record)]

    assert [one.url for one in found] == [one.url for one in PAGES]
    texts = [open_document(one, EXTRACTORS["main"]).text for one in found]
    assert [text.split() for text in texts] == [one.text.split() for one in PAGES]
    names = [{name.lower() for name, _ in one.headers} for one in found]
    assert ["ai-disclosure" in some for some in names] == [False, True]


def test_pages_with_their_truth_are_read_back(tmp_path: Path) -> None:
    page.write(PAGES, tmp_path / "new.jsonl")

    assert tuple(page.read(tmp_path / "new.jsonl")) == PAGES
