"""`headwater review recalibrate | mix | promote`: what people said, fed back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.drawing import read_bytes, write_new
from headwater.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headwater.curate.calibration import Calibration
    from headwater.curate.judgement import Judgement
    from headwater.review.manifest import Manifest
    from headwater.review.promotion import Finding


@click.command(no_args_is_help=True)
@click.argument("run", metavar="RUN")
@click.argument("manifest", metavar="MANIFEST")
@click.argument("outcomes", metavar="OUTCOMES")
@click.option("--out", metavar="FILE", required=True, help="Write the calibration here; a new file.")
@click.option("--base", metavar="FILE", help="Calibration that strata with too few judgements keep.")
@click.option(
    "--level", type=click.FloatRange(0.0, 0.5, min_open=True), default=0.01, help="Of the audit; 0.01."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def recalibrate(*, run: str, manifest: str, outcomes: str, out: str, as_json: bool, **told: Any) -> None:
    """Calibrate the statistical label on what people judged, weighted by 1/pi.

    RUN is what the batch MANIFEST was drawn from, OUTCOMES are from headwater review aggregate. The audit
    slice is not trained on: it tells which share of human documents the new calibration calls. The result
    is what headwater curate --calibration takes.
    """
    from dataclasses import asdict
    from json import dumps

    from headwater.curate.calibration import encode
    from headwater.review.recalibrate import recalibrate as fit

    level, base = told["level"], _base(told["base"])
    found = fit(Path(run), _batch(manifest), _judged(outcomes), level=level, base=base)
    write_new(Path(out), encode(found.calibration))
    if as_json:
        audit = None if found.audit is None else asdict(found.audit)
        sys.stdout.write(dumps({"n_used": found.n_used, "level": level, "audit": audit}, indent=1) + "\n")
        return
    audited = (
        f"of the audit's human documents {found.audit.value:.3f} are called at {level:g} "
        f"({found.audit.low:.3f} to {found.audit.high:.3f})"
        if found.audit
        else "the audit has no human document that can be ranked"
    )
    sys.stderr.write(
        f"headwater: {found.n_used:,} documents in {len(found.calibration.scores):,} strata; {audited}\n"
    )


@click.command(no_args_is_help=True)
@click.argument("manifest", metavar="MANIFEST")
@click.argument("store", metavar="STORE")
@click.argument("outcomes", metavar="OUTCOMES")
@click.option("--out", metavar="FILE", required=True, help="Write the mix here; a new file.")
@click.option("--licence", required=True, help="Under which the documents may be used, as SPDX writes it.")
@click.option("--ledger", metavar="DIR", help="Log that votes are sealed in, for their proofs.")
@click.option("--sure", type=click.FloatRange(0.5, 1.0), default=0.9, help="Least posterior; 0.9.")
@click.option("--written", "with_written", is_flag=True, help="Add what people wrote for the campaign.")
def mix(*, manifest: str, store: str, outcomes: str, out: str, ledger: str | None, **told: Any) -> None:
    """Write the documents that people took for human, with what shows it.

    One JSON line a document: text, posterior, 1/pi, stratum, attestations, proofs and licence. It is what a
    trainer samples from by weight, and what headwater reserve seal takes. With --written, texts that people
    handed in are in it too, under the licence that they chose, but for those written with a language model.
    """
    from headwater.log.storage import Directory
    from headwater.review.mix import encode, statements, written
    from headwater.review.mix import mix as mixed
    from headwater.review.store import opened
    from headwater.review.store.ballots import texts

    batch, with_written = _batch(manifest), told.pop("with_written")
    log = Directory(Path(ledger)) if ledger else None
    with opened(store) as db:
        signed = statements(db, batch.digest, log)
        known = dict(texts(db, batch.digest))
        own = written(db, log) if with_written else []
    rows = mixed(batch, _judged(outcomes), known, signed=signed, **told)
    write_new(Path(out), encode([*rows, *own]))
    total = sum(row.weight for row in rows if row.pi is not None)
    beside = f"; {len(own):,} texts written for it" if with_written else ""
    sys.stderr.write(f"headwater: {len(rows):,} documents, which stand for {total:,.0f}{beside}\n")


@click.command(no_args_is_help=True)
@click.argument("mix", metavar="MIX")
@click.argument("control", metavar="CONTROL")
@click.option(
    "--reference", metavar="FILE", required=True, help="Human text: a mix, or JSON lines with text."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Of the recursions; 0.")
@click.option("--seeds", type=click.IntRange(min=2), default=5, help="Recursions a mix; 5.")
@click.option("--generations", type=click.IntRange(min=1), default=15, help="Of each; 15.")
@click.option("--size", type=click.IntRange(min=100), default=20_000, help="Words a generation; 20,000.")
@click.option(
    "--share", type=click.FloatRange(0.0, 1.0, min_open=True, max_open=True), default=0.2, help="0.2."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def promote(
    *, mix: str, control: str, reference: str, seed: int, seeds: int, as_json: bool, **trial: Any
) -> None:
    """Promote a new MIX if it beats a CONTROL of random human choice in the lab.

    Both are from headwater review mix, of the same human effort; the control's batch was drawn with
    --selector simple-1. A recursion that takes a share of every generation from the mix must keep surely more
    of the tail of the reference alive than one that takes it from the control, and must not be surely further
    from the reference. Status 0 if it does, 1 if not.
    """
    import numpy as np

    from headwater.review.promotion import Trial
    from headwater.review.promotion import promote as try_mix

    law, new, old = _laws(reference, mix, control)
    found = try_mix(law, new, old, Trial(n_seeds=seeds, **trial), rng=np.random.default_rng(seed))
    _tell(found, as_json=as_json)


def _tell(found: Finding, *, as_json: bool) -> None:
    """Print a finding.

    Raises:
        VerificationError: If the mix does not beat the control.
    """
    from json import dumps

    if as_json:
        sys.stdout.write(dumps(found.to_json(), indent=1) + "\n")
    else:
        for name, one in (("tail alive", found.tail), ("distance", found.distance)):
            sys.stdout.write(
                f"{name:<11} {one.mix:.4f}, control {one.control:.4f}, "
                f"difference {one.low:+.4f} to {one.high:+.4f}\n"
            )
    if not found.promoted:
        raise VerificationError("the mix does not beat its control", hint="keep the one that is in use")


def _laws(reference: str, *mixes: str) -> list[Any]:
    import numpy as np

    from headwater.measure.tokens import number, vocabulary, word_hashes
    from headwater.review.mix import parse
    from headwater.review.promotion import law_of

    words = [word_hashes(text) for text in _texts(reference)]
    known = vocabulary(np.concatenate(words)) if words else np.zeros(0, dtype=np.uint64)
    laws = [law_of([number(one, known).astype(np.int64) for one in words], [1.0] * len(words), known.size)]
    for name in mixes:
        rows = parse(read_bytes(name))
        tokens = [number(word_hashes(row.text), known).astype(np.int64) for row in rows]
        laws.append(law_of(tokens, [row.weight for row in rows], known.size))
    return laws


def _texts(name: str) -> list[str]:
    from json import loads

    from headwater.errors import FormatError

    try:
        rows = [loads(line) for line in read_bytes(name).splitlines() if line.strip()]
        return [str(row["text"]) for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"{name} is not JSON lines with text") from error


def _batch(name: str) -> Manifest:
    from headwater.review.manifest import parse

    return parse(read_bytes(name))


def _judged(name: str) -> Mapping[str, Judgement]:
    from headwater.curate.judgement import parse

    return parse(read_bytes(name))


def _base(name: str | None) -> Calibration | None:
    from headwater.curate.calibration import parse

    return parse(read_bytes(name)) if name else None
