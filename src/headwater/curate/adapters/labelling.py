"""What labels say of a bare text, as flat columns that another pipeline carries beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa

from headwater.curate.calibrate import check, stratum_names
from headwater.curate.calibration import Calibration, parse
from headwater.curate.document import bare
from headwater.curate.extract import cleaned
from headwater.curate.labels import LABELS
from headwater.curate.labels.label import Row
from headwater.errors import ConfigError, HeadwaterError, InputError

# The others look at what a text was captured with, or at what a run has written.
OF_TEXT = tuple(name for name in LABELS if name not in {"capture-1", "membership-1"})
STRATUM, P, ERROR = "human_stratum", "human_p", "label_error"
_MAX_DETAIL = 200


@dataclass(frozen=True, slots=True)
class Labelling:
    """Say what is measured of each text; plain values, which travel to any worker.

    Attributes:
        labels: Some of `OF_TEXT`, in order.
        watermarks: Public keys whose marks are looked for, as `labels.watermark.encode` writes them.
        calibration: Scores of certified human text, as `headwater curate calibrate` writes them; with one,
            each text is ranked among human texts of its kind.
        level: Level that the p-values must be able to reach, in (0, 1].
    """

    labels: tuple[str, ...] = ("language-1", "statistical-1")
    watermarks: str = ""
    calibration: bytes = b""
    level: float = 0.01

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            ConfigError: If a label is unknown or needs more than a text, or the calibration does not go
                with the labels.
            FormatError: If the calibration is none.
        """
        unknown = [name for name in self.labels if name not in OF_TEXT]
        if unknown or not self.labels:
            raise ConfigError(
                f"no label of a bare text is called '{unknown[0]}'" if unknown else "no labels",
                hint=f"there are: {', '.join(OF_TEXT)}",
            )
        if self.calibration:
            check(parse(self.calibration), self.labels)

    @property
    def schema(self) -> pa.Schema:
        """Give the columns, such as `statistical_1_score`, and last `label_error`."""
        fields = [
            field.with_name(column(name, field.name)) for name in self.labels for field in LABELS[name].schema
        ]
        if self.calibration:
            fields += [pa.field(STRATUM, pa.string()), pa.field(P, pa.float64())]
        return pa.schema([*fields, pa.field(ERROR, pa.string())])

    def measure(self, text: str) -> dict[str, Any]:
        """Measure one text.

        Args:
            text: Any text.

        Returns:
            One value for each column of `schema`. A label that fails on the text costs its columns alone:
            `label_error` then names it, and why.
        """
        return _measure(self)(text)


def column(label: str, name: str) -> str:
    """Name the column that a label's own column becomes."""
    return f"{label.replace('-', '_')}_{name}"


def label_table(table: pa.Table, labelling: Labelling, *, text_column: str = "text") -> pa.Table:
    """Lay columns beside a table of texts.

    Args:
        table: One text a row; a null is an empty text.
        labelling: What is measured.
        text_column: Where the text stands.

    Returns:
        The table with the columns of the labelling after its own.

    Raises:
        InputError: If the table lacks the text, or has a column of ours already.
    """
    if text_column not in table.column_names:
        raise InputError(
            f"the table has no column '{text_column}'", hint=f"it has: {', '.join(table.column_names)}"
        )
    schema = labelling.schema
    taken = [name for name in schema.names if name in table.column_names]
    if taken:
        raise InputError(f"the table has a column '{taken[0]}' already", hint="label it once, or rename it")
    rows = [labelling.measure(text or "") for text in table[text_column].to_pylist()]
    for field in schema:
        table = table.append_column(field, pa.array([row[field.name] for row in rows], field.type))
    return table


@cache
def _measure(labelling: Labelling) -> Callable[[str], dict[str, Any]]:
    """Load labels once a process, in whatever worker the first text arrives."""
    settings = {"watermark-1": {"watermarks": labelling.watermarks}}
    labels = {name: LABELS[name](**settings.get(name, {})) for name in labelling.labels}
    human = parse(labelling.calibration) if labelling.calibration else None
    nothing = dict.fromkeys(labelling.schema.names)

    def measure(text: str) -> dict[str, Any]:
        document, found, errors = bare(cleaned(text)), dict[str, Row](), list[str]()
        for name, label in labels.items():
            try:
                found[name] = label.measure(document)
            except HeadwaterError:
                raise
            except Exception as error:  # noqa: BLE001  # One hostile text must not stop another's pipeline.
                errors.append(f"{name}: {type(error).__name__}: {error}"[:_MAX_DETAIL])
        flat = {column(name, key): value for name, row in found.items() for key, value in row.items()}
        ranked = _ranked(found, human, labelling.level) if human else {}
        return nothing | flat | ranked | {ERROR: "; ".join(errors) or None}

    return measure


def _ranked(found: Mapping[str, Row], human: Calibration, level: float) -> dict[str, Any]:
    rows = {name.rsplit("-", 1)[0]: row for name, row in found.items()}
    stratum = human.stratum(stratum_names(rows), level=level)
    if stratum is None:
        return {}
    (p,) = human.p_values(stratum, [rows["statistical"]["score"]])
    return {STRATUM: stratum, P: float(p)}
