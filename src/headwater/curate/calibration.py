"""Scores of certified human texts by stratum, and the p-values they give; a file others can check."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from headwater import canonical
from headwater.errors import FormatError
from headwater.stats import evened, least_calibration, weighted_p

FORMAT = "headwater-calibration-1"
MIN_WORDS = 50
_LENGTHS = ((150, "50-149"), (400, "150-399"), (2**31, "400+"))
_KEYS = {"canaries", "format", "label", "scores", "weights"}
_MORE = {"generated"}
Floats = NDArray[np.float64]


def rungs(language: str, form: str, n_words: int, writer: str = "") -> tuple[str, ...]:
    """Name the strata a text belongs to, the finest first.

    Args:
        language: Code such as `en`; a text in `und` belongs to none.
        form: `prose` or `lines`.
        n_words: Words its score stands on; a text of fewer than 50 belongs to none.
        writer: Group of the writer, where it is known; a writer whose group is known is never
            compared with others.

    Returns:
        Such as `en/prose/150-399`, `en/prose` and `en`. Languages are never pooled.
    """
    if n_words < MIN_WORDS or language == "und":
        return ()
    length = next(name for bound, name in _LENGTHS if n_words < bound)
    # A slash would cut the name of the group in two, and pool its halves.
    first = f"{language}@{writer.replace('/', '-')}" if writer else language
    return tuple(accumulate((first, form, length), "{}/{}".format))[::-1]


@dataclass(frozen=True, slots=True)
class Canary:
    """A human text that was held out, and goes through every shard like any other.

    Attributes:
        text: The text.
        stratum: Its finest stratum.
    """

    text: str
    stratum: str


@final
@dataclass(frozen=True)
class Calibration:
    """What is known of human scores.

    Attributes:
        label: Name of the label that gave the scores.
        weights: SHA-256 of that label's weights.
        scores: Finest stratum -> pairs of a score and how many humans it stands for, ascending.
        canaries: Texts held out.
        generated: Finest stratum -> scores of texts known to be generated, ascending. Nothing is ranked
            among them; the estimate of the share learns from them.
    """

    label: str
    weights: str
    scores: Mapping[str, Sequence[tuple[float, float]]]
    canaries: tuple[Canary, ...] = ()
    generated: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @cached_property
    def _pooled(self) -> dict[str, Floats]:
        pools: dict[str, list[tuple[float, float]]] = {}
        for stratum, pairs in self.scores.items():
            parts = stratum.split("/")
            for depth in range(1, len(parts) + 1):
                pools.setdefault("/".join(parts[:depth]), []).extend(pairs)
        return {name: np.array(sorted(pairs)).reshape(-1, 2) for name, pairs in pools.items()}

    def sizes(self) -> dict[str, int]:
        """Count the scores of every stratum, fine and coarse."""
        return {name: len(pairs) for name, pairs in sorted(self._pooled.items())}

    def size(self, stratum: str) -> int:
        """Count the scores of one stratum, 0 of one that it has none of."""
        return len(self._pooled.get(stratum, ()))

    def stratum(self, names: Sequence[str], *, level: float) -> str | None:
        """Find the finest stratum that is large enough for a level.

        Args:
            names: From `rungs`.
            level: Level that p-values must be able to reach, in (0, 1].

        Returns:
            Its name; None when none is, and nothing may be held against the text.
        """
        least = least_calibration(level)
        return next((name for name in names if self.size(name) >= least), None)

    def human(self, stratum: str) -> Floats:
        """Give the human scores of a stratum, ascending, shape (n,)."""
        return self._pooled[stratum][:, 0]

    def people(self, stratum: str) -> Floats:
        """Give scores as people of a stratum have them, each for equally many, ascending.

        They are the human scores when all weights are equal, and fewer otherwise.
        """
        return evened(self.human(stratum), self.stands_for(stratum))

    def known_generated(self, stratum: str) -> list[float]:
        """Give the scores of a stratum's texts that are known to be generated, ascending."""
        parts = (held for name, held in self.generated.items() if f"{name}/".startswith(f"{stratum}/"))
        return sorted(chain.from_iterable(parts))

    def stands_for(self, stratum: str) -> Floats:
        """Give how many humans each of these scores stands for, shape (n,)."""
        return self._pooled[stratum][:, 1]

    def p_values(self, stratum: str, scores: Any) -> Floats:
        """Rank scores among the human ones of a stratum.

        Null law: that of `headwater.stats.weighted_p`, within the stratum.

        Args:
            stratum: From `stratum`.
            scores: Shape (m,).

        Returns:
            Shape (m,), in (0, 1].
        """
        pairs = self._pooled[stratum]
        return weighted_p(scores, pairs[:, 0], weights=pairs[:, 1], own_weight=float(pairs[:, 1].max()))

    @property
    def digest(self) -> str:
        """Give the SHA-256 of the file."""
        return hashlib.sha256(encode(self)).hexdigest()


