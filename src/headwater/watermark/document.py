"""Documents against all keys that may have marked them: one p-value for everything that was tried.

Each text is tested as a whole and by its spans, under every key, in every variant (tokenizer,
normalisation); the p-value is corrected for all of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.watermark import detect, family, localise, ngrams, ties
from headwater.watermark.keys import Key
from headwater.watermark.localise import Span
from headwater.watermark.ngrams import Batch, Longs, Ngrams
from headwater.watermark.scheme import Scheme, is_family

_SAMPLED = 4  # a suspect in haste is tried on one n-gram in so many
_BEST = np.dtype(
    [(name, np.int64) for name in ("suspect", "key", "tag", "text", "n_scored")]
    + [(name, np.float64) for name in ("total", "whole", "log_p")]
)


@dataclass(frozen=True, slots=True)
class Suspect:
    """Name a scheme and the keys that may have marked by it.

    Attributes:
        scheme: The scheme.
        keys: One at least, all different. A key of a family without its tag stands for all tags.
        hasty: Whether to try every fourth n-gram first, and to drop the keys that show nothing there: half
            of the work for many keys, and less power for faint marks.
    """

    scheme: Scheme
    keys: Sequence[Key]
    hasty: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Say what the strongest evidence is that a document is marked.

    Attributes:
        suspect: Place of the suspect in the order given.
        key: Place of the key among those of the suspect.
        tag: Which of all tags, where the key has none; else None.
        text: Place of the text in the batch: the variant of the document.
        n_scored: Tokens of it that count.
        total: Sum of their scores.
        log_p_whole: ln of the p-value of that total, corrected for tags and nothing else.
        spans: Where it is marked, the plainest first; empty if only the whole stands out, or nothing does.
        n_tests: Pairs of a key and a text that were tried for this document.
        log_p: ln of the p-value of the document, corrected for keys, variants and spans; 0 for a document
            too short to tell.
    """

    suspect: int
    key: int
    tag: int | None
    text: int
    n_scored: int
    total: float
    log_p_whole: float
    spans: tuple[Span, ...]
    n_tests: int
    log_p: float

    @property
    def p(self) -> float:
        """Give the p-value; 0 where it is below the smallest float."""
        return math.exp(self.log_p)


def examine(
    texts: Batch,
    suspects: Sequence[Suspect],
    *,
    documents: npt.ArrayLike | None = None,
    level: float = 1e-3,
) -> tuple[Finding, ...]:
    """Test documents against all suspects.

    Null law: the documents chosen without knowledge of the keys; then p is uniform or larger, whatever
    the dependence of variants and keys (Bonferroni).

    Args:
        texts: m texts of tokens, of one tokenizer.
        suspects: Who may have marked them; one at least.
        documents: Shape (m,), from 0 without a gap: the document that each text is a variant of. Each text
            is a document of its own if None.
        level: Chance, in (0, 1), that an unmarked document shows any span under its best key; a document
            with a larger p-value shows none.

    Returns:
        A finding for each document.

    Raises:
        InputError: If there is no suspect, keys are as `detect.scan` refuses them, or `documents` does not
            number the texts.
    """
    owner = _owners(documents, texts.starts.size - 1)
    if not suspects:
        raise InputError("no key to detect with")
    best = np.zeros(int(owner.max(initial=-1)) + 1, dtype=_BEST)
    best["log_p"] = np.inf
    for place, suspect in enumerate(suspects):
        detect.check_keys(suspect.scheme, suspect.keys)
        found = ngrams.gather(texts, suspect.scheme)
        sample = found.every(_SAMPLED) if suspect.hasty else None
        for at, key in enumerate(suspect.keys):
            for tags, reading in _readings(found, sample, suspect.scheme, key):
                _improve(best, owner, (place, at, tags), reading)
    n_tests = np.bincount(owner, minlength=best.size) * sum(len(each.keys) for each in suspects)
    with np.errstate(divide="ignore"):
        best["log_p"] = np.minimum(best["log_p"] + np.log(n_tests), 0.0)
    return tuple(_finding(texts, suspects, best[at], (int(n), level)) for at, n in enumerate(n_tests))


def examine_in_turn(
    texts: Batch, stages: Sequence[Sequence[Suspect]], *, level: float = 1e-3
) -> tuple[Finding, ...]:
    """Test documents against likely suspects first, then those not found yet.

    As with the key that a manifest names, then a beacon, then a registry. Half of the level goes to the
    first stage, half of the rest to the second, and so on; what is spent does not depend on what is found,
    so it does not matter when one stops (Bonferroni with weights).

    Args:
        texts: m texts of tokens, a document each.
        stages: Suspects of each stage, likeliest first; one stage at least.
        level: A document whose p-value is at most this is not tested further; also that of its spans.

    Returns:
        A finding for each document, of the stage with the smallest p-value; `suspect` counts through all
        stages.

    Raises:
        InputError: If there is no stage, or as `examine`.
    """
    if not stages:
        raise InputError("no key to detect with")
    found: dict[int, Finding] = {}
    left, before = np.arange(texts.starts.size - 1), 0
    for number, suspects in enumerate(stages):
        last = number == len(stages) - 1
        weight = math.log(2.0) * (number if last else number + 1)
        for at, one in zip(left.tolist(), examine(_some(texts, left), suspects, level=level), strict=True):
            log_p = min(0.0, one.log_p + weight)
            better = at not in found or log_p < found[at].log_p
            tested = one.n_tests + (found[at].n_tests if at in found else 0)
            kept = replace(one, suspect=one.suspect + before, text=at, log_p=log_p) if better else found[at]
            found[at] = replace(kept, n_tests=tested)
        left = np.array([at for at in left.tolist() if found[at].log_p > math.log(level)], dtype=np.int64)
        before += len(suspects)
    return tuple(found[at] for at in sorted(found))


