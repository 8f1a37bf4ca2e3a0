"""A mix for training: documents that people took for human, with what shows it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from headwater.curate.judgement import Judgement
from headwater.errors import FormatError, InputError
from headwater.review.manifest import Manifest

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from headwater.log.storage import Storage

FORMAT = "headwater-human-mix-1"
WRITTEN = -1


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one document of a mix.

    Attributes:
        document: SHA-256 of its text in UTF-8, hex.
        url: `urn:sha256:` and that digest, by which a reserve names it.
        text: The text.
        posterior: Chance that a person wrote it; 1 for a text that was written for the campaign, whose writer
            says so.
        pi: Its chance to have been asked; None for a probe or a text that was written for the campaign.
        weight: How many documents it stands for, posterior / pi; 1 where there is no pi.
        stratum: Its stratum; `WRITTEN` for a text that was written for the campaign.
        attestations: SHA-256 of each signed statement that the posterior rests on, hex.
        proofs: For each of these its proof in the ledger (C2SP tlog-proof); empty where it is not sealed.
        licence: Under which it may be used, as SPDX writes it.
    """

    document: str
    url: str
    text: str
    posterior: float
    pi: float | None
    weight: float
    stratum: int
    attestations: tuple[str, ...]
    proofs: tuple[str, ...]
    licence: str


def statements(db: Connection, batch: str, ledger: Storage | None = None) -> dict[str, list[tuple[str, str]]]:
    """Find what was signed of the documents of a batch and stands.

    Args:
        db: A transaction of the campaign's store.
        batch: SHA-256 of the manifest, hex.
        ledger: The log that votes are sealed in; None for no proofs.

    Returns:
        Document -> digest of each statement, and its proof or nothing.
    """
    from sqlalchemy import select

    from headwater.review.store.tables import ENTRY, ITEM

    gone = select(ENTRY.c.retracts).where(ENTRY.c.retracts.is_not(None))
    rows = (
        select(ITEM.c.document, ENTRY.c.statement, ENTRY.c.place)
        .join(ITEM, ITEM.c.id == ENTRY.c.item)
        .where((ITEM.c.batch == batch) & ENTRY.c.label.is_not(None) & ENTRY.c.statement.not_in(gone))
        .order_by(ENTRY.c.id)
    )
    shown, found = _prover(ledger), dict[str, list[tuple[str, str]]]()
    for document, statement, place in db.execute(rows):
        found.setdefault(document, []).append((statement, shown(place)))
    return found


def written(db: Connection, ledger: Storage | None = None) -> list[Row]:
    """Take the texts that people handed in, each under its own licence.

    Args:
        db: A transaction of the campaign's store.
        ledger: The log that they are sealed in; None for no proofs.

    Returns:
        One row for each that stands, the newest first. Left out is what a writer says to have had from a
        model.
    """
    from headwater.log import envelope
    from headwater.review.attest import authorship
    from headwater.review.attest import ledger as leaves
    from headwater.review.store import writing

    shown, rows = _prover(ledger), []
    for one in writing.written(db):
        said = authorship.parse(envelope.parse(leaves.sealed_of(bytes(one["leaf"])))[0])
        if said.assistance == "ai":
            continue
        named, proved = (one["statement"],), (shown(one["place"]),)
        told = (one["document"], f"urn:sha256:{one['document']}", one["text"], 1.0, None, 1.0)
        rows.append(Row(*told, WRITTEN, named, proved, one["licence"]))
    return rows


def _prover(ledger: Storage | None) -> Callable[[int | None], str]:
    """Give what shows the proof of an entry by its place; nothing where it is not sealed."""
    from headwater.log import proof
    from headwater.log.reader import Reader

    if ledger is None:
        return lambda _: ""
    reader = Reader(ledger)
    size = reader.checkpoint()[0].size

    def shown(place: int | None) -> str:
        return "" if place is None or place >= size else proof.encode(reader.prove(place)).decode()

    return shown


def mix(
    batch: Manifest,
    judged: Mapping[str, Judgement],
    texts: Mapping[str, str],
    *,
    licence: str,
    signed: Mapping[str, Sequence[tuple[str, str]]],
    sure: float = 0.9,
) -> list[Row]:
    """Take what people took for human.

    Args:
        batch: What was asked.
        judged: Record -> what people concluded.
        texts: Document -> text.
        licence: Under which the documents may be used.
        signed: Document -> statements and proofs, as `statements` finds them.
        sure: Least posterior, in (0, 1].

    Returns:
        One row for each, in the order of the batch.

    Raises:
        InputError: If there is no licence, or nothing is surely human.
    """
    if not licence.strip():
        raise InputError("a mix needs a licence", hint="what has none may not be trained on")
    rows = []
    for one in batch.items:
        found = judged.get(one.record)
        if found is None or found.human < sure or one.document not in texts or one.part == "gold":
            continue
        said = signed.get(one.document, ())
        rows.append(
            Row(
                one.document,
                f"urn:sha256:{one.document}",
                texts[one.document],
                found.human,
                one.pi,
                1.0 if one.pi is None else found.human / one.pi,
                one.stratum,
                tuple(statement for statement, _ in said),
                tuple(shown for _, shown in said),
                licence,
            )
        )
    if not rows:
        raise InputError(f"nobody took a document for human with {sure:g} or more")
    return rows


def encode(rows: Iterable[Row]) -> bytes:
    """Write a mix as JSON lines, which a reserve seals and `parse` reads again."""
    return "".join(
        json.dumps({"format": FORMAT, **asdict(row)}, ensure_ascii=False) + "\n" for row in rows
    ).encode("utf-8", "surrogatepass")


def parse(data: bytes) -> list[Row]:
    """Read a mix.

    Args:
        data: JSON lines.

    Returns:
        The rows.

    Raises:
        FormatError: If a line is none, or its text is not that of its digest.
    """
    rows = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            rows.append(_row(json.loads(line.decode("utf-8"))))
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise FormatError(
                f"line {number} is no row of {FORMAT}: {str(error)[:60]}",
                hint="headwater review mix writes them",
            ) from error
    return rows


def _row(value: Mapping[str, Any]) -> Row:
    """Read one row.

    Raises:
        ValueError: If a field is not of its form.
    """
    names = {field.name for field in fields(Row)}
    if set(value) != names | {"format"} or value["format"] != FORMAT:
        raise ValueError("it has other fields")
    row = Row(**{name: value[name] for name in names} | _tuples(value))
    digest = hashlib.sha256(row.text.encode("utf-8", "surrogatepass")).hexdigest()
    sound = (
        digest == row.document
        and row.url == f"urn:sha256:{digest}"
        and all(map(_is_number, (row.posterior, row.weight)))
        and (row.pi is None or (_is_number(row.pi) and row.pi <= 1.0))
        and row.posterior <= 1.0
        and type(row.stratum) is int
        and isinstance(row.licence, str)
        and len(row.proofs) == len(row.attestations)
        and all(isinstance(one, str) for one in (*row.proofs, *row.attestations))
    )
    if not sound:
        raise ValueError("a field is not of its form")
    return row


def _tuples(value: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Read what is a list.

    Raises:
        TypeError: If it is none.
    """
    for name in ("attestations", "proofs"):
        if not isinstance(value[name], list):
            raise TypeError(f"{name} is no list")
    return {name: tuple(value[name]) for name in ("attestations", "proofs")}


def _is_number(value: object) -> bool:
    return type(value) in {int, float} and math.isfinite(float(str(value))) and float(str(value)) > 0.0
