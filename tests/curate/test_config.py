"""The configuration: what no run could do is refused, and the digest that names a run sees all of it."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from headwater.curate import config
from headwater.curate.calibrate import weights_digest
from headwater.curate.calibration import Calibration, encode
from headwater.curate.config import DEFAULT_LABELS, Config, run_id
from headwater.curate.labels import LABELS
from headwater.curate.policy import ACTIONS, Policy
from headwater.errors import ConfigError
from headwater.sources.shard import Limits, Shard
from tests.curate.disclosure.signer import ANCHOR

SHARD = Shard("/data/a.warc", "a.warc", "warc", "ab" * 32, 1_000, 0, 500)
NAME = run_id(Config().to_json(), [SHARD])
CHANGED: dict[str, Any] = {
    "reserves": "[]",
    "detector": '{"digest":"","kind":"callable","of":"a:b"}',
    "writer_field": "writer",
    "policy": Policy(min_words=1),
    "labels": ("quality-1",),
    "text": "full",
    "text_field": "body",
    "shard_bytes": 2**16,
    "max_deaths": 3,
    "limits": Limits(max_payload_bytes=1),
    "cpu_limit_s": 29.5,
    "trust_anchors": ANCHOR,
    "watermarks": "[]",
    "judgements": b'{"document": "a", "n_votes": 1, "posterior": '
    b'{"human": 1.0, "ai": 0.0, "mixed": 0.0, "translated": 0.0}}',
    "calibration": encode(Calibration("statistical-1", weights_digest(), {"en/prose/400+": [(0.0, 1.0)]})),
}


def test_a_run_is_named_by_a_digest() -> None:
    assert re.fullmatch("[0-9a-f]{64}", NAME)
    assert run_id(Config().to_json(), [SHARD]) == NAME


@pytest.mark.parametrize("name", [field.name for field in fields(Config)])
def test_the_name_of_a_run_changes_with_each_setting(name: str) -> None:
    changed = replace(Config(), **{name: CHANGED[name]})

    assert run_id(changed.to_json(), [SHARD]) != NAME


@pytest.mark.parametrize("name", [field.name for field in fields(Policy)])
def test_the_name_of_a_run_changes_with_each_part_of_the_policy(name: str) -> None:
    value = getattr(Policy(), name)
    other: Any = {"name": "mine-1", "min_words": 7, "languages": ("de",)}.get(
        name, ACTIONS[(ACTIONS.index(value) + 1) % 3] if value in ACTIONS else None
    )
    changed = Config(policy=replace(Policy(), **{name: other}))

    assert run_id(changed.to_json(), [SHARD]) != NAME
    assert run_id(changed.evidence(), [SHARD]) == run_id(Config().evidence(), [SHARD])


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_the_name_of_a_run_changes_with_each_limit(name: str) -> None:
    changed = Config(limits=replace(Limits(), **{name: 17}))

    assert run_id(changed.to_json(), [SHARD]) != NAME


@pytest.mark.parametrize(
    "change", [{"source": "b.warc"}, {"kind": "jsonl"}, {"digest": "cd" * 32}, {"start": 1}, {"stop": 501}]
)
def test_the_name_of_a_run_changes_with_its_inputs(change: dict[str, Any]) -> None:
    assert run_id(Config().to_json(), [replace(SHARD, **change)]) != NAME
    assert run_id(Config().to_json(), [SHARD, SHARD]) != NAME
    assert run_id(Config().to_json(), []) != NAME


def test_the_name_of_a_run_does_not_change_with_where_its_inputs_lie() -> None:
    assert run_id(Config().to_json(), [replace(SHARD, path="s3://bucket/a.warc")]) == NAME


def test_the_order_of_labels_is_part_of_the_name() -> None:
    backwards = Config(labels=DEFAULT_LABELS[::-1])

    assert run_id(backwards.to_json(), [SHARD]) != NAME


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": ("language-9",)}, "unknown label 'language-9'"),
        ({"labels": ()}, "no labels"),
        ({"text": "pdf"}, "unknown text form 'pdf'"),
        ({"text": ""}, "unknown text form ''"),
        ({"shard_bytes": 0}, "shard_bytes"),
        ({"shard_bytes": 2**16 - 1}, "shard_bytes"),
        ({"shard_bytes": 10**23}, "shard_bytes"),
        ({"cpu_limit_s": -1.0}, "cpu_limit_s"),
        ({"cpu_limit_s": 1e-7}, "cpu_limit_s"),
        ({"trust_anchors": "trust me"}, "no PEM certificates"),
        ({"labels": ("watermark-1",)}, "nothing to look for"),
        ({"cpu_limit_s": float("nan")}, "cpu_limit_s"),
        ({"cpu_limit_s": float("inf")}, "cpu_limit_s"),
        ({"limits": Limits(max_payload_bytes=0)}, "max_payload_bytes"),
        ({"limits": Limits(max_header_bytes=-1)}, "max_header_bytes"),
        ({"limits": Limits(max_expansion=0)}, "max_expansion"),
    ],
)
def test_what_no_run_could_do_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        Config(**change)

    assert caught.value.hint


def test_a_refused_label_says_which_there_are() -> None:
    with pytest.raises(ConfigError) as caught:
        Config(labels=("langauge-1",))

    assert all(name in caught.value.hint for name in LABELS)


def test_a_change_of_code_is_another_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "one.py").write_text("a = 1")
    monkeypatch.setattr("headwater.__file__", str(tmp_path / "__init__.py"))
    digests = set()
    for change in ("a = 1", "a = 2"):
        (tmp_path / "part" / "one.py").write_text(change)
        digests.add(config.code.__wrapped__())
    (tmp_path / "part" / "one.py").rename(tmp_path / "part" / "two.py")

    assert len(digests | {config.code.__wrapped__()}) == 3
    monkeypatch.setattr("headwater.curate.config.code", lambda: "one")
    one = run_id(Config().to_json(), [])
    monkeypatch.setattr("headwater.curate.config.code", lambda: "other")
    assert run_id(Config().to_json(), []) != one
