"""Every engine there is, the most special first; a recursion takes the first that fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from headwater.collapse.engines import compacted, exact, generic, sufficient
from headwater.collapse.lab import Lab, Trace
from headwater.errors import InputError


@dataclass(frozen=True, slots=True)
class Engine:
    """Pair what an engine can do with how it does it.

    Attributes:
        fits: Tells whether it can run a recursion.
        simulate: Runs it, from a recursion, a generator and a `mapper`.
    """

    fits: Callable[[Lab], bool]
    simulate: Callable[..., Trace]


ENGINES: Mapping[str, Engine] = MappingProxyType(
    {
        "exact": Engine(exact.fits, exact.simulate),
        "sufficient": Engine(sufficient.fits, sufficient.simulate),
        "compacted": Engine(compacted.fits, compacted.simulate),
        "generic": Engine(generic.fits, generic.simulate),
    }
)


def choose(lab: Lab, name: str = "auto") -> str:
    """Choose the engine of a recursion.

    Args:
        lab: The recursion.
        name: An engine, or "auto" for the first that fits.

    Returns:
        The engine's name.

    Raises:
        InputError: If there is no such engine, or it cannot run this recursion.
    """
    if name == "auto":
        found = next((n for n, engine in ENGINES.items() if engine.fits(lab)), None)
        if found is None:
            raise InputError("theory has no expectation for this recursion", hint="ask for replicates")
        return found
    if name not in ENGINES:
        raise InputError(f"no engine {name!r}", hint=f"there are auto, {', '.join(ENGINES)}")
    if not ENGINES[name].fits(lab):
        raise InputError(f"the engine {name} cannot run this recursion", hint="leave the choice to auto")
    return name
