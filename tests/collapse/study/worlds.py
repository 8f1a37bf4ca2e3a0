"""A small study in a folder of its own, which counts how often its cells are computed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

STUDY = '''\
"""Toss coins: half of them fall on one side."""

from functools import partial
from pathlib import Path

from headwater.collapse.study import Band, Fan, Setting, Study, Told, mean
from headwater.errors import InputError

HERE = Path(__file__).parent


def toss(name, rng):
    with (HERE / "computed").open("a") as file:
        file.write(name + "\\n")
    if (HERE / f"stop-{name}").exists():
        raise KeyboardInterrupt
    if (HERE / f"refuse-{name}").exists():
        raise InputError("no coin", hint="bring one")
    return {"heads": (rng.random(400) < 0.5).astype(int).tolist()}


def cells(model):
    return {name: partial(toss, name) for name in ("one", "two", "three")}


def tell(model, results):
    values = {f"heads of {name}": mean(found["heads"], peer=0.5) for name, found in results.items()}
    return Told(values, (Fan("Heads", "share", (0.0, 1.0), (Band("a", (0.5, 0.5)),)),))


STUDY = Study(
    "Coins are fair.", "Nobody (1900)", (Setting("coins", "2", "3"), Setting("sides", "2", "2")), cells, tell,
    models=("", "other", "strange"), inputs={"purse": (HERE / "purse").read_bytes}, workers=1,
)
'''


def rows(bar: str = "within 5 se") -> list[dict[str, Any]]:
    """List one bar for each coin, of the default model and of another."""
    return [
        {"row": f"heads of {name}", "unit": "", "peer": "fair", "bar": bar, "model": model}
        for model in ("", "other")
        for name in ("one", "two", "three")
    ]


def build(place: Path, *, bar: str = "within 5 se", seed: int = 3) -> Path:
    """Write the study below a folder of studies, and give its folder."""
    folder = place / "coins"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.py").write_text(STUDY)
    (folder / "purse").write_text("two coins")
    digest = hashlib.sha256(b"two coins").hexdigest()
    table = {"seed": seed, "inputs": {"purse": digest}, "rows": rows(bar)}
    (folder / "expected.json").write_text(json.dumps(table))
    return folder


def computed(folder: Path) -> list[str]:
    """List the cells computed so far, in order."""
    path = folder / "computed"
    return path.read_text().split() if path.exists() else []
