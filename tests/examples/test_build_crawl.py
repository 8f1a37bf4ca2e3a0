"""The sample crawl is what its script, its manifest and its truth say."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from buildcrawl import assemble, generate, human, machine, signed, sites, warc

from headwater.curate.disclosure.claim import Kind
from headwater.curate.policy import ACTIONS, REASONS
from tests.examples import EXAMPLES

CRAWL = EXAMPLES / "crawl"
GENERATED = EXAMPLES / "generated"
MEMBER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
UNREADABLE = {"gzip-corrupt", "gzip-truncated"}
SKIPS = UNREADABLE | {
    "content-length-wrong",
    "expansion-too-large",
    "media-type-not-text",
    "record-type-revisit",
    "transfer-encoding-corrupt",
}
LICENCES = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "MIT", "public-domain"}
C2PA = {Kind.C2PA_TEXT, Kind.C2PA_STRUCTURED, Kind.C2PA_HTML}


@cache
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CRAWL / "manifest.json").read_text(encoding="utf-8"))
    return found


@cache
def truth() -> tuple[dict[str, Any], ...]:
    lines = (CRAWL / "truth.jsonl").read_text(encoding="utf-8").split("\n")
    return tuple(json.loads(line) for line in lines if line)


@cache
def targets(file: str) -> Mapping[str, str]:
    """Read the captures of a file by zlib alone, as far as its members go: record id to address."""
    octets, found = (CRAWL / file).read_bytes(), {}
    for part in re.split(b"(?=" + re.escape(MEMBER) + b")", octets):
        try:
            head = zlib.decompressobj(31).decompress(part, 4096).partition(b"\r\n\r\n")[0].decode()
        except (zlib.error, UnicodeDecodeError):
            continue
        if not head.startswith("WARC/1.1"):
            continue  # A response whose own body is gzip.
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
        if fields["WARC-Type"] in {"response", "revisit"}:
            found[fields["WARC-Record-ID"]] = fields["WARC-Target-URI"]
    return found


def test_every_archive_is_pinned_and_older_than_the_flood() -> None:
    for source in manifest()["sources"]:
        assert re.fullmatch("[0-9a-f]{64}", source["sha256"])
        assert source["licence"] in LICENCES
        assert source["kind"] in {"sdist", "npm"}
        if source["kind"] == "sdist":
            assert source["uploaded"] < "2022-11-30"


def test_every_document_names_an_archive_and_a_site() -> None:
    read = human.read_manifest(CRAWL / "manifest.json")
    assert len(read.documents) > 600
    assert len({(each.site, each.url) for each in read.documents}) == len(read.documents)
    for document in read.documents:
        assert document.source in read.sources
        assert document.site in sites.SITES


@pytest.mark.parametrize("file", [assemble.FIRST, assemble.SECOND])
def test_the_files_are_those_the_manifest_records(file: str) -> None:
    octets, pinned = (CRAWL / file).read_bytes(), manifest()["files"][file]
    assert hashlib.sha256(octets).hexdigest() == pinned["sha256"]
    assert len(octets) == pinned["size"]
    assert sum(row["file"] == file for row in truth()) == pinned["n_pages"]


def test_the_sample_keeps_its_size() -> None:
    assert 4e6 < sum(path.stat().st_size for path in CRAWL.glob("*.warc.gz")) < 8e6
    kept = [path for folder in (CRAWL, GENERATED) for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in kept) < 12e6


def test_truth_speaks_the_words_of_the_project() -> None:
    for row in truth():
        assert row["origin"] in {"human", "generated", "none"}
        assert set(row["kinds"]) <= set(Kind), row
        assert row["expected"] in {*ACTIONS, "skip", None}
        assert row["reason"] in {*REASONS, *SKIPS, None}
        assert row["licence"] in LICENCES
        assert row["url"].split("/")[2].endswith(".example")


def test_truth_has_one_line_for_every_capture_and_no_other() -> None:
    rows = {row["record_id"]: row for row in truth()}
    assert len(rows) == len(truth())
    held = {**targets(assemble.FIRST), **targets(assemble.SECOND)}
    assert held.keys() <= rows.keys()
    for record_id, row in rows.items():
        if record_id in held:
            assert held[record_id] == row["url"]
        else:
            assert row["reason"] in UNREADABLE, row["url"]


def test_every_kind_of_disclosure_is_there_at_least_twice() -> None:
    counted = Counter(kind for row in truth() for kind in row["kinds"])
    assert min(counted[kind] for kind in Kind) >= 2


def test_signed_kinds_come_valid_and_invalid() -> None:
    for kind in C2PA:
        states = {row["c2pa"] for row in truth() if kind in row["kinds"]}
        assert {"valid-untrusted", "invalid"} <= states


def test_there_are_human_pages_in_many_languages_with_enough_text() -> None:
    counted = Counter(
        row["language"] for row in truth() if row["origin"] == "human" and row["expected"] == "admit"
    )
    assert sum(n_pages >= 2 for n_pages in counted.values()) >= 40
    assert {"ar", "he", "hi", "ja", "ko", "ru", "th", "zh"} <= counted.keys()


def test_no_human_page_is_expected_to_be_excluded() -> None:
    assert not [row["url"] for row in truth() if row["origin"] == "human" and row["expected"] == "exclude"]


def test_some_generated_pages_say_nothing() -> None:
    silent = [row for row in truth() if row["origin"] == "generated" and not row["kinds"]]
    assert len(silent) >= 20
    assert all(row["expected"] is None for row in silent if not row["duplicate_of"])


def test_copies_stand_in_groups_of_two() -> None:
    known = {row["url"] for row in truth()}
    assert all(row["duplicate_of"] in known for row in truth() if row["duplicate_of"])
    groups = defaultdict(list)
    for row in truth():
        if row["duplicate_group"]:
            groups[row["duplicate_group"]].append(row)
    assert len(groups) >= 20
    assert {len(rows) for rows in groups.values()} == {2}


def test_every_generated_page_goes_back_to_a_kept_generation() -> None:
    head, kept = generate.read_cache(GENERATED / "pages.jsonl")
    assert head["package"] == generate.PACKAGE
    assert head["settings"] == generate.SETTINGS
    assert re.fullmatch("[0-9a-f]{64}", head["weights_sha256"])
    ids = {each.id for each in kept}
    prompts = generate.read_prompts(GENERATED / "prompts.txt")
    assert all(each.prompt == prompts[int(each.id.removeprefix("gen-"))] for each in kept)
    used = {row["source"].rpartition(":")[2] for row in truth() if row["origin"] == "generated"}
    assert used == ids - machine.LEFT_OUT


def test_the_second_file_comes_out_of_its_pieces_again() -> None:
    built, pinned = assemble.build_second(GENERATED), manifest()["files"][assemble.SECOND]
    summary = built.summary()
    assert summary["content_sha256"] == pinned["content_sha256"]
    # Other builds of zlib compress otherwise; the same one gives the same bytes.
    held = (CRAWL / assemble.SECOND).read_bytes()
    first = held[: held.index(MEMBER, 1)]
    if warc.member(warc.warcinfo(assemble.SECOND, assemble.WRITTEN)) == first:
        assert summary["sha256"] == pinned["sha256"]
    lines = assemble.truth_lines([built])
    assert (CRAWL / "truth.jsonl").read_text(encoding="utf-8").endswith(lines)


def test_signed_pages_follow_the_plan() -> None:
    planned = assemble.signing_plan(GENERATED)
    assert [each[0] for each in planned] == list(signed.SIGNINGS)
    assert len(signed.pages(planned, GENERATED / "signed.jsonl")) == len(planned)


def test_a_member_says_nothing_of_when_and_where_it_was_made() -> None:
    packed = warc.member(b"text" * 100)
    assert packed.startswith(MEMBER)
    assert zlib.decompress(packed, 31) == b"text" * 100
