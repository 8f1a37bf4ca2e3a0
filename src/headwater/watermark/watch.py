"""A text that never ends, piece by piece, against some keys: a p-value that holds after every piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from headwater.watermark import detect, ngrams, shared, stream
from headwater.watermark.ngrams import Ngrams
from headwater.watermark.page import Marker, check_whole, cut
from headwater.watermark.scheme import Tokens, is_redrawing
from headwater.watermark.shared import Sketch
from headwater.watermark.stream import Wealth
from headwater.watermark.tokenizer.tokenizer import load


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """Hold what some keys say of a stream so far; its size does not grow.

    Attributes:
        markers: Who may have marked it.
        wealths: What was won by betting on each.
        seen: What was scored under each. `see` writes to them.
        n_tokens: Tokens so far, of the tokenizer of each marker.
        log_most: Logarithm of the greatest wealth that betting on all of them ever had.
    """

    markers: tuple[Marker, ...]
    wealths: tuple[Wealth, ...]
    seen: tuple[Sketch, ...]
    n_tokens: tuple[int, ...]
    log_most: float = 0.0

    @property
    def log_p(self) -> float:
        """Give ln of a p-value that nobody marked the stream, at any time (Ville)."""
        return -self.log_most

    @property
    def best(self) -> int:
        """Give the place of the marker with the most wealth."""
        return max(range(len(self.markers)), key=lambda at: self.wealths[at].log_e)


def begin(markers: Sequence[Marker], *, bits: int = 24) -> Watch:
    """Begin with nothing read.

    Args:
        markers: One at least; no secret that lacks its tag.
        bits: Logarithm of the number of cells of a sketch of what was scored; it takes 2**bits / 4 bytes for
            each marker. An n-gram in a cell that is taken counts as a repeat, which loses evidence and never
            makes any.

    Raises:
        InputError: If there is no marker, or one lacks its tag.
        UnavailableError: If a tokenizer is not installed.
    """
    check_whole(markers, hint="a stream is watched for one at a time")
    for marker in markers:
        load(marker.tokenizer)
    return Watch(
        tuple(markers),
        tuple(stream.begin(marker.scheme.law) for marker in markers),
        tuple(shared.empty(bits) for _ in markers),
        (0,) * len(markers),
    )


def see(watch: Watch, piece: str) -> Watch:
    """Bet on the next piece.

    Null law: the stream written without knowledge of the keys; then log_p ever falls to ln(a) with a chance
    of at most a.

    Args:
        watch: What was read before; its sketches are changed.
        piece: Text, best whole lines: an n-gram that a cut goes through is not scored.

    Returns:
        The state after it.
    """
    wealths, n_tokens = list(watch.wealths), list(watch.n_tokens)
    batches = cut([piece], watch.markers)
    for at, (marker, seen) in enumerate(zip(watch.markers, watch.seen, strict=True)):
        batch = batches[marker.tokenizer]
        new = _new(ngrams.gather(batch, marker.scheme), marker, seen)
        _, scores = detect.scored(new, marker.scheme, marker.key)
        wealths[at] = stream.bet(wealths[at], scores)
        n_tokens[at] += batch.tokens.size
    most = max(watch.log_most, stream.log_e_any(wealths))
    return replace(watch, wealths=tuple(wealths), n_tokens=tuple(n_tokens), log_most=most)


def _new(found: Ngrams, marker: Marker, seen: Sketch) -> Ngrams:
    """Keep what was never scored in the stream, and remember it."""
    from headwater.watermark import kernels

    names, shift = np.ascontiguousarray(_names(found, marker)), np.uint64(64 - seen.bits)
    known = kernels.counted(names, shift, seen.once)
    kernels.count(names, shift, seen.once, seen.again)
    return found.only(~known)


def _names(found: Ngrams, marker: Marker) -> Tokens:
    """Tell apart what counts once: draws, contexts or n-grams, shape (k, any)."""
    scheme = marker.scheme
    draws = scheme.draws(found.table, marker.key.secret) if is_redrawing(scheme) else None
    if draws is not None:
        return np.ascontiguousarray(draws, dtype=np.uint64).view(np.uint32).reshape(-1, 2)
    return found.table[:, :-1] if scheme.once == "context" else found.table
