"""`headwater review draw`: from a finished run to a batch for humans, and into the queue of a campaign."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.errors import FormatError, InputError, UnavailableError

if TYPE_CHECKING:
    from headwater.review.draw import Batch, Beside


@click.command(no_args_is_help=True)
@click.argument("run", metavar="RUN")
@click.option("--out", metavar="MANIFEST", help="Write the batch manifest here; a new file.")
@click.option(
    "--verify", "check", metavar="MANIFEST", help="Draw this batch again, and hold it against that."
)
@click.option("--seed", metavar="TEXT", help="Any text, best one that nobody could choose: a beacon's round.")
@click.option("--n", type=click.IntRange(min=1), default=1_000, help="Documents; without it, 1,000.")
@click.option(
    "--selector", default="active-1", help="active-1 (default, for tails), active-3 (for a detector), …"
)
@click.option("--pool", default="grey", help="What from: grey (default), quarantine, kept or all.")
@click.option("--embedding", default="hashed-1", help="Where texts lie; without it, hashed-1.")
@click.option("--model", metavar="DIR", default="", help="Folder of the encoder, for encoder-1.")
@click.option("--strata", type=click.IntRange(min=1), default=64, help="Strata at most; without it, 64.")
@click.option(
    "--reference", metavar="CORPUS", help="Human text whose tails count, as headwater monitor reads."
)
@click.option("--current", metavar="CORPUS", help="What lost them: a model's output, or a corpus.")
@click.option("--judged", metavar="FILE", multiple=True, help="Outcomes of earlier batches; repeat.")
@click.option("--gold", metavar="FILE", help="Mix these in: JSON lines of text and the label that is known.")
@click.option("--store", metavar="ADDRESS", help="Put the batch into this queue: a path, or postgresql://…")
@click.option("--votes", type=click.IntRange(2, 7), default=2, help="Votes a document gets first; 2.")
@click.option("--json", "as_json", is_flag=True, help="Print what was drawn as JSON, on stdout.")
def draw(
    *, run: str, out: str | None, check: str | None, store: str | None, votes: int, as_json: bool, **told: Any
) -> None:
    """Draw a batch of documents for humans from a finished curate RUN.

    Three fifths are drawn by weight (doubt, rarity, novelty, tail deficit, for their cost) and apart from one
    another, one fifth at random for the audit, and one fifth probes the tails. The manifest has every chance
    and all that is needed to draw the batch again, which --verify does, also for somebody else.

    Pools: grey is what statistics leave open and what is held in quarantine; quarantine, kept (all but what
    is excluded) and all say what they are. Copies are in none.

    With --gold, documents whose label is known are asked about among the others; --store keeps their labels,
    and without it headwater review ask --gold brings them.
    """
    root, beside = Path(run), _beside(told)
    if check is not None:
        from headwater.review.draw import verify

        batch, what = verify(root, read_bytes(check), beside), f"{check} is what its seed draws"
    else:
        batch, what = _drawn(root, beside, out, told), f"drew {out}"
    if store is not None:
        n_new = _open(batch, store, votes)
        sys.stderr.write(f"headwater: {n_new:,} documents are new in the queue\n")
    if check is None:
        write_new(Path(str(out)), batch.data)
    _tell(batch, what, as_json=as_json)
    if check is None and batch.manifest.n_documents < told["n"]:
        _tell_few(root, batch.manifest.n_documents, told["pool"])


def _tell_few(root: Path, n: int, pool: str) -> None:
    """Say that a pool was smaller than the batch that was wanted, and why that may be."""
    from headwater.curate.layout import STATISTICS

    sys.stderr.write(f"headwater: the pool '{pool}' has no more than {n:,}\n")
    if pool == "grey" and not (root / STATISTICS).exists():
        sys.stderr.write(
            "hint: a run without --calibration leaves nothing open but its quarantine; "
            "--pool kept asks about all that is not excluded\n"
        )


def _drawn(root: Path, beside: Beside, out: str | None, told: dict[str, Any]) -> Batch:
    from headwater.review.draw import Plan
    from headwater.review.draw import draw as draw_batch

    if not out or not told["seed"]:
        raise InputError("a batch needs --out and --seed", hint="or --verify MANIFEST to draw one again")
    if Path(out).exists():
        raise InputError(f"{out} is there already", hint="a batch is drawn once; choose a new file")
    names = ("seed", "n", "selector", "pool", "embedding")
    return draw_batch(root, Plan(n_strata=told["strata"], **{name: told[name] for name in names}), beside)


def _beside(told: dict[str, Any]) -> Beside:
    from headwater.curate import judgement
    from headwater.review.draw import Beside

    if bool(told["reference"]) != bool(told["current"]):
        raise InputError("a tail deficit needs both --reference and --current")
    judged = frozenset(name for path in told["judged"] for name in judgement.parse(read_bytes(path)))
    gold = gold_of(told["gold"]) if told["gold"] else {}
    if not told["reference"]:
        return Beside(judged=judged, model=told["model"], gold=gold)
    from headwater.cli.measure import profiled
    from headwater.review.deficit import deficit, digest

    pair = (profiled(told["reference"]), profiled(told["current"]))
    return Beside(deficit(*pair), digest(*pair), judged, told["model"], gold)


def gold_of(name: str) -> dict[str, str]:
    """Read documents whose label is known, text -> label.

    Raises:
        FormatError: If a line has no text or no label.
        InputError: If a text has two labels.
    """
    from json import loads

    from headwater.review.outcome import ANSWERS

    found: dict[str, str] = {}
    for number, line in enumerate(read_bytes(name).splitlines(), start=1):
        try:
            row = loads(line)
            text, label = row["text"], row["label"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise FormatError(f"{name}: line {number} has no text, or no label") from error
        if not isinstance(text, str) or label not in ANSWERS:
            raise FormatError(f"{name}: line {number} has no label", hint=f"labels are {', '.join(ANSWERS)}")
        if found.setdefault(text, label) != label:
            raise InputError(f"{name}: line {number} has a text with two labels")
    return found


def _open(batch: Batch, address: str, n_wanted: int) -> int:
    from headwater.review.draw import items
    from headwater.review.store import add, opened
    from headwater.review.store.batches import know

    with opened(address, may_be_new=True) as db:
        n = add(db, items(batch, n_wanted=n_wanted))
        know(db, batch.manifest.digest, batch.gold)
        return n


def read_bytes(name: str) -> bytes:
    """Read a file that a user named.

    Raises:
        UnavailableError: If it cannot be read.
    """
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UnavailableError(f"cannot read {name}: {error.strerror}") from error


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet.

    Raises:
        UnavailableError: If it is, or cannot be written.
    """
    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        raise UnavailableError(f"cannot write {path}: {error.strerror}") from error


def _tell(batch: Batch, what: str, *, as_json: bool) -> None:
    from json import dumps

    from headwater.review.manifest import SLICES

    said = batch.manifest
    parts = Counter(one.part for one in said.items)
    if as_json:
        told = {
            "batch": said.digest,
            "n": len(said.items),
            "n_documents": said.n_documents,
            "slices": dict(parts),
            "selector": said.selector,
        }
        sys.stdout.write(dumps(told, indent=1) + "\n")
        return
    n_drawn = len(said.items) - parts["gold"]
    shares = ", ".join(f"{parts[name]:,} {name}" for name in SLICES if parts[name])
    sys.stderr.write(
        f"headwater: {what}: {n_drawn:,} of {said.n_documents:,} documents ({shares}), "
        f"batch {said.digest[:16]}\n"
    )
