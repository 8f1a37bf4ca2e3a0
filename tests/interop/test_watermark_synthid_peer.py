"""Text marked by synthid-text is found by us, and ours by its detectors of the mean, weighted or not."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from headwater.watermark import detect, keys, ngrams, sampler
from headwater.watermark.keys import Key
from headwater.watermark.scheme import Floats, Tokens
from headwater.watermark.schemes import tournament
from tests.interop.test_watermark_transformers_peer import N_TYPES, logits

pytest.importorskip("synthid_text", reason="no synthid-text: pip install --no-deps synthid-text")
peer = pytest.importorskip("synthid_text.logits_processing")
torch = pytest.importorskip("torch")
pytestmark = pytest.mark.interop

N_CANDIDATES = 40


def opened() -> tuple[Key, Any]:
    """Give one key in our form, and their processor with it, at the size of table that transformers has."""
    numbers = np.random.default_rng(64).integers(0, 2**62, tournament.DEPTH).tolist()
    process = peer.SynthIDLogitsProcessor(
        ngram_len=5,
        keys=numbers,
        sampling_table_size=65_536,
        sampling_table_seed=0,
        context_history_size=1024,
        temperature=1.0,
        top_k=N_CANDIDATES,
        device=torch.device("cpu"),
    )
    return keys.from_integers(tournament.HF_TABLE, numbers), process


@pytest.fixture
def means() -> Iterator[Any]:
    """Load their detector of means with NumPy under the name of JAX, of which it uses what both have."""
    before = sys.modules.copy()
    jax = ModuleType("jax")
    jax.__dict__["numpy"] = np
    sys.modules |= {"jax": jax, "jax.numpy": np}
    yield importlib.import_module("synthid_text.detector_mean")
    for name in set(sys.modules) - set(before):
        if name.partition(".")[0] in {"jax", "synthid_text"}:
            del sys.modules[name]


def theirs(process: Any, rng: np.random.Generator, n: int) -> Tokens:
    """Draw from random logits, as their processor bends the likeliest of them."""
    text = torch.tensor(rng.integers(0, N_TYPES, (1, 5)))
    for _ in range(n):
        bent, candidates, _ = process.watermarked_call(text, logits(rng))
        law = torch.softmax(bent, dim=-1)[0].numpy()
        token = candidates[0, rng.choice(N_CANDIDATES, p=law / law.sum())]
        text = torch.cat([text, token.reshape(1, 1)], dim=1)
    return np.asarray(text[0, 5:].numpy(), dtype=np.uint32)


def ours(key: Key, rng: np.random.Generator, n: int) -> Tokens:
    def model(so_far: Tokens) -> Floats:
        return sampler.law_of(logits(rng)[0].numpy())

    return sampler.sample(model, tournament.HF_TABLE, key, n_tokens=n, rng=rng)


def test_bits_and_mask_are_theirs() -> None:
    key, process = opened()
    texts = np.random.default_rng(65).integers(0, 200_000, (3, 400))
    texts[:, 100:140] = texts[:, :40]
    expected = process.compute_g_values(torch.tensor(texts)).numpy()
    mask = process.compute_context_repetition_mask(torch.tensor(texts)).numpy().astype(bool)

    found = ngrams.gather(ngrams.batch(list(texts)), tournament.HF_TABLE)
    packed = tournament.HF_TABLE.bits(found.table, key.secret)

    assert found.n_scored.tolist() == mask.sum(axis=1).tolist()
    assert np.array_equal((packed[:, None] >> np.arange(tournament.DEPTH)) & 1, expected[mask])


def test_text_is_found_both_ways(means: Any) -> None:
    key, process = opened()
    human = np.random.default_rng(66).integers(0, N_TYPES, 200)
    marked = (
        theirs(process, np.random.default_rng(67), 200),
        ours(key, np.random.default_rng(68), 200),
    )
    for text, is_marked in ((human, False), (marked[0], True), (marked[1], True)):
        row = torch.tensor(np.asarray(text, dtype=np.int64)[None])
        bits = process.compute_g_values(row).numpy().astype(float)
        mask = process.compute_context_repetition_mask(row).numpy()
        found = detect.detect(text, tournament.HF_TABLE, [key])

        mean = float(means.mean_score(bits, mask)[0])
        weighted = float(means.weighted_mean_score(bits.copy(), mask)[0])

        assert mean == pytest.approx(found.total / found.n_scored / tournament.DEPTH)
        # Of unmarked text they are 1/2, with 30 bits a token.
        far = 6 * 0.5 / np.sqrt(mask.sum() * tournament.DEPTH)
        assert (mean > 0.5 + far, weighted > 0.5 + far, found.p < 1e-6) == (is_marked,) * 3
