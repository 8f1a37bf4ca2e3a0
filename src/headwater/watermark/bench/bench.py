"""The whole evaluation: marks found by length, entropy and temperature, after attacks, and at what cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from headwater.errors import InputError
from headwater.watermark.attacks import ATTACKS
from headwater.watermark.attacks.attack import Scene
from headwater.watermark.bench import power
from headwater.watermark.bench.power import LEVELS, Found
from headwater.watermark.bench.quality import Quality, judge
from headwater.watermark.bench.samples import Arm

LENGTHS = (25, 50, 100, 200)
_ATTACKED = 128  # texts of an arm that every attack is tried on, at most
Show = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Bench:
    """Hold what an evaluation says.

    Attributes:
        levels: Of the p-values that texts are found at.
        false: Human texts that are found, by profile and length.
        by_length: Marked texts that are found, by the number of their first tokens.
        by_entropy: The same of whole texts, in thirds by their mean entropy.
        attacks: Marked texts that are found after an attack; `group` is its name and share.
        left_out: Names of attacks that could not be made, each with the reason.
        quality: Of every arm.
    """

    levels: tuple[float, ...]
    false: tuple[Found, ...]
    by_length: tuple[Found, ...]
    by_entropy: tuple[Found, ...]
    attacks: tuple[Found, ...]
    left_out: tuple[str, ...]
    quality: tuple[Quality, ...]

    def to_json(self) -> dict[str, Any]:
        """Give it as a JSON value."""
        return asdict(self)


def run(
    arms: Mapping[str, Arm], scene: Scene, *, n_tests: int, rng: np.random.Generator, show: Show
) -> Bench:
    """Evaluate marked texts.

    Args:
        arms: By name; an unmarked one is named `unmarked`. Those of fewer than 25 tokens a text count for
            quality alone.
        scene: The tokenizer of the model, human text, and neighbours of tokens for synonyms.
        n_tests: Tests of human text for each profile and length.
        rng: Draws keys and attacks.
        show: Told of the step, what is done and how much there is.

    Raises:
        InputError: If no arm is marked and long enough, or there is not enough human text.
    """
    marked = [arm for arm in arms.values() if arm.profile and arm.tokens.shape[1] >= LENGTHS[0]]
    if not marked:
        raise InputError("no marked text of 25 tokens or more among the samples")
    if scene.human_tokens.size < max(LENGTHS):
        raise InputError(f"human text of {scene.human_tokens.size:,} tokens is too short")
    lengths = {arm.name: [n for n in LENGTHS if n <= arm.tokens.shape[1]] for arm in marked}
    false = list(_false(marked, scene, n_tests, rng=rng, show=show))
    by_length = [
        power.counted(arm.name, f"{n} tokens", power.log_p(arm, list(arm.tokens[:, :n])))
        for arm in marked
        for n in lengths[arm.name]
    ]
    attacks = list(_attacks(marked, scene, rng, show))
    plain = arms.get("unmarked")
    least = min(arm.tokens.shape[1] for arm in [*marked, *([plain] if plain else [])])
    n_texts = min(len(arm.tokens) for arm in [*marked, *([plain] if plain else [])])
    return Bench(
        levels=LEVELS,
        false=tuple(false),
        by_length=tuple(by_length),
        by_entropy=tuple(found for arm in marked for found in _thirds(arm)),
        attacks=tuple(attacks),
        left_out=tuple(_left_out(scene)),
        quality=tuple(judge(arm, plain, n_texts=n_texts, n_tokens=least) for arm in arms.values()),
    )


def _false(
    marked: Sequence[Arm], scene: Scene, n_tests: int, *, rng: np.random.Generator, show: Show
) -> Iterator[Found]:
    longest: dict[str, int] = {}
    for arm in marked:
        longest[arm.profile] = max(longest.get(arm.profile, 0), arm.tokens.shape[1])
    for profile, most in longest.items():
        for length in [n for n in LENGTHS if n <= most]:
            told = partial(show, f"human text, {profile}, {length} tokens")
            yield power.false_alarms(profile, scene.human_tokens, length, n_tests=n_tests, rng=rng, show=told)


def _attacks(marked: Sequence[Arm], scene: Scene, rng: np.random.Generator, show: Show) -> Iterator[Found]:
    usable = [attack for attack in ATTACKS.values() if scene.nearest or not attack.needs_nearest]
    hot = [arm for arm in marked if arm.temperature == 1.0]
    for number, arm in enumerate(hot):
        some = Arm(
            arm.name,
            arm.profile,
            arm.temperature,
            arm.tokens[:_ATTACKED],
            arm.keys[:_ATTACKED],
            arm.log_chances[:_ATTACKED],
            arm.entropies[:_ATTACKED],
        )
        for at, attack in enumerate(usable):
            show("attacks", number * len(usable) + at, len(hot) * len(usable))
            for share in attack.shares:
                yield power.attacked(some, attack, share, scene, rng=rng)


def _left_out(scene: Scene) -> Iterator[str]:
    for attack in ATTACKS.values():
        if attack.needs_nearest and scene.nearest is None:
            yield f"{attack.name}: no embeddings of SmolLM2 at hand"


def _thirds(arm: Arm) -> Iterator[Found]:
    order = np.argsort(arm.entropies, kind="stable")
    log_p = power.log_p(arm, list(arm.tokens))
    for third in np.array_split(order, 3):
        if third.size:
            nats = float(arm.entropies[third].mean())
            yield power.counted(arm.name, f"{nats:.2f} nats a token", log_p[third])
