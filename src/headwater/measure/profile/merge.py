"""Merging: the profile of a whole from those of its parts, in any order and grouping."""

from __future__ import annotations

import numpy as np

from headwater.errors import InputError
from headwater.measure.profile.sketch import Hashes, Least, Longs, Profile, Sample


def merge(one: Profile, other: Profile) -> Profile:
    """Merge two profiles.

    Args:
        one: The profile of some documents.
        other: The profile of others, of the same size.

    Returns:
        The profile of all of them: exactly what one pass over all would have given.

    Raises:
        InputError: If the sizes differ.
    """
    if one.size != other.size:
        raise InputError("profiles of different sizes do not merge", hint="build both with the same size")
    size = one.size
    return Profile(
        size=size,
        n_documents=one.n_documents + other.n_documents,
        n_bytes=one.n_bytes + other.n_bytes,
        n_words=one.n_words + other.n_words,
        lengths=one.lengths + other.lengths,
        packed=one.packed + other.packed,
        buckets=one.buckets + other.buckets,
        words=join(one.words, other.words, size.words),
        grams=tuple(join(a, b, size.grams) for a, b in zip(one.grams, other.grams, strict=True)),
        n_grams=one.n_grams + other.n_grams,
        n_repeated=one.n_repeated + other.n_repeated,
        sample=_join_samples(one.sample, other.sample, size.documents),
    )


def count(hashes: Hashes, size: int) -> Least:
    """Count the occurrences of the least hashes of a stream."""
    keys, counts = np.unique(hashes, return_counts=True)
    return Least(keys[:size], counts[:size].astype(np.int64))


def join(one: Least, other: Least, size: int) -> Least:
    """Merge two bottom-k samples."""
    keys, place = np.unique(np.concatenate([one.keys, other.keys]), return_inverse=True)
    counts = np.zeros(keys.size, dtype=np.int64)
    np.add.at(counts, place, np.concatenate([one.counts, other.counts]))
    return Least(keys[:size], counts[:size])


def _join_samples(one: Sample, other: Sample, size: int) -> Sample:
    least = join(one.least, other.least, size)
    return gather(least, (one, other))


def gather(least: Least, samples: tuple[Sample, ...]) -> Sample:
    """Fetch the words of documents from whichever sample has them."""
    keys = np.concatenate([sample.least.keys for sample in samples])
    shifts = np.cumsum([0, *(sample.words.size for sample in samples[:-1])])
    starts = np.concatenate([s.bounds[:-1] + shift for s, shift in zip(samples, shifts, strict=True)])
    sizes = np.concatenate([np.diff(s.bounds) for s in samples])
    order = np.argsort(keys, kind="stable")
    place = order[np.searchsorted(keys, least.keys, sorter=order)]
    words = np.concatenate([sample.words for sample in samples])
    bounds = np.concatenate([[0], np.cumsum(sizes[place])]).astype(np.int64)
    return Sample(least, bounds, words[_ranges(starts[place], sizes[place])])


def _ranges(starts: Longs, sizes: Longs) -> Longs:
    """List the positions of many stretches, one after another."""
    ends = np.cumsum(sizes)
    places = np.arange(int(sizes.sum())) + np.repeat(starts - (ends - sizes), sizes)
    return np.asarray(places, dtype=np.int64)
