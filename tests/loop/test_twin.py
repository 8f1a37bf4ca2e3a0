"""The twin of a loop: a scene as the mean field sees it, and maps of what nobody ran, at once."""

from __future__ import annotations

import time

import numpy as np
import pytest

from headwater.collapse import web
from headwater.loop.scene import ARMS, Scene
from headwater.loop.twin import mean_field, phases, quorum

SCENE = Scene()


def human_share(arm: str) -> float:
    """Give the human share of the last training set by the twin."""
    return float(web.flow(mean_field(SCENE, ARMS[arm])).human_share[0, -1])


def test_without_a_remedy_the_stocks_decide() -> None:
    kept = [SCENE.retention**age for age in range(SCENE.generations)]
    human = SCENE.start * SCENE.retention**SCENE.generations + SCENE.fresh * sum(kept)
    made = SCENE.written * sum(kept)

    assert human_share("nothing") == pytest.approx(human / (human + made))


def test_each_remedy_helps_and_all_help_most() -> None:
    shares = {name: human_share(name) for name in ARMS}

    assert all(shares[name] > shares["nothing"] for name in ("disclosure", "watermark", "reserve", "review"))
    assert shares["all"] == max(share for name, share in shares.items() if name != "people")
    assert shares["statistics"] == shares["nothing"]


def test_a_quorum_is_surer_than_one() -> None:
    assert quorum(0.9) > 0.99
    assert quorum(0.05) < 0.001
    assert quorum(0.5) == pytest.approx(0.5)


def test_phase_diagrams_take_under_a_second_and_have_their_edges_right() -> None:
    phases(SCENE)  # What loads late is not measured.
    start = time.process_time()
    marks, sealed = phases(SCENE)

    assert time.process_time() - start < 1.0
    assert marks.values[0][0] == pytest.approx(human_share("nothing"))
    assert marks.values[-1][-1] == pytest.approx(1.0)
    assert np.all(np.diff(marks.values, axis=0) >= -1e-12)
    assert np.all(np.diff(sealed.values, axis=1) > 0.0)


def test_a_web_on_which_people_are_silent_has_no_map() -> None:
    assert phases(Scene(fresh=0)) == ()
