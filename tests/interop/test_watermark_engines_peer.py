"""Scores and p-values of vLLM's and SGLang's own detectors, whose modules are loaded without the engines."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from headwater.watermark import detect, keys
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


@pytest.mark.parametrize("number", KEYS)
def test_vllm_says_the_same(bare: Any, number: int) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("pydantic", reason="no pydantic: pip install pydantic")
    logger = {"init_logger": lambda name: None}
    bare(
        "vllm",
        ("vllm.config", "vllm.v1", "vllm.v1.watermarking"),
        vllm_config_utils={"config": lambda cls: cls},
        vllm_logger=logger,
        vllm_v1_worker_gpu_sample_gumbel={"gumbel_sample": None},
    )
    peer = importlib.import_module("vllm.v1.watermarking.gumbel")
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