def _some(texts: Batch, chosen: Longs) -> Batch:
    return ngrams.batch([texts.tokens[texts.starts[at] : texts.starts[at + 1]] for at in chosen.tolist()])


def strongest(findings: Sequence[Finding]) -> Finding:
    """Take the strongest of what separate examinations say of one document.

    As with several tokenizers, whose texts do not fit into one batch.

    Args:
        findings: One at least; of different keys or variants.

    Returns:
        The one of the smallest p-value, corrected for all that was tried in any of them.

    Raises:
        InputError: If there is none.
    """
    if not findings:
        raise InputError("no finding to take the strongest of")
    n_tests = sum(found.n_tests for found in findings)
    # Corrected for its own number of tests alone, each is too small by what the others tried.
    best = min(findings, key=lambda found: found.log_p - math.log(found.n_tests))
    log_p = best.log_p + math.log(n_tests / best.n_tests) if best.log_p < 0.0 else 0.0
    return replace(best, n_tests=n_tests, log_p=min(log_p, 0.0))


def _owners(documents: npt.ArrayLike | None, n_texts: int) -> Longs:
    if documents is None:
        return np.arange(n_texts, dtype=np.int64)
    owner = np.asarray(documents)
    numbers = owner.ndim == 1 and owner.size == n_texts and (owner.dtype.kind in "iu" or not n_texts)
    if not numbers or not np.array_equal(np.unique(owner), np.arange(int(owner.max(initial=-1)) + 1)):
        raise InputError(f"{n_texts} texts need the numbers of their documents, from 0 without a gap")
    return owner.astype(np.int64)


def _readings(
    found: Ngrams, sample: Ngrams | None, scheme: Scheme, key: Key
) -> Iterator[tuple[Longs, detect.Reading]]:
    if is_family(scheme) and family.is_open(scheme, key):
        yield from family.search(found, scheme, key)
        return
    untagged = np.full(found.n_scored.size, -1)
    if sample is None:
        yield untagged, detect.read(found, scheme, key)
    else:
        yield untagged, detect.read_hastily(found, sample, scheme, key)


def _improve(
    best: npt.NDArray[np.void], owner: Longs, who: tuple[int, int, Longs], reading: detect.Reading
) -> None:
    """Keep what is stronger than what was found before."""
    log_p = reading.log_p_either
    better = np.flatnonzero(log_p < best["log_p"][owner])
    # The last row that is written for a document stays: that of its strongest variant.
    better = better[np.argsort(-log_p[better], kind="stable")]
    rows = np.empty(better.size, dtype=_BEST)
    rows["suspect"], rows["key"], rows["tag"] = who[0], who[1], who[2][better]
    rows["text"], rows["log_p"] = better, log_p[better]
    rows["n_scored"], rows["total"] = reading.n_scored[better], reading.totals[better]
    rows["whole"] = reading.log_p[better]
    best[owner[better]] = rows


def _finding(texts: Batch, suspects: Sequence[Suspect], row: np.void, known: tuple[int, float]) -> Finding:
    suspect, at, number, text, n_scored, total, whole, log_p = row.tolist()
    n_tests, level = known
    tag = None if number < 0 else number
    found: tuple[Span, ...] = ()
    if log_p <= math.log(level):
        tokens = texts.tokens[texts.starts[text] : texts.starts[text + 1]]
        key = suspects[suspect].keys[at]
        named = key if tag is None else family.tagged(key, tag)
        found = spans(tokens, suspects[suspect].scheme, named, level=level)
    return Finding(suspect, at, tag, text, n_scored, total, whole, found, n_tests, log_p)


def spans(tokens: npt.ArrayLike, scheme: Scheme, key: Key, *, level: float) -> tuple[Span, ...]:
    """List the spans of one text that a key has marked, the plainest first.

    Args:
        tokens: Shape (n,).
        scheme: How it may be marked.
        key: A key of that scheme.
        level: Chance, in (0, 1), that a text without a mark has any.

    Returns:
        Spans by places in the text; each begins with the context of its first token that counts.

    Raises:
        InputError: If tokens are none, or the key is of another profile.
    """
    detect.check_keys(scheme, [key])
    found, scores = detect.scored(ngrams.gather(ngrams.batch([tokens]), scheme), scheme, key)
    finer, law = ties.told_apart(found, scores, scheme, key)
    return tuple(
        replace(
            span,
            start=max(0, int(found.position[span.start]) - scheme.width),
            stop=int(found.position[span.stop - 1]) + 1,
            total=span.total if law == scheme.law else math.floor(span.total),
        )
        for span in localise.spans(finer, law, level=level)
    )
