"""`headwater forecast`: what will be left of a corpus's vocabulary or entropy, with no training."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from headwater.errors import ConfigError, InputError

if TYPE_CHECKING:
    from headwater.collapse.forecast import Tempering, Vocabulary
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
    and the models are sampled faithfully. At another temperature no vocabulary can be forecast; then the
    entropy is, by the tempering law, and how far that is trusted. With top-p there is no forecast.
    Nothing is trained.
    """
    from headwater.cli.measure import profiled

    plan = _plan(**options)
    made = profiled(corpus)
    if plan.temperature != 1.0 and plan.top_p == 1.0:
        _print_tempering(_tempering(made, plan), made, plan, as_json=as_json)
        return
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


def _tempering(made: Profile, plan: _Plan) -> Tempering:
    from headwater.collapse import Sampling, forecast

    Sampling(temperature=plan.temperature)  # refuses what is no temperature
    if made.words.share(made.size.words) < 1.0:
        raise InputError(
            f"no tempering law of a corpus with more than {made.size.words:,} word types",
            hint="its frequent words may not be in the sample that was counted; give a part of the corpus",
        )
    return forecast.tempering(
        made.words.counts,
        temperature=plan.temperature,
        generations=plan.generations,
        share=plan.human_share,
    )


def _print_tempering(found: Tempering, made: Profile, plan: _Plan, *, as_json: bool) -> None:
    from json import dumps

    columns = (found.entropy_nats, found.effective_types, found.trusted)
    rows = [
        {"generation": k, "entropy_nats": entropy, "effective_types": types, "trusted": trusted}
        for k, (entropy, types, trusted) in enumerate(zip(*(c.tolist() for c in columns), strict=True))
    ]
    if as_json:
        sizes = {"n_words": made.n_words, "human_share": plan.human_share, "temperature": plan.temperature}
        sys.stdout.write(dumps(sizes | {"tempering": rows}, indent=1) + "\n")
        return
    sys.stdout.write(f"{'generation':>10} {'entropy, nats':>14} {'effective words':>16}   of its output\n")
    for row in rows:
        mark = "" if row["trusted"] else "beyond what was measured"
        line = f"{row['generation']:>10} {row['entropy_nats']:>14.3f} {row['effective_types']:>16,.1f}"
        sys.stdout.write(f"{line}   {mark}".rstrip() + "\n")
    sys.stdout.write(
        f"DOES NOT HOLD: temperature 1. At {plan.temperature:g} selection outruns drift, so no vocabulary"
        " is forecast.\nassumes the tempering law, which was measured on one model for three generations\n"
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
