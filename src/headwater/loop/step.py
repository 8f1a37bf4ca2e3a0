"""One generation of one arm, from the web to the next model; every result is a file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from headwater.curate.store import write_json
from headwater.loop import archive, author, curation, gauge, page, people, provider, reviewers
from headwater.loop.author import Author
from headwater.loop.gauge import Generation, Yardstick
from headwater.loop.page import Page
from headwater.loop.people import People
from headwater.loop.scene import ARMS, Scene
from headwater.watermark import keys
from headwater.watermark.tokenizer import TOKENIZERS
from headwater.watermark.tokenizer.tokenizer import Open, load

_FIRST_YEAR = 2022


@dataclass(frozen=True, slots=True)
class Ground:
    """Paths of a loop.

    Attributes:
        root: Its folder.
    """

    root: Path

    @property
    def scene(self) -> Path:
        """Hold the scene and the digest of the human text."""
        return self.root / "scene.json"

    @property
    def people(self) -> Path:
        """Hold who got which human text."""
        return self.root / "people.json"

    @property
    def sealed(self) -> Path:
        """Hold the human text that is sealed, as JSON lines."""
        return self.root / "sealed.jsonl"

    @property
    def archive(self) -> Path:
        """Hold the reserve, its keys and samples."""
        return self.root / "archive"

    @property
    def provider(self) -> Path:
        """Hold the watermark key and the registry."""
        return self.root / "provider"

    @property
    def calibration(self) -> Path:
        """Hold the scores of the sealed text."""
        return self.root / "calibration.json"

    def generation(self, arm: str, number: int) -> Path:
        """Hold one generation."""
        return self.root / "arms" / arm / f"{number:03d}"

    def result(self, arm: str, number: int) -> Path:
        """Hold what was measured; it is written last."""
        return self.generation(arm, number) / "result.json"


def run(root: str, arm: str, number: int) -> Generation:
    """Run one generation; the ones before it are finished.

    Args:
        root: Folder of the loop, prepared.
        arm: Name in `ARMS`.
        number: Of the generation.

    Returns:
        What was measured.
    """
    ground = Ground(Path(root))
    result = ground.result(arm, number)
    if result.exists():
        return read(result)
    folder = ground.generation(arm, number)
    folder.mkdir(parents=True, exist_ok=True)
    made = _Step(ground, arm, number, scene_of(ground), people_of(ground)).run(folder)
    write_json(result, asdict(made))
    return made


def read(result: Path) -> Generation:
    """Read what `run` wrote."""
    told = json.loads(result.read_text("utf-8"))
    return Generation(**told | {"written": tuple(told["written"])})


def scene_of(ground: Ground) -> Scene:
    """Read the scene of a loop."""
    told = json.loads(ground.scene.read_text("utf-8"))["scene"]
    return Scene(**told | {"models": tuple(told["models"])})


def people_of(ground: Ground) -> People:
    """Read who got which human text."""
    told = json.loads(ground.people.read_text("utf-8"))
    held_out, reference, sealed = (tuple(told[name]) for name in ("held_out", "reference", "sealed"))
    return People(held_out, reference, sealed, tuple(map(tuple, told["web"])))


@dataclass(frozen=True, slots=True)
class _Step:
    ground: Ground
    name: str
    number: int
    scene: Scene
    people: People

    def run(self, folder: Path) -> Generation:
        scene, arm = self.scene, ARMS[self.name]
        opened = load(TOKENIZERS[scene.tokenizer])
        page.write(self._new(opened), folder / "new.jsonl")
        web = self._web()
        crawled = self._crawled(web)
        _capture(crawled, folder / "crawl.warc.gz", _FIRST_YEAR + self.number)
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
        let_in = list(curation.admitted(folder / "curated"))
        trained, sealed = self._trained(let_in)
        texts = [text for _, text in trained] + list(sealed)
        model = author.train(texts, opened, scene)
        (folder / "training.json").write_text(json.dumps(texts, ensure_ascii=False), "utf-8")
        by = Yardstick(self.people.reference, self.people.held_out, self._first(opened, model))
        n_tokens = len(author.vocabulary(opened, texts) & author.vocabulary(opened, self.people.pages))
        n_human = sum(not one.generated for one in crawled)
        n_let_in_human = sum(not wrote[url] for url, _ in let_in)
        return Generation(
            arm=self.name,
            generation=self.number,
            n_web=len(web),
            web_generated=_share(one.generated for one in web),
            n_crawled=len(crawled),
            n_admitted=len(let_in),
            admitted_generated=_share(wrote[url] for url, _ in let_in),
            people_lost=1.0 - n_let_in_human / max(1, n_human),
            n_trained=len(texts),
            contaminated=sum(wrote[url] for url, _ in trained) / len(texts),
            sealed=len(sealed) / len(texts),
            vouched=(sum(url in vouched for url, _ in trained) + len(sealed)) / len(texts),
            n_votes=self._n_votes(self.number) - self._n_votes(self.number - 1),
            n_tokens=n_tokens,
            perplexity=gauge.perplexity(model, by.held_out),
            reasons={one.reason: one.n for one in summary.reasons},
            **gauge.of_training(by.reference, texts, seed=scene.seed),  # type: ignore[arg-type]
            **gauge.of_writing(model, by, rng=self._rng(9), top_p=scene.top_p),  # type: ignore[arg-type]
        )

    def _rng(self, purpose: int) -> np.random.Generator:
        """Give the randomness of one purpose; what is human is the same in every arm."""
        return np.random.default_rng([self.scene.seed, purpose, self.number])

    def _new(self, opened: Open) -> list[Page]:
        """Let people and, from generation 1 on, the last model write."""
        joined = people.joined(self.people.web[self.number], self.number)
        arm, scene = ARMS[self.name], self.scene
        if self.number == 0 or arm.people_alone:
            return joined
        rng, key = self._rng(1), keys.read(self.ground.provider / "mark.key")
        wrote: list[tuple[str, bool]] = []
        shares = np.array_split(np.arange(scene.written), len(scene.models))
        for name, some in zip(scene.models, shares, strict=True):
            model, n_marked = self._model(self.number - 1, opened, name), round(arm.adoption * some.size)
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

    def _model(self, number: int, opened: Open, name: str = "") -> Author:
        path = self.ground.generation(self.name, number) / "training.json"
        return author.train(json.loads(path.read_text("utf-8")), opened, self.scene, model=name)

    def _first(self, opened: Open, model: Author) -> Author:
        return model if self.number == 0 else self._model(0, opened)

    def _web(self) -> list[Page]:
        """Give the pages that are still there."""
        there: list[Page] = []
        for born in range(self.number + 1):
            rng = np.random.default_rng([self.scene.seed, 2, born])
            for one in page.read(self.ground.generation(self.name, born) / "new.jsonl"):
                age = rng.geometric(1.0 - self.scene.retention) if self.scene.retention < 1.0 else np.inf
                there += [one] if age > self.number - born else []
        return there

    def _crawled(self, web: Sequence[Page]) -> list[Page]:
        rng = self._rng(3)
        return [one for one in web if rng.random() < self.scene.crawled]

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
        arm, scene = ARMS[self.name], self.scene
        n_sealed = round(arm.sealed * scene.size)
        order = self._rng(4).permutation(len(let_in))[: scene.size - n_sealed]
        sealed: list[str] = []
        if n_sealed:
            drawn = archive.texts(archive.sample_of(self.ground.archive, self.number))
            # What is sealed may have been crawled too; nothing is learned from twice.
            crawled = {text for _, text in let_in}
            sealed = [text for text in drawn if text not in crawled][:n_sealed]
        return [let_in[at] for at in order.tolist()], sealed


def _capture(pages: Sequence[Page], path: Path, year: int) -> None:
    path.write_bytes(b"".join(page.capture(one, year=year) for one in pages))


def _share(values: Iterable[bool]) -> float:
    held = list(values)
    return sum(held) / len(held) if held else 0.0
