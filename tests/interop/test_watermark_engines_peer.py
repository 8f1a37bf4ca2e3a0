"""Samplers and detectors of vLLM and SGLang against ours; their modules are loaded without the engines."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from headwater.watermark import detect, keys, sampler
from headwater.watermark.schemes import SCHEMES

pytestmark = pytest.mark.interop
KEYS = [1, 0x0123456789ABCDEF, 2**63 + 12345]


@pytest.fixture
def bare() -> Iterator[Any]:
    """Load packages of an installed engine as empty ones, so that no engine starts."""
    before = set(sys.modules)

    def load(engine: str, packages: tuple[str, ...], **stubs: dict[str, object]) -> None:
        found = find_spec(engine)
        if found is None or not found.submodule_search_locations:
            pytest.skip(f"no {engine}: pip install --no-deps {engine}")
        home = Path(next(iter(found.submodule_search_locations)))
        for name in (engine, *packages):
            module = ModuleType(name)
            module.__path__ = [str(home.joinpath(*name.split(".")[1:]))]
            sys.modules[name] = module
        for name, content in stubs.items():
            stub = ModuleType(name.replace("_", "."))
            stub.__dict__.update(content)
            sys.modules[stub.__name__] = stub

    yield load
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in {"vllm", "sglang"}:
            del sys.modules[name]


def texts() -> list[list[int]]:
    rng = np.random.default_rng(61)
    long, repeated = rng.integers(0, 128_000, 300), rng.integers(0, 20, 400)
    return [long.tolist(), repeated.tolist(), long[:3].tolist()]


@pytest.mark.parametrize("number", KEYS)
def test_sglang_says_the_same(bare: Any, number: int) -> None:
    pytest.importorskip("msgspec", reason="no msgspec: pip install msgspec")
    bare("sglang", ("sglang.srt", "sglang.srt.sampling"))
    peer = importlib.import_module("sglang.srt.sampling.watermarking.detector")
    single, dual = SCHEMES["gumbel-sglang-murmur3-1"], SCHEMES["gumbel-sglang-murmur3-dual-1"]
    second = number ^ 0xFFFF
    for text in texts():
        one = peer.WatermarkDetector(f"{number:x}").detect_tokens(text).combined
        both = peer.WatermarkDetector(f"{number:x}", key_b=f"{second:x}").detect_tokens(text).combined
        for scheme, numbers, expected in ((single, [number], one), (dual, [number, second], both)):
            found = detect.detect(text, scheme, [keys.from_integers(scheme, numbers)])

            assert found.n_scored == expected.num_contexts
            assert found.total == pytest.approx(expected.score, rel=1e-12)
            assert found.log_p == pytest.approx(expected.log_p_value, rel=1e-9, abs=1e-12)


def vllm_gumbel(bare: Any) -> Any:
    bare(
        "vllm",
        ("vllm.config", "vllm.v1", "vllm.v1.watermarking"),
        vllm_config_utils={"config": lambda cls: cls},
        vllm_logger={"init_logger": lambda name: None},
        vllm_v1_worker_gpu_sample_gumbel={"gumbel_sample": None},
    )
    return importlib.import_module("vllm.v1.watermarking.gumbel")


@pytest.mark.parametrize("number", KEYS)
def test_vllm_says_the_same(bare: Any, number: int) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("pydantic", reason="no pydantic: pip install pydantic")
    peer = vllm_gumbel(bare)
    scheme, dual = SCHEMES["gumbel-vllm-philox-1"], SCHEMES["gumbel-vllm-philox-dual-1"]
    for text in texts():
        expected = peer.GumbelWatermarkDetector(number).detect(text)
        found = detect.detect(text, scheme, [keys.from_integers(scheme, [number])])

        assert found.n_scored == expected.num_scored_tokens
        assert found.total == pytest.approx(expected.score, rel=1e-12)
        assert found.p == pytest.approx(expected.p_value, rel=1e-9)

        fused = peer.DualKeyGumbelWatermarkDetector(number).detect(text)
        both = detect.detect(text, dual, [keys.from_integers(dual, [number])])

        assert both.total == pytest.approx(fused.score, rel=1e-12)
        # Its p-value is of a law matched by two moments; the exact one agrees in the bulk.
        assert math.log(fused.p_value) == pytest.approx(both.log_p, abs=0.1)


def logits_at(place: int) -> Any:
    import torch

    return torch.from_numpy(np.random.default_rng([62, place]).normal(scale=2.0, size=(1, 500))).float()


def law_at(so_far: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
    return sampler.law_of(logits_at(so_far.size)[0].numpy())


def by_us(profile: str, key: keys.Key) -> list[int]:
    rng = np.random.default_rng(63)
    text = sampler.sample(law_at, SCHEMES[profile], key, n_tokens=100, rng=rng)
    return [int(token) for token in text]


def by_them(choose: Callable[[list[int]], int], first: Sequence[int] = ()) -> list[int]:
    text = list(first)
    while len(text) < 100:
        text.append(choose(text))
    return text


def check_both_ways(profile: str, key: keys.Key, theirs: list[int], p_of_ours: float) -> None:
    """Hold that each finds what the other marked, and nobody else."""
    found = detect.detect(theirs, SCHEMES[profile], [key])
    other = keys.from_integers(SCHEMES[profile], [5] * (SCHEMES[profile].key_bytes // 8))

    assert found.log_p < -40.0
    assert detect.detect(theirs, SCHEMES[profile], [other]).log_p > -12.0
    assert p_of_ours < 1e-15


def test_text_is_found_both_ways_with_sglang(bare: Any) -> None:
    pytest.importorskip("msgspec", reason="no msgspec: pip install msgspec")
    torch = pytest.importorskip("torch")
    bare("sglang", ("sglang.srt", "sglang.srt.sampling"))
    peer = importlib.import_module("sglang.srt.sampling.watermarking.detector")
    core = importlib.import_module("sglang.srt.sampling.watermarking.core")
    for profile, numbers in (
        ("gumbel-sglang-murmur3-1", [KEYS[1]]),
        ("gumbel-sglang-murmur3-dual-1", [KEYS[1], 77]),
    ):
        second = {} if len(numbers) == 1 else {"key_b": f"{numbers[1]:x}"}
        detector = peer.WatermarkDetector(f"{numbers[0]:x}", **second)
        pair = [] if not second else [torch.tensor(numbers[1:]), torch.tensor([2**31])]

        def choose(text: list[int], numbers: list[int] = numbers, pair: list[Any] = pair) -> int:
            chances = torch.softmax(logits_at(len(text)).double(), dim=-1)
            context = torch.tensor([peer.hash_context(text[-4:])])
            return int(core.select_watermark_tokens_torch(chances, context, torch.tensor(numbers[:1]), *pair))

        key = keys.from_integers(SCHEMES[profile], numbers)
        ours = by_us(profile, key)
        check_both_ways(
            profile, key, by_them(choose, [3, 1, 4, 1]), detector.detect_tokens(ours).combined.p_value
        )
        # After the tokens with which it begins, theirs is our text.
        assert by_them(choose, ours[:4]) == ours


def test_text_is_found_both_ways_with_vllm(bare: Any) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("pydantic", reason="no pydantic: pip install pydantic")
    peer = vllm_gumbel(bare)
    rng = np.random.default_rng(64)

    def routed(logits: Any) -> Any:
        return torch.tensor([int(rng.random() < float(torch.softmax(row, dim=-1)[1])) for row in logits])

    for profile, marker, detector in (
        ("gumbel-vllm-philox-1", peer.GumbelWatermarker, peer.GumbelWatermarkDetector),
        ("gumbel-vllm-philox-dual-1", peer.DualKeyGumbelWatermarker, peer.DualKeyGumbelWatermarkDetector),
    ):
        made = marker(KEYS[1])

        def choose(text: list[int], made: Any = made) -> int:
            contexts = torch.tensor([([-1] * 4 + text)[-4:]])
            return int(made.sample(logits_at(len(text)), contexts, routed).token_ids)

        key = keys.from_integers(SCHEMES[profile], [KEYS[1]])
        ours = by_us(profile, key)
        check_both_ways(profile, key, by_them(choose), detector(KEYS[1]).detect(ours).p_value)
        if profile == "gumbel-vllm-philox-1":
            assert by_them(choose) == ours
