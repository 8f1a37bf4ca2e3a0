"""Marks of a crawl and of a stream, from the command line."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from headwater.cli.main import run
from headwater.watermark import keys
from tests.curate.crawls import prose
from tests.watermark.pages import marked, marker


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Hold a key, and a crawl of which it marked a fifth."""
    monkeypatch.chdir(tmp_path)
    keys.write(Path("key"), marker(1).key)
    keys.write(Path("other"), marker(2).key)
    text = marked(1)
    quarter = len(text) // 4
    texts = [prose(number, 300) for number in range(16)]
    texts += [text[at : at + quarter] for at in range(0, 4 * quarter, quarter)]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    Path("crawl.jsonl").write_text(f"{lines}{{broken\n", "utf-8")
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        run(["watermark", *arguments, "--tokenizer", "cl100k"])
    out = capsys.readouterr()
    return int(end.value.code or 0), out.out, out.err


@pytest.mark.usefixtures("folder")
def test_the_share_is_told_for_each_key_and_what_is_lost_once(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "share", "crawl.jsonl", "--key", "key", "--key", "other", "--json")
    mine, theirs = map(json.loads, out.splitlines())

    assert code == 0
    assert err == "headwater: 1 records could not be read\n"
    assert (mine["key"], mine["n_documents"]) == ("key", 20)
    assert 0 < mine["low"] <= 0.2 <= mine["high"]
    assert theirs["low"] == 0.0


@pytest.mark.usefixtures("folder")
def test_a_stream_is_called_marked_while_it_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = marked(1)
    lines = "\n".join(text[at : at + 30] for at in range(0, len(text), 30)).encode() + b"\n\xff"
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(lines)))
    code, out, _ = call(capsys, "watch", "--key", "other", "--key", "key", "--level", "1e-40")
    told = out.splitlines()

    assert code == 0
    assert told[0].startswith("not found so far: p = ")
    assert told[-1].startswith("marked by key so far: p = ")
    assert len(told) > 4


@pytest.mark.usefixtures("folder")
def test_an_empty_stream_says_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO()))

    assert call(capsys, "watch", "--key", "key", "--json")[1] == (
        '{"marked": false, "key": "key", "n_tokens": 0, "n_scored": 0, "log_p": -0.0}\n'
    )
