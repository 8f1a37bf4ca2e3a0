"""Keys, human text as tokens, and a language model of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from headwater.curate.extract import EXTRACTORS, open_document
from headwater.measure import kneser_ney
from headwater.measure.tokens import words
from headwater.record import Record
from headwater.sources import SOURCES, Limits
from headwater.sources.discover import discover
from headwater.sources.plan import plan
from headwater.watermark.keys import Key
from headwater.watermark.scheme import Floats, Scheme, Tokens
from headwater.watermark.schemes.greenlist import Greenlist

CRAWL = Path(__file__).parents[2] / "examples" / "crawl"
N_TYPES = 5_000


def small(scheme: Scheme) -> Scheme:
    """Give the same scheme for 5,003 types, where it depends on that; its lists are ten times as quick."""
    listed = isinstance(scheme, Greenlist) and scheme.n_types > 0
    return replace(scheme, n_types=5_003) if listed else scheme  # type: ignore[type-var]


def key(scheme: Scheme, number: int) -> Key:
    """Make a key of a number, always the same; every eighth byte below 128, as signed numbers need."""
    secret = bytearray(hashlib.shake_256(f"test key {number}".encode()).digest(scheme.key_bytes))
    secret[::8] = bytes(byte & 0x7F for byte in secret[::8])
    return Key(scheme.name, bytes(secret))


@cache
def human() -> tuple[npt.NDArray[np.int64], ...]:
    """Give every human page of the sample as numbers of its words, with no pages twice."""
    pages = list(dict.fromkeys(tuple(words(text)) for text in texts()))
    known = {word: at for at, word in enumerate(sorted({word for page in pages for word in page}))}
    return tuple(np.array([known[word] for word in page], dtype=np.int64) for page in pages if page)


@cache
def _excerpt() -> npt.NDArray[np.int64]:
    return np.concatenate(human())[:60_000] % N_TYPES


@cache
def model() -> kneser_ney.KneserNey:
    """Fit a language model of order 3 to some of it."""
    return kneser_ney.fit(_excerpt(), n_types=N_TYPES, order=3).closed()


def law(so_far: Tokens) -> Floats:
    """Give its law of the next word, cut to the 500 likeliest."""
    law = model().distribution(so_far[-2:].astype(np.int64))
    law[law < np.partition(law, -500)[-500]] = 0.0
    return np.asarray(law / law.sum(), dtype=np.float64)


def texts() -> Iterator[str]:
    """Give the texts of the human pages of the sample."""
    rows = [json.loads(line) for line in (CRAWL / "truth.jsonl").read_text("utf-8").splitlines()]
    wanted = {row["url"] for row in rows if row["origin"] == "human"}
    for shard in plan(discover([str(CRAWL)]), shard_bytes=1 << 25):
        for found in SOURCES[shard.kind].read(shard, Limits()):
            if isinstance(found, Record) and found.url in wanted:
                yield open_document(found, EXTRACTORS["main"]).text
