"""What share of a corpus some keys have marked: its texts are read twice, and what they share is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from headwater.measure.profile.build import batches
from headwater.watermark import corpus, detect, ngrams, page, shared
from headwater.watermark.corpus import Share, Tally
from headwater.watermark.ngrams import Ngrams
from headwater.watermark.page import Marker
from headwater.watermark.scheme import Scheme
from headwater.watermark.shared import Sketch
from headwater.watermark.tokenizer.tokenizer import Tokenizer

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
    page.check_whole(markers, hint="a share is counted for one number or member at a time")
    sketches = {(marker.tokenizer, marker.scheme): shared.empty(bits) for marker in markers}
    for some in batches(texts()):
        for place, found in _gathered(some, markers).items():
            shared.add(sketches[place], found)
    counted = [Tally(at)] * len(markers)
    for some in batches(texts()):
        counted = [
            one + more for one, more in zip(counted, _tallies(some, markers, sketches, at), strict=True)
        ]
    return tuple(
        corpus.share(one, marker.scheme.law, confidence=confidence, power=power)
        for one, marker in zip(counted, markers, strict=True)
    )


def _gathered(texts: Sequence[str], markers: Sequence[Marker]) -> dict[_Place, Ngrams]:
    tokens = page.cut(texts, markers)
    places = dict.fromkeys((marker.tokenizer, marker.scheme) for marker in markers)
    return {(tokenizer, scheme): ngrams.gather(tokens[tokenizer], scheme) for tokenizer, scheme in places}


def _tallies(
    texts: Sequence[str], markers: Sequence[Marker], sketches: Mapping[_Place, Sketch], at: float
) -> Iterator[Tally]:
    own = {place: shared.own(sketches[place], found) for place, found in _gathered(texts, markers).items()}
    for marker in markers:
        reading = detect.read(own[marker.tokenizer, marker.scheme], marker.scheme, marker.key)
        yield corpus.tally(reading, at=at)
