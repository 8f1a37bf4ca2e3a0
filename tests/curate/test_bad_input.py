"""One folder that holds every kind of bad input there is a name for, through the whole job."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from headwater.curate.calibrate import weights_digest
from headwater.curate.calibration import Calibration, encode
from headwater.curate.config import Config
from headwater.curate.summary import Summary
from headwater.sources.shard import Limits
from tests.curate.crawls import page, prose, run
from tests.curate.labels.test_statistical import STRANGE
from tests.sources.samples import gz, http, pages, warc

GZIPPED = ["Content-Type: text/html", "Content-Encoding: gzip"]
KLINGON = "Content-Type: text/html; charset=klingon"
CONFIG = Config(labels=("capture-1", "quality-1"), limits=Limits(max_payload_bytes=2**20))


def html(seed: int, text: str = "") -> bytes:
    """Give a page as bytes."""
    return page(text or prose(seed)).encode()


def flipped(data: bytes) -> bytes:
    """Damage the middle."""
    return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 0xFF]) + data[len(data) // 2 + 1 :]


def bad_inputs(folder: Path) -> Path:
    """Write them: each archive holds a sound page last, where the damage does not reach it."""
    folder.mkdir()
    sound = [gz(warc(http(html(at)), uri=f"https://sound.example/{at}")) for at in range(12)]
    deep = b"<html><body>" + b"<div>" * 100_000 + prose(90).encode() + b"</body></html>"
    latin = page(prose(91) + " caf\u00e9 \u00fcber").encode("latin-1")
    archives = {
        "corrupt-member.warc.gz": flipped(gz(warc(http(html(50))))) + sound[0],
        "truncated-member.warc.gz": sound[1] + gz(warc(http(html(51))))[:-200],
        "wrong-length.warc.gz": gz(warc(http(html(52)), fields=["Content-Length: 99999999"])) + sound[2],
        "no-length.warc.gz": gz(b"WARC/1.0\r\nWARC-Type: response\r\n\r\n" + html(53)) + sound[3],
        "no-http-headers.warc.gz": gz(warc(b"no header at all")) + sound[4],
        "wrong-charset.warc.gz": gz(warc(http(latin, fields=["Content-Type: text/html; charset=utf-8"])))
        + sound[5],
        "unknown-charset.warc.gz": gz(warc(http(html(54), fields=[KLINGON]))) + sound[6],
        "bomb.warc.gz": gz(warc(http(gz(bytes(64 * 2**20)), fields=GZIPPED))) + sound[7],
        "too-large.warc.gz": gz(warc(http(html(55, "word " * 400_000)))) + sound[8],
        "deep.warc.gz": gz(warc(http(deep))) + sound[9],
        "empty-page.warc.gz": gz(warc(http(b""))) + sound[10],
        "junk-between.warc.gz": b"junk" * 9 + sound[11],
        "cut.warc": b"".join(pages(2))[:-30],
        "empty.warc": b"",
        "not-an-archive.warc": b"<html>saved by hand</html>" * 9,
    }
    for name, data in archives.items():
        (folder / name).write_bytes(data)
    return folder


def balanced(summary: Summary) -> bool:
    """Tell whether read = decided + skipped and size = parsed + skipped, for every input."""
    return all(
        one.n_read == one.n_decided + one.n_skipped and one.size == one.parsed + one.skipped
        for one in summary.sources
    )


COSTS = {
    "bomb.warc.gz": "payload-too-large",
    "corrupt-member.warc.gz": "gzip-corrupt",
    "cut.warc": "record-truncated",
    "junk-between.warc.gz": "bytes-unrecognised",
    "no-http-headers.warc.gz": "http-header-invalid",
    "no-length.warc.gz": "content-length-invalid",
    "not-an-archive.warc": "bytes-unrecognised",
    "too-large.warc.gz": "payload-too-large",
    "truncated-member.warc.gz": "gzip-truncated",
    "wrong-length.warc.gz": "content-length-wrong",
}


def test_bad_archives_cost_what_is_bad_in_them_under_its_name_and_nothing_else(tmp_path: Path) -> None:
    source, out = bad_inputs(tmp_path / "in"), tmp_path / "out"
    summary = run(source, out, config=CONFIG)
    skipped = pq.read_table(out / "skipped.parquet").to_pylist()
    lines = pq.read_table(out / "ledger.parquet").to_pylist()
    odd = {line["source"]: line for line in lines if "sound" not in line["url"]}

    assert balanced(summary)
    assert {one.source for one in summary.sources} == {path.name for path in source.iterdir()}
    assert {row["source"]: row["reason"] for row in skipped} == COSTS
    assert len(skipped) == len(COSTS)
    assert all(
        row["offset"] == 0 for row in skipped if row["source"] not in {"cut.warc", "truncated-member.warc.gz"}
    )
    assert {line["url"] for line in lines} >= {f"https://sound.example/{at}" for at in range(12)}
    assert odd["deep.warc.gz"]["n_chars"] == len(prose(90))
    assert odd["empty-page.warc.gz"]["reason"] == "no-text"
    assert {odd[f"{name}-charset.warc.gz"]["action"] for name in ("wrong", "unknown")} == {"admit"}


@pytest.mark.parametrize(
    ("name", "data", "n_decided", "reasons"),
    [
        (
            "bad.jsonl",
            b'{"text": "one line of text"}\n{"text": \nnot json\n[1]\n{"text": 7}\n\xff\n',
            1,
            {"json-invalid", "json-not-object", "text-missing", "utf8-invalid"},
        ),
        ("empty.jsonl", b"", 0, set()),
        ("cut.jsonl.gz", gz(b'{"text": "one line of text"}\n' * 2)[:-9], 2, {"gzip-truncated"}),
        ("long.jsonl", json.dumps({"text": "word " * 400_000}).encode(), 0, {"payload-too-large"}),
    ],
    ids=["bad lines", "empty", "cut off", "too long"],
)
def test_bad_lines_cost_themselves(
    tmp_path: Path, name: str, data: bytes, n_decided: int, reasons: set[str]
) -> None:
    (tmp_path / name).write_bytes(data)
    summary = run(tmp_path / name, tmp_path / "out", config=CONFIG)

    assert balanced(summary)
    assert sum(one.n_decided for one in summary.sources) == n_decided
    assert {skip.reason for skip in summary.skips} == reasons


def test_strange_texts_go_through_the_whole_job_and_none_is_held_against_anybody(tmp_path: Path) -> None:
    source, out = tmp_path / "strange.jsonl", tmp_path / "out"
    texts = {name: text for name, text in STRANGE.items() if len(text) < 10**6 and name != "lone surrogate"}
    lines = [{"url": f"https://odd.example/{at}", "text": text} for at, text in enumerate(texts.values())]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    people = encode(
        Calibration(
            "statistical-1",
            weights_digest(),
            {"en/prose/400+": [(-30.0 + at / 100, 1.0) for at in range(200)]},
        )
    )
    summary = run(source, out, config=Config(calibration=people))
    rows = pq.read_table(out / "ledger.parquet").to_pylist()
    reasons = {row["reason"] for row in rows}

    assert balanced(summary)
    assert len(rows) == len(texts)
    assert reasons <= {"no-evidence-against", "no-text", "duplicate-near", "duplicate-exact"}
    assert summary.statistics is not None
    assert summary.statistics.off


def test_a_template_repeated_over_a_site_is_one_text_to_statistics(tmp_path: Path) -> None:
    source, out = tmp_path / "site.jsonl", tmp_path / "out"
    template = prose(7, n_words=300)
    texts = [f"{template} Item {at} of our catalogue." for at in range(60)] + [prose(500, n_words=300)]
    lines = [{"url": f"https://shop.example/{at}", "text": text} for at, text in enumerate(texts)]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    scores = {"en": [(at / 10, 1.0) for at in range(200)]}
    people = encode(Calibration("statistical-1", weights_digest(), scores))
    summary = run(source, out, config=Config(calibration=people))

    assert summary.statistics is not None
    assert summary.statistics.n_tested == 2
