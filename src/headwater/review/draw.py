"""From a finished curate run to a batch for humans, which whoever has the run draws again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from heapq import heappush, heappushpop
from pathlib import Path
from typing import Any

import numpy as np

from headwater import canonical
from headwater.errors import InputError, VerificationError
from headwater.review import pool
from headwater.review.deficit import Deficit
from headwater.review.embedding import EMBEDDINGS
from headwater.review.embedding.embedding import Embedding
from headwater.review.manifest import Manifest, parse
from headwater.review.pool import Candidate
from headwater.review.select import SELECTORS
from headwater.review.select.batch import manifest
from headwater.review.select.chunk import Chunk, Ids, chunk, uniform
from headwater.review.select.sketch import scan
from headwater.review.select.strata import Centroids, centroids
from headwater.review.store import Item

_AT_ONCE = 1_024
_SAMPLE_A_STRATUM = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """Say how a batch is drawn; all of it stands in the manifest.

    Attributes:
        seed: Any text, best one that nobody could choose.
        n: Documents wanted.
        selector: One of `SELECTORS`.
        pool: One of `POOLS`.
        embedding: One of `EMBEDDINGS`.
        n_strata: Strata at most.
    """

    seed: str
    n: int = 1_000
    selector: str = "active-1"
    pool: str = "grey"
    embedding: str = "hashed-1"
    n_strata: int = 64

    def __post_init__(self) -> None:
        """Check names and counts.

        Raises:
            InputError: If something is unknown, or a count is below 1.
        """
        for name, table in (("selector", SELECTORS), ("embedding", EMBEDDINGS), ("pool", pool.POOLS)):
            if getattr(self, name) not in table:
                raise InputError(f"no {name} '{getattr(self, name)}'", hint=f"there are {', '.join(table)}")
        if self.n < 1 or self.n_strata < 1 or not self.seed:
            raise InputError("a batch needs a seed, a document and a stratum at least")


@dataclass(frozen=True, slots=True)
class Beside:
    """Hold what a batch depends on beside the run.

    Attributes:
        deficit: Tail deficit of texts; None for none.
        deficit_digest: Names it.
        judged: Records that humans judged before: not asked again, and what is like them is less new.
        model: Folder of the model of the embedding, where it needs one.
        gold: Documents whose answer is known, text -> label: asked about like all others, so that it shows
            how good validators are.
    """

    deficit: Deficit | None = None
    deficit_digest: str = ""
    judged: frozenset[str] = field(default_factory=frozenset)
    model: str = ""
    gold: Mapping[str, str] = field(default_factory=dict)

    def told(self, embedding: Embedding) -> dict[str, str]:
        """Name everything by its digest; empty for nothing."""
        judged = "\n".join(sorted(self.judged))
        return {
            "deficit": self.deficit_digest,
            "judged": hashlib.sha256(judged.encode()).hexdigest() if judged else "",
            "model": embedding.digest(),
            # Of texts and labels; which label is whose is for nobody to read before they voted.
            **({"gold": canonical.digest(dict(self.gold))} if self.gold else {}),
        }


@dataclass(frozen=True, slots=True)
class Batch:
    """Hold what was drawn.

    Attributes:
        data: The manifest's bytes.
        manifest: The same, read.
        texts: Digest of each document's text -> the text.
        gold: Digest -> label, of documents whose answer is known.
    """

    data: bytes
    manifest: Manifest
    texts: Mapping[str, str]
    gold: Mapping[str, str]


def draw(root: Path, plan: Plan, beside: Beside | None = None) -> Batch:
    """Draw a batch from a finished run.

    Three passes over the pool's texts: one for a sample that strata are learned from, one for the sketch,
    one for the texts of the choice. What is remembered does not grow with the pool, but for the digests that
    keep a text from being asked twice and what statistics say of each document.

    Args:
        root: Folder of a finished run.
        plan: How.
        beside: What else counts.

    Returns:
        The batch.

    Raises:
        InputError: If there is no finished run, or nothing in the pool that was not judged yet.
    """
    beside = beside or Beside()
    embedding = EMBEDDINGS[plan.embedding](beside.model)
    told = {**asdict(plan), "run": pool.run_id(root), **beside.told(embedding)}
    del told["seed"], told["selector"]
    among = _strata(root, plan, beside, embedding)
    selector = SELECTORS[plan.selector](among)
    stream = (_chunk(some, embedding, beside.deficit) for some in _some(_open(root, plan, beside)))
    sketch = scan(stream, selector.rate, among=among, seed=plan.seed)
    drawn = selector.draw(sketch, plan.n, _rng(plan.seed, "draw"))
    found = _fetch(_open(root, plan, beside), drawn.documents.id)
    known = [_known(text) for text in sorted(beside.gold)]
    if known:
        drawn = drawn.beside(among.assign(_chunk(known, embedding, None)), "gold")
        found |= {int(one.digest[:16], 16): one for one in known}
    order = [found[int(one)] for one in drawn.documents.id]
    rows = [
        {
            "document": one.digest,
            "record": one.record,
            "p_human": round(sum(one.p_human) / 2, 9),
            "score": round(one.score, 6),
        }
        for one in order
    ]
    data = manifest(sketch, drawn, selector, detectors=pool.detectors(root), beside=rows, draw=told)
    labels = {one.digest: beside.gold[one.text] for one in known}
    return Batch(data, parse(data), {one.digest: one.text for one in order}, labels)


def items(batch: Batch, *, n_wanted: int) -> list[Item]:
    """Give a batch as the queue of a campaign takes it.

    Args:
        batch: What was drawn.
        n_wanted: Votes that each document gets before anybody looks whether it needs more.
    """
    digest, rank = batch.manifest.digest, batch.manifest.ranks()
    return [
        Item(digest, one.document, batch.texts[one.document], one.pi, rank[one.document], n_wanted)
        for one in batch.manifest.items
    ]


def verify(root: Path, data: bytes, beside: Beside | None = None) -> Batch:
    """Draw a batch again as its manifest says, and hold it against the manifest.

    Args:
        root: Folder of the same run.
        data: The manifest.
        beside: What else counted.

    Returns:
        The batch.

    Raises:
        VerificationError: If another batch is drawn, or from something else.
        FormatError: If it is no manifest.
    """
    said = parse(data)
    keys = {one: said.draw.get(one) for one in ("n", "pool", "embedding", "n_strata")}
    if not all(isinstance(keys[one], kind) for one, kind in zip(keys, (int, str, str, int), strict=True)):
        raise VerificationError("the manifest does not say how it was drawn")
    again = draw(root, Plan(said.seed, selector=said.selector, **keys), beside)  # type: ignore[arg-type]
    for what in ("run", "deficit", "judged", "model", "gold"):
        if again.manifest.draw.get(what) != said.draw.get(what):
            raise VerificationError(
                f"the batch was drawn with another {what}",
                hint="name the run as it was, and give all files and --model as they were then",
            )
    if again.data != data:
        raise VerificationError("drawn again, it is another batch")
    return again


def _open(root: Path, plan: Plan, beside: Beside) -> Iterator[Candidate]:
    return (
        one
        for one in pool.candidates(root, plan.pool)
        if one.record not in beside.judged and one.text not in beside.gold
    )


def _known(text: str) -> Candidate:
    """Make a candidate of a document whose answer is known, of which no detector was asked."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Candidate(f"gold-{digest[:16]}", digest, text, (0.5, 0.5), 0.0, "", 1.0)


