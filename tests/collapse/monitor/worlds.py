"""Human pages of the sample crawl as documents, and what a language model makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from headwater.curate.extract import EXTRACTORS, open_document
from headwater.measure import kneser_ney
from headwater.measure.tokens import words
from headwater.record import Record
from headwater.sources import SOURCES, Limits
from headwater.sources.discover import discover
from headwater.sources.plan import plan

CRAWL = Path(__file__).parents[3] / "examples" / "crawl"
N_WORDS = 256


@cache
def human() -> tuple[tuple[str, ...], ...]:
    """Cut the plays and poems of the sample into documents of 256 words, in a fixed random order."""
    pages = [words(text) for text in _shakespeare()]
    cut = [tuple(page[at : at + N_WORDS]) for page in pages for at in range(0, len(page) - N_WORDS, N_WORDS)]
    order = np.random.default_rng(11).permutation(len(cut)).tolist()
    return tuple(cut[i] for i in order)


def texts(documents: tuple[tuple[str, ...], ...]) -> list[str]:
    """Write documents as text."""
    return [" ".join(document) for document in documents]


def generations(
    documents: tuple[tuple[str, ...], ...], n: int, *, temperature: float = 1.0
) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Train a model on each generation and let it write the next, as much as there was."""
    known = sorted({word for document in documents for word in document})
    places = {word: place for place, word in enumerate(known)}
    tokens = np.array([places[word] for document in documents for word in document])
    rng = np.random.default_rng(12)
    for _ in range(n):
        model = kneser_ney.fit(tokens, n_types=len(known), order=3).closed()
        tokens = model.sample(tokens.size, rng=rng, temperature=temperature).astype(np.int64)
        spelt = [known[place] for place in tokens.tolist()]
        yield tuple(tuple(spelt[at : at + N_WORDS]) for at in range(0, len(spelt), N_WORDS))


def _shakespeare() -> Iterator[str]:
    rows = [json.loads(line) for line in (CRAWL / "truth.jsonl").read_text("utf-8").splitlines()]
    wanted = {row["url"] for row in rows if str(row["source"]).startswith("shakespeare")}
    for shard in plan(discover([str(CRAWL)]), shard_bytes=1 << 25):
        for found in SOURCES[shard.kind].read(shard, Limits()):
            if isinstance(found, Record) and found.url in wanted:
                yield open_document(found, EXTRACTORS["main"]).text
