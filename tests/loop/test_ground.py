"""Files of a loop that somebody changed: one line says which, and nothing else happens."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.store import write_json
from headwater.errors import FormatError, InputError
from headwater.loop.experiment import load
from headwater.loop.gauge import Generation
from headwater.loop.ground import Ground, people_of, scene_of
from headwater.loop.people import People
from headwater.loop.scene import Scene
from headwater.loop.story import render
from tests.loop.test_story import FIRST

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=3), some, max_size=3),
    max_leaves=4,
)


def laid(root: Path, *, scene: dict[str, Any] | None = None, result: dict[str, Any] | None = None) -> Ground:
    """Lay a loop of one finished generation, with changes to its files."""
    ground = Ground(root)
    write_json(ground.scene, {"scene": asdict(Scene()) | (scene or {}), "text": "0"})
    write_json(ground.result("people", 0), asdict(FIRST) | (result or {}))
    return ground


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    ground, people = laid(tmp_path), People(("a",), ("b", "c"), (), (("d",), ()))
    write_json(ground.people, asdict(people))

    assert load(tmp_path) == (Scene(), {"people": [FIRST]})
    assert people_of(ground) == people


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b"null", b'{"scene": []}', b'{"scene": {}}'])
def test_a_broken_scene_is_said(tmp_path: Path, data: bytes) -> None:
    ground = laid(tmp_path)
    ground.scene.write_bytes(data)

    with pytest.raises(FormatError, match=r"scene\.json is damaged") as caught:
        load(tmp_path)
    assert caught.value.hint


@pytest.mark.parametrize(
    "change",
    [
        {"weather": 1},
        {"size": "many"},
        {"size": 1.5},
        {"size": True},
        {"size": -1},
        {"models": "kneser-ney"},
        {"top_p": float("nan")},
        {"models": [1]},
    ],
)
def test_unknown_settings_and_strange_values_are_said(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(FormatError, match=r"scene\.json is damaged"):
        scene_of(laid(tmp_path, scene=change))


@settings(max_examples=40)
@given(st.sampled_from(sorted(asdict(FIRST))), JSON)
def test_any_result_is_read_or_refused_and_what_is_read_can_be_drawn(name: str, value: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        laid(Path(folder), result={name: value})
        try:
            scene, arms = load(Path(folder))
        except FormatError:
            return
        assert json.loads(json.dumps(asdict(arms["people"][0])))[name] == value
        assert render(scene, arms)


def test_fields_of_another_version_are_refused(tmp_path: Path) -> None:
    ground = laid(tmp_path, result={"mood": 1})

    with pytest.raises(FormatError, match=r"result\.json is damaged"):
        load(tmp_path)
    told = asdict(FIRST)
    del told["n_web"]
    write_json(ground.result("people", 0), told)
    with pytest.raises(FormatError, match=r"result\.json is damaged"):
        load(tmp_path)


def test_a_loop_of_which_nothing_is_finished_has_no_page(tmp_path: Path) -> None:
    ground = laid(tmp_path)
    ground.result("people", 0).unlink()
    write_json(ground.result("people", 1), asdict(FIRST))

    with pytest.raises(InputError, match="no generation of the loop"):
        load(tmp_path)


def test_a_generation_has_as_many_bins_as_there_are() -> None:
    with pytest.raises(InputError, match="2 bins of pages, not 30"):
        Generation(**asdict(FIRST) | {"written": (0.5, 0.5)})
