"""Text marked by `transformers` is found by us, and ours by it: green lists and SynthID, both ways."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from headwater.watermark import detect, keys, ngrams, sampler
from headwater.watermark.keys import Key
from headwater.watermark.scheme import Floats, Tokens
from headwater.watermark.schemes import SCHEMES, greenlist, tournament
from headwater.watermark.schemes.greenlist import Greenlist

pytest.importorskip("transformers", reason="no transformers: pip install 'headwater[lm]'")
torch = pytest.importorskip("torch")
pytestmark = pytest.mark.interop

N_TYPES = 1_009
LISTS = [
    pytest.param(replace(greenlist.HF_LEFT, n_types=N_TYPES), "lefthash", 1, id="lefthash"),
    pytest.param(replace(greenlist.HF_SELF, n_types=N_TYPES), "selfhash", 4, id="selfhash"),
]
# transformers' default, one beyond 32 bits, and one whose products overflow 64.
HASH_KEYS = [15_485_863, 2**40 + 17, 2**61 + 5]


def logits(rng: np.random.Generator) -> Any:
    return torch.tensor(rng.normal(0.0, 1.0, (1, N_TYPES)))


def theirs(process: Any, rng: np.random.Generator, n: int) -> list[int]:
    """Draw from random logits, as a processor bends them."""
    text = torch.tensor(rng.integers(0, N_TYPES, (1, 5)))
    for _ in range(n):
        law = torch.softmax(process(text, logits(rng)), dim=-1)[0].numpy()
        token = rng.choice(N_TYPES, p=law / law.sum())
        text = torch.cat([text, torch.tensor([[token]])], dim=1)
    return list(map(int, text[0, 5:]))


def ours(scheme: Any, key: Key, rng: np.random.Generator, n: int) -> Tokens:
    def model(so_far: Tokens) -> Floats:
        return sampler.law_of(logits(rng)[0].numpy())

    return sampler.sample(model, scheme, key, n_tokens=n, rng=rng)


@pytest.mark.parametrize(("scheme", "seeding", "width"), LISTS)
@pytest.mark.parametrize("hash_key", HASH_KEYS)
def test_the_green_lists_are_theirs(scheme: Greenlist, seeding: str, width: int, hash_key: int) -> None:
    from transformers.generation.logits_process import WatermarkLogitsProcessor

    process = WatermarkLogitsProcessor(
        N_TYPES, "cpu", hashing_key=hash_key, seeding_scheme=seeding, context_width=width
    )
    text = np.random.default_rng(51).integers(0, N_TYPES, 80)
    key = keys.from_integers(scheme, [hash_key])
    stop = 1 if seeding == "selfhash" else 0  # their window ends with the candidate

    green = [
        int(text[at]) in process._get_greenlist_ids(torch.tensor(text[: at + stop])).tolist()
        for at in range(width, text.size)
    ]
    rows = np.lib.stride_tricks.sliding_window_view(text, scheme.width + 1)[width - scheme.width :]

    assert scheme.scores(rows.astype(np.uint32), key.secret).tolist() == [float(each) for each in green]


@pytest.mark.parametrize(("scheme", "seeding", "width"), LISTS)
def test_green_text_is_found_both_ways(scheme: Greenlist, seeding: str, width: int) -> None:
    from transformers import PreTrainedConfig, WatermarkDetector, WatermarkingConfig
    from transformers.generation.logits_process import WatermarkLogitsProcessor

    settings: dict[str, Any] = {
        "seeding_scheme": seeding,
        "context_width": width,
        "hashing_key": HASH_KEYS[0],
    }
    key = keys.from_integers(scheme, [HASH_KEYS[0]])
    configured: Any = PreTrainedConfig
    detector: Any = WatermarkDetector(
        configured(vocab_size=N_TYPES, bos_token_id=N_TYPES - 1),
        "cpu",
        WatermarkingConfig(greenlist_ratio=0.25, bias=2.0, **settings),
        ignore_repeated_ngrams=True,
    )
    process = WatermarkLogitsProcessor(N_TYPES, "cpu", **settings)
    for text in (
        theirs(process, np.random.default_rng(52), 150),
        ours(scheme, key, np.random.default_rng(53), 150).tolist(),
    ):
        found = detect.detect(text, scheme, [key])
        judged = detector(torch.tensor([text]), return_dict=True)

        every = ngrams.gather(ngrams.batch([text]), scheme)
        assert every.n_scored[0] == judged.num_tokens_scored[0]
        assert every.scores(scheme, key.secret).sum() == judged.num_green_tokens[0]
        # A token that has one list after several contexts is counted by them each time, by us once.
        assert found.n_scored <= every.n_scored[0]
        assert judged.prediction[0]
        assert found.p < 1e-6


def synthid() -> tuple[Key, Any]:
    from transformers.generation.logits_process import SynthIDTextWatermarkLogitsProcessor

    numbers = np.random.default_rng(54).integers(0, 2**62, tournament.DEPTH).tolist()
    process = SynthIDTextWatermarkLogitsProcessor(
        ngram_len=5,
        keys=numbers,
        sampling_table_size=65_536,
        sampling_table_seed=0,
        context_history_size=1024,
        device=torch.device("cpu"),
    )
    return keys.from_integers(tournament.HF_TABLE, numbers), process


def test_the_bits_and_the_mask_of_synthid_are_theirs() -> None:
    key, process = synthid()
    texts = np.random.default_rng(55).integers(0, 200_000, (3, 400))
    texts[:, 100:140] = texts[:, :40]
    expected = process.compute_g_values(torch.tensor(texts)).numpy()
    mask = process.compute_context_repetition_mask(torch.tensor(texts)).numpy().astype(bool)

    found = ngrams.gather(ngrams.batch(list(texts)), SCHEMES["tournament-hf-table-1"])
    packed = tournament.HF_TABLE.bits(found.table, key.secret)

    assert found.n_scored.tolist() == mask.sum(axis=1).tolist()
    assert np.array_equal((packed[:, None] >> np.arange(tournament.DEPTH)) & 1, expected[mask])


def test_the_sampling_table_is_what_torch_draws() -> None:
    generator = torch.Generator(device="cpu").manual_seed(0)
    drawn = torch.randint(0, 2, (65_536,), generator=generator).numpy()

    assert np.array_equal(tournament.sampling_table(), drawn)
    assert drawn.mean() == tournament.HF_TABLE.chance


def test_synthid_text_is_found_both_ways() -> None:
    key, process = synthid()
    right, left = theirs(process, np.random.default_rng(56), 150), synthid()[1]
    drawn = ours(tournament.HF_TABLE, key, np.random.default_rng(57), 150)

    for text in (right, drawn.tolist()):
        found = detect.detect(text, tournament.HF_TABLE, [key])
        bits = left.compute_g_values(torch.tensor([text])).numpy()[0]
        mask = left.compute_context_repetition_mask(torch.tensor([text])).numpy()[0].astype(bool)

        assert found.total == bits[mask].sum()
        assert found.p < 1e-6
