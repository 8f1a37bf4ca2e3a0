"""`headwater forecast`: what will be left of a corpus's vocabulary or entropy, with no training."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from headwater.errors import ConfigError

if TYPE_CHECKING:
    from headwater.collapse.answers import Answer
    from headwater.collapse.forecast import Tempering, Vocabulary
    from headwater.measure.profile import Profile


# Option -> the question it belongs to, and what it is where it is not given.
_SIDE = {
    "keep": ("keep_count", 0.9),
    "fpr": ("synthetic", 0.0),
    "adoption": ("synthetic", 1.0),
    "keep_variance": ("bias", 0.9),
}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the options say of the generations."""

    generations: int
    human_share: float
    temperature: float
    top_p: float


@click.command(no_args_is_help=True)
@click.argument("corpus", metavar="CORPUS")
@click.option("--generations", type=click.IntRange(0, 100_000), default=10, help="Ahead; without it, 10.")
@click.option("--human-share", type=float, help="Fresh human share of every training set, 0 to 1.")
@click.option("--reserve", type=float, help="The same share, drawn from a sealed reserve.")
@click.option("--temperature", type=float, default=1.0, help="Of the sampling; without it, 1.")
@click.option("--top-p", type=float, default=1.0, help="Of the sampling; without it, 1.")
@click.option("--loss", type=float, metavar="SHARE", help="Say when this share of the types is lost.")
@click.option("--keep-count", type=float, metavar="N", help="Say which human share keeps types seen N times.")
@click.option("--keep", type=float, help="In this share of generations; without it, 0.9.")
@click.option(
    "--synthetic", type=float, metavar="SHARE", help="Say what a detector must catch in such a crawl."
)
@click.option("--fpr", type=float, help="Of the detector, on human text; without it, 0.")
@click.option("--adoption", type=float, help="Share of synthetic text with a mark; without it, 1.")
@click.option("--bias", type=float, help="Say which human share keeps variance under it, 0 to 1.")
@click.option("--keep-variance", type=float, help="Share of it; without it, 0.9.")
@click.option("--json", "as_json", is_flag=True, help="Print the forecast as JSON.")
def forecast(*, corpus: str, as_json: bool, **options: Any) -> None:
    """Forecast the vocabulary left after generations of training on generated text.

    CORPUS is what `headwater measure` reads. Each generation's training set is as large as the corpus,
    and the models are sampled faithfully. At another temperature no vocabulary can be forecast; then the
    entropy is, by the tempering law, and how far that is trusted. With top-p there is no forecast.
    Nothing is trained.

    --loss, --keep-count, --synthetic and --bias each ask one more question, and its answer is one more line.
    """
    from headwater.cli.measure import profiled

    plan, options = _plan(**options), _settled(options)
    made = profiled(corpus)
    answers = _answers(made, plan, **options)
    if plan.temperature != 1.0 and plan.top_p == 1.0:
        _print_tempering(_tempering(made, plan), made, plan, answers, as_json=as_json)
    else:
        _print(_forecast(made, plan), made, plan, answers, as_json=as_json)


def _plan(*, human_share: float | None, reserve: float | None, generations: int, **options: Any) -> _Plan:
    if human_share is not None and reserve is not None:
        raise ConfigError("--human-share and --reserve exclude each other", hint="give one of them")
    share = human_share if human_share is not None else reserve
    return _Plan(generations, share or 0.0, options["temperature"], options["top_p"])


def _settled(options: dict[str, Any]) -> dict[str, Any]:
    """Fill in what was not given.

    Raises:
        ConfigError: If an option has no effect, because its question is not asked.
    """
    for name, (question, _) in _SIDE.items():
        if options[name] is not None and options[question] is None:
            asked, idle = (f"--{each.replace('_', '-')}" for each in (question, name))
            raise ConfigError(f"{idle} says nothing without {asked}", hint=f"give {asked}, or leave it out")
    given = {name: options[name] for name in _SIDE if options[name] is not None}
    return options | {name: value for name, (_, value) in _SIDE.items()} | given


