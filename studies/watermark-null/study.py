"""P-values of every watermark profile on a million tests of human text each: levels, spread, uniformity."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from headwater.collapse.study import Band, Fan, Setting, Study, Told, Value, Work
from headwater.curate.extract import EXTRACTORS, open_document
from headwater.record import Record
from headwater.sources import SOURCES, Limits
from headwater.sources.discover import discover
from headwater.sources.plan import plan
from headwater.watermark import detect, family, ngrams, shared, ties
from headwater.watermark.keys import Key
from headwater.watermark.law import TIE_STEP, Bits, Law, MixedExponentials, TiedBits, WeightedBits
from headwater.watermark.ngrams import Ngrams
from headwater.watermark.scheme import Scheme, is_family
from headwater.watermark.schemes import SCHEMES
from headwater.watermark.tokenizer import TOKENIZERS
from headwater.watermark.tokenizer.tokenizer import load

CRAWL = Path(__file__).resolve().parents[2] / "examples" / "crawl"
LEVELS = (1e-3, 1e-4, 1e-5)
LEAST = 45  # alarms to be expected, without which chance alone may leave the bar; in full all are judged
SPREAD_AT = 1e-2
FULL = "full"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Arm:
    """Say how a profile is tested.

    Attributes:
        profile: Its name.
        n_texts: Of the pages, at most.
        n_keys: How many, and how many in full; every text is tested under every key.
        tokenizer: Of the texts.
        length: Tokens of a text.
        search: Whether all tags of a secret are tried.
    """

    profile: str
    n_texts: int = 2_000
    n_keys: tuple[int, int] = (500, 2_000)
    tokenizer: str = "cl100k"
    length: int = 100
    search: bool = False

    @property
    def name(self) -> str:
        """Give the name in rows and cells."""
        return f"{self.profile}-search" if self.search else self.profile

    def size(self, model: str) -> int:
        """Give the number of keys."""
        return self.n_keys[model == FULL]


# The lists of other software are drawn anew for every key, and all numbers of a payload are tried: slow.
ARMS = {
    arm.name: arm
    for arm in (
        Arm("gumbel-aes-1"),
        Arm("gumbel-aes-dual-1"),
        Arm("gumbel-vllm-philox-1"),
        Arm("gumbel-vllm-philox-dual-1"),
        Arm("gumbel-sglang-murmur3-1"),
        Arm("gumbel-sglang-murmur3-dual-1"),
        Arm("tournament-aes-1"),
        Arm("tournament-hf-table-1"),
        Arm("tournament-google-lcg-1"),
        Arm("greenlist-aes-1"),
        Arm("greenlist-unigram-aes-1"),
        Arm("greenlist-hf-lefthash-1", 200, (250, 5_000), "gpt2"),
        Arm("greenlist-hf-selfhash-1", 200, (250, 5_000), "gpt2", length=35),
        Arm("payload-aes-1"),
        Arm("payload-aes-1", 500, (200, 2_000), search=True),
        Arm("beacon-public-aes-1"),
        Arm("beacon-public-aes-1", search=True),
        Arm("beacon-aes-1"),
    )
}


@cache
def pages() -> tuple[tuple[str, str], ...]:
    """Give the site and the text of every human page of the sample, none twice."""
    rows = [json.loads(line) for line in (CRAWL / "truth.jsonl").read_text("utf-8").splitlines()]
    wanted = {row["url"] for row in rows if row["origin"] == "human"}
    found: dict[str, str] = {}
    for shard in plan(discover([str(CRAWL)]), shard_bytes=1 << 25):
        for one in SOURCES[shard.kind].read(shard, Limits()):
            if isinstance(one, Record) and one.url in wanted:
                text = open_document(one, EXTRACTORS["main"]).text
                found.setdefault(text, str(urlsplit(one.url).hostname))
    return tuple((site, text) for text, site in found.items())


@cache
def texts(arm: Arm) -> tuple[ngrams.Batch, npt.NDArray[np.int64]]:
    """Cut pages into texts of one length, and take some from everywhere; number the site of each."""
    told = pages()
    cut = load(TOKENIZERS[arm.tokenizer]).tokens([text for _, text in told])
    sites = {site: at for at, site in enumerate(sorted({site for site, _ in told}))}
    some, owner = [], []
    for (site, _), first, stop in zip(told, cut.starts[:-1].tolist(), cut.starts[1:].tolist(), strict=True):
        starts = range(first, stop - arm.length + 1, arm.length)
        some += [cut.tokens[at : at + arm.length] for at in starts]
        owner += [sites[site]] * len(starts)
    taken = np.unique(np.linspace(0, len(some) - 1, arm.n_texts).astype(np.int64))
    return ngrams.batch([some[at] for at in taken.tolist()]), np.array(owner)[taken]


def keys(scheme: Scheme, n: int, rng: np.random.Generator, *, search: bool) -> Iterator[Key]:
    """Draw keys; numbers of 64 bits stay positive as signed ones."""
    for _ in range(n):
        secret = bytearray(rng.bytes(scheme.key_bytes - 2 * search))
        secret[::8] = bytes(byte & 0x7F for byte in secret[::8])
        yield Key(scheme.name, bytes(secret))


def totals(found: Ngrams, scheme: Scheme, key: Key, *, search: bool) -> tuple[Any, Floats]:
    """Give the tokens that count and the total of every text; of the best tag where tags are tried."""
    if search and is_family(scheme):
        tags, n_scored, _ = scheme.best_tags(found.table, found.n_scored, key.secret)
        return n_scored, family.best_totals(found, tags, scheme, key)[0]
    counted, scores = detect.scored(found, scheme, key)
    return counted.n_scored, counted.totals(ties.told_apart(counted, scores, scheme, key)[0])


def step(law: Law) -> float:
    """Give what totals are multiples of; 0 where they are not."""
    return TIE_STEP if isinstance(law, TiedBits) else float(isinstance(law, Bits | WeightedBits))


@cache
def thresholds(profile: str, most: int, level: float) -> tuple[Floats, Floats]:
    """Find, for 0 to `most` scores, the least total with a p-value of at most a level, and that p-value."""
    law, n = ties.law_of(SCHEMES[profile]), np.arange(1, most + 1)
    low, high = law.mean * n, law.mean * n + 8.0 * law.sd * np.sqrt(n) + 25.0 * law.sd
    least = step(law)
    if least:
        low, high = np.floor(low / least) * least, np.ceil(high / least) * least
    for _ in range(60):
        middle = np.floor((low + high) / 2.0 / least) * least if least else (low + high) / 2.0
        rare = law.log_survival(middle, n) <= math.log(level)
        low, high = np.where(rare, low, middle), np.where(rare, middle, high)
        if np.all(high - low <= (least or 1e-9 * high)):
            break
    reached = np.exp(law.log_survival(high, n))
    return np.concatenate([[np.inf], high]), np.concatenate([[0.0], reached])


def levels(name: str, model: str, rng: np.random.Generator) -> dict[str, Any]:
    """Count alarms at every level, and what the law of totals lets one expect."""
    arm = ARMS[name]
    scheme, n_keys = SCHEMES[arm.profile], arm.size(model)
    found = ngrams.gather(texts(arm)[0], scheme)
    n_tags = scheme.n_tags if arm.search and is_family(scheme) else 1
    bars = [thresholds(arm.profile, arm.length, level / n_tags) for level in LEVELS]
    alarms, expected, n_tests = np.zeros(len(LEVELS)), np.zeros(len(LEVELS)), 0
    for key in keys(scheme, n_keys, rng, search=arm.search):
        n, total = totals(found, scheme, key, search=arm.search)
        n_tests += n.size  # a text of which nothing counts is a test too, with p = 1
        for at, (least, reached) in enumerate(bars):
            alarms[at] += float((total >= least[n] - 1e-9).sum())
            expected[at] += n_tags * float(reached[n].sum())
    return {"alarms": alarms.tolist(), "expected": expected.tolist(), "n_tests": n_tests}


def spread(name: str, model: str, rng: np.random.Generator) -> dict[str, Any]:
    """Measure how alarms vary over keys and sites beside binomial counts, shared n-grams left out."""
    arm = ARMS[name]
    scheme = SCHEMES[arm.profile]
    some, owner = texts(arm)
    found = ngrams.gather(some, scheme)
    sketch = shared.empty(26)
    shared.add(sketch, found)
    filtered = shared.own(sketch, found)
    least, reached = thresholds(arm.profile, arm.length, SPREAD_AT)
    squares, variance = 0.0, 0.0
    for key in keys(scheme, 30 if arm.tokenizer == "gpt2" else 100, rng, search=False):
        n, total = totals(filtered, scheme, key, search=False)
        chance = reached[n]
        excess = (total >= least[n] - 1e-9) - chance
        squares += float((np.bincount(owner, weights=excess) ** 2).sum())
        variance += float((chance * (1.0 - chance)).sum())
    return {"spread": math.sqrt(squares / variance), "kept": filtered.ends.size / found.ends.size}


def uniform(name: str, model: str, rng: np.random.Generator) -> dict[str, Any]:
    """Test by Kolmogorov and Smirnov whether p-values of one text are uniform over random keys."""
    from scipy.stats import kstest

    arm = ARMS[name]
    scheme = SCHEMES[arm.profile]
    some, _ = texts(arm)
    text = some.tokens[some.starts[100] : some.starts[101]]
    found, law = ngrams.gather(ngrams.batch([text]), scheme), ties.law_of(scheme)
    counts, sums, shares = [], [], []
    for key in keys(scheme, 2_000, rng, search=False):
        n, total = totals(found, scheme, key, search=False)
        counts.append(n)
        sums.append(total)
        shares.append(rng.random() if step(law) else 0.0)
    n, total = np.concatenate(counts), np.concatenate(sums)
    at = np.exp(law.log_survival(total, n))
    # A total that is a multiple has a share of its own chance drawn, which makes its p-value uniform.
    above = np.exp(law.log_survival(total + step(law), n)) if step(law) else at
    p = above + np.array(shares) * (at - above)
    return {"ks": float(kstest(p, "uniform").pvalue)}


def dual(rng: np.random.Generator) -> dict[str, Any]:
    """Hold tails of two fused keys against the convolution integral of the two gamma laws."""
    from scipy.special import gammaincc, gammaln

    law, worst = MixedExponentials(0.1), 0.0
    nodes, weights = np.polynomial.legendre.leggauss(2_000)
    for n in (5, 20, 200, 1_000):
        for far in (0.0, 1.0, 2.0, 4.0, 6.0):
            total = n + far * math.sqrt(0.82 * n)
            x = (nodes + 1.0) / 2.0 * total / 0.9
            density = np.exp((n - 1) * np.log(x) - x - gammaln(n)) * weights * total / 1.8
            tail = float(density @ gammaincc(n, (total - 0.9 * x) / 0.1)) + float(gammaincc(n, total / 0.9))
            said = math.exp(float(law.log_survival(np.array([total]), np.array([n]))[0]))
            worst = max(worst, abs(said / tail - 1.0))
    return {"worst": worst}


def cells(model: str) -> Mapping[str, Work]:
    """List levels of every arm, spread and uniformity of every profile, and the law of two keys."""
    found: dict[str, Work] = {f"levels-{name}": partial(levels, name, model) for name in ARMS}
    for name, arm in ARMS.items():
        if not arm.search:
            found[f"spread-{name}"] = partial(spread, name, model)
            found[f"uniform-{name}"] = partial(uniform, name, model)
    return found | {"dual": dual}


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Turn counts into realised levels beside those that the laws can reach."""
    values: dict[str, Value] = {}
    bands = []
    for name in ARMS:
        counted = results[f"levels-{name}"]
        shares = []
        for level, alarms, expected in zip(LEVELS, counted["alarms"], counted["expected"], strict=True):
            nominal = counted["n_tests"] * level
            shares.append(alarms / nominal)
            if nominal < LEAST and model != FULL:
                continue
            values[f"{name}, realised by nominal level {level:g}"] = Value(
                alarms / nominal, math.sqrt(max(alarms, 1.0)) / nominal, expected / nominal
            )
        bands.append(Band(name, tuple(shares)))
        values[f"{name}, tests"] = Value(float(counted["n_tests"]))
    for name, arm in ARMS.items():
        if not arm.search:
            values[f"{name}, spread over keys and sites"] = Value(results[f"spread-{name}"]["spread"])
            values[f"{name}, p of uniformity"] = Value(results[f"uniform-{name}"]["ks"])
    values["two fused keys, largest relative error of p"] = Value(results["dual"]["worst"])
    exponents = tuple(-math.log10(level) for level in LEVELS)
    figure = Fan("Realised levels", "by nominal", exponents, tuple(bands), across="- log10 of the level")
    return Told(values, (figure,))


def digest_of_pages() -> bytes:
    """Give the text that is tested, whose digest stands in expected.json."""
    return hashlib.sha256("\0".join(text for _, text in pages()).encode()).digest()


STUDY = Study(
    title="P-values of watermarks on human text are what they say, for every profile.",
    paper="No paper: null laws, held against the human pages of the sample crawl.",
    settings=(
        Setting("text", "none", "human pages of the sample crawl, in texts of 100 tokens, none twice"),
        Setting("tests", "none", "2,000 texts under 500 keys a profile, under 2,000 with --model full"),
        Setting("slow profiles", "none", "5 10^4 or 10^5 tests, 10^6 with --model full"),
        Setting("self-hash", "none", "texts of 35 tokens"),
    ),
    cells=cells,
    tell=tell,
    models=("quick", FULL),
    inputs={"human pages": digest_of_pages},
    workers=2,
    parts=("collapse", "watermark"),
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
