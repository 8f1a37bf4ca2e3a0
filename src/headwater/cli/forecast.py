"""`headwater forecast`: what will be left of a corpus's vocabulary, with no training."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from headwater.errors import ConfigError

if TYPE_CHECKING:
    from headwater.collapse.forecast import Vocabulary
    from headwater.measure.profile import Profile


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the options ask for."""

    generations: int
    human_share: float
    temperature: float
    top_p: float


@click.command(no_args_is_help=True)
@click.argument("corpus", metavar="CORPUS")
@click.option("--generations", type=click.IntRange(0, 100_000), required=True, help="Generations ahead.")
@click.option("--human-share", type=float, help="Fresh human share of every training set, 0 to 1.")
@click.option("--reserve", type=float, help="The same share, drawn from a sealed reserve.")
@click.option("--temperature", type=float, default=1.0, help="Of the sampling; without it, 1.")
@click.option("--top-p", type=float, default=1.0, help="Of the sampling; without it, 1.")
@click.option("--json", "as_json", is_flag=True, help="Print the forecast as JSON.")
def forecast(*, corpus: str, as_json: bool, **options: Any) -> None:
    """Forecast the vocabulary left after generations of training on generated text.

    CORPUS is what `headwater measure` reads. Each generation's training set is as large as the corpus,
    and the models are sampled faithfully; where that does not hold the forecast is refused, with the
    reason. Nothing is trained.
    """
    from headwater.cli.measure import profiled

    plan = _plan(**options)
    made = profiled(corpus)
    _print(_forecast(made, plan), made, plan, as_json=as_json)


def _plan(*, human_share: float | None, reserve: float | None, **options: Any) -> _Plan:
    if human_share is not None and reserve is not None:
        raise ConfigError("--human-share and --reserve exclude each other", hint="give one of them")
    share = human_share if human_share is not None else reserve
    return _Plan(human_share=share or 0.0, **options)


def _forecast(made: Profile, plan: _Plan) -> Vocabulary:
    from headwater.collapse import Sampling, forecast

    counts = made.words.counts[made.words.inside(made.size.words)]
    sampling = Sampling(temperature=plan.temperature, top_p=plan.top_p)
    return forecast.vocabulary(
        counts, generations=plan.generations, share=plan.human_share, sampling=sampling
    )


def _print(found: Vocabulary, made: Profile, plan: _Plan, *, as_json: bool) -> None:
    from dataclasses import asdict
    from json import dumps

    # A profile counts a sample of the types, each with the same chance; shares are those of all types.
    types = found.expected[0] / made.words.share(made.size.words)
    rows = [
        {"generation": k, "kept": kept, "low": low, "high": high, "types": round(types * kept)}
        for k, (kept, low, high) in enumerate(
            zip(
                *((x / found.expected[0]).tolist() for x in (found.expected, found.low, found.high)),
                strict=True,
            )
        )
    ]
    stated = [asdict(assumption) for assumption in found.assumptions]
    if as_json:
        sizes = {"n_words": made.n_words, "human_share": plan.human_share}
        sys.stdout.write(dumps(sizes | {"vocabulary": rows, "assumptions": stated}, indent=1) + "\n")
        return
    sys.stdout.write(f"{'generation':>10} {'types':>12} {'kept':>8}   95 % interval\n")
    for row in rows:
        sys.stdout.write(
            f"{row['generation']:>10} {row['types']:>12,} {row['kept']:>8.1%}   "
            f"{row['low']:.1%} to {row['high']:.1%}\n"
        )
    for assumption in stated:
        holds = "assumes" if assumption["holds"] else "DOES NOT HOLD:"
        sys.stdout.write(f"{holds} {assumption['name']}\n")
