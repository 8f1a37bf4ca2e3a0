"""The file expected.json: seed, digests of inputs and bars, written down before a study is run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.errors import ConfigError, FormatError, UnavailableError, VerificationError


@dataclass(frozen=True, slots=True)
class Expectation:
    """Hold one bar.

    Attributes:
        row: What is measured.
        unit: Its unit; may be empty.
        peer: What it stands beside; may be empty.
        bar: `>= x`, `<= x`, `a to b`, each of the value or, after `ratio `, of the ratio; or `within k se`.
        published: A paper's number; the peer, where the study itself has none, and otherwise shown beside it.
            None where the paper gives none.
        model: For which model; empty for the default one.
        looked: Whether it was written down after a first look at results, and so is a check on change and no
            prediction.
    """

    row: str
    unit: str
    peer: str
    bar: str
    published: float | None
    model: str
    looked: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """Hold a study's expected.json.

    Attributes:
        seed: Whole number >= 0.
        inputs: SHA-256 by name, in hex.
        rows: In the order of the file.
    """

    seed: int
    inputs: Mapping[str, str]
    rows: tuple[Expectation, ...]

    def of(self, model: str) -> tuple[Expectation, ...]:
        """List the bars of a model, which is empty for the default one."""
        return tuple(row for row in self.rows if row.model == model)

    def verify(self, inputs: Mapping[str, Callable[[], bytes]]) -> None:
        """Refuse inputs that are not the ones the bars were written for.

        Raises:
            ConfigError: If the file names other inputs than the study.
            UnavailableError: If one cannot be read.
            VerificationError: If one has another digest.
        """
        if set(inputs) != set(self.inputs):
            raise ConfigError("study and expected.json do not name the same inputs")
        for name, read in inputs.items():
            try:
                digest = hashlib.sha256(read()).hexdigest()
            except OSError as error:
                raise UnavailableError(f"cannot read {name}: {error.strerror}") from error
            if digest != self.inputs[name]:
                raise VerificationError(
                    f"{name} has the digest {digest}", hint="expected.json was written for another input"
                )


def read(path: Path) -> Expected:
    """Read an expected.json.

    Args:
        path: The file.

    Returns:
        What it holds.

    Raises:
        FormatError: If it is not there, no JSON, or lacks something.
    """
    try:
        table: Any = json.loads(path.read_text("utf-8"))
        rows = tuple(_expectation(row) for row in table["rows"])
        return Expected(int(table["seed"]), dict(table["inputs"]), rows)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise FormatError(f"{path.parent.name}/{path.name} cannot be used: {error}") from error


def _expectation(row: Mapping[str, Any]) -> Expectation:
    published = row.get("published")
    number = None if published is None else float(published)
    name, unit, peer, bar = (str(row[key]) for key in ("row", "unit", "peer", "bar"))
    return Expectation(name, unit, peer, bar, number, str(row.get("model", "")), "after_first_look" in row)
