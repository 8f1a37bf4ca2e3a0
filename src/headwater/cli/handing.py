"""`headwater review export`: the votes of a campaign, or its documents, for other tools."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.drawing import read_bytes, write_new
from headwater.errors import InputError

if TYPE_CHECKING:
    from headwater.review.exchange import Writer
    from headwater.review.exchange.sheet import Sheet
    from headwater.review.manifest import Manifest


@click.command(no_args_is_help=True)
@click.argument("manifest", metavar="MANIFEST")
@click.argument("store", metavar="STORE")
@click.option("--as", "form", default="jsonl", help="jsonl (default), parquet, label-studio or argilla.")
@click.option("--out", metavar="FILE", required=True, help="Write here; a new file.")
@click.option("--predictions", is_flag=True, help="With what detectors say, which leads whoever sees it.")
def export(*, manifest: str, store: str, form: str, out: str, predictions: bool) -> None:
    """Export the votes that stand, documents named as in the run's ledger.

    jsonl and parquet are what headwater review aggregate takes. label-studio and argilla are all documents of
    the batch with their texts and votes, to go on elsewhere; aggregate reads back what these tools export.
    """
    found = _sheets(store, _batch(manifest))
    write_new(Path(out), _writer(form)(found, predictions=predictions))
    n_votes = sum(len(one.ballots) for one in found)
    sys.stderr.write(f"headwater: {n_votes:,} votes on {len(found):,} documents\n")


def _batch(name: str) -> Manifest:
    from headwater.review.manifest import parse

    return parse(read_bytes(name))


def _writer(form: str) -> Writer:
    from headwater.review.exchange import WRITERS

    if form not in WRITERS:
        raise InputError(f"no form '{form}'", hint=f"there are {', '.join(WRITERS)}")
    return WRITERS[form]


def _sheets(address: str, batch: Manifest) -> list[Sheet]:
    from headwater.review.exchange.sheet import sheets
    from headwater.review.store import opened
    from headwater.review.store.ballots import standing, texts

    chosen = batch.by_document()
    with opened(address) as db:
        told = {chosen[name].record: text for name, text in texts(db, batch.digest) if name in chosen}
        votes = [
            replace(one, document=chosen[one.document].record)
            for one in standing(db, batch.digest)
            if one.document in chosen
        ]
    chances = {one.record: one.pi for one in batch.items if one.pi is not None}
    return sheets(told, votes, p_human={one.record: one.p_human for one in batch.items}, pi=chances)
