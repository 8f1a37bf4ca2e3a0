"""What is measured of a generation: the model against human text nobody trained on, and what it was fed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headwater.collapse.monitor import watch
from headwater.errors import InputError
from headwater.loop.author import Author
from headwater.measure import profile
from headwater.measure.tail_mass import tail_mass, tail_types
from headwater.measure.tokens import words

# Of the perplexity of a page; what lies outside counts as the nearest bin.
EDGES = tuple(round(float(edge), 3) for edge in np.geomspace(10.0, 10_000.0, 31))
_N_WRITTEN = 60


@dataclass(frozen=True, slots=True)
class Generation:
    """Hold what became of one generation of an arm.

    Attributes:
        arm: Its name.
        generation: Its number; 0 learns from people alone.
        n_web: Pages that are there.
        web_generated: Share of them that a model wrote.
        n_crawled: Pages that the crawl read.
        n_admitted: Pages that curation let through.
        admitted_generated: Share of those that a model wrote.
        people_lost: Share of the human pages of the crawl that curation kept out.
        n_trained: Pages that the model was trained on.
        contaminated: Share of those that a model wrote.
        sealed: Share of those that came from the sealed reserve.
        vouched: Share of those that the reserve proves, or reviewers surely take, to be a person's.
        n_votes: Votes that reviewers cast in this generation.
        perplexity: Of held-out human text under the model, a token.
        n_types: Distinct words of the training set.
        n_tokens: Distinct tokens of the training set that people use; a model that writes tokens coins
            words, but no tokens.
        tail_mass: Share of the words of what the model writes that are of the human tail, divided by that of
            held-out human text.
        written: Shares of the pages that the model writes by their perplexity under the model of generation
            0, in the bins of `EDGES`.
        stage: What `monitor` calls the training set, held against human text.
        tail_loss: What it says of the words lost: L.
        drift: What it says of perplexity, in nats a word: D; 0 where there is too little text.
        sample: The beginning of a page that the model wrote.
        reasons: What curation decided, reason -> pages.
    """

    arm: str
    generation: int
    n_web: int
    web_generated: float
    n_crawled: int
    n_admitted: int
    admitted_generated: float
    people_lost: float
    n_trained: int
    contaminated: float
    sealed: float
    vouched: float
    n_votes: int
    perplexity: float
    n_types: int
    n_tokens: int
    tail_mass: float
    written: tuple[float, ...]
    stage: str
    tail_loss: float
    drift: float
    sample: str
    reasons: dict[str, int]

    def __post_init__(self) -> None:
        """Refuse what no page can be drawn of.

        Raises:
            InputError: If the bins are not those of `EDGES`.
        """
        if len(self.written) != len(EDGES) - 1:
            raise InputError(f"{len(self.written)} bins of pages, not {len(EDGES) - 1}")


@dataclass(frozen=True, slots=True)
class Yardstick:
    """Hold what generations are measured by.

    Attributes:
        reference: As many human pages as a model is trained on; no model is trained on them.
        held_out: Human pages that no model is trained on.
        first: The model of generation 0.
    """

    reference: Sequence[str]
    held_out: Sequence[str]
    first: Author


def perplexity(author: Author, texts: Sequence[str]) -> float:
    """Measure the perplexity of a token of human text."""
    return math.exp(author.surprise(texts))


def of_writing(author: Author, by: Yardstick, *, rng: np.random.Generator, top_p: float) -> dict[str, object]:
    """Measure what a model writes.

    Args:
        author: The model.
        by: What it is measured by.
        rng: Of the pages it writes.
        top_p: The nucleus it writes from.

    Returns:
        Fields of `Generation`.
    """
    pages = author.write(_N_WRITTEN, rng=rng, top_p=top_p)
    tail = _tail(by.reference)
    ratio = _mass(pages, tail) / _mass(by.held_out, tail)
    strange = np.clip(by.first.perplexity(pages), EDGES[0], EDGES[-1])
    return {
        "tail_mass": ratio,
        "written": tuple((np.histogram(strange, EDGES)[0] / strange.size).tolist()),
        "sample": pages[0][:400],
    }


def of_training(reference: Sequence[str], trained: Sequence[str], *, seed: int) -> dict[str, object]:
    """Let the monitor look at a training set.

    Args:
        reference: Human pages.
        trained: The training set.
        seed: Of the monitor's splits.

    Returns:
        Fields of `Generation`.
    """
    told: dict[str, object] = {"n_types": len({word for text in trained for word in words(text)})}
    try:
        found = watch(profile.of(reference), profile.of(trained), rng=np.random.default_rng(seed))
    except InputError:
        return told | {"stage": "too little text", "tail_loss": 0.0, "drift": 0.0}
    drift = found.evidence.perplexity_drift
    return told | {
        "stage": found.verdict.stage,
        "tail_loss": found.evidence.tail_loss.value,
        "drift": drift.value if drift else 0.0,
    }


def _tail(reference: Sequence[str]) -> set[str]:
    counts = Counter(word for text in reference for word in words(text))
    rare = tail_types(np.array(list(counts.values())))
    return {word for word, is_rare in zip(counts, rare, strict=True) if is_rare}


def _mass(texts: Sequence[str], tail: set[str]) -> float:
    counts = Counter(word for text in texts for word in words(text))
    flat = np.array(list(counts.values()))
    return tail_mass(flat, np.array([word in tail for word in counts])).value
