"""What a watermark scheme is: scores of n-grams, their law without a mark, and a tilt of a sampler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeGuard

import numpy as np
import numpy.typing as npt

from headwater import canonical
from headwater.errors import InputError
from headwater.watermark.law import Law, Longs

Tokens = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]
Draws = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Traits:
    """Say what a user of a profile must know of it.

    Attributes:
        distortion_free: Whether the law of a marked token, averaged over keys, is the model's.
        needs_prompt: Whether a detector needs what stood before the text.
        device_dependent: Whether other hardware marks in another way under the same key.
        key_bits: Strength against whoever sees marked text and wants the key: the work of the best attack
            known to us, in bits.
        weakness: What limits it; empty where nothing is known.
    """

    distortion_free: bool
    needs_prompt: bool
    device_dependent: bool
    key_bits: int
    weakness: str


class Scheme(Protocol):
    """Mark and score n-grams by their last token; those before it are its context.

    Under the null law (text chosen without knowledge of the key) scores of different n-grams are
    independent over a random key, and the total over n of them follows `law`.
    """

    @property
    def name(self) -> str:
        """Give the versioned name."""

    @property
    def width(self) -> int:
        """Give how many tokens a context has."""

    @property
    def padded(self) -> bool:
        """Tell whether contexts may begin before the text."""

    @property
    def once(self) -> Literal["context", "ngram"]:
        """Name what counts at its first occurrence only."""

    @property
    def limit(self) -> int:
        """Give the most n-grams scored in a text; 0 for no limit."""

    @property
    def key_bytes(self) -> int:
        """Give the length of a key."""

    @property
    def traits(self) -> Traits:
        """Give what a user must know."""

    @property
    def law(self) -> Law:
        """Give the law of a total without a mark."""

    def spec(self) -> Mapping[str, Any]:
        """Give all that a detector by others needs, as a JSON value."""

    def scores(self, ngrams: Tokens, key: bytes) -> Floats:
        """Score the last token of each n-gram, shape (n, width + 1) to (n,).

        NaN where the n-gram does not count under this key.
        """

    def tilt(self, ngrams: Tokens, chances: Floats, key: bytes) -> Floats:
        """Give the law that the next token is drawn from, from the model's.

        Args:
            ngrams: Shape (k, width + 1), one context and each token that may come next; see `ngrams_after`.
            chances: Shape (k,), the model's chance of each, above 0.
            key: Of `key_bytes`.

        Returns:
            Shape (k,), sums to 1.
        """


class Rolling(Scheme, Protocol):
    """Score n-grams as they lie in a text, which can spare laying them out."""

    def scores_at(self, tokens: Tokens, ends: Places, key: bytes) -> Floats | None:
        """Give what `scores` gives for the n-grams that end at some places, or None.

        Args:
            tokens: Shape (n,).
            ends: Shape (k,), rising; a whole n-gram ends at each.
            key: Of `key_bytes`.

        Returns:
            Shape (k,); None where this scheme needs the n-grams laid out.
        """


class Redrawing(Scheme, Protocol):
    """Draw the same for different n-grams, which then count once."""

    def draws(self, ngrams: Tokens, key: bytes) -> Draws | None:
        """Number the draws of n-grams, shape (n, width + 1) to (n,).

        Returns:
            Equal numbers where n-grams have one score for whatever key; None if no two have.
        """


class Racing(Scheme, Protocol):
    """Draw the token that wins a race; runs the races of many contexts at once."""

    def race(self, ngrams: Tokens, chances: Floats, starts: Longs, key: bytes) -> Longs:
        """Find the token of each context that `tilt` chooses.

        Args:
            ngrams: Shape (k, width + 1), context after context.
            chances: Shape (k,), above 0.
            starts: Where the n-grams of each context begin, and k, shape (m + 1,).
            key: Of `key_bytes`.

        Returns:
            Places, each counted from its start, shape (m,).
        """


class Family(Scheme, Protocol):
    """Mark with keys of one secret that end in a tag of two bytes; all are tried."""

    @property
    def n_tags(self) -> int:
        """Give the number of tags."""

    def scores_by(self, ngrams: Tokens, tags: Longs, secret: bytes) -> Floats:
        """Score n-grams under a tag each, shapes (n, width + 1) and (n,) to (n,)."""

    def best_tags(self, ngrams: Tokens, n_scored: Longs, secret: bytes) -> tuple[Longs, Longs, Floats]:
        """Find the tag with the greatest total of each text.

        Args:
            ngrams: Shape (k, width + 1), text after text.
            n_scored: Shape (m,), n-grams of each text.
            secret: A key without its tag.

        Returns:
            Tags, how many n-grams count under the secret, and totals, each of shape (m,).
        """


# `isinstance` of a protocol reads every property of a scheme, which takes longer than scoring a page.
def is_rolling(scheme: Scheme) -> TypeGuard[Rolling]:
    """Tell whether n-grams may be scored as they lie in a text."""
    return hasattr(scheme, "scores_at")


def is_redrawing(scheme: Scheme) -> TypeGuard[Redrawing]:
    """Tell whether different n-grams may be one draw."""
    return hasattr(scheme, "draws")


def is_racing(scheme: Scheme) -> TypeGuard[Racing]:
    """Tell whether tokens win races."""
    return hasattr(scheme, "race")


def is_family(scheme: Scheme) -> TypeGuard[Family]:
    """Tell whether keys end in a tag that can be searched for."""
    return hasattr(scheme, "best_tags")


@dataclass(frozen=True, slots=True, eq=False)
class ScoreStream:
    """Hold a score for every token of a text.

    Attributes:
        scores: Shape (n,); 0 where nothing is scored.
        weights: Shape (n,), what a score counts: 1, or 0 where a context repeats or is missing.
    """

    scores: Floats
    weights: Floats

    @property
    def keep(self) -> npt.NDArray[np.bool_]:
        """Give the mask of the tokens that count."""
        return self.weights > 0.0


def profile_id(scheme: Scheme) -> str:
    """Name a profile with its parameters.

    Returns:
        SHA-256 of the canonical form of its specification, 64 hex digits.
    """
    return canonical.digest(dict(scheme.spec()))


def check_key(scheme: Scheme, key: bytes) -> None:
    """Refuse a key of the wrong length.

    Raises:
        InputError: If it has another length than the profile says. The message does not quote it.
    """
    if len(key) != scheme.key_bytes:
        raise InputError(
            f"a key of {scheme.name} has {scheme.key_bytes} bytes, not {len(key)}",
            hint=f"headwater watermark keygen FILE --profile {scheme.name} makes one",
        )


def ngrams_after(context: Tokens, tokens: npt.NDArray[np.integer[Any]]) -> Tokens:
    """Lay out the n-grams that tokens would end.

    Args:
        context: Shape (width,).
        tokens: Shape (k,).

    Returns:
        Shape (k, width + 1).
    """
    ngrams = np.empty((tokens.size, context.size + 1), dtype=np.uint32)
    ngrams[:, :-1] = context
    ngrams[:, -1] = tokens
    return ngrams


def favoured(chances: Floats, green: Floats, delta_nats: float) -> Floats:
    """Multiply the chances of green tokens by e to the bias, and normalise.

    Args:
        chances: Shape (k,).
        green: Shape (k,), 1 or 0.
        delta_nats: The bias.

    Returns:
        Shape (k,).
    """
    tilted = chances * np.exp(delta_nats * green)
    return np.asarray(tilted / tilted.sum(), dtype=np.float64)
