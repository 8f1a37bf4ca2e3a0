"""How often somebody may ask: a bucket of tokens for each, in memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import final

from headwater.review.serve.visit import RefusedError

_MOST_KNOWN = 65_536


@dataclass(frozen=True, slots=True)
class Rate:
    """Say how often something may be done.

    Attributes:
        burst: How many times at once.
        per_s: How many more times a second.
    """

    burst: float
    per_s: float


# Whoever signs in or joins guesses secrets; a verification of the log costs seconds.
STRICT = Rate(20, 0.2)
COSTLY = Rate(6, 0.1)
USUAL = Rate(240, 8.0)


@final
@dataclass(slots=True)
class Limiter:
    """Count requests of each; whoever asked longest ago is forgotten first."""

    _known: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, who: str, rate: Rate, *, now_s: float) -> None:
        """Count a request; one that is refused costs nothing.

        Args:
            who: Of whom, and what for.
            rate: How often they may.
            now_s: Now, in seconds of a clock that never goes back.

        Raises:
            RefusedError: If they asked too often.
        """
        with self._lock:
            left, then = self._known.pop(who, (rate.burst, now_s))
            left = min(rate.burst, left + (now_s - then) * rate.per_s)
            self._known[who] = (left - 1.0 if left >= 1.0 else left, now_s)
            if len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        if left < 1.0:
            raise RefusedError("too many requests", status=429, hint="wait a little, then try again")
