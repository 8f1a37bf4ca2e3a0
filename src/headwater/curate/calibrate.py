"""From a finished run over certified human text to a calibration: every admitted document counts once."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappush, heappushpop
from importlib.resources import files
from pathlib import Path
from typing import Any

from headwater.curate import publish
from headwater.curate.calibration import Calibration, Canary, rungs
from headwater.curate.decide import label_rows
from headwater.curate.labels import LABELS
from headwater.curate.labels.detector import Detector
from headwater.curate.labels.language import Language
from headwater.curate.labels.statistical import Statistical
from headwater.curate.layout import FOLDERS, Layout
from headwater.curate.rules import is_machine_translated
from headwater.curate.statistical.weights import SHIPPED
from headwater.curate.store import read_rows
from headwater.errors import ConfigError, InputError
from headwater.sources.shard import Shard

NEEDED = (Language.name, Statistical.name)
# A text in a language that the model does not know is given another, most often with less confidence.
LEAST_CONFIDENCE = 0.5
_CANARY_CHARS = 2_000
_HeldOut = tuple[int, str, Canary, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Fields:
    """Which fields of a source's rows say more about a text.

    Attributes:
        writer: Names the group of the writer, such as `non-native`; empty for none.
        inclusion: The chance, in (0, 1], with which the text was drawn; empty for equal chances.
    """

    writer: str = ""
    inclusion: str = ""


def calibrate(
    root: Path,
    *,
    fields: Fields | None = None,
    label: str = Statistical.name,
    generated: Sequence[Path] = (),
    canary_share: float = 0.2,
    most_canaries: int = 1_000,
) -> Calibration:
    """Gather the scores of admitted documents, but for a program's translations.

    Args:
        root: Folder of a finished run over text that people are known to have written. Its copies were
            excluded there, so that each text counts once.
        fields: Fields of the sources' rows to use.
        label: Whose scores: `statistical-1`, or `detector-1` of a run with a detector.
        generated: Folders of finished runs over texts known to be generated; every text of theirs counts.
        canary_share: Share of the texts that is held out at most, by digest, to be passed through every
            shard of a crawl.
        most_canaries: Texts held out at most.

    Returns:
        The calibration.

    Raises:
        InputError: If the folder holds no finished run with the labels, no text long enough, or a field that
            is no chance.
    """
    fields = fields or Fields()
    weights = _weights_of(label, finished(root)["config"].get("detector", ""))
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    held_out: list[_HeldOut] = []
    for document, labels in admitted(root):
        facts = _facts(document)
        names = stratum_names(labels, writer=str(facts.get(fields.writer, "")) if fields.writer else "")
        if not names or is_machine_translated(labels):
            continue
        pair = (score_of(labels, label), _weight(facts, fields))
        digest = hashlib.sha256(document["text"].encode("utf-8", "replace")).digest()
        rank = int.from_bytes(digest[:6], "big")
        if rank < canary_share * 2**48:
            # The heap gives back the greatest rank, so that the least are held out whatever the order.
            entry = (-rank, document["id"], Canary(document["text"][:_CANARY_CHARS], names[0]), pair)
            if len(held_out) < most_canaries:
                heappush(held_out, entry)
                continue
            *_, canary, pair = heappushpop(held_out, entry)
            scores[canary.stratum].append(pair)
        else:
            scores[names[0]].append(pair)
    if not scores:
        raise InputError(f"{root} holds no human text of 50 words", hint="calibrate on longer texts")
    return Calibration(
        label,
        weights,
        {name: sorted(pairs) for name, pairs in sorted(scores.items())},
        tuple(canary for *_, canary, _ in sorted(held_out, key=lambda entry: (-entry[0], entry[1]))),
        _generated(generated, label, weights),
    )


def _generated(roots: Sequence[Path], label: str, weights: str) -> Mapping[str, Sequence[float]]:
    scores: dict[str, list[float]] = defaultdict(list)
    for root in roots:
        if _weights_of(label, finished(root)["config"].get("detector", "")) != weights:
            raise InputError(f"the run in {root} has scores of another detector")
        for labels in labelled(root):
            if names := stratum_names(labels):
                scores[names[0]].append(score_of(labels, label))
    return {name: sorted(held) for name, held in sorted(scores.items())}


def admitted(root: Path) -> Iterator[tuple[dict[str, Any], dict[str, Mapping[str, Any]]]]:
    """Read what a finished run admitted, with its labels.

    Raises:
        InputError: If the folder holds no finished run with the labels that are needed.
    """
    plan = finished(root)
    for shard in (Shard(**shard).name for shard in plan["shards"]):
        by_id = {row["statistical"]["id"]: row for row in _rows(root, plan, shard)}
        for document in read_rows(root / FOLDERS["admit"] / f"{shard}.parquet"):
            yield document, by_id[document["id"]]


def labelled(root: Path) -> Iterator[dict[str, Mapping[str, Any]]]:
    """Read the labels of every document that a finished run decided.

    Raises:
        InputError: If the folder holds no finished run with the labels that are needed.
    """
    plan = finished(root)
    for shard in (Shard(**shard).name for shard in plan["shards"]):
        yield from _rows(root, plan, shard)


def finished(root: Path) -> Mapping[str, Any]:
    """Read the plan of a finished run.

    Raises:
        InputError: If the folder holds no finished run with the labels that are needed.
    """
    layout = Layout(root)
    if not (layout.plan.exists() and publish.is_published(layout)):
        raise InputError(f"{root} holds no finished run", hint="run headwater curate SOURCE... --out first")
    plan = publish.plan_of(layout)
    missing = [name for name in NEEDED if name not in plan["config"]["labels"]]
    if missing:
        raise InputError(f"the run in {root} lacks the label {missing[0]}", hint="run it with all labels")
    return plan


def _rows(root: Path, plan: Mapping[str, Any], shard: str) -> Iterator[dict[str, Mapping[str, Any]]]:
    names = [name for name in plan["config"]["labels"] if name in LABELS]
    return label_rows(Layout(root), shard, names)


def stratum_names(labels: Mapping[str, Mapping[str, Any]], *, writer: str = "") -> tuple[str, ...]:
    """Name a document's strata; none for a text too short or in no sure language.

    Args:
        labels: Its labels.
        writer: Group of its writer; empty for what the label `writer-1` says, if it was measured.
    """
    language, statistical = labels.get("language"), labels.get("statistical")
    if not language or not statistical or language["confidence"] < LEAST_CONFIDENCE:
        return ()
    n_words = statistical["n_scored_words"]
    writer = writer or labels.get("writer", {}).get("group") or ""
    return rungs(language["language"], statistical["form"], n_words, writer)


def score_of(labels: Mapping[str, Mapping[str, Any]], label: str) -> float:
    """Give a document's score by the label that a calibration ranks."""
    return float(labels[label.rsplit("-", 1)[0]]["score"])