def _strata(root: Path, plan: Plan, beside: Beside, embedding: Embedding) -> Centroids:
    """Learn strata from a simple random sample, and count in each what was judged.

    Raises:
        InputError: If there is nothing to learn from.
    """
    room, kept, judged = _SAMPLE_A_STRATUM * plan.n_strata, list[tuple[float, str, Candidate]](), []
    for one in pool.candidates(root, plan.pool):
        if one.record in beside.judged:
            judged.append(one)
            continue
        number = float(uniform(_ids([one]), f"{plan.seed}/strata")[0])
        entry = (-number, one.digest, one)
        if len(kept) < room:
            heappush(kept, entry)
        else:
            heappushpop(kept, entry)
    if not kept:
        raise InputError(
            f"nothing of the pool '{plan.pool}' is left to ask",
            hint="choose another --pool, such as kept; a run without --calibration leaves nothing grey "
            "but its quarantine",
        )
    sample = _chunk([one for *_, one in sorted(kept, key=lambda entry: entry[:2])], embedding, None)
    validated = _chunk(judged, embedding, None) if judged else None
    return centroids(sample, plan.n_strata, rng=_rng(plan.seed, "strata"), validated=validated)


def _chunk(some: list[Candidate], embedding: Embedding, deficit: Deficit | None) -> Chunk:
    texts = [one.text for one in some]
    return chunk(
        _ids(some),
        embedding.embed(texts),
        [one.p_human for one in some],
        deficit=None if deficit is None else deficit(texts),
        cost_s=[one.cost_s for one in some],
        language=[one.language for one in some],
    )


def _some(every: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    held: list[Candidate] = []
    for one in every:
        held.append(one)
        if len(held) == _AT_ONCE:
            yield held
            held = []
    if held:
        yield held


def _fetch(every: Iterable[Candidate], wanted: Ids) -> dict[int, Candidate]:
    chosen = set(wanted.tolist())
    return {at: one for one in every if (at := int(one.digest[:16], 16)) in chosen}


def _ids(some: list[Candidate]) -> Ids:
    return np.array([int(one.digest[:16], 16) for one in some], dtype=np.uint64)


def _rng(seed: str, what: str) -> Any:
    return np.random.default_rng(list(hashlib.sha256(f"{seed}/{what}".encode()).digest()))
