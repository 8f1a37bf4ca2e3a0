"""One generation of one arm: from the web to a training set, and what is measured; every result is a file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from headwater.curate.store import intact, write_json, write_text
from headwater.errors import InputError
from headwater.loop import archive, author, curation, gauge, handover, page, people, provider, reviewers
from headwater.loop.author import Author
from headwater.loop.gauge import Generation, Yardstick
from headwater.loop.ground import Ground, pages_of, people_of, played_of, result_of, scene_of, training_of
from headwater.loop.page import Page
from headwater.loop.people import People
from headwater.loop.scene import ARMS, Scene
from headwater.watermark import keys
from headwater.watermark.tokenizer import TOKENIZERS
from headwater.watermark.tokenizer.tokenizer import load

_FIRST_YEAR = 2022


def play(root: str, arm: str, number: int) -> None:
    """Run one generation up to its training set; the ones before it were played.

    Args:
        root: Folder of the loop, prepared.
        arm: Name in `ARMS`.
        number: Of the generation.

    Raises:
        InputError: If nothing is left to train a model on.
        FormatError: If a file of the loop is damaged.
    """
    ground = Ground(Path(root))
    played = ground.played(arm, number)
    if played.exists() or ground.result(arm, number).exists():
        return
    ground.generation(arm, number).mkdir(parents=True, exist_ok=True)
    write_json(played, _Step(ground, arm, number, scene_of(ground), people_of(ground)).run())


def measure(root: str, arm: str, number: int) -> Generation:
    """Measure a generation that was played.

    Args:
        root: Folder of the loop.
        arm: Name in `ARMS`.
        number: Of the generation.

    Returns:
        What was counted and measured.

    Raises:
        FormatError: If a file of the loop is damaged.
    """
    ground = Ground(Path(root))
    result = ground.result(arm, number)
    if not result.exists():
        scene, dealt = scene_of(ground), people_of(ground)
        texts, rng = training_of(ground, arm, number), _rng(scene, 9, number)
        opened, first = load(TOKENIZERS[scene.tokenizer]), training_of(ground, arm, 0)
        model = _latest(texts, scene, scene.models[0])
        by = Yardstick(dealt.reference, dealt.held_out, _first(first, scene) if number else model)
        known = _tokens_of_people(dealt.pages, scene.tokenizer)
        told: dict[str, Any] = played_of(ground, arm, number) | {
            "n_tokens": len(author.vocabulary(opened, texts) & known),
            "perplexity": gauge.perplexity(model, by.held_out),
            **gauge.of_training(by.reference, texts, seed=scene.seed),
            **gauge.of_writing(model, by, rng=rng, top_p=scene.top_p),
        }
        with intact(ground.played(arm, number)):
            made = Generation(**told)
        write_json(result, asdict(made))
    return result_of(ground, arm, number)


# A model may take minutes to train: whoever measures one after the other trains each once.
@lru_cache(maxsize=1)
def _first(texts: tuple[str, ...], scene: Scene) -> Author:
    return author.train(texts, load(TOKENIZERS[scene.tokenizer]), scene)


@lru_cache(maxsize=1)
def _latest(texts: tuple[str, ...], scene: Scene, model: str) -> Author:
    return author.train(texts, load(TOKENIZERS[scene.tokenizer]), scene, model=model)


@lru_cache(maxsize=1)
def _tokens_of_people(pages: tuple[str, ...], tokenizer: str) -> frozenset[int]:
    return frozenset(author.vocabulary(load(TOKENIZERS[tokenizer]), pages))


def _rng(scene: Scene, purpose: int, number: int) -> np.random.Generator:
    """Give the randomness of one purpose; what is human is the same in every arm."""
    return np.random.default_rng([scene.seed, purpose, number])


@dataclass(frozen=True, slots=True)
class _Step:
    ground: Ground
    name: str
    number: int
    scene: Scene
    people: People

    def run(self) -> dict[str, Any]:
        """Play the generation, and count: fields of `Generation`."""
        arm, folder = ARMS[self.name], self.ground.generation(self.name, self.number)
        page.write(self._new(), self.ground.new(self.name, self.number))
        web = self._web()
        crawled = self._crawled(web)
        year = _FIRST_YEAR + self.number
        _capture(crawled, folder / "crawl.warc.gz", year)
        # Whoever was killed after people were asked has left a run that was decided again.
        shutil.rmtree(folder / "curated", ignore_errors=True)
        calibration = self.ground.calibration.read_bytes() if arm.statistics else b""
        summary = curation.run(
            folder / "crawl.warc.gz",
            folder / "curated",
            arm,
            watermarks=provider.markers(self.ground.provider) if arm.adoption else "",
            reserves=archive.named(self.ground.archive) if arm.sealed else "",
            calibration=calibration,
        )
        wrote = {one.url: one.generated for one in web}
        judgements = self._reviewed(folder, wrote) if arm.review else b""
        if judgements:
            summary = curation.judge(folder / "curated", arm, judgements, calibration=calibration)
        vouched = curation.vouched(folder / "curated", judgements)
        handover.seal(folder / "curated", folder / "release", self.ground.curator, year=year)
        let_in = handover.receive(folder / "release", self.ground.curator)
        trained, sealed = self._trained(let_in)
        texts = [text for _, text in trained] + list(sealed)
        if not texts:
            raise self._starved("curation let no page through", "give more human text, or fewer remedies")
        write_text(self.ground.training(self.name, self.number), json.dumps(texts, ensure_ascii=False))
        n_human = sum(not one.generated for one in crawled)
        n_let_in_human = sum(not wrote[url] for url, _ in let_in)
        return {
            "arm": self.name,
            "generation": self.number,
            "n_web": len(web),
            "web_generated": _share(one.generated for one in web),
            "n_crawled": len(crawled),
            "n_admitted": len(let_in),
            "admitted_generated": _share(wrote[url] for url, _ in let_in),
            "people_lost": 1.0 - n_let_in_human / max(1, n_human),
            "n_trained": len(texts),
            "contaminated": sum(wrote[url] for url, _ in trained) / len(texts),
            "sealed": len(sealed) / len(texts),
            "vouched": (sum(url in vouched for url, _ in trained) + len(sealed)) / len(texts),
            "n_votes": self._n_votes(self.number) - self._n_votes(self.number - 1),
            "reasons": {one.reason: one.n for one in summary.reasons},
        }

    def _rng(self, purpose: int) -> np.random.Generator:
        return _rng(self.scene, purpose, self.number)

    def _starved(self, why: str, hint: str) -> InputError:
        return InputError(f"arm {self.name}, generation {self.number}: {why}", hint=hint)

    def _new(self) -> list[Page]:
        """Let people and, from generation 1 on, the last model write."""
        joined = people.joined(self.people.web[self.number], self.number)
        arm, scene = ARMS[self.name], self.scene
        if self.number == 0 or arm.people_alone:
            return joined
        rng, key = self._rng(1), keys.read(self.ground.provider / "mark.key")
        learned = training_of(self.ground, self.name, self.number - 1)
        wrote: list[tuple[str, bool]] = []
        shares = np.array_split(np.arange(scene.written), len(scene.models))
        for name, some in zip(scene.models, shares, strict=True):
            model, n_marked = _latest(learned, scene, name), round(arm.adoption * some.size)
            for n, with_key in ((n_marked, key), (some.size - n_marked, None)):
                texts = model.write(n, rng=rng, top_p=scene.top_p, key=with_key)
                wrote += [(text, with_key is not None) for text in texts]
        disclosed = rng.random(len(wrote)) < scene.disclosed
        return joined + [
            Page(
                people.url(self.number, len(joined) + at),
                text,
                self.number,
                generated=True,
                marked=marked,
                disclosed=bool(disclosed[at]),
            )
            for at, (text, marked) in enumerate(wrote)
        ]

    def _web(self) -> list[Page]:
        """Give the pages that are still there."""
        there: list[Page] = []
        for born in range(self.number + 1):
            rng = _rng(self.scene, 2, born)
            for one in pages_of(self.ground, self.name, born):
                age = rng.geometric(1.0 - self.scene.retention) if self.scene.retention < 1.0 else np.inf
                there += [one] if age > self.number - born else []
        return there

    def _crawled(self, web: Sequence[Page]) -> list[Page]:
        """Let a crawl read a part of the web.

        Raises:
            InputError: If it reads nothing.
        """
        rng = self._rng(3)
        found = [one for one in web if rng.random() < self.scene.crawled]
        if not found:
            raise self._starved("the crawl read no page", "let more people write: --start, --fresh")
        return found

    def _votes(self, number: int) -> Path:
        return self.ground.generation(self.name, number) / reviewers.VOTES

    def _n_votes(self, number: int) -> int:
        path = self._votes(number)
        return path.read_bytes().count(b"\n") if path.exists() else 0

    def _reviewed(self, folder: Path, wrote: Mapping[str, bool]) -> bytes:
        return reviewers.ask(
            folder / "curated",
            folder,
            before=self._votes(self.number - 1),
            generated=wrote,
            panel=reviewers.Panel(self.scene, self._rng(5)),
            seed=f"loop {self.scene.seed} {self.number}",
        )

    def _trained(self, let_in: Sequence[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[str]]:
        """Choose a training set: pages that were let in, and sealed text in place of some of them."""
        arm, scene, rng = ARMS[self.name], self.scene, self._rng(4)
        order, sealed = rng.permutation(len(let_in)), list[str]()
        if n_sealed := round(arm.sealed * scene.size):
            drawn = archive.texts(archive.sample_of(self.ground.archive, self.number))
            # What is sealed may have been crawled too; nothing is learned from twice.
            crawled = {text for _, text in let_in}
            fresh = [text for text in drawn if text not in crawled]
            # Whole bundles are drawn: of their documents each is as likely to be learned from.
            sealed = [fresh[at] for at in rng.permutation(len(fresh))[:n_sealed].tolist()]
        return [let_in[at] for at in order[: scene.size - len(sealed)].tolist()], sealed


def _capture(pages: Sequence[Page], path: Path, year: int) -> None:
    path.write_bytes(b"".join(page.capture(one, year=year) for one in pages))


def _share(values: Iterable[bool]) -> float:
    held = list(values)
    return sum(held) / len(held) if held else 0.0
