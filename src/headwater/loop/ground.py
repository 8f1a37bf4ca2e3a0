"""Where a loop keeps what: its paths, and its files read back, each checked."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from headwater.curate.store import intact
from headwater.loop import page
from headwater.loop.gauge import Generation
from headwater.loop.page import Page
from headwater.loop.people import People
from headwater.loop.scene import Scene

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Ground:
    """Paths of a loop.

    Attributes:
        root: Its folder.
    """

    root: Path

    @property
    def scene(self) -> Path:
        """Hold the scene and the digest of the human text."""
        return self.root / "scene.json"

    @property
    def people(self) -> Path:
        """Hold who got which human text."""
        return self.root / "people.json"

    @property
    def sealed(self) -> Path:
        """Hold the human text that is sealed, as JSON lines."""
        return self.root / "sealed.jsonl"

    @property
    def lock(self) -> Path:
        """Keep two runs out of one folder."""
        return self.root / "lock"

    @property
    def certified(self) -> Path:
        """Hold the text of the reserve, as it is read back from it."""
        return self.root / "certified.jsonl"

    @property
    def archive(self) -> Path:
        """Hold the reserve, its keys and samples."""
        return self.root / "archive"

    @property
    def provider(self) -> Path:
        """Hold the watermark key and the registry."""
        return self.root / "provider"

    @property
    def curator(self) -> Path:
        """Hold the keys that sign releases."""
        return self.root / "curator"

    @property
    def calibration(self) -> Path:
        """Hold the scores of the sealed text."""
        return self.root / "calibration.json"

    def generation(self, arm: str, number: int) -> Path:
        """Hold one generation."""
        return self.root / "arms" / arm / f"{number:03d}"

    def new(self, arm: str, number: int) -> Path:
        """Hold the pages that joined the web, with the truth about them."""
        return self.generation(arm, number) / "new.jsonl"

    def training(self, arm: str, number: int) -> Path:
        """Hold what the models are trained on."""
        return self.generation(arm, number) / "training.json"

    def played(self, arm: str, number: int) -> Path:
        """Hold what was counted of it; written when its training set stands."""
        return self.generation(arm, number) / "played.json"

    def result(self, arm: str, number: int) -> Path:
        """Hold what was counted and measured; it is written last."""
        return self.generation(arm, number) / "result.json"


def scene_of(ground: Ground) -> Scene:
    """Read the scene of a loop.

    Raises:
        FormatError: If it is damaged, or of a version with other settings.
    """
    with intact(ground.scene):
        return _read(Scene, json.loads(ground.scene.read_text("utf-8"))["scene"])


def people_of(ground: Ground) -> People:
    """Read who got which human text.

    Raises:
        FormatError: If it is damaged.
    """
    with intact(ground.people):
        return _read(People, json.loads(ground.people.read_text("utf-8")))


def result_of(ground: Ground, arm: str, number: int) -> Generation:
    """Read what was measured of a generation.

    Raises:
        FormatError: If it is damaged.
    """
    path = ground.result(arm, number)
    with intact(path):
        return _read(Generation, json.loads(path.read_text("utf-8")))


def pages_of(ground: Ground, arm: str, number: int) -> list[Page]:
    """Read the pages that joined the web in a generation.

    Raises:
        FormatError: If the file is damaged.
    """
    path = ground.new(arm, number)
    with intact(path):
        return list(page.read(path))


def training_of(ground: Ground, arm: str, number: int) -> tuple[str, ...]:
    """Read what the models of a generation are trained on.

    Raises:
        FormatError: If the file is damaged.
    """
    path = ground.training(arm, number)
    with intact(path):
        return _as(tuple[str, ...], json.loads(path.read_text("utf-8")))  # type: ignore[no-any-return]


def played_of(ground: Ground, arm: str, number: int) -> dict[str, Any]:
    """Read what was counted of a generation before it was measured.

    Raises:
        FormatError: If the file is damaged.
    """
    path, hints = ground.played(arm, number), get_type_hints(Generation)
    with intact(path):
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return {name: _as(hints[name], value) for name, value in told.items()}


def _read(kind: type[Told], told: Any) -> Told:
    """Read a dataclass as `asdict` and JSON write it: all of its fields, and nothing else.

    Raises:
        TypeError: If a value is of another type.
    """
    hints = get_type_hints(kind)
    if not isinstance(told, dict) or told.keys() != hints.keys():
        raise TypeError(f"not the fields of {kind.__name__}")
    return kind(**{name: _as(hints[name], value) for name, value in told.items()})


def _as(hint: Any, value: Any) -> Any:
    """Check a value of JSON against a type; a list becomes a tuple.

    Raises:
        TypeError: If it is of another.
    """
    if get_origin(hint) is tuple and isinstance(value, list):
        return tuple(_as(get_args(hint)[0], one) for one in value)
    if get_origin(hint) is dict and isinstance(value, dict):
        return {key: _as(get_args(hint)[1], one) for key, one in value.items()}
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        if math.isfinite(value):
            return float(value)
    elif type(value) is hint:
        return value
    raise TypeError(f"no {hint}: {value!a:.40}")