def _answers(made: Profile, plan: _Plan, **asked: Any) -> list[Answer]:
    """Answer what the options ask, in their order.

    Raises:
        ConfigError: If a question needs faithful sampling, or a human share, and has none.
    """
    from headwater.collapse import answers

    drifts = {name: asked[name] for name in ("loss", "keep_count") if asked[name] is not None}
    if drifts and plan.temperature != 1.0:
        option = next(iter(drifts)).replace("_", "-")
        raise ConfigError(f"--{option} has an answer at temperature 1 only", hint="leave one of them out")
    if asked["synthetic"] is not None and not plan.human_share:
        raise ConfigError("--synthetic asks for a human share to reach", hint="give it with --human-share")
    found = []
    if asked["loss"] is not None:
        found.append(answers.when_lost(_counts(made), loss=asked["loss"], share=plan.human_share))
    if asked["keep_count"] is not None:
        found.append(answers.reserve_to_keep(count=asked["keep_count"], chance=asked["keep"]))
    if asked["synthetic"] is not None:
        rates = {name: asked[name] for name in ("synthetic", "fpr", "adoption")}
        found.append(answers.detector_for(human=plan.human_share, **rates))
    if asked["bias"] is not None:
        found.append(answers.share_for_variance(keep=asked["keep_variance"], scale=asked["bias"]))
    return found


def _counts(made: Profile) -> Any:
    return made.words.counts[made.words.inside(made.size.words)]


def _forecast(made: Profile, plan: _Plan) -> Vocabulary:
    from headwater.collapse import Sampling, forecast

    sampling = Sampling(temperature=plan.temperature, top_p=plan.top_p)
    return forecast.vocabulary(
        _counts(made), generations=plan.generations, share=plan.human_share, sampling=sampling
    )


def _tempering(made: Profile, plan: _Plan) -> Tempering:
    from headwater.collapse import Sampling, forecast
    from headwater.measure.profile import spectrum

    Sampling(temperature=plan.temperature)  # refuses what is no temperature
    counts, types = spectrum(made)
    return forecast.tempering(
        counts,
        temperature=plan.temperature,
        generations=plan.generations,
        share=plan.human_share,
        types=types,
    )


def _print_tempering(
    found: Tempering, made: Profile, plan: _Plan, answers: list[Answer], *, as_json: bool
) -> None:
    from json import dumps

    columns = (found.entropy_nats, found.effective_types, found.trusted)
    rows = [
        {"generation": k, "entropy_nats": entropy, "effective_types": types, "trusted": trusted}
        for k, (entropy, types, trusted) in enumerate(zip(*(c.tolist() for c in columns), strict=True))
    ]
    if as_json:
        sizes = {"n_words": made.n_words, "human_share": plan.human_share, "temperature": plan.temperature}
        said = {"tempering": rows, "answers": [dict(answer.facts) for answer in answers]}
        sys.stdout.write(dumps(sizes | said, indent=1) + "\n")
        return
    sys.stdout.write(f"{'generation':>10} {'entropy, nats':>14} {'effective words':>16}   of its output\n")
    for row in rows:
        mark = "" if row["trusted"] else "beyond what was measured"
        line = f"{row['generation']:>10} {row['entropy_nats']:>14.3f} {row['effective_types']:>16,.1f}"
        sys.stdout.write(f"{line}   {mark}".rstrip() + "\n")
    _say(answers)
    sys.stdout.write(
        f"DOES NOT HOLD: temperature 1. At {plan.temperature:g} selection outruns drift, so no vocabulary"
        " is forecast.\nassumes the tempering law, which was measured on one model for three generations\n"
    )


def _print(found: Vocabulary, made: Profile, plan: _Plan, answers: list[Answer], *, as_json: bool) -> None:
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
        said = {"vocabulary": rows, "answers": [dict(answer.facts) for answer in answers]}
        sys.stdout.write(dumps(sizes | said | {"assumptions": stated}, indent=1) + "\n")
        return
    sys.stdout.write(f"{'generation':>10} {'types':>12} {'kept':>8}   95 % interval\n")
    for row in rows:
        sys.stdout.write(
            f"{row['generation']:>10} {row['types']:>12,} {row['kept']:>8.1%}   "
            f"{row['low']:.1%} to {row['high']:.1%}\n"
        )
    _say(answers)
    for assumption in stated:
        holds = "assumes" if assumption["holds"] else "DOES NOT HOLD:"
        sys.stdout.write(f"{holds} {assumption['name']}\n")


def _say(answers: list[Answer]) -> None:
    sys.stdout.write("".join(f"{answer.text}\n" for answer in answers))
