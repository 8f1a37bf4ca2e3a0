"""The plug-in for vLLM: against its interface and, where its wheel is there, its own classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from headwater.errors import ConfigError, InputError
from headwater.watermark import detect, keys, sampler
from headwater.watermark.generate.vllm import SETTING, Requests, configured, engine_settings
from headwater.watermark.schemes import SCHEMES
from tests.watermark import worlds

torch = pytest.importorskip("torch")
SCHEME = SCHEMES["tournament-aes-1"]
KEY = worlds.key(SCHEME, 1)
SWAP, ONE_WAY = object(), object()


@dataclass(frozen=True)
class Params:
    """What of `SamplingParams` is read."""

    temperature: float = 1.0
    top_p: float = 1.0


@dataclass
class Change:
    """As `BatchUpdate` of vLLM 0.33 has it."""

    removed: list[int] = field(default_factory=list)
    added: list[tuple[int, Params, list[int] | None, list[int]]] = field(default_factory=list)
    moved: list[tuple[int, int, object]] = field(default_factory=list)


def serve(requests: Requests, outputs: dict[int, list[int]], n: int, temperature: float = 1.0) -> None:
    """Draw tokens as an engine does: logits, processors, temperature, softmax, sample."""
    rng = np.random.default_rng(8)
    for _ in range(n):
        logits = torch.from_numpy(rng.normal(size=(max(outputs) + 1, 3_000)))
        bent = requests.apply(logits)
        for at, text in outputs.items():
            law = sampler.law_of(bent[at].numpy(), temperature=temperature or 1.0)
            text.append(sampler.draw(law, rng))


@pytest.mark.parametrize("temperature", [0.7, 1.0])
def test_requests_are_marked_wherever_the_engine_moves_them(temperature: float) -> None:
    requests = Requests(SCHEME, KEY)
    first: list[int] = []
    second: list[int] = []
    third: list[int] = []
    params = Params(temperature)
    requests.update(Change(added=[(0, params, [5, 6], first), (1, params, None, second)]), swap=SWAP)
    serve(requests, {0: first, 1: second}, 60, temperature)
    requests.update(Change(moved=[(0, 1, SWAP)]), swap=SWAP)
    serve(requests, {1: first, 0: second}, 60, temperature)
    requests.update(Change(removed=[0], added=[(2, params, [1], third)]), swap=SWAP)
    requests.update(Change(moved=[(2, 0, ONE_WAY)]), swap=SWAP)
    serve(requests, {1: first, 0: third}, 120, temperature)

    for text in (first, second, third):
        assert detect.detect(text, SCHEME, [KEY]).log_p < -30
        assert detect.detect(text, SCHEME, [worlds.key(SCHEME, 2)]).log_p > -9


def test_a_greedy_request_is_left_alone() -> None:
    requests = Requests(SCHEME, KEY)
    requests.update(Change(added=[(0, Params(0.0), [], [])]), swap=SWAP)
    logits = torch.randn((1, 50), dtype=torch.float64)

    assert torch.equal(requests.apply(logits.clone()), logits)
    requests.update(None, swap=SWAP)


def test_a_token_not_known_yet_marks_nothing() -> None:
    requests = Requests(SCHEME, KEY)
    requests.update(Change(added=[(0, Params(), [1, 2, 3], [4, -1])]), swap=SWAP)
    logits = torch.randn((1, 50), dtype=torch.float64)

    assert torch.allclose(requests.apply(logits.clone()), torch.log_softmax(logits, dim=-1))


def test_profiles_of_vllm_go_through_its_own_configuration() -> None:
    scheme = SCHEMES["gumbel-vllm-philox-dual-1"]
    settings = engine_settings(scheme, keys.from_integers(scheme, [77]))

    assert (settings["algorithm"], settings["key"], settings["prf"]) == ("dual_key_gumbel", 77, "philox")
    with pytest.raises(InputError, match="no watermark like"):
        engine_settings(SCHEME, KEY)
    with pytest.raises(InputError, match="marks no text"):
        engine_settings(scheme, KEY)


def test_the_key_comes_from_a_file(tmp_path: Path) -> None:
    keys.write(tmp_path / "key", KEY)
    told = {"profile": SCHEME.name, "key_file": str(tmp_path / "key")}

    assert configured({SETTING: told}) == (SCHEME, KEY)
    wrongs: list[dict[str, Any] | None] = [None, {}, {SETTING: {}}, {SETTING: told | {"profile": "none-1"}}]
    for wrong in wrongs:
        with pytest.raises(ConfigError):
            configured(wrong)
