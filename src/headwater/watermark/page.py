"""Pages of text against everybody whose mark they may carry: tokenizers, variants, keys, one p-value."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from headwater.errors import InputError
from headwater.watermark import document, variants
from headwater.watermark.document import Suspect
from headwater.watermark.family import is_open
from headwater.watermark.keys import Key
from headwater.watermark.ngrams import Batch
from headwater.watermark.scheme import Scheme
from headwater.watermark.tokenizer.tokenizer import Open, Tokenizer, load

_MANY = 64  # keys in a stage, from which on it is tried in haste


@dataclass(frozen=True, slots=True)
class Marker:
    """Name somebody who may have marked a text.

    Attributes:
        name: Of the issuer or of the key's file.
        tokenizer: Of the model.
        scheme: How the text is marked.
        key: A key of that scheme.
    """

    name: str
    tokenizer: Tokenizer
    scheme: Scheme
    key: Key


@dataclass(frozen=True, slots=True)
class Passage:
    """Say where a page is marked.

    Attributes:
        start: First character, in the variant of the text.
        stop: The character behind the last.
        text: What stands there.
        log_p: ln of its p-value, corrected for the spans of one text under one key.
    """

    start: int
    stop: int
    text: str
    log_p: float


@dataclass(frozen=True, slots=True)
class Sighting:
    """Say what the strongest evidence is that a page is marked.

    Attributes:
        marker: Place of the marker in the order given.
        tag: Which number of a payload or member of a consortium, where the marker's key has none; else None.
        variant: Name of the variant of the text.
        n_tokens: Tokens of it.
        n_scored: Tokens that count.
        passages: Where it is marked, the plainest first.
        n_tests: Pairs of a key and a variant that were tried.
        log_p: ln of the p-value, corrected for all of these; 0 for a text too short to tell.
    """

    marker: int
    tag: int | None
    variant: str
    n_tokens: int
    n_scored: int
    passages: tuple[Passage, ...]
    n_tests: int
    log_p: float

    @property
    def p(self) -> float:
        """Give the p-value; 0 where it is below the smallest float."""
        return math.exp(self.log_p)


def check_whole(markers: Collection[Marker], *, hint: str) -> None:
    """Refuse secrets that stand for many tags, where one key is looked at by itself.

    Args:
        markers: One at least.
        hint: What to say to whoever gives such a secret.

    Raises:
        InputError: If there is no marker, or a key lacks its tag.
    """
    if not markers:
        raise InputError("no key to detect with")
    lacking = next((marker for marker in markers if is_open(marker.scheme, marker.key)), None)
    if lacking is not None:
        raise InputError(f"the key of {lacking.name} has no tag", hint=hint)


def cut(texts: Sequence[str], markers: Sequence[Marker]) -> dict[Tokenizer, Batch]:
    """Cut texts into tokens, once for each tokenizer of some markers."""
    return {tokenizer: load(tokenizer).tokens(texts) for tokenizer in _tokenizers(markers)}


def examine(
    texts: Sequence[str], markers: Sequence[Marker], *, level: float = 1e-3, hasty: bool = False
) -> tuple[Sighting, ...]:
    """Test pages against all markers.

    Null law: the pages written without knowledge of the keys; then p is uniform or larger (Bonferroni over
    keys, variants, tokenizers and spans).

    Args:
        texts: Any number.
        markers: One at least; no key twice for one tokenizer.
        level: In (0, 1); a page with a larger p-value shows no passage.
        hasty: Whether to drop the keys that show nothing in a quarter of a text, as `document.Suspect`.

    Returns:
        A sighting for each text.

    Raises:
        InputError: If there is no marker, a key is given twice, or a text is none.
        UnavailableError: If a tokenizer is not installed.
    """
    if not markers:
        raise InputError("no key to detect with")
    if not texts:
        return ()
    told = [variants.distinct(text) for text in texts]
    flat = [variant for one in told for variant in one]
    owner = [at for at, one in enumerate(told) for _ in one]
    readings = [
        _read(flat, owner, _of(tokenizer, markers), level=level, hasty=hasty)
        for tokenizer in _tokenizers(markers)
    ]
    return tuple(
        _sighting(told[at], [reading.findings[at] for reading in readings], readings, flat)
        for at in range(len(texts))
    )


def in_order(markers: Sequence[Marker], *, hints: Collection[str] = ()) -> tuple[tuple[int, ...], ...]:
    """Sort markers into stages, the likeliest and cheapest first.

    Those that a hint names, such as the issuer in a page's manifest; then secrets under which all members or
    numbers are tried at once; then all other keys.

    Args:
        markers: One at least.
        hints: Names of markers.

    Returns:
        Places of the markers of each stage; no stage is empty.
    """
    stages: tuple[list[int], list[int], list[int]] = ([], [], [])
    for at, marker in enumerate(markers):
        named = marker.name in hints
        stages[0 if named else 1 if is_open(marker.scheme, marker.key) else 2].append(at)
    return tuple(tuple(stage) for stage in stages if stage)


def examine_in_turn(
    texts: Sequence[str],
    markers: Sequence[Marker],
    stages: Sequence[Sequence[int]],
    *,
    level: float = 1e-3,
) -> tuple[Sighting, ...]:
    """Test pages against likely markers first, then those not found yet.

    Half of the level goes to the first stage, half of the rest to the second, and so on, whatever is found
    (Bonferroni with weights). Many keys in one stage are tried in haste.

    Args:
        texts: Any number.
        markers: As `examine`.
        stages: Places of the markers of each, as `in_order` gives them.
        level: A page whose p-value is at most this is not tested further; also that of its passages.

    Returns:
        A sighting for each text, of the stage with the smallest p-value.

    Raises:
        InputError: If there is no stage, or as `examine`.
    """
    if not stages:
        raise InputError("no key to detect with")
    found: dict[int, Sighting] = {}
    left = list(range(len(texts)))
    for number, stage in enumerate(stages):
        weight = math.log(2.0) * min(number + 1, len(stages) - 1)
        some = [markers[at] for at in stage]
        seen = examine([texts[at] for at in left], some, level=level, hasty=len(some) > _MANY)
        for at, one in zip(left, seen, strict=True):
            told = replace(one, marker=stage[one.marker], log_p=min(0.0, one.log_p + weight))
            before = found.get(at, told)
            n_tests = one.n_tests + (before.n_tests if at in found else 0)
            found[at] = replace(told if told.log_p < before.log_p else before, n_tests=n_tests)
        left = [at for at in left if found[at].log_p > math.log(level)]
    return tuple(found[at] for at in range(len(texts)))


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    opened: Open
    batch: Batch
    places: tuple[tuple[int, ...], ...]  # suspect, key -> marker
    findings: tuple[document.Finding, ...]


def _tokenizers(markers: Sequence[Marker]) -> list[Tokenizer]:
    return list(dict.fromkeys(marker.tokenizer for marker in markers))


def _of(tokenizer: Tokenizer, markers: Sequence[Marker]) -> dict[int, Marker]:
    return {at: marker for at, marker in enumerate(markers) if marker.tokenizer == tokenizer}


def _read(
    flat: Sequence[str], owner: Sequence[int], some: Mapping[int, Marker], *, level: float, hasty: bool
) -> _Reading:
    grouped: defaultdict[Scheme, list[int]] = defaultdict(list)
    for at, marker in some.items():
        grouped[marker.scheme].append(at)
    suspects = [
        Suspect(scheme, [some[at].key for at in places], hasty=hasty) for scheme, places in grouped.items()
    ]
    opened = load(next(iter(some.values())).tokenizer)
    batch = opened.tokens(flat)
    found = document.examine(batch, suspects, documents=owner, level=level)
    return _Reading(opened, batch, tuple(map(tuple, grouped.values())), found)


def _sighting(
    told: dict[str, str],
    findings: Sequence[document.Finding],
    readings: Sequence[_Reading],
    flat: Sequence[str],
) -> Sighting:
    best = document.strongest(findings)
    at = min(range(len(findings)), key=lambda one: findings[one].log_p - math.log(findings[one].n_tests))
    reading = readings[at]
    start, stop = reading.batch.starts[best.text], reading.batch.starts[best.text + 1]
    tokens = reading.batch.tokens[start:stop]
    passages = []
    for span in best.spans:
        before, inside = reading.opened.text(tokens[: span.start]), reading.opened.text(tokens[: span.stop])
        passages.append(Passage(len(before), len(inside), inside[len(before) :], span.log_p))
    return Sighting(
        marker=reading.places[best.suspect][best.key],
        tag=best.tag,
        variant=told[flat[best.text]],
        n_tokens=tokens.size,
        n_scored=best.n_scored,
        passages=tuple(passages),
        n_tests=best.n_tests,
        log_p=best.log_p,
    )
