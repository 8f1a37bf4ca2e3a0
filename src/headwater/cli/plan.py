"""`headwater plan`: the cheapest mix of remedies that keeps the rare words of a corpus."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from headwater.errors import InputError, VerificationError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from headwater.collapse.planner import Advice, Mix

_SHARE = click.FloatRange(0, 1)
_COST = click.FloatRange(min=0)


@click.command(no_args_is_help=True)
@click.argument("corpus", metavar="CORPUS")
@click.option(
    "--target",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.05,
    help="Tail loss that is allowed; without it, 0.05.",
)
@click.option("--generations", type=click.IntRange(1, 50), default=10, help="Trainings; without it, 10.")
@click.option(
    "--generated",
    type=click.FloatRange(0, 0.99),
    metavar="SHARE",
    help="Generated share of new pages; without it, as it was measured and goes on.",
)
@click.option(
    "--size",
    type=click.IntRange(min=1),
    default=1_000_000,
    help="Pages of a training set; without it, 1,000,000.",
)
@click.option(
    "--watermark-cost", type=_COST, default=0.0, help="Of marks on all generated pages, a training."
)
@click.option("--hour-cost", type=_COST, default=30.0, help="Of an hour of a reviewer; without it, 30.")
@click.option(
    "--pages-per-hour",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    help="That a reviewer judges; without it, 60.",
)
@click.option("--page-cost", type=_COST, default=0.01, help="Of a sealed page; without it, 0.01.")
@click.option("--sealed", type=_SHARE, default=0.5, help="Most that the reserve can give; without it, 0.5.")
@click.option(
    "--marked",
    type=_SHARE,
    default=1.0,
    help="Most of the generated pages that can be marked; without it, all.",
)
@click.option("--tpr", type=_SHARE, default=0.99, help="Marked pages that are found; without it, 0.99.")
@click.option(
    "--caught", type=_SHARE, default=0.8, help="Generated pages that a reviewer calls so; without it, 0.8."
)
@click.option(
    "--wronged",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.05,
    help="Human pages that a reviewer calls generated; without it, 0.05.",
)
@click.option(
    "--every", type=click.IntRange(1, 40), default=4, help="Quarters between two trainings; without it, 4."
)
@click.option(
    "--before",
    type=_COST,
    default=40.0,
    help="Human pages at the start, in quarters' worth of new ones; without it, 40.",
)
@click.option(
    "--retention",
    type=_SHARE,
    help="Pages still there a quarter later; without it, as was measured.",
)
@click.option(
    "--temperature", type=float, default=1.0, help="Of the models' sampling; there is a plan at 1 alone."
)
@click.option("--top-p", type=float, default=1.0, help="Of the models' sampling; there is a plan at 1 alone.")
@click.option(
    "--tokenizer",
    metavar="NAME",
    default="",
    help="Count tokens of this tokenizer, that of the models; without it, words.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the advice as JSON.")
def plan(
    *,
    corpus: str,
    target: float,
    tokenizer: str,
    as_json: bool,
    temperature: float,
    top_p: float,
    **options: Any,
) -> None:
    """Say which mix of remedies keeps a corpus's rare words, and what it costs.

    CORPUS is human text, as `headwater measure` reads it; its words stand for those of a training set.
    With --tokenizer its tokens do, as they should for models that write pieces of words: such models coin
    words, and how many of ours they keep is not known. The
    remedies are marks on generated pages, review of the crawl by people, and a share of sealed human text.
    Costs are in your own currency, of all trainings together.

    The answer is the cheapest mix that keeps the tail loss of the last training set within the target,
    the frontier of all mixes, and how the loss moves where an assumption is a tenth worse. Nothing is
    trained. The status is 1 if no mix keeps it.

    There is no answer, and the status is 2, where the model of the web does not hold: for small training
    sets, for a corpus with too few rare words for the target, and for models that are sampled at another
    temperature or from a nucleus.
    """
    from headwater.collapse.planner import advise

    _check(temperature, top_p)
    counts = _tokens(corpus, tokenizer) if tokenizer else _words(corpus)
    setting, costs = _asked(tokenizer=tokenizer, **options)
    advice = advise(counts, setting, costs, target=target)
    _print(advice, target, as_json=as_json)
    _conclude(advice, target)


def _words(corpus: str) -> NDArray[np.int64]:
    """Count every word."""
    from headwater.cli.measure import profiled

    made = profiled(corpus)
    return made.words.counts[made.words.inside(made.size.words)]


def _tokens(corpus: str, tokenizer: str) -> NDArray[np.int64]:
    """Count every token.

    Raises:
        InputError: If there is no such tokenizer, or nothing to read.
        UnavailableError: If its packages are not installed.
    """
    import numpy as np

    from headwater.cli.measure import tell
    from headwater.cli.terminal import progress
    from headwater.collapse.monitor.corpus import texts
    from headwater.curate.extract import main_text
    from headwater.measure.profile.build import batches
    from headwater.watermark.tokenizer import named
    from headwater.watermark.tokenizer.tokenizer import load

    opened, lost = load(named(tokenizer)), list[object]()
    counts = np.zeros(opened.tokenizer.n_types, dtype=np.int64)
    with progress() as show:
        for some in batches(texts([corpus], text_of=main_text, lose=lost.append, show=show)):
            counts += np.bincount(opened.tokens(some).tokens, minlength=counts.size)
    tell(corpus, n_lost=len(lost), n_words=int(counts.sum()))
    return counts[counts > 0]


def _check(temperature: float, top_p: float) -> None:
    """Refuse sampling that selects.

    Raises:
        InputError: If there is no plan for it.
    """
    from headwater.collapse.sampling import Sampling

    if Sampling(temperature=temperature, top_p=top_p) != Sampling():
        told = f"temperature {temperature:g}" if temperature != 1.0 else f"top-p {top_p:g}"
        raise InputError(
            f"no plan for models that are sampled at {told}: selection loses words that drift keeps, and the "
            "model of the web knows drift alone",
            hint="headwater loop runs a small web of such models, with and without remedies",
        )


def _conclude(advice: Advice, target: float) -> None:
    """End with status 1 where no mix keeps the target.

    Raises:
        VerificationError: If none does.
    """
    if advice.best is None:
        raise VerificationError(
            f"no mix keeps the tail loss within {target:.1%}; the least is {advice.least.loss:.2%}",
            hint="seal more human text, or allow a greater loss",
        )


def _asked(*, generations: int, generated: float | None, **options: Any) -> tuple[Any, Any]:
    from dataclasses import fields

    import numpy as np

    from headwater.collapse import web
    from headwater.collapse.planner import Costs, Setting

    periods = options["every"] * generations
    shares = [generated] * periods if generated is not None else web.adopted(np.arange(periods)).tolist()
    known = {field.name for field in fields(Setting)}
    given = {name: value for name, value in options.items() if name in known and value is not None}
    setting = Setting(tuple(shares), **given)
    costs = Costs(
        options["watermark_cost"], options["hour_cost"], options["page_cost"], options["pages_per_hour"]
    )
    return setting, costs


def _print(advice: Advice, target: float, *, as_json: bool) -> None:
    from dataclasses import asdict
    from json import dumps

    if as_json:
        sys.stdout.write(dumps({"target": target, **asdict(advice)}, indent=1) + "\n")
        return
    head = (
        f"{'':<10} {'cost':>14} {'marked':>7} {'reviewed':>8} {'sealed':>7} {'human':>7} {'tail loss':>9}\n"
    )
    lines = [head, _line("nothing", advice.nothing)]
    lines += [_line("best", advice.best)] if advice.best else []
    lines += [_line("least", advice.least), "\nfrontier\n"]
    lines += [_line("", mix) for mix in advice.frontier]
    named = "best" if advice.best else "least"
    lines.append(f"\ntail loss of the {named} mix where a tenth worse\n")
    lines += [f"  {name:<38} {loss:>7.2%}\n" for name, loss in advice.sensitivities.items()]
    lines += [
        f"{'assumes' if one.holds else 'DOES NOT HOLD:'} {one.name}: {one.why}\n"
        for one in advice.assumptions
    ]
    sys.stdout.write("".join(lines))


def _line(name: str, mix: Mix) -> str:
    return (
        f"{name:<10} {mix.cost:>14,.0f} {mix.coverage:>7.0%} {mix.reviewed:>8.1%} {mix.sealed:>7.0%} "
        f"{mix.human:>7.1%} {mix.loss:>9.2%}\n"
    )