def encode(calibration: Calibration) -> bytes:
    """Write a calibration as canonical JSON; the same one gives the same bytes."""
    known: Mapping[str, Any] = {name: list(scores) for name, scores in calibration.generated.items()}
    return canonical.encode(
        ({"generated": known} if known else {})
        | {
            "format": FORMAT,
            "label": calibration.label,
            "weights": calibration.weights,
            "scores": {name: [list(pair) for pair in pairs] for name, pairs in calibration.scores.items()},
            "canaries": [[canary.stratum, canary.text] for canary in calibration.canaries],
        }
    )


def parse(data: bytes) -> Calibration:
    """Read a calibration, and refuse bytes that `encode` does not write.

    Args:
        data: A file.

    Returns:
        The calibration; encoding it gives the same bytes.

    Raises:
        FormatError: If it is none: not canonical, a key missing, scores out of order or not numbers.
    """
    found = canonical.parse(data)
    if not isinstance(found, dict) or found.get("format") != FORMAT or set(found) - _MORE != _KEYS:
        raise FormatError(f"not a calibration of {FORMAT}", hint="make one with headwater curate calibrate")
    _expect(all(isinstance(found[key], str) for key in ("label", "weights")), "a name")
    _expect(isinstance(found["scores"], dict) and isinstance(found["canaries"], list), "the scores")
    return Calibration(
        found["label"],
        found["weights"],
        {name: _pairs(pairs) for name, pairs in found["scores"].items()},
        tuple(map(_canary, found["canaries"])),
        _generated(found["generated"]) if "generated" in found else {},
    )


def _generated(value: Any) -> dict[str, list[float]]:
    _expect(isinstance(value, dict) and len(value) > 0, "the generated texts")
    for scores in value.values():
        _expect(isinstance(scores, list) and len(scores) > 0 and all(map(_is_number, scores)), "a score")
        _expect(scores == sorted(scores), "the order of scores")
    return {name: list(map(float, scores)) for name, scores in value.items()}


def _pairs(value: Any) -> list[tuple[float, float]]:
    _expect(isinstance(value, list) and len(value) > 0, "a stratum")
    for pair in value:
        _expect(isinstance(pair, list) and len(pair) == 2 and all(map(_is_number, pair)), "a score")
        _expect(pair[1] > 0.0, "a weight")
    pairs = [(float(score), float(weight)) for score, weight in value]
    _expect(pairs == sorted(pairs), "the order of scores")
    return pairs


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _canary(value: Any) -> Canary:
    _expect(
        isinstance(value, list) and len(value) == 2 and all(isinstance(v, str) for v in value), "a canary"
    )
    return Canary(value[1], value[0])


def _expect(holds: bool, what: str) -> None:  # noqa: FBT001
    if not holds:
        raise FormatError(f"not a calibration: {what} cannot be right")
