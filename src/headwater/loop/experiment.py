"""A loop from end to end: prepared once, arms side by side, resumed where it stopped."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path

from headwater import canonical
from headwater.curate.store import atomic, write_json
from headwater.errors import InputError, UnavailableError
from headwater.loop import archive, curation, people, provider, step
from headwater.loop.gauge import Generation
from headwater.loop.people import People
from headwater.loop.scene import ARMS, Scene
from headwater.loop.step import Ground

Show = Callable[[str, int, int], None]


def run(
    root: Path, texts: Sequence[str], scene: Scene, *, arms: Sequence[str], workers: int, show: Show
) -> dict[str, list[Generation]]:
    """Run arms of a loop.

    Args:
        root: Folder for the results: new, empty, or of the same loop, which then goes on.
        texts: Human documents.
        scene: The web and its models.
        arms: Names in `ARMS`.
        workers: Arms at a time, each in a process of its own; with one, everything happens in this one.
        show: Told of an arm, generations done and generations in all.

    Returns:
        Arm -> its generations.

    Raises:
        InputError: If an arm is unknown, there is too little text, or the folder holds something else.
        UnavailableError: If a worker dies; run again to resume.
    """
    unknown = sorted(set(arms) - set(ARMS))
    if unknown or not arms:
        raise InputError(f"unknown arm '{unknown[0]}'" if unknown else "no arm", hint=f"{', '.join(ARMS)}")
    ground = Ground(root)
    _begin(ground, texts, scene)
    _prepare(ground, scene, arms, show)
    return _play(ground, scene, arms, workers=workers, show=show)


def load(root: Path) -> tuple[Scene, dict[str, list[Generation]]]:
    """Read the finished generations of a loop.

    Raises:
        InputError: If the folder holds none.
    """
    ground = Ground(root)
    if not ground.scene.exists():
        raise InputError(f"{root} holds no loop", hint="run one: headwater loop run TEXT --out DIR")
    scene = step.scene_of(ground)
    found: dict[str, list[Generation]] = {}
    for name in ARMS:
        results = [ground.result(name, number) for number in range(scene.generations + 1)]
        if done := [step.read(result) for result in results if result.exists()]:
            found[name] = done
    return scene, found


def _begin(ground: Ground, texts: Sequence[str], scene: Scene) -> None:
    """Claim the folder.

    Raises:
        InputError: If it holds something else.
    """
    told = {
        "scene": asdict(scene) | {"models": list(scene.models)},
        "text": canonical.digest(list(texts)),
    }
    if ground.scene.exists():
        if json.loads(ground.scene.read_text("utf-8")) != told:
            raise InputError(f"{ground.root} holds another loop", hint="choose another --out")
        return
    # Whoever was killed just here has left the people, and nothing else.
    if ground.root.exists() and {one.name for one in ground.root.iterdir()} - {ground.people.name}:
        raise InputError(f"{ground.root} is not empty", hint="choose a new or empty folder for --out")
    dealt = people.share_out(list(people.cut(texts, page_chars=scene.page_chars)), scene)
    ground.root.mkdir(parents=True, exist_ok=True)
    write_json(ground.people, asdict(dealt))
    write_json(ground.scene, told)


def _prepare(ground: Ground, scene: Scene, arms: Sequence[str], show: Show) -> None:
    """Seal the reserve, announce the key, score the sealed text, draw the samples: what the arms need."""
    chosen = [ARMS[name] for name in arms]
    dealt = step.people_of(ground)
    if not ground.sealed.exists():
        _write_sealed(ground.sealed, dealt)
    if not ground.provider.exists():
        archive.whole(
            ground.provider, lambda folder: provider.found(folder, tokenizer=scene.tokenizer, seed=scene.seed)
        )
    if any(arm.statistics for arm in chosen) and not ground.calibration.exists():
        show("calibrating", 0, 1)
        data = curation.scores(ground.sealed, ground.root / "calibration")
        with atomic(ground.calibration) as temporary:
            temporary.write_bytes(data)
        show("calibrating", 1, 1)
    shares = [arm.sealed for arm in chosen if arm.sealed]
    if shares:
        if not ground.archive.exists():
            archive.whole(ground.archive, lambda folder: archive.build(folder, ground.sealed))
        for number in range(scene.generations + 1):
            show("drawing", number, scene.generations + 1)
            archive.draw(ground.archive, round(max(shares) * scene.size), number, seed=scene.seed)
        show("drawing", scene.generations + 1, scene.generations + 1)


def _write_sealed(path: Path, dealt: People) -> None:
    # The web's first pages are sealed too: each is found again wherever a crawl meets it.
    texts = (*dealt.sealed, *dealt.web[0])
    lines = (json.dumps({"text": text, "date": archive.SEALED}, ensure_ascii=False) for text in texts)
    with atomic(path) as temporary:
        temporary.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _play(
    ground: Ground, scene: Scene, arms: Sequence[str], *, workers: int, show: Show
) -> dict[str, list[Generation]]:
    found: dict[str, list[Generation]] = {name: [] for name in arms}
    total = scene.generations + 1
    if workers == 1:
        for name in arms:
            for number in range(total):
                show(name, number, total)
                found[name].append(step.run(str(ground.root), name, number))
            show(name, total, total)
        return found
    spawn = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(min(workers, len(arms)), spawn) as pool:
            running: dict[Future[Generation], str] = {}
            for name in arms:
                show(name, 0, total)
                running[pool.submit(step.run, str(ground.root), name, 0)] = name
            while running:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    name = running.pop(future)
                    found[name].append(future.result())
                    number = len(found[name])
                    show(name, number, total)
                    if number < total:
                        running[pool.submit(step.run, str(ground.root), name, number)] = name
    except BrokenProcessPool as error:
        raise UnavailableError(
            "a worker died in the loop", hint="is there enough memory? the same command resumes"
        ) from error
    return found
