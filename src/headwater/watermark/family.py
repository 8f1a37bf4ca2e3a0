"""Keys whose tag is not known: all tags of a family are tried at once, and counted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from headwater.errors import InputError
from headwater.watermark import detect, ties
from headwater.watermark.detect import Reading
from headwater.watermark.keys import Key
from headwater.watermark.law import Floats, Law, Longs
from headwater.watermark.ngrams import Ngrams
from headwater.watermark.scheme import Family, Scheme, check_key, is_family

TAG_BYTES = 2
_PIECE = 128  # n-grams of a piece that is looked through by itself


def is_open(scheme: Scheme, key: Key) -> bool:
    """Tell whether a key is a family's secret without a tag."""
    return is_family(scheme) and len(key.secret) == scheme.key_bytes - TAG_BYTES


def check(scheme: Scheme, key: Key) -> None:
    """Refuse a key that finds nothing: neither whole nor a family's secret.

    Raises:
        InputError: If it has another length than the profile says.
    """
    if not is_open(scheme, key):
        check_key(scheme, key.secret)


def tagged(key: Key, tag: int) -> Key:
    """Put a tag to a secret.

    Args:
        key: A secret without a tag.
        tag: In [0, 65536).

    Raises:
        InputError: If the tag is out of range.
    """
    if not 0 <= tag < 1 << 8 * TAG_BYTES:
        raise InputError(f"a tag is a number below {1 << 8 * TAG_BYTES:,}, not {tag}")
    return Key(key.profile, key.secret + tag.to_bytes(TAG_BYTES, "big"))


def untagged(scheme: Scheme, key: Key) -> Key:
    """Take the tag off a key.

    Args:
        scheme: Its profile.
        key: A whole key.

    Raises:
        InputError: If keys of the profile have no tag.
    """
    if not is_family(scheme):
        raise InputError(
            f"keys of {scheme.name} have no tag", hint="payload-aes-1 and beacon-public-aes-1 have"
        )
    return Key(key.profile, key.secret[:-TAG_BYTES])


def search(found: Ngrams, scheme: Family, key: Key) -> Iterator[tuple[Longs, Reading]]:
    """Test every text under all tags of a secret.

    The whole is tested under its best tag. Its spans are tested under the best tags of its pieces, as
    a passage need not show in the whole. All tags are corrected for, so it does not matter which are
    looked at (Bonferroni).

    Null law: the texts chosen without knowledge of the secret; then the p-values are uniform or larger.

    Args:
        found: What the scheme scores of m texts.
        scheme: The family.
        key: Its secret.

    Yields:
        Tags of the texts, shape (m,), and what they say; p = 1 where a tag was not looked at.
    """
    n_tags = math.log(scheme.n_tags)
    tags, n_scored, totals = scheme.best_tags(found.table, found.n_scored, key.secret)
    log_p = scheme.law.log_survival(totals, n_scored)
    near = log_p + n_tags <= ties.NEAR
    if near.any():
        finer, law = best_totals(found.of_texts(near), tags[near], scheme, key)
        log_p[near] = law.log_survival(finer, n_scored[near])
    log_p = np.minimum(log_p + n_tags, 0.0)
    yield tags, Reading(n_scored, totals, log_p, np.zeros_like(log_p))
    pieces, owner = _pieces(found.n_scored)
    best, n, sums = scheme.best_tags(found.table, pieces, key.secret)
    plain = scheme.law.log_survival(sums, n) + n_tags < 0.0
    for tag in np.unique(best[plain]).tolist():
        texts = np.unique(owner[plain & (best == tag)])
        chosen = np.isin(np.repeat(np.arange(found.n_scored.size), found.n_scored), texts)
        reading = detect.read(found.only(chosen), scheme, tagged(key, tag))
        whole, spans = (np.minimum(each + n_tags, 0.0) for each in (reading.log_p, reading.log_p_best))
        yield np.full(found.n_scored.size, tag), replace(reading, log_p=whole, log_p_best=spans)


def best_totals(found: Ngrams, tags: Longs, scheme: Family, key: Key) -> tuple[Floats, Law]:
    """Give the totals of texts under a tag each, ties told apart, and their law.

    Args:
        found: What the scheme scores of m texts.
        tags: Shape (m,).
        scheme: The family.
        key: Its secret.

    Returns:
        Totals, shape (m,), and the law.
    """
    scores = scheme.scores_by(found.table, np.repeat(tags, found.n_scored), key.secret)
    counts = ~np.isnan(scores)
    counted = found.only(counts)
    finer, law = ties.told_apart(counted, scores[counts], scheme, key)
    return counted.totals(finer), law


def _pieces(n_scored: Longs) -> tuple[Longs, Longs]:
    """Cut texts into pieces: their sizes, and the text of each."""
    n_pieces = -(-n_scored // _PIECE)
    owner = np.repeat(np.arange(n_scored.size), n_pieces)
    place = np.arange(owner.size) - np.repeat(np.cumsum(n_pieces) - n_pieces, n_pieces)
    return np.minimum(n_scored[owner] - place * _PIECE, _PIECE), owner
