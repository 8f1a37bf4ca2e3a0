"""Which detector a run uses: the option that names it, and the form in which it goes into the run."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from headwater import canonical
from headwater.curate.detectors import DETECTORS
from headwater.curate.detectors.detector import Score
from headwater.errors import ConfigError, FormatError

_HINT = "such as curvature:MODEL, ratio:OBSERVER,PERFORMER, classifier:MODEL or callable:MODULE:FUNCTION"


@dataclass(frozen=True, slots=True)
class Choice:
    """A detector that was chosen.

    Attributes:
        kind: A key of `DETECTORS`.
        of: What it is made of, such as the folder of a model.
        digest: SHA-256 of that, 64 hex digits.
    """

    kind: str
    of: str
    digest: str

    @property
    def identity(self) -> str:
        """Name it wherever it lies: 64 hex digits that change with its scores."""
        return canonical.digest({"kind": self.kind, "digest": self.digest})

    def open(self) -> Score:
        """Load it."""
        return DETECTORS[self.kind].open(self.of)


def choose(option: str) -> Choice:
    """Read an option, and hash what it names.

    Args:
        option: `KIND:OF`.

    Raises:
        ConfigError: If there is no such kind, or nothing is named.
        UnavailableError: If what is named cannot be read.
    """
    kind, _, of = option.partition(":")
    if kind not in DETECTORS or not of:
        raise ConfigError(f"no detector is called '{option}'", hint=_HINT)
    return Choice(kind, of, DETECTORS[kind].digest(of))


def encode(choice: Choice) -> str:
    """Write a choice as canonical JSON."""
    return canonical.encode(asdict(choice)).decode()


def parse(text: str) -> Choice:
    """Read what `encode` wrote.

    Raises:
        FormatError: If it is none.
    """
    found = canonical.parse(text.encode())
    good = isinstance(found, dict) and set(found) == {"kind", "of", "digest"} and found["kind"] in DETECTORS
    if not good or not all(isinstance(value, str) for value in found.values()):
        raise FormatError("not the choice of a detector", hint=_HINT)
    return Choice(**found)
