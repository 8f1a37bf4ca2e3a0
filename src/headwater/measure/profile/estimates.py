"""What a profile says of its corpus: totals over all word types from a sample of them.

Every total sum g(count) over types is split at the buckets: the part that bucket sums give is exact, and the
sample of types estimates only the rest. Common words fill their buckets nearly alone, so they add
almost nothing to the rest, and the variance stays small though they are rarely sampled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.entropy import correction
from headwater.measure.estimate import Estimate, normal
from headwater.measure.profile.sketch import GRAM_LENGTHS, PACK_BITS, Least, Profile, bucket_of

Floats = npt.NDArray[np.float64]
Term = Callable[[Floats], Floats]


def estimates(profile: Profile) -> Mapping[str, Estimate]:
    """Estimate a corpus' metrics from its profile.

    Args:
        profile: Of at least one word.

    Returns:
        Estimates by name, the interval being over the choice of the hash function: what the sketch does not
        know about the corpus, which is nothing while the corpus has no more types than the sketch holds. It
        says nothing of other corpora; `compare` does.

    Raises:
        InputError: If there is no word.
    """
    if profile.n_words == 0:
        raise InputError(
            "a profile without words has no metrics", hint="profile at least one text with words"
        )
    found = [
        _support(profile),
        _entropy(profile),
        _heterozygosity(profile),
        _missing_mass(profile),
        *(_distinct(profile, i) for i in range(len(GRAM_LENGTHS)) if profile.n_grams[i]),
    ]
    if profile.n_grams[-1]:
        name = f"sketch-repetition-{GRAM_LENGTHS[-1]}-1"
        n = int(profile.n_grams[-1])
        found.append(normal(name, profile.n_repeated / n, 0.0, n=n))
    return {estimate.name: estimate for estimate in (*found, *_compression(profile))}


def _compression(profile: Profile) -> Iterator[Estimate]:
    """Give the compression ratio of documents' starts, for every length at which there are any."""
    for bits, (n, packed) in zip(PACK_BITS, profile.packed.tolist(), strict=True):
        if packed:
            yield normal(f"sketch-compression-{1 << bits}-2", (n << bits) / packed, 0.0, n=n)


def total(profile: Profile, term: Term) -> tuple[float, float]:
    """Estimate the sum of a function of the count over all word types.

    Args:
        profile: Any profile.
        term: A function of counts of at least 1, any shape.

    Returns:
        The estimate, without bias, and its standard error; exact with error 0 if no type was left out.

    Source:
        Horvitz and Thompson (1952) for the sample, with the buckets as a control variate: sum g(c) =
        sum_b g(n_b) + sum (g(c) - c / n_b g(n_b)), the second sum over types, b being a type's bucket.
    """
    size = profile.size
    inside, share = profile.words.inside(size.words), profile.words.share(size.words)
    counts = profile.words.counts[inside].astype(np.float64)
    place = bucket_of(profile.words.keys[inside], size.bucket_bits)
    buckets = profile.buckets.astype(np.float64)
    around = buckets[place]
    rest = term(counts) - counts / around * term(around)
    value = float(term(buckets[buckets > 0]).sum() + rest.sum() / share)
    return value, math.sqrt(max(0.0, 1 - share) * float((rest**2).sum())) / share


def spectrum(profile: Profile) -> tuple[Floats, Floats]:
    """Say how many word types have which count, estimated so that totals come out.

    Args:
        profile: Any profile.

    Returns:
        Counts of at least 1, ascending, shape (k,), and numbers of types, shape (k,): for every function g of
        the count the sum of number times g is the value of `total`. No type left out, they are the numbers of
        types of each count; otherwise they are estimates, some below zero.
    """
    size = profile.size
    inside, share = profile.words.inside(size.words), profile.words.share(size.words)
    counts = profile.words.counts[inside]
    if share == 1.0:
        kept, n_each = np.unique(counts, return_counts=True)
        return kept.astype(np.float64), n_each.astype(np.float64)
    around = profile.buckets[bucket_of(profile.words.keys[inside], size.bucket_bits)]
    buckets = profile.buckets[profile.buckets > 0]
    found, place = np.unique(np.concatenate([buckets, counts, around]), return_inverse=True)
    reckoned = [np.ones(buckets.size), np.full(counts.size, 1.0 / share), -counts / around / share]
    n_types: Floats = np.zeros(found.size)
    np.add.at(n_types, place, np.concatenate(reckoned))
    return found.astype(np.float64), n_types


def types_seen(sample: Least, size: int, *, times: int | None = None) -> tuple[float, float]:
    """Estimate how many types there are, or are seen so often, and the error."""
    inside, share = sample.inside(size), sample.share(size)
    hits = float((sample.counts[inside] == times).sum() if times else sample.counts[inside].size)
    if times is None and share < 1:
        # The number of keys is fixed and the share is random: relative error 1 / sqrt(m - 2).
        return hits / share, hits / share / math.sqrt(max(1, hits - 1))
    return hits / share, math.sqrt(hits * (1 - share)) / share


def _support(profile: Profile) -> Estimate:
    value, error = types_seen(profile.words, profile.size.words)
    return normal("sketch-support-1", value, error, n=profile.n_words, limits=(0.0, profile.n_words))


def _missing_mass(profile: Profile) -> Estimate:
    once, error = types_seen(profile.words, profile.size.words, times=1)
    n = profile.n_words
    return normal("sketch-missing-mass-1", once / n, error / n, n=n, limits=(0.0, 1.0))


def _heterozygosity(profile: Profile) -> Estimate:
    n = profile.n_words
    pairs = max(1, n * (n - 1))
    value, error = total(profile, lambda x: x * (x - 1) / pairs)
    return normal("sketch-heterozygosity-1", 1 - value, error, n=n, limits=(0.0, 1.0))


def _entropy(profile: Profile) -> Estimate:
    """Estimate Chao, Wang and Jost's entropy, its correction included."""
    from scipy.special import digamma

    n = profile.n_words
    value, error = total(profile, lambda x: np.asarray(x / n * (digamma(n) - digamma(x))))
    once, twice = (types_seen(profile.words, profile.size.words, times=k)[0] for k in (1, 2))
    value += correction(n, once, twice)
    return normal("sketch-entropy-chao-wang-jost-1", value, error, n=n, limits=(0.0, math.inf))


def _distinct(profile: Profile, place: int) -> Estimate:
    n = int(profile.n_grams[place])
    value, error = types_seen(profile.grams[place], profile.size.grams)
    name = f"sketch-distinct-{GRAM_LENGTHS[place]}-1"
    return normal(name, value / n, error / n, n=n, limits=(0.0, 1.0))
