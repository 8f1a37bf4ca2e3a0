"""Which record a worker died of: suspected or convicted, and what becomes of it then."""

from __future__ import annotations

import signal
from dataclasses import asdict, dataclass, field

from headwater.curate import crumb
from headwater.curate.engine.engine import Death
from headwater.curate.layout import Layout
from headwater.curate.store import read_json, write_json
from headwater.errors import UnavailableError
from headwater.record import Record, Skip

_OVERTIME = "opening or labelling it took more CPU time than allowed"
_CRASH = "opening or labelling it ended the worker process"
# Signals that a process brings upon itself. Any other death may have come from outside, as from a kernel
# that is out of memory, and convicts a record only if it comes again.
_OWN = frozenset(
    {signal.SIGPROF, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT}
)
_MEMORY = "is there enough memory? fewer --workers need less"


@dataclass(frozen=True, slots=True)
class Deaths:
    """What is known of one shard.

    Attributes:
        convicted: Record id -> what it did; these records are skipped.
        suspected: Ids of records at which a worker died once; empty for a death outside any record.
    """

    convicted: dict[str, str] = field(default_factory=dict)
    suspected: list[str] = field(default_factory=list)


def deaths(layout: Layout, shard: str) -> Deaths | None:
    """Read what is known of a shard; None when no worker died of it."""
    path = layout.deaths(shard)
    return Deaths(**read_json(path)) if path.exists() else None


def blame(layout: Layout, death: Death, *, shard: str, source: str) -> bool:
    """Note a death in the first pass against the record at hand.

    Args:
        layout: Of the run.
        death: What the engine said.
        shard: Name of the shard.
        source: Name of its input, to be told.

    Returns:
        True when a record is convicted; False when it is suspected, so that the shard is to be tried alone.

    Raises:
        UnavailableError: If a worker died twice outside any record.
    """
    left = layout.crumb(shard)
    at = crumb.read(left)
    record = at[0] if at else ""
    left.unlink(missing_ok=True)
    known = deaths(layout, shard) or Deaths()
    own = -death.exit_code in _OWN
    if record and (own or record in known.suspected):
        what = _OVERTIME if death.exit_code == -signal.SIGPROF else _CRASH
        _note(layout, shard, Deaths(known.convicted | {record: what}, known.suspected))
        return True
    if record in known.suspected:
        raise UnavailableError(f"a worker died outside any record of {source}: {death}", hint=_MEMORY)
    _note(layout, shard, Deaths(known.convicted, [*known.suspected, record]))
    return False


def _note(layout: Layout, shard: str, known: Deaths) -> None:
    write_json(layout.deaths(shard), asdict(known))


class Docket:
    """Skip the convicted records of a shard, and what follows too many.

    Args:
        known: What is known of the shard.
        max_deaths: How many convicted records are passed over; what follows one more is given up.
    """

    def __init__(self, known: Deaths | None, *, max_deaths: int) -> None:
        """Start with the first record."""
        self._convicted = known.convicted if known else {}
        self._left = max_deaths

    def skip(self, record: Record) -> Skip | None:
        """Give the skip that a record becomes unopened, if it does."""
        if record.id in self._convicted:
            self._left -= 1
            return _skip(record, "worker-died", self._convicted[record.id])
        if self._left < 0:
            return _skip(record, "shard-given-up", "too many records before it ended their worker")
        return None


def _skip(record: Record, reason: str, detail: str) -> Skip:
    return Skip(record.source, record.offset, record.length, reason, detail)
