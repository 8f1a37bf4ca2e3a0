"""The pool: documents of a finished curate run that may be asked about, with what detectors say of each."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from headwater.curate.calibrate import finished, weights_digest
from headwater.curate.decide import label_rows
from headwater.curate.labels import LABELS
from headwater.curate.labels.language import UNKNOWN
from headwater.curate.layout import FOLDERS, LEDGER, STATISTICS, Layout
from headwater.curate.policy import Action
from headwater.curate.store import read_rows, read_table
from headwater.errors import InputError
from headwater.sources.shard import Shard

# What is in each pool: actions, and whether of the admitted only those that statistics leave open.
POOLS: Mapping[str, tuple[tuple[Action, ...], bool]] = MappingProxyType(
    {
        "grey": (("admit", "quarantine"), True),
        "quarantine": (("quarantine",), False),
        "kept": (("admit", "quarantine"), False),
        "all": (("admit", "quarantine", "exclude"), False),
    }
)
_SAYS_GENERATED = frozenset(
    {"watermarked", "disclosed-ai-generated", "chat-boilerplate", "reads-generated", "judged-generated"}
)
_COPIES = "duplicate"
_WORDS_A_SECOND, _OVERHEAD_S = 4.0, 8.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hold one document that may be asked about.

    Attributes:
        record: Its id in the run.
        digest: SHA-256 of its text in UTF-8, hex.
        text: The text.
        p_human: Chance that it is human by statistics, and by what it says of itself.
        score: Of the statistical label, in nats.
        action: What the run decided.
        cost_s: Seconds that a reader is expected to need.
        language: Code of the language that was guessed; empty where none was.
    """

    record: str
    digest: str
    text: str
    p_human: tuple[float, float]
    score: float
    action: str
    cost_s: float
    language: str = ""


def run_id(root: Path) -> str:
    """Name a finished run by what went into it.

    Raises:
        InputError: If the folder holds no finished run with the labels that are needed.
    """
    return str(finished(root)["run_id"])


def detectors(root: Path) -> dict[str, str]:
    """Give the SHA-256 of whatever spoke of documents in a run, by name."""
    config = finished(root)["config"]
    found = {"statistical-1": weights_digest()}
    if config.get("calibration"):
        found["calibration"] = str(config["calibration"])
    return found | {"policy": hashlib.sha256(str(config["policy"]).encode()).hexdigest()}


def candidates(root: Path, pool: str) -> Iterator[Candidate]:
    """Read a pool.

    A text that occurs more than once is given once: curate excludes copies, and they are in no pool.

    Args:
        root: Folder of a finished run.
        pool: One of `POOLS`.

    Yields:
        Each document, in the order of the run.

    Raises:
        InputError: If there is no such pool, or no finished run.
    """
    if pool not in POOLS:
        raise InputError(f"no pool '{pool}'", hint=f"there are {', '.join(POOLS)}")
    plan, (actions, only_open) = finished(root), POOLS[pool]
    weights, reasons, seen = _weights(root), _reasons(root), set[str]()
    for shard in (Shard(**shard).name for shard in plan["shards"]):
        names = [name for name in plan["config"]["labels"] if name in LABELS]
        labels = {
            row["statistical"]["id"]: {**row["statistical"], "language": _language(row)}
            for row in label_rows(Layout(root), shard, names)
        }
        for action in actions:
            for row in read_rows(root / FOLDERS[action] / f"{shard}.parquet"):
                known, reason = weights.get(row["id"]), reasons[row["id"]]
                skipped = only_open and action == "admit" and not (known and known[1])
                if skipped or reason.startswith(_COPIES):
                    continue
                one = _candidate(row, (action, reason), known, labels[row["id"]])
                if one.digest not in seen:
                    seen.add(one.digest)
                    yield one


def _candidate(
    row: Mapping[str, Any],
    decided: tuple[str, str],
    known: tuple[float, bool] | None,
    label: Mapping[str, Any],
) -> Candidate:
    action, reason = decided
    score = float(label["score"])
    # Where no calibration ranked a document, the odds of the training set stand in.
    chance = known[0] if known else 1.0 / (1.0 + math.exp(max(min(score, 30.0), -30.0)))
    said = 0.0 if reason in _SAYS_GENERATED else chance
    digest = hashlib.sha256(row["text"].encode("utf-8", "surrogatepass")).hexdigest()
    cost_s = _OVERHEAD_S + float(label["n_scored_words"]) / _WORDS_A_SECOND
    return Candidate(row["id"], digest, row["text"], (chance, said), score, action, cost_s, label["language"])


def _language(row: Mapping[str, Mapping[str, Any]]) -> str:
    code = str(row.get("language", {}).get("language") or UNKNOWN)
    return "" if code == UNKNOWN else code


def _weights(root: Path) -> dict[str, tuple[float, bool]]:
    path = root / STATISTICS
    if not path.exists():
        return {}
    table = read_table(path, columns=["id", "weight", "review"])
    columns = (table[name].to_pylist() for name in ("id", "weight", "review"))
    return {name: (float(weight), bool(review)) for name, weight, review in zip(*columns, strict=True)}


def _reasons(root: Path) -> dict[str, str]:
    table = read_table(root / LEDGER, columns=["id", "reason"])
    return dict(zip(table["id"].to_pylist(), table["reason"].to_pylist(), strict=True))
