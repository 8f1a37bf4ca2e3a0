"""Speed of watermark detection against its bars, in tokens per CPU second of one thread.

From tokens to totals of every text, repeats left out: each row is the best of several repetitions over
30,000 tokens in texts of 300. From text to p-values the rate is of bytes, of pages that the tokenizer has not
seen, after others. The peer, transformers, takes its turn in the same run, on fewer tokens;
without it its rows are left out, and this is said. `--part` runs some of the parts. Exit status 1 if a bar
is missed.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # one thread on either side; read when torch is first imported

import numpy as np
from measured import Row, show

from headwater.errors import UnavailableError
from headwater.watermark import detect, keys, localise, ngrams
from headwater.watermark.keys import Key
from headwater.watermark.ngrams import Batch
from headwater.watermark.scheme import Scheme
from headwater.watermark.schemes import SCHEMES, beacon, greenlist, tournament
from headwater.watermark.tokenizer import TOKENIZERS
from headwater.watermark.tokenizer.tokenizer import Open, Tokenizer

N_TEXTS, LENGTH, N_TYPES = 100, 300, 50_257
HASH_KEY = 15_485_863


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--part", action="append", choices=PARTS, help="repeat; without it, all")
    options = parser.parse_args()
    n = 5 if options.quick else 25
    rows = [row for part in options.part or PARTS for row in PARTS[part](n)]
    return show(rows, as_json=options.json)


def best_s(work: Callable[[], object], n: int) -> float:
    """Measure the CPU seconds of the quickest of n calls."""
    took = []
    for _ in range(n):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return min(took)


def zipf(n_texts: int = N_TEXTS, *, seed: int = 1) -> Batch:
    """Draw texts of tokens as frequent as words are."""
    rng = np.random.default_rng(seed)
    shares = 1.0 / (np.arange(N_TYPES) + 2.7)
    drawn = rng.choice(N_TYPES, size=(n_texts, LENGTH), p=shares / shares.sum())
    return ngrams.batch(list(rng.permutation(N_TYPES)[drawn]))


def totals(texts: Batch, scheme: Scheme, key: Key) -> Callable[[], object]:
    """Give the work from tokens to totals."""

    def work() -> object:
        found = ngrams.gather(texts, scheme)
        return found.totals(found.scores(scheme, key.secret))

    return work


def rate(work: Callable[[], object], texts: Batch, n: int) -> float:
    """Measure tokens per CPU second, in millions."""
    work()  # compile, and touch the memory
    return texts.tokens.size / best_s(work, n) / 1e6


def natives(n: int) -> Iterator[Row]:
    """Measure the Gumbel profiles, repeats left out."""
    texts = zipf()
    for name, bar in (("gumbel-aes-1", 40), ("gumbel-vllm-philox-1", 12)):
        scheme = SCHEMES[name]
        value = rate(totals(texts, scheme, keys.generate(scheme)), texts, n)
        yield Row(f"{name}, repeats left out", value, "M tokens/CPU-s", "", value, f">= {bar}")


def lists(n: int) -> Iterator[Row]:
    """Measure HF's left hash with its lists known, and with none, against transformers' detector."""
    scheme, texts = greenlist.HF_LEFT, zipf()
    key = keys.from_integers(scheme, [HASH_KEY])
    warm = rate(totals(texts, scheme, key), texts, n)
    yield Row("HF green list (lefthash), warm", warm, "M tokens/CPU-s", "", warm, ">= 20")
    many = zipf(3_333 if n < 10 else 10_000, seed=2)
    fresh = keys.from_integers(scheme, [HASH_KEY + 2])
    cold = many.tokens.size / best_s(totals(many, scheme, fresh), 1) / 1e6
    name = f"HF green list (lefthash), cold, {many.tokens.size / 1e6:.0f} M tokens"
    yield Row(name, cold, "M tokens/CPU-s", "", cold, ">= 1")
    detector = peer_list()
    if detector is not None:
        few = zipf(2, seed=3)
        took = best_s(lambda: detector(_rows(few)), 1) / few.tokens.size
        yield Row(name, cold, "M tokens/CPU-s", "transformers, cold", cold * 1e6 * took, ">= 200")


def synthid(n: int) -> Iterator[Row]:
    """Measure HF's SynthID sums, repeats left out, against transformers' own values and mask."""
    scheme, texts = tournament.HF_TABLE, zipf()
    numbers = np.random.default_rng(4).integers(0, 2**62, tournament.DEPTH).tolist()
    value = rate(totals(texts, scheme, keys.from_integers(scheme, numbers)), texts, n)
    row = "HF SynthID sums, repeats left out"
    yield Row(row, value, "M tokens/CPU-s", "", value, ">= 100")
    process = peer_synthid(numbers)
    if process is not None:
        rows = _rows(texts)

        def work() -> object:
            mask = process.compute_context_repetition_mask(rows)
            return (process.compute_g_values(rows).sum(-1) * mask).sum(-1)

        took = best_s(work, 2) / texts.tokens.size
        yield Row(row, value, "M tokens/CPU-s", "transformers", value * 1e6 * took, ">= 500")


def members(n: int) -> Iterator[Row]:
    """Measure the search for 1,024 members of a consortium, repeats left out."""
    scheme, texts, secret = beacon.PUBLIC, zipf(), bytes(range(32))

    def work() -> object:
        found = ngrams.gather(texts, scheme)
        return scheme.best_tags(found.table, found.n_scored, secret)

    value = rate(work, texts, n)
    name = f"{scheme.n_tags:,} issuers in one scan, repeats left out"
    yield Row(name, value, "M tokens/CPU-s", "", value, ">= 8")


def spans(n: int) -> Iterator[Row]:
    """Measure the search for spans in long documents, from scores to p-values."""
    law, n_texts, length = SCHEMES["gumbel-aes-1"].law, 30, 10_000
    scores = np.random.default_rng(5).exponential(size=n_texts * length)
    n_scored = np.full(n_texts, length)
    localise.log_p_best(scores, n_scored, law)  # compile
    took = best_s(lambda: localise.log_p_best(scores, n_scored, law), n)
    value = scores.size / took / 1e6
    yield Row("spans of 10,000-token documents", value, "M tokens/CPU-s", "", value, ">= 100")


def pages(n: int) -> Iterator[Row]:
    """Measure from text to p-values of wholes and spans, tokenization included."""
    scheme = SCHEMES["gumbel-aes-1"]
    value = max(_page_rate(TOKENIZERS["cl100k"], scheme, _key(scheme)) for _ in range(min(n, 5)))
    name = "text to p-values, cl100k and gumbel-aes-1"
    yield Row(name, value, "MB/CPU-s", "", value, ">= 40")
    lists = dataclasses.replace(greenlist.HF_LEFT, n_types=TOKENIZERS["smollm2"].n_types)
    key = keys.from_integers(lists, [HASH_KEY])
    try:
        ours = max(_page_rate(TOKENIZERS["smollm2"], lists, key) for _ in range(2))
    except UnavailableError as error:
        print(f"benchmark: {error}, the row beside its peer is left out", file=sys.stderr)
        return
    detector = peer_list(lists.n_types)
    if detector is not None:
        peer = _peer_page_rate(detector)
        name = "text to p-values, SmolLM2's tokenizer and HF green list (lefthash)"
        yield Row(name, ours, "MB/CPU-s", "tokenizers and transformers", ours / peer, ">= 50")


PARTS: dict[str, Callable[[int], Iterator[Row]]] = {
    "natives": natives,
    "lists": lists,
    "synthid": synthid,
    "members": members,
    "spans": spans,
    "pages": pages,
}


def _key(scheme: Scheme) -> Key:
    return Key(scheme.name, bytes(range(scheme.key_bytes)))


def _documents() -> list[str]:
    text = (Path(__file__).resolve().parents[1] / "studies" / "plays.txt").read_text("utf-8")
    return [text[at : at + 3_000] for at in range(0, len(text), 3_000)]


def _page_rate(tokenizer: Tokenizer, scheme: Scheme, key: Key) -> float:
    """Measure new pages, in MB per CPU second, after as many others."""
    texts = _documents()
    held = tokenizer.vocabulary()
    cut = Open(tokenizer, held, tokenizer.fast(tokenizer, held))
    took = 0.0
    for some in (texts[::2], texts[1::2]):
        start = time.process_time()
        detect.read(ngrams.gather(cut.tokens(some), scheme), scheme, key).log_p_either.sum()
        took = time.process_time() - start
    return sum(len(text.encode()) for text in texts[1::2]) / took / 1e6


def _peer_page_rate(detector: Any) -> float:
    """Measure the same chain of Hugging Face's libraries, on a few pages."""
    import torch

    tokenizer, some = TOKENIZERS["smollm2"], _documents()[1:9:2]
    encode = tokenizer.reference(tokenizer, tokenizer.vocabulary())
    start = time.process_time()
    for text in some:
        detector(torch.from_numpy(encode([text]).tokens.astype(np.int64))[None])
    return sum(len(text.encode()) for text in some) / (time.process_time() - start) / 1e6


def _rows(texts: Batch) -> Any:
    import torch

    return torch.tensor(texts.tokens.astype(np.int64).reshape(-1, LENGTH))


def peer_list(n_types: int = N_TYPES) -> Any:
    """Give transformers' detector of green lists; nothing, and a line, without it."""
    try:
        from transformers import PreTrainedConfig, WatermarkDetector, WatermarkingConfig
    except ImportError:
        print("benchmark: no transformers, its rows are left out", file=sys.stderr)
        return None
    configured: Any = PreTrainedConfig
    config = configured(vocab_size=n_types, bos_token_id=n_types - 1)
    return WatermarkDetector(config, "cpu", WatermarkingConfig(), ignore_repeated_ngrams=True)


def peer_synthid(numbers: list[int]) -> Any:
    """Give transformers' SynthID; nothing without it."""
    try:
        import torch
        from transformers import SynthIDTextWatermarkLogitsProcessor
    except ImportError:
        return None
    return SynthIDTextWatermarkLogitsProcessor(5, numbers, 65_536, 0, 1024, torch.device("cpu"))


if __name__ == "__main__":
    sys.exit(main())
