"""The bytes of a profile: a line of canonical JSON, then arrays; one profile, one byte string."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from headwater import canonical
from headwater.errors import FormatError
from headwater.measure.profile.sketch import (
    GRAM_LENGTHS,
    N_BINS,
    PACK_BITS,
    Least,
    Longs,
    Profile,
    Sample,
    Size,
    bucket_of,
)

_NAME = "headwater-profile-2"
_MOST = 2**31
_KEYS = {
    "format", "lengths", "n_buckets", "n_bytes", "n_documents", "n_grams", "n_keys", "n_repeated",
    "n_sample_words", "n_words", "packed", "size",
}  # fmt: skip


def encode(profile: Profile) -> bytes:
    """Write a profile.

    Args:
        profile: Any profile.

    Returns:
        A header, and arrays as little-endian 64-bit numbers: buckets that are not empty as places and sums,
        then keys and counts of the words, of each length of n-grams and of the documents, then the
        documents' ends and words.
    """
    buckets = np.flatnonzero(profile.buckets)
    samples = (profile.words, *profile.grams, profile.sample.least)
    header = {
        "format": _NAME,
        "lengths": profile.lengths.tolist(),
        "n_buckets": int(buckets.size),
        "n_bytes": profile.n_bytes,
        "n_documents": profile.n_documents,
        "n_grams": profile.n_grams.tolist(),
        "n_keys": [int(sample.keys.size) for sample in samples],
        "n_repeated": profile.n_repeated,
        "n_sample_words": int(profile.sample.words.size),
        "n_words": profile.n_words,
        "packed": profile.packed.tolist(),
        "size": asdict(profile.size),
    }
    arrays: list[npt.NDArray[Any]] = [buckets, profile.buckets[buckets]]
    arrays += [array for sample in samples for array in (sample.keys, sample.counts)]
    arrays += [profile.sample.bounds[1:], profile.sample.words]
    return b"".join([canonical.encode(header), b"\n", *(array.astype("<u8").tobytes() for array in arrays)])


def parse(data: bytes) -> Profile:
    """Read a profile, and refuse bytes that `encode` does not write.

    Args:
        data: What `encode` gave.

    Returns:
        The profile; encoding it gives the same bytes.

    Raises:
        FormatError: If the bytes are no profile: a header that is not canonical or lacks a key, arrays of
            other lengths, keys out of order, counts that do not add up.
    """
    line, _, rest = data.partition(b"\n")
    header = canonical.parse(line)
    if not isinstance(header, dict) or set(header) != _KEYS or header["format"] != _NAME:
        raise FormatError(f"not a profile: no header of {_NAME}")
    profile = _profile(header, rest)
    if encode(profile) != data:
        raise FormatError("not a profile: a number is not in the form that a profile has")
    return profile


def _refuse(what: str) -> NoReturn:
    raise FormatError(f"not a profile: {what} cannot be right")


def _whole(value: Any, *, most: int = 2**53 - 1) -> int:
    if type(value) is not int or not 0 <= value <= most:
        _refuse(f"{str(value)[:20]!a} as a number")
    return value


def _row(value: Any, n: int) -> Longs:
    if not isinstance(value, list) or len(value) != n:
        _refuse("a row of numbers")
    return np.array([_whole(entry) for entry in value], dtype=np.int64)


def _profile(header: dict[str, Any], rest: bytes) -> Profile:
    size = _size(header["size"])
    n_keys = _row(header["n_keys"], len(GRAM_LENGTHS) + 2).tolist()
    n_buckets, n_sample = _whole(header["n_buckets"]), _whole(header["n_sample_words"])
    lengths = [n_buckets, n_buckets, *(n for n in n_keys for _ in range(2)), n_keys[-1], n_sample]
    if len(rest) != 8 * sum(lengths):
        _refuse("the length")
    arrays = np.split(np.frombuffer(rest, dtype="<u8").astype(np.uint64), np.cumsum(lengths)[:-1])
    bounds = [size.words, *(size.grams for _ in GRAM_LENGTHS), size.documents]
    samples = [_least(arrays[2 + 2 * i], arrays[3 + 2 * i], bound) for i, bound in enumerate(bounds)]
    profile = Profile(
        size=size,
        n_documents=_whole(header["n_documents"]),
        n_bytes=_whole(header["n_bytes"]),
        n_words=_whole(header["n_words"]),
        lengths=_row(header["lengths"], N_BINS),
        packed=_packed(header["packed"]),
        buckets=_buckets(arrays[0], arrays[1], size),
        words=samples[0],
        grams=tuple(samples[1:-1]),
        n_grams=_row(header["n_grams"], len(GRAM_LENGTHS)),
        n_repeated=_whole(header["n_repeated"]),
        sample=Sample(samples[-1], _bounds(arrays[-2], n_sample, size), arrays[-1]),
    )
    _check_sums(profile)
    return profile


def _size(value: Any) -> Size:
    names = {field.name for field in fields(Size)}
    if not isinstance(value, dict) or set(value) != names:
        _refuse("the size")
    size = Size(**{name: _whole(value[name], most=_MOST) for name in names})
    if min(value.values()) < 1 or size.bucket_bits > 24:
        _refuse("the size")
    return size


def _packed(value: Any) -> Longs:
    if not isinstance(value, list) or len(value) != len(PACK_BITS):
        _refuse("the compressed sizes")
    return np.array([_row(pair, 2) for pair in value])


def _counts(values: npt.NDArray[np.uint64]) -> Longs:
    if values.size and (values.min() < 1 or values.max() >= 2**53):
        _refuse("a count")
    return values.astype(np.int64)


def _least(keys: npt.NDArray[np.uint64], counts: npt.NDArray[np.uint64], most: int) -> Least:
    if keys.size > most or not bool((keys[:-1] < keys[1:]).all()):
        _refuse("the order of the keys")
    return Least(keys, _counts(counts))


def _buckets(places: npt.NDArray[np.uint64], sums: npt.NDArray[np.uint64], size: Size) -> Longs:
    if not bool((places[:-1] < places[1:]).all()) or (places.size and places[-1] >= 1 << size.bucket_bits):
        _refuse("the order of the buckets")
    buckets = np.zeros(1 << size.bucket_bits, dtype=np.int64)
    buckets[places.astype(np.int64)] = _counts(sums)
    return buckets


def _bounds(ends: npt.NDArray[np.uint64], n_words: int, size: Size) -> Longs:
    if ends.size and ends.max() > n_words:
        _refuse("the end of a document")
    bounds = np.concatenate([[0], ends.astype(np.int64)])
    kept = np.diff(bounds)
    if int(bounds[-1]) != n_words or bool((kept < 1).any() or (kept > size.document_words).any()):
        _refuse("the end of a document")
    return bounds


def _check_sums(profile: Profile) -> None:
    """Refuse sums that no corpus has."""
    place = bucket_of(profile.words.keys, profile.size.bucket_bits)
    inside = np.bincount(place, weights=profile.words.counts, minlength=profile.buckets.size)
    good = (
        int(profile.buckets.sum()) == profile.n_words
        and bool((inside <= profile.buckets).all())
        and int(profile.lengths.sum()) == profile.n_documents
        and int(profile.packed[:, 0].sum()) <= profile.n_documents
        and int(profile.sample.least.counts.sum()) <= profile.n_documents
        and profile.n_repeated <= int(profile.n_grams[-1])
        and bool((profile.n_grams <= profile.n_words).all())
        and all(
            int(g.counts.sum()) <= n for g, n in zip(profile.grams, profile.n_grams.tolist(), strict=True)
        )
    )
    if not good:
        _refuse("a sum")
