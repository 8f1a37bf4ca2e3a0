"""Texts against keys: totals, p-values, and the p-value of the best of many keys."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.watermark import ties
from headwater.watermark.keys import Key
from headwater.watermark.localise import log_p_best
from headwater.watermark.ngrams import Batch, Longs, Ngrams, batch, gather
from headwater.watermark.scheme import Floats, Scheme, ScoreStream, is_redrawing

_PROMISING = math.log(0.1)
_TWO = math.log(2.0)


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """Hold what a scheme says of m texts under k keys.

    Attributes:
        n_scored: Shape (m, k), tokens that count.
        totals: Shape (m, k), sums of scores.
        log_p: Shape (m, k), natural logarithms of p-values; 0 where nothing counts.
    """

    n_scored: Longs
    totals: Floats
    log_p: Floats

    @property
    def log_p_any(self) -> Floats:
        """Give ln p, shape (m,), that no key marked the text, whatever the number of keys."""
        return log_p_any(self.log_p)


@dataclass(frozen=True, slots=True)
class Finding:
    """Say what the best of some keys says of one text.

    Attributes:
        profile: Versioned name of the scheme.
        key: Place of the key with the smallest p-value, in the order given.
        n_keys: How many were tried.
        n_scored: Tokens that count.
        total: Sum of their scores under that key.
        log_p: ln of the p-value, corrected for the number of keys; 0 for a text too short to tell.
    """

    profile: str
    key: int
    n_keys: int
    n_scored: int
    total: float
    log_p: float

    @property
    def p(self) -> float:
        """Give the p-value; 0 where it is below the smallest float."""
        return math.exp(self.log_p)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Hold what a scheme says of m texts under one key.

    Attributes:
        n_scored: Shape (m,), tokens that count.
        totals: Shape (m,), sums of scores.
        log_p: Shape (m,), ln of the p-values of the totals; 0 where nothing counts.
        log_p_best: Shape (m,), ln of the p-values of the interval of each that stands out most, corrected
            for the number of intervals.
    """

    n_scored: Longs
    totals: Floats
    log_p: Floats
    log_p_best: Floats

    @property
    def log_p_either(self) -> Floats:
        """Give ln p, shape (m,), of texts tested whole and by spans (Bonferroni)."""
        return np.minimum(np.minimum(self.log_p, self.log_p_best) + _TWO, 0.0)


def read(found: Ngrams, scheme: Scheme, key: Key) -> Reading:
    """Test every text of a batch, as a whole and by its spans, under one key.

    Null law: as in `scan`, for either p-value by itself.

    Args:
        found: What the scheme scores of m texts.
        scheme: How they may be marked.
        key: A key of that scheme.

    Returns:
        Totals and p-values.

    Raises:
        InputError: If the key is of another profile.
    """
    check_keys(scheme, [key])
    found, scores = scored(found, scheme, key)
    totals = found.totals(scores)
    log_p = scheme.law.log_survival(totals, found.n_scored)
    best = log_p_best(scores, found.n_scored, scheme.law)
    near = ties.ranked(found, scores, scheme, key, log_p=np.minimum(log_p, best))
    if near is not None:
        log_p[near.which] = near.log_p
        finer = log_p_best(near.scores, near.found.n_scored, near.law)
        best[near.which] = np.minimum(best[near.which], finer)
    return Reading(found.n_scored, totals, log_p, best)


def read_hastily(found: Ngrams, sample: Ngrams, scheme: Scheme, key: Key) -> Reading:
    """Test under one key the texts of which a sample shows something.

    A text is dropped, with p = 1, unless the sample of it has a p-value of at most 1/10 or some span there
    stands out. That can only make a p-value larger, so the null law is that of `read`.

    Args:
        found: What the scheme scores of m texts.
        sample: Some of it, such as `found.every(4)`; the same for every key.
        scheme: How they may be marked.
        key: A key of that scheme.

    Returns:
        As `read`; p = 1 for texts that were dropped, and what of them was scored.

    Raises:
        InputError: If the key is of another profile.
    """
    first = read(sample, scheme, key)
    promising = (first.log_p <= _PROMISING) | (first.log_p_best < 0.0)
    of_those = np.repeat(promising, found.n_scored)
    rest = read(found.only(of_those), scheme, key)
    return Reading(
        n_scored=np.where(promising, rest.n_scored, first.n_scored),
        totals=np.where(promising, rest.totals, first.totals),
        log_p=np.where(promising, rest.log_p, 0.0),
        log_p_best=np.where(promising, rest.log_p_best, 0.0),
    )


