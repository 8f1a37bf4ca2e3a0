"""What share of a corpus some keys have marked: its texts are read twice, and what they share is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from headwater.errors import InputError
from headwater.watermark import corpus, detect, ngrams, shared
from headwater.watermark.corpus import Share, Tally
from headwater.watermark.family import is_open
from headwater.watermark.page import Marker
from headwater.watermark.scheme import Scheme
from headwater.watermark.shared import Sketch
from headwater.watermark.tokenizer.tokenizer import Tokenizer, load

_BATCH_CHARACTERS = 1 << 20
# Whoever is of one place finds the same n-grams in a text.
_Place = tuple[Tokenizer, Scheme]


def census(
    texts: Callable[[], Iterable[str]],
    markers: Sequence[Marker],
    *,
    at: float = 1e-3,
    confidence: float = 0.95,
    power: float = 1.0,
    bits: int = 28,
) -> tuple[Share, ...]:
    """Estimate for each of some markers what share of a corpus is marked by it.

    Memory is that of a sketch for each pair of a tokenizer and a scheme, whatever the size of the corpus.

    Null law: as `corpus.share`, for each marker by itself.

    Args:
        texts: Gives the documents, the same ones each time it is called; it is called twice.
        markers: One at least; no secret that lacks its tag.
        at: Level of one document, in (0, power).
        confidence: Of each interval, in (0, 1).
        power: Least chance that a marked document is found at that level, in (0, 1].
        bits: Logarithm of the number of cells of a sketch; it takes 2**bits / 4 bytes.

    Returns:
        A share for each marker.

    Raises:
        InputError: If there is no marker, one lacks its tag, or the corpus has no token that counts.
        UnavailableError: If a tokenizer is not installed.
    """
    _check(markers)
    places = list(dict.fromkeys((marker.tokenizer, marker.scheme) for marker in markers))
    sketches = {place: shared.empty(bits) for place in places}
    for some in _batches(texts()):
        for place in places:
            shared.add(sketches[place], _gathered(some, place))
    counted = [Tally(at)] * len(markers)
    for some in _batches(texts()):
        counted = [
            one + more for one, more in zip(counted, _tallies(some, markers, sketches, at), strict=True)
        ]
    return tuple(
        corpus.share(one, marker.scheme.law, confidence=confidence, power=power)
        for one, marker in zip(counted, markers, strict=True)
    )


def _check(markers: Sequence[Marker]) -> None:
    if not markers:
        raise InputError("no key to detect with")
    lacking = next((marker for marker in markers if is_open(marker.scheme, marker.key)), None)
    if lacking is not None:
        raise InputError(
            f"the key of {lacking.name} has no tag",
            hint="a share is counted for one number or member at a time",
        )


def _gathered(texts: Sequence[str], place: _Place) -> ngrams.Ngrams:
    tokenizer, scheme = place
    return ngrams.gather(load(tokenizer).tokens(texts), scheme)


def _tallies(
    texts: Sequence[str], markers: Sequence[Marker], sketches: Mapping[_Place, Sketch], at: float
) -> Iterator[Tally]:
    own = {place: shared.own(sketch, _gathered(texts, place)) for place, sketch in sketches.items()}
    for marker in markers:
        reading = detect.read(own[marker.tokenizer, marker.scheme], marker.scheme, marker.key)
        yield corpus.tally(reading, at=at)


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    some: list[str] = []
    size = 0
    for text in texts:
        some.append(text)
        size += len(text)
        if size >= _BATCH_CHARACTERS:
            yield some
            some, size = [], 0
    if some:
        yield some
