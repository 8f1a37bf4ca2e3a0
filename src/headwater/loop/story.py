"""The page of a loop, for people outside the field: what became of the web without remedies and with them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from headwater import __version__, canonical
from headwater.collapse.study.figure import Band, Fan, Plane, Ridgeline
from headwater.loop.gauge import EDGES, Generation
from headwater.loop.scene import ARMS, DEFAULT_ARMS, Scene
from headwater.loop.twin import phases
from headwater.report.chart import Chart
from headwater.report.page import Page, Section, compose
from headwater.report.study import ARMS as TONES
from headwater.report.study import draw

SECTIONS = (
    Section("worth", "What each arm came to"),
    Section("models", "What became of the models"),
    Section("fed", "What they were fed"),
    Section("wrote", "What they wrote"),
    Section("elsewhere", "What other remedies would do"),
    Section("table", "All numbers"),
    Section("limits", "What this cannot say"),
    Section("rerun", "How to run it again"),
)
LIMITS = (
    "The models are small, and so is their text: they show recursion, not what a large model does.",
    "This is one run with one seed: how far seeds differ is told, for the default sizes, by the study loop.",
    "Every page is as likely to be crawled as any other, and every model learns from one crawl alone.",
    "The beacon of each draw from the reserve is simulated; a real one is a public number that nobody chose.",
    "The statistical score was made for the text of large language models and hardly tells that of n-grams.",
    "Reviewers are simulated, and see nearly every page that nothing else decides; no web is so small.",
    "They err independently of one another, which people do not; rulings on what they leave open seldom err.",
    "The pages that the web starts with are sealed too, so that crawls meet them; on the web few are.",
    "Nobody forges or removes a mark here; what marks do not survive is told in the documentation.",
)
Arms = Mapping[str, Sequence[Generation]]
# Settings of a scene that `headwater loop run` takes as one value.
_OPTIONS = ("generations", "written", "fresh", "start", "size", "reviewed", "disclosed", "tokenizer", "seed")


@dataclass(frozen=True, slots=True)
class _Line:
    key: str
    title: str
    unit: str
    value: Callable[[Generation], float]


_MODELS = (
    _Line("perplexity", "Perplexity of human text", "perplexity a token", lambda one: one.perplexity),
    _Line(
        "tail", "Rare words in what models write", "% of a human text's", lambda one: 100.0 * one.tail_mass
    ),
    _Line("types", "Words that a model is taught", "distinct words", lambda one: float(one.n_types)),
    _Line(
        "tokens",
        "Vocabulary of people that a model is taught",
        "distinct pieces of words",
        lambda one: float(one.n_tokens),
    ),
)
_FED = (
    _Line("web", "Generated pages on the web", "% of pages", lambda one: 100.0 * one.web_generated),
    _Line("fed", "Generated pages in the training set", "% of pages", lambda one: 100.0 * one.contaminated),
    _Line("vouched", "Pages that a proof or people vouch for", "% of pages", lambda one: 100.0 * one.vouched),
)


def render(scene: Scene, arms: Arms) -> str:
    """Draw the page of a loop.

    Args:
        scene: The web and its models.
        arms: Name -> generations, one at least, each arm with as many as are done.

    Returns:
        One self-contained HTML file; equal arguments give equal bytes.
    """
    told = [asdict(one) for generations in arms.values() for one in generations]
    drawn = _drawn(arms)
    return compose(
        "loop.html",
        Page("Loop", _headline(arms), canonical.digest([asdict(scene), told]), __version__, SECTIONS),
        scene=scene,
        arms=[(name, ARMS[name].told, generations[-1]) for name, generations in drawn.items()],
        worth=_worth(arms),
        lines="" if drawn == arms else ", ".join(drawn),
        models=[*(_fan(one, drawn) for one in _MODELS), _plane(drawn)],
        fed=[_fan(one, drawn) for one in _FED],
        wrote=[_written(name, generations, at) for at, (name, generations) in enumerate(arms.items())],
        elsewhere=[draw(one, f"phase-{at}") for at, one in enumerate(phases(scene))],
        samples=[(name, _samples(some)) for name, some in arms.items()],
        rows=[_cells(one) for generations in arms.values() for one in generations],
        limits=LIMITS,
        command=_command(scene, arms),
    )


def _drawn(arms: Arms) -> Arms:
    """Choose arms that share a figure, each in a tone of its own."""
    if len(arms) <= len(TONES):
        return arms
    chosen = [name for name in DEFAULT_ARMS if name in arms] or list(arms)[: len(TONES)]
    return {name: arms[name] for name in chosen}


def _worth(arms: Arms) -> list[tuple[str, ...]]:
    """Say what each arm came to, the best first, by people alone where they are as far."""
    people = arms.get("people")

    def by(one: Generation, value: Callable[[Generation], float]) -> str:
        beside = [some for some in people or () if some.generation == one.generation]
        return f"{value(one) / value(beside[0]):.2f}" if beside and value(beside[0]) else "–"

    last = sorted(((name, some[-1]) for name, some in arms.items()), key=lambda named: named[1].perplexity)
    return [
        (
            f"{name}: {ARMS[name].told}",
            str(one.generation),
            f"{one.perplexity:.0f}",
            by(one, lambda it: it.perplexity),
            by(one, lambda it: it.tail_mass),
            _share(one.contaminated),
            one.stage,
        )
        for name, one in last
    ]


def _command(scene: Scene, arms: Iterable[str]) -> str:
    """Give the command that runs this loop."""
    plain, words = Scene(), ["headwater", "loop", "run", "TEXT", "--out", "DIR"]
    for name in _OPTIONS:
        if (value := getattr(scene, name)) != getattr(plain, name):
            words += [f"--{name}", str(value)]
    if scene.models != plain.models:
        words += [word for name in scene.models for word in ("--model", name)]
    if set(arms) != set(DEFAULT_ARMS):
        words += [word for name in arms for word in ("--arm", name)]
    return shlex.join(words)


def _headline(arms: Arms) -> str:
    """Say in one sentence what happened."""
    nothing, people = (arms.get(name) for name in ("nothing", "people"))
    if not (nothing and people and len(nothing) == len(people)):
        return "Models that learn from a web that models wrote."
    worse = nothing[-1].perplexity / people[-1].perplexity
    n = nothing[-1].generation
    line = f"After {n} generation{'s' * (n != 1)} without a remedy human text is {worse:.2f} times as"
    line += " perplexing to a model as it would be without generated pages"
    remedied = arms.get("all")
    if not remedied or len(remedied) != len(people):
        return f"{line}."
    return f"{line}; with all remedies {remedied[-1].perplexity / people[-1].perplexity:.2f} times."


def _fan(line: _Line, arms: Arms) -> Chart:
    n = max(map(len, arms.values()))
    nan = float("nan")
    bands = tuple(
        Band(name, tuple(line.value(one) for one in some) + (nan,) * (n - len(some)))
        for name, some in arms.items()
    )
    return draw(Fan(line.title, line.unit, tuple(map(float, range(n))), bands), f"figure-{line.key}")


def _plane(arms: Arms) -> Chart:
    paths = tuple(tuple((one.tail_loss, one.drift, one.stage) for one in some) for some in arms.values())
    return draw(Plane("Where the monitor sees the training sets", tuple(arms), paths), "figure-plane")


def _written(name: str, generations: Sequence[Generation], at: int) -> Chart:
    title = f"{name}: how strange its pages are to the first model"
    names = tuple(str(one.generation) for one in generations)
    shares = tuple(one.written for one in generations)
    unit = "perplexity a token, under the first model"
    return draw(Ridgeline(title, unit, EDGES, names, shares), f"written-{at}")


def _samples(generations: Sequence[Generation]) -> list[Generation]:
    """Choose the first, the middle and the last generation."""
    return [generations[at] for at in sorted({0, len(generations) // 2, len(generations) - 1})]


def _cells(one: Generation) -> tuple[str, ...]:
    return (
        f"{one.arm} {one.generation}",
        f"{one.perplexity:.1f}",
        _share(one.tail_mass),
        f"{one.n_types:,}",
        f"{one.n_tokens:,}",
        one.stage,
        _share(one.contaminated),
        f"{one.n_crawled:,}",
        f"{one.n_admitted:,}",
        _share(one.people_lost),
        _share(one.sealed),
        _share(one.vouched),
        f"{one.n_votes:,}",
    )


def _share(value: float) -> str:
    return f"{100.0 * value:.1f} %"