def check(calibration: Calibration, labels: Sequence[str], *, detector: str = "") -> None:
    """Refuse a calibration that documents cannot be ranked by.

    Args:
        calibration: Any.
        labels: Labels of the run.
        detector: Its detector, as `detectors.choice.encode` writes it; empty for none.

    Raises:
        ConfigError: If another label or other weights gave its scores, or the run lacks a label it needs.
    """
    needed = (*NEEDED, calibration.label) if calibration.label == Detector.name else NEEDED
    missing = [name for name in needed if name not in labels]
    if missing:
        raise ConfigError(f"a calibration needs the label {missing[0]}", hint="leave --label out, or add it")
    label = Detector.name if calibration.label == Detector.name else Statistical.name
    if (calibration.label, calibration.weights) != (label, _weights_of(label, detector)):
        raise ConfigError(
            f"the calibration was made with other weights than those of {label} here",
            hint="run headwater curate calibrate again",
        )


def _weights_of(label: str, detector: str) -> str:
    """Name what gives a label's scores.

    Raises:
        ConfigError: If there is no detector, or no such score.
    """
    if label == Statistical.name:
        return weights_digest()
    if label != Detector.name or not detector:
        raise ConfigError(f"the run has no scores of {label}", hint="run it with --detector")
    from headwater.curate.detectors.choice import parse

    return parse(detector).identity


def weights_digest() -> str:
    """Give the SHA-256 of the weights that score today."""
    return hashlib.sha256(files("headwater.curate.statistical").joinpath(SHIPPED).read_bytes()).hexdigest()


def _facts(document: Mapping[str, Any]) -> dict[str, Any]:
    facts = json.loads(document["metadata"]) if document["metadata"] else {}
    return facts if isinstance(facts, dict) else {}


def _weight(facts: Mapping[str, Any], fields: Fields) -> float:
    if not fields.inclusion:
        return 1.0
    chance = facts.get(fields.inclusion)
    if not isinstance(chance, int | float) or isinstance(chance, bool) or not 0.0 < chance <= 1.0:
        raise InputError(
            f"the field {fields.inclusion} of a text is {str(chance)[:40]}",
            hint="it is the chance, in (0, 1], with which the text was drawn",
        )
    return 1.0 / chance
