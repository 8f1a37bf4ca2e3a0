"""One run of a study: cells that are not there yet, then what they say, row by row."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from headwater import __version__, canonical
from headwater.collapse.study import expected as files
from headwater.collapse.study.figure import Figure
from headwater.collapse.study.find import load
from headwater.collapse.study.row import Row, judge, unbarred
from headwater.collapse.study.side import work_side_by_side
from headwater.collapse.study.store import Store, write_json
from headwater.collapse.study.study import Setting, Study
from headwater.errors import ConfigError

Show = Callable[[str, int, int], None]
_PACKAGE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold everything that a run of a study says.

    Attributes:
        name: Of the study.
        title: Its question.
        paper: What it reproduces.
        settings: As published and as here.
        model: What `--model` chose; empty for a study that has no choice.
        seed: Of all its random numbers.
        rows: Values beside their peers.
        figures: In the order of the page.
        key: Digest of all that the results depend on: code, study, seed, inputs, model.
    """

    name: str
    title: str
    paper: str
    settings: tuple[Setting, ...]
    model: str
    seed: int
    rows: tuple[Row, ...]
    figures: tuple[Figure, ...]
    key: str

    @property
    def missed(self) -> tuple[Row, ...]:
        """List the rows that miss their bar."""
        return tuple(row for row in self.rows if not row.met)


def _silent(_step: str, _done: int, _total: int) -> None:
    """Show nothing."""


def run(
    folder: Path, out: Path, *, model: str | None = None, workers: int | None = None, show: Show = _silent
) -> Outcome:
    """Run a study, or what is left of it.

    Args:
        folder: Of the study.
        out: Where finished cells are kept; new, empty, or of the same study. Cells of other code, seed,
            inputs or model are computed again.
        model: One that the study knows; None for its default.
        workers: Processes; None for as many as the study is worth.
        show: Told of the step, the cells done and how many there are.

    Returns:
        What it says.

    Raises:
        ConfigError: If the model is unknown, or the study and its expected.json do not fit.
        UnavailableError: If something it needs is not there.
        VerificationError: If an input is not the one that was expected.
    """
    study, expected = load(folder), files.read(folder / "expected.json")
    chosen = _model(study, model, folder.name)
    expected.verify(study.inputs)
    store = Store(out, _key(folder, study, chosen, expected))
    store.claim(folder.name)
    facts = {"key": store.key, "model": chosen, "seed": expected.seed, "study": folder.name}
    write_json(out / "run.json", facts | {"headwater": __version__, "inputs": dict(expected.inputs)})
    results = _results(study, _Work(folder, chosen, expected.seed, store), workers=workers, show=show)
    told = study.tell(chosen, results)
    default = "" if chosen == study.models[0] else chosen
    rows = judge(told.values, expected, model=default) or unbarred(told.values)
    return Outcome(
        folder.name,
        study.title,
        study.paper,
        study.settings,
        chosen,
        expected.seed,
        rows,
        told.figures,
        store.key,
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """Everything that a process needs to compute one cell."""

    folder: Path
    model: str
    seed: int
    store: Store

    def __call__(self, cell: str) -> None:
        """Compute a cell and keep it."""
        work = load(self.folder).cells(self.model)[cell]
        # A cell's random numbers depend on its name, and not on what ran before it.
        rng = np.random.default_rng([self.seed, zlib.crc32(cell.encode())])
        self.store.put(cell, work(rng))


def _results(
    study: Study, work: _Work, *, workers: int | None, show: Show
) -> Mapping[str, Mapping[str, Any]]:
    names = list(study.cells(work.model))
    missing = [name for name in names if work.store.get(name) is None]
    n = min(study.workers if workers is None else workers, len(missing))
    done = len(names) - len(missing)
    show("cells", done, len(names))
    for finished in work_side_by_side(work, missing, workers=n):
        done += finished
        show("cells", done, len(names))
    # Read back even what was just computed, so that a resumed run says the same to the last digit.
    kept = {name: work.store.get(name) for name in names}
    return {name: result for name, result in kept.items() if result is not None}


def _model(study: Study, model: str | None, name: str) -> str:
    if model is None:
        return study.models[0]
    if model in study.models or "…" in study.models:
        return model
    known = ", ".join(m for m in study.models if m)
    raise ConfigError(
        f"the study {name} has no model '{model[:80]}'",
        hint=f"it has {known}" if known else "it has no choice",
    )


def _key(folder: Path, study: Study, model: str, expected: files.Expected) -> str:
    code = hashlib.sha256((folder / "study.py").read_bytes())
    for part in study.parts:
        for path in sorted((_PACKAGE / part).rglob("*.py")):
            code.update(path.read_bytes())
    inputs = dict(expected.inputs)
    facts = {"code": code.hexdigest(), "inputs": inputs, "model": model, "seed": expected.seed}
    return hashlib.sha256(canonical.encode(facts | {"numpy": np.__version__})).hexdigest()
