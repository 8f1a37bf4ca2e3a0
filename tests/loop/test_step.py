"""One generation: its draws are fair, it says when it starves, and cut short anywhere it ends the same."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from headwater.errors import InputError, UnavailableError
from headwater.loop import archive
from headwater.loop.experiment import _begin, _prepare, run
from headwater.loop.ground import Ground
from headwater.loop.people import People
from headwater.loop.scene import ARMS, DRAWN, Scene
from headwater.loop.step import _Step
from tests.loop.texts import SMALL, TEXTS, silent

TINY = replace(SMALL, reserve=0, gold=2, reviewed=10)


def test_every_document_of_a_drawn_bundle_is_as_likely_to_be_learned_from(tmp_path: Path) -> None:
    ground, n, rounds = Ground(tmp_path), 256, 60
    chosen = []
    for number in range(rounds):
        sample = archive.sample_of(ground.archive, number)
        sample.mkdir(parents=True)
        rows = "".join(json.dumps({"text": str(at)}) + "\n" for at in range(n))
        (sample / "documents.jsonl").write_text(rows, "utf-8")
        step = _Step(ground, "reserve", number, Scene(size=40), People((), (), (), ()))
        let_in = [(f"page{at}", f"page {at}") for at in range(80)]
        trained, sealed = step._trained(let_in)

        assert (len(trained), len(set(sealed))) == (28, 12)
        chosen += list(map(int, sealed))
    error = n / np.sqrt(12.0 * rounds * 12)
    assert abs(np.mean(chosen) - (n - 1) / 2) < 4.0 * error
    assert len(set(chosen)) > n // 2


def test_what_the_reserve_cannot_give_is_learned_from_the_crawl(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    archive.sample_of(ground.archive, 0).mkdir(parents=True)
    rows = "".join(json.dumps({"text": f"page {at}"}) + "\n" for at in range(10))
    (archive.sample_of(ground.archive, 0) / "documents.jsonl").write_text(rows, "utf-8")
    let_in = [(f"page{at}", f"page {at}") for at in range(9)]

    trained, sealed = _Step(ground, "reserve", 0, Scene(size=8), People((), (), (), ()))._trained(let_in)

    assert (len(trained), sealed) == (7, ["page 9"])


def test_an_arm_that_is_added_later_draws_from_the_same_samples(tmp_path: Path) -> None:
    ground = Ground(tmp_path / "out")
    _begin(ground, TEXTS, SMALL)
    _prepare(ground, SMALL, ["reserve-5"], silent)
    before = [archive.texts(archive.sample_of(ground.archive, number)) for number in (0, 1)]
    _prepare(ground, SMALL, ["reserve"], silent)

    assert [archive.texts(archive.sample_of(ground.archive, number)) for number in (0, 1)] == before
    assert min(map(len, before)) >= DRAWN * SMALL.size == ARMS["reserve"].sealed * SMALL.size


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"start": 1, "fresh": 0, "crawled": 1e-9}, "arm disclosure, generation 0: the crawl read no page"),
        (
            {"fresh": 0, "retention": 1e-9, "disclosed": 1.0},
            "arm disclosure, generation 1: curation let no page through",
        ),
    ],
    ids=["nothing-crawled", "nothing-let-in"],
)
def test_a_model_that_has_nothing_to_learn_from_is_said(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        run(tmp_path / "out", TEXTS, replace(TINY, **change), arms=("disclosure",), workers=1, show=silent)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"tokenizer": "runes"}, InputError, "no tokenizer 'runes'"),
        ({"models": ("kneser-ney", "/no/such/model")}, UnavailableError, "no weights of /no/such/model here"),
    ],
)
def test_what_cannot_be_played_claims_no_folder(
    tmp_path: Path, change: dict[str, Any], error: type[Exception], said: str
) -> None:
    if "models" in change:
        pytest.importorskip("transformers")
    with pytest.raises(error, match=said):
        run(tmp_path / "out", TEXTS, replace(TINY, **change), arms=("nothing",), workers=1, show=silent)
    assert not (tmp_path / "out").exists()


def everything(root: Path) -> dict[str, bytes]:
    """Read what a loop made, but for what curation keeps for itself."""
    names = ("*.json", "*.jsonl", "*.warc.gz")
    found = sorted(path for name in names for path in (root / "arms").glob(f"*/*/{name}"))
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


@contextmanager
def interrupted_when(there: Path) -> Iterator[None]:
    """Interrupt the main thread as Ctrl-C does, once, when it first gives a name after a file is there."""
    before, done = {name: getattr(os, name) for name in ("mkdir", "replace")}, list[str]()

    def watched(name: str, *arguments: Any, **options: Any) -> None:
        before[name](*arguments, **options)
        # Raised here: of a signal the handler may run where the interpreter ignores what it raises.
        if not done and threading.current_thread() is threading.main_thread() and there.exists():
            done.append(name)
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        for name in before:
            patch.setattr(os, name, partial(watched, name))
        yield


def test_interrupted_anywhere_and_resumed_it_gives_the_same_bytes(tmp_path: Path) -> None:
    arms = ("watermark-review",)
    run(tmp_path / "whole", TEXTS, TINY, arms=arms, workers=1, show=silent)
    root = tmp_path / "cut"
    last = root / "arms" / arms[0] / "001"
    for moment in ("new.jsonl", "curated/.work", "votes.jsonl", "played.json"):
        with interrupted_when(last / moment), pytest.raises(KeyboardInterrupt):
            run(root, TEXTS, TINY, arms=arms, workers=1, show=silent)
        assert (last / moment).exists()
        assert not (last / "result.json").exists()
        for path in (last / "votes.jsonl", last / "new.jsonl"):
            if moment != "played.json":
                path.unlink(missing_ok=True)  # so that the next moment is in this run
    run(root, TEXTS, TINY, arms=arms, workers=1, show=silent)

    assert everything(root) == everything(tmp_path / "whole")
