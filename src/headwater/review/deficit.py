"""What was lost: how much more often a reference has the words of a text than a corpus has them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from headwater.errors import InputError
from headwater.measure.profile import Profile, encode
from headwater.measure.profile.sketch import bucket_of
from headwater.measure.tokens import hashes_of_all
from headwater.review.select.chunk import Floats

Deficit = Callable[[Sequence[str]], Floats]


def deficit(reference: Profile, current: Profile) -> Deficit:
    """Derive the tail deficit of texts from two profiles.

    Args:
        reference: Of human text, such as a sealed reserve.
        current: Of what a model wrote, or of the corpus whose tails are in question.

    Returns:
        From texts to the mean over their words of ln p(reference) - ln p(current) in nats, shape (n,), with
        half a count added to every bucket; 0 for a text without words.

    Raises:
        InputError: If the profiles were made with different bounds, or one has no words.
    """
    if reference.size != current.size or not (reference.n_words and current.n_words):
        raise InputError("a tail deficit needs two profiles of one size, with words in both")
    laws = [
        np.log((one.buckets + 0.5) / (one.n_words + 0.5 * one.buckets.size)) for one in (reference, current)
    ]
    gap = laws[0] - laws[1]

    def of(texts: Sequence[str]) -> Floats:
        hashes, bounds = hashes_of_all(texts)
        total = np.concatenate([[0.0], np.cumsum(gap[bucket_of(hashes, reference.size.bucket_bits)])])
        n_words = np.diff(bounds)
        mean = np.diff(total[bounds]) / np.maximum(n_words, 1)
        # Cut to a grid, so that the order in which a library adds does not show.
        return np.asarray(np.round(mean * 2.0**16) / 2.0**16)

    return of


def digest(reference: Profile, current: Profile) -> str:
    """Name a deficit: SHA-256 over both profiles."""
    return hashlib.sha256(encode(reference) + b"\0" + encode(current)).hexdigest()
