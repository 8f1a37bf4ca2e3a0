"""The watermark label: a marked page goes, by whose key and where it is marked; nobody else does."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from headwater.cli.main import run as command
from headwater.curate.config import Config
from headwater.curate.engine.inline import InlineEngine
from headwater.curate.engine.plan import open_frame
from headwater.curate.labels.watermark import Watermark, decode, encode
from headwater.curate.policy import Policy
from headwater.curate.run import Setting, redecide
from headwater.watermark import variants
from tests.curate.crawls import member, page, prose, read_column, run, silent
from tests.curate.samples import opened, parquet, plain
from tests.watermark.pages import marked, marker

KEYS = encode([marker(1), marker(2, tokenizer="gpt2")])


def human(seed: int) -> str:
    return prose(seed, 400)


def test_markers_are_read_back_and_their_order_does_not_matter() -> None:
    assert {one.name for one in decode(KEYS)} == {"key 1", "key 2"}
    assert encode(decode(KEYS)[::-1]) == KEYS
    assert (encode([]), decode("")) == ("", [])


def test_a_passage_in_a_human_page_is_found_with_its_key_and_its_place() -> None:
    before = human(1)
    row = Watermark(KEYS).measure(plain(f"{before} {marked(1)} {human(2)}"))

    assert (row["marker"], row["profile"]) == ("key 1", "gumbel-aes-1")
    assert row["log_p"] < -30
    assert abs(row["start"] - len(before)) < 200
    assert abs(row["stop"] - len(before) - len(marked(1))) < 200


@pytest.mark.parametrize("where", ["header", "meta", "body", "nowhere"])
def test_a_marker_that_the_page_names_is_tried_first(where: str) -> None:
    """Then only its own tests count, and half of the level is kept for all others."""
    said = "made by https://mill.example/marks"
    head = f'<meta name="generator" content="{said}">' if where == "meta" else ""
    body = f"<p>{said if where == 'body' else ''} {marked(1)}</p>"
    made = opened(f"<html><head>{head}</head><body>{body}</body></html>".encode())
    if where == "header":
        record = replace(made.record, headers=(("AI-Disclosure", f"mode=ai-originated; provider={said}"),))
        made = replace(made, record=record)
    markers = [replace(marker(1), name="mill.example/marks epoch 7"), *map(marker, range(2, 30))]

    row = Watermark(encode(markers)).measure(made)

    assert row["marker"] == "mill.example/marks epoch 7"
    n_variants = len(variants.distinct(made.text))
    assert row["n_tests"] == (1 if where in {"header", "meta"} else 29) * n_variants


def test_a_text_of_another_key_and_one_of_a_word_say_nothing() -> None:
    label = Watermark(encode([marker(2)]))

    assert label.measure(plain(marked(1)))["log_p"] > math.log(1e-4)
    assert label.measure(plain("word"))["log_p"] == 0.0


def test_q_is_the_p_value_adjusted_for_the_crawl(tmp_path: Path) -> None:
    label, log_p = Watermark(KEYS), [-40.0, math.log(0.01), math.log(0.04), 0.0, None, -2_000.0]
    schema = label.schema.insert(0, pa.field("id", pa.string()))
    rows = [{"id": f"{n:032x}", "n_scored": 0, "n_tests": 1, "log_p": p} for n, p in enumerate(log_p)]
    path = parquet(tmp_path / "a.parquet", rows, schema)

    found = dict(zip(*label.resolve(open_frame([path])).to_pydict().values(), strict=True))

    assert len(found) == 5
    assert [found[f"{n:032x}"] for n in (1, 2, 3)] == pytest.approx([0.01 * 5 / 3, 0.04 * 5 / 4, 1.0])
    assert found[f"{0:032x}"] == pytest.approx(np.exp(-40.0) * 5 / 2)
    assert found[f"{5:032x}"] == 0.0


def test_a_run_excludes_marked_pages_alone_and_another_policy_holds_them(tmp_path: Path) -> None:
    texts = {f"https://human.example/{n}": human(n) for n in range(12)}
    texts["https://paste.example/"] = f"{human(50)} {marked(1)} {human(51)}"
    (tmp_path / "in").mkdir()
    crawl = b"".join(member(url, page(text)) for url, text in texts.items())
    (tmp_path / "in" / "crawl.warc.gz").write_bytes(crawl)
    config = Config(labels=("quality-1", "disclosure-1", "watermark-1"), watermarks=KEYS)
    run(tmp_path / "in", tmp_path / "out", config=config)

    ledger = tmp_path / "out" / "ledger.parquet"
    reasons = dict(zip(read_column(ledger, "url"), read_column(ledger, "reason"), strict=True))
    assert reasons.pop("https://paste.example/") == "watermarked"
    assert set(reasons.values()) == {"no-evidence-against"}
    (evidence,) = [line for line in read_column(ledger, "evidence") if line]
    assert evidence[0].startswith("key 1 · gumbel-aes-1 · characters ")

    setting = Setting(InlineEngine(), lambda summary: summary.run_id, silent)
    redecide(tmp_path / "out", policy=Policy(name="soft-1", watermarked="quarantine"), setting=setting)
    assert sorted(set(read_column(ledger, "action"))) == ["admit", "quarantine"]


def test_the_command_takes_a_registry_and_refuses_one_without_its_keeper(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            command([*arguments])
        out = capsys.readouterr()
        return int(end.value.code or 0), out.out, out.err

    told = ("--tokenizer", "cl100k", "--contact", "m@example.com", "--from", "2020-01-01")
    call("watermark", "keygen", "mark")
    call("watermark", "registry", "keygen", "example.com/mill", "mill")
    call("watermark", "registry", "keygen", "example.com/registry", "keeper")
    entry = call(
        *("watermark", "registry", "announce", "mark", "--issuer", "mill", "--until", "2090-01-01"), *told
    )[1]
    Path("one").write_text(entry, "utf-8")
    call("watermark", "registry", "gather", "one", "--keeper", "keeper", "--out", "book")
    Path("in.jsonl").write_text('{"text": "The mill by the river has been closed for years now."}\n', "utf-8")

    curate = ("curate", "in.jsonl", "--out", "out", "--workers", "1", "--watermark-registry", "book")
    narrow = ("--label", "quality-1", "--label", "watermark-1")
    code, _, err = call(*curate, *narrow)
    assert (code, err.splitlines()[0]) == (2, "headwater: no --keeper is given")
    assert call(*curate, *narrow, "--keeper", "keeper.pub")[::2] == (0, "")
    assert read_column(Path("out/ledger.parquet"), "reason") == ["no-evidence-against"]
    code, _, err = call("curate", "in.jsonl", "--out", "other", "--label", "watermark-1")
    assert (code, err.splitlines()[0]) == (2, "headwater: the label watermark-1 has nothing to look for")