def scan(texts: Batch, scheme: Scheme, keys: Sequence[Key]) -> Scan:
    """Score every text of a batch under every key.

    What is scored does not depend on the key, so it is found once.

    Null law: the text chosen without knowledge of the key; then each p-value is uniform or, for scores
    on a lattice, larger, over a random key.

    Args:
        texts: m texts of tokens.
        scheme: How they may be marked.
        keys: k keys of that scheme, all different.

    Returns:
        Totals and p-values.

    Raises:
        InputError: If there is no key, one is of another profile, or one is given twice.
    """
    check_keys(scheme, keys)
    found = gather(texts, scheme)
    totals = np.empty((found.n_scored.size, len(keys)))
    n_scored, log_p = np.empty_like(totals, dtype=np.int64), np.empty_like(totals)
    for at, key in enumerate(keys):
        counted, scores = scored(found, scheme, key)
        n_scored[:, at], totals[:, at] = counted.n_scored, counted.totals(scores)
        log_p[:, at] = scheme.law.log_survival(totals[:, at], n_scored[:, at])
        near = ties.ranked(counted, scores, scheme, key, log_p=log_p[:, at])
        if near is not None:
            log_p[near.which, at] = near.log_p
    return Scan(n_scored, totals, log_p)


def scored(found: Ngrams, scheme: Scheme, key: Key) -> tuple[Ngrams, Floats]:
    """Score n-grams, and leave out those that do not count under the key.

    Nor does a draw that occurred before in the text: its score is no new evidence.
    """
    if is_redrawing(scheme):
        draws = scheme.draws(found.table, key.secret)
        found = found if draws is None else found.drawn_once(draws)
    scores = found.scores(scheme, key.secret)
    if not np.isnan(scores.sum()):
        return found, scores
    counts = ~np.isnan(scores)
    return found.only(counts), scores[counts]


def detect(tokens: npt.ArrayLike, scheme: Scheme, keys: Sequence[Key]) -> Finding:
    """Test one text against some keys.

    Args:
        tokens: Shape (n,), token ids of the tokenizer of the model.
        scheme: How it may be marked.
        keys: Keys of that scheme, all different.

    Returns:
        The best key, and a p-value that counts how many were tried.

    Raises:
        InputError: If tokens are none, or keys as in `scan`.
    """
    found = scan(batch([tokens]), scheme, keys)
    best = int(np.argmin(found.log_p[0]))
    return Finding(
        profile=scheme.name,
        key=best,
        n_keys=len(keys),
        n_scored=int(found.n_scored[0, best]),
        total=float(found.totals[0, best]),
        log_p=float(found.log_p_any[0]),
    )


def stream(tokens: npt.ArrayLike, scheme: Scheme, key: Key) -> ScoreStream:
    """Give the score of every token of a text, for whatever looks at parts of it.

    Args:
        tokens: Shape (n,).
        scheme: How it may be marked.
        key: A key of that scheme.

    Returns:
        Scores and weights, shape (n,).

    Raises:
        InputError: If tokens are none, or the key is of another profile.
    """
    check_keys(scheme, [key])
    texts = batch([tokens])
    found, known = scored(gather(texts, scheme), scheme, key)
    scores, weights = np.zeros(texts.tokens.size), np.zeros(texts.tokens.size)
    scores[found.position] = known
    weights[found.position] = 1.0
    return ScoreStream(scores, weights)


def log_p_any(log_p: Floats) -> Floats:
    """Correct the smallest of k p-values for their number.

    Null law: the p-values of different keys are independent and uniform or larger, as pseudo-random
    functions under different keys make them.

    Args:
        log_p: Shape (..., k), k at least 1.

    Returns:
        ln(1 - (1 - p)**k) for the smallest p, shape (...).

    Source:
        Šidák (1967), JASA 62, exact for independent tests; Bonferroni's k p is larger by (k p)**2 / 2 at
        most.
    """
    least, k = log_p.min(axis=-1), log_p.shape[-1]
    with np.errstate(divide="ignore"):
        spared = np.log1p(-np.exp(np.minimum(least, -1e-300)))  # ln of the chance that one key spares it
        exact = np.log(-np.expm1(k * spared))
    # Below the smallest float both sides are k p.
    return np.asarray(np.where(least < -600.0, np.minimum(least + math.log(k), 0.0), np.minimum(exact, 0.0)))


def check_keys(scheme: Scheme, keys: Sequence[Key]) -> None:
    """Refuse keys that cannot be tried together.

    Raises:
        InputError: If there is no key, one is of another profile, or one is given twice.
    """
    if not keys:
        raise InputError("no key to detect with")
    other = next((key.profile for key in keys if key.profile != scheme.name), None)
    if other is not None:
        raise InputError(f"a key of {other} finds no mark by {scheme.name}")
    if len(set(keys)) < len(keys):
        raise InputError(
            "a key is given twice", hint="give each key once; the number of keys is corrected for"
        )
