"""What was computed of a campaign's votes, kept until another entry or batch comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, final


@final
@dataclass(slots=True)
class Memo:
    """Keep one value a name, with the state that it was computed of."""

    _kept: dict[str, tuple[object, Any]] = field(default_factory=dict)
    _busy: dict[str, Lock] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, name: str, state: object, make: Callable[[], Any]) -> Any:
        """Give what is kept, or compute it; of those who ask at once, one computes.

        Args:
            name: Of what.
            state: What it depends on.
            make: Computes it.
        """
        with self._lock:
            busy = self._busy.setdefault(name, Lock())
        with busy:
            before = self._kept.get(name)
            if before is None or before[0] != state:
                before = state, make()
                self._kept[name] = before
            return before[1]
