"""`headwater review progress`: which documents want another vote, and whether a campaign may stop."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.balloting import ballots
from headwater.cli.drawing import read_bytes

if TYPE_CHECKING:
    from headwater.review.exchange.ballot import Ballot
    from headwater.review.manifest import Manifest
    from headwater.review.progress import Progress


@click.command(no_args_is_help=True)
@click.argument("manifest", metavar="MANIFEST")
@click.argument("store", metavar="STORE")
@click.option("--gold", metavar="FILE", help="Known labels, as votes of the validator gold.")
@click.option("--apply", "applies", is_flag=True, help="Ask for another vote where one is worth its price.")
@click.option("--least", type=click.IntRange(1, 7), default=2, help="Votes each document gets; 2.")
@click.option("--most", type=click.IntRange(1, 50), default=7, help="Votes before adjudication; 7.")
@click.option("--sure", type=click.FloatRange(0.5, 1.0), default=0.95, help="Posterior that is enough; 0.95.")
@click.option("--price", type=click.FloatRange(0.0), default=0.01, help="Of a vote, in wrong labels; 0.01.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def progress(
    *, manifest: str, store: str, gold: str | None, applies: bool, as_json: bool, **told: Any
) -> None:
    """Say how far the campaign of a batch is, and which documents want another vote.

    MANIFEST is from headwater review draw, STORE the queue of the campaign. A document has enough votes when
    its posterior is sure, or when no number of further votes is worth its price; after the most votes it
    needs an adjudicator. A campaign may stop when the detector has stopped to move, the interval of its
    errors is narrow and human documents of unseen strata are unlikely.
    """
    from headwater.review.manifest import parse
    from headwater.review.progress import progress as look
    from headwater.review.stopping import Patience

    batch = parse(read_bytes(manifest))
    patience = Patience(**told)
    known = _gold(gold) if gold else []
    found = look(batch, [*known, *_votes(store, batch)], patience=patience)
    if applies:
        _apply(store, batch, found, patience)
    _print(found, as_json=as_json)


def _gold(name: str) -> list[Ballot]:
    from headwater.review.exchange.ballot import GOLD

    return [one for one in ballots(name) if one.validator == GOLD]


def _votes(address: str, batch: Manifest) -> list[Ballot]:
    from headwater.review.store import opened
    from headwater.review.store.ballots import standing

    with opened(address) as db:
        return standing(db, batch.digest)


def _apply(address: str, batch: Manifest, found: Progress, patience: Any) -> None:
    from headwater.review.store import opened
    from headwater.review.store.ballots import want_another, want_no_more

    with opened(address) as db:
        n_more = want_another(db, batch.digest, found.named("more"), most=patience.most)
        n_shut = want_no_more(db, batch.digest, found.named("enough"))
    sys.stderr.write(f"headwater: {n_more:,} documents get another vote, {n_shut:,} are closed\n")


def _print(found: Progress, *, as_json: bool) -> None:
    from json import dumps

    told = found.to_json()
    if as_json:
        sys.stdout.write(dumps(told, indent=1) + "\n")
        return
    error, alpha = found.standing.error, found.agreement
    rows = {
        "documents": f"{told['n_documents']:,}, {told['n_asked']:,} with votes",
        "votes": f"{told['n_votes']:,}, {told['n_abstentions']:,} of them abstentions",
        "enough": f"{told['n_enough']:,}",
        "another vote": f"{told['n_more']:,}",
        "to adjudicate": f"{told['n_adjudicate']:,}",
        "alpha": f"{alpha.value:.3f} ({alpha.low:.3f} to {alpha.high:.3f})" if alpha else "no value yet",
        "errors": f"{error.value:.3f} of human documents ({error.low:.3f} to {error.high:.3f})"
        if error
        else "unknown",
        "unseen strata": "unknown" if told["unseen"] is None else f"{told['unseen']:.3f}",
        "stop": "yes" if told["stop"] else "no: " + "; ".join(found.lacks),
    }
    lines = [f"{name:<13}  {value}" for name, value in rows.items()]
    sys.stdout.write("\n".join(lines) + "\n")
