"""A loop from end to end: prepared once, arms side by side, resumed where it stopped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import takewhile
from pathlib import Path

from headwater import canonical
from headwater.curate.store import atomic, exclusive, read_json, write_json
from headwater.errors import InputError
from headwater.loop import archive, curation, handover, people, provider, turns, voices
from headwater.loop.gauge import Generation
from headwater.loop.ground import Ground, people_of, result_of, scene_of
from headwater.loop.people import People
from headwater.loop.scene import ARMS, DRAWN, Scene
from headwater.loop.turns import Show
from headwater.watermark.tokenizer import named
from headwater.watermark.tokenizer.tokenizer import load as load_tokenizer


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
        InputError: If an arm, a tokenizer or a model is unknown, there is too little text, the folder holds
            something else, or nothing is left to train a model on.
        FormatError: If a file of the loop is damaged.
        UnavailableError: If a package or weights are not there, or a worker dies; run again to resume.
    """
    unknown = sorted(set(arms) - set(ARMS))
    if unknown or not arms:
        raise InputError(f"unknown arm '{unknown[0]}'" if unknown else "no arm", hint=f"{', '.join(ARMS)}")
    ground, chosen = Ground(root), tuple(dict.fromkeys(arms))
    _check(scene)
    _begin(ground, texts, scene)
    with exclusive(ground.lock):
        _prepare(ground, scene, chosen, show)
        turns.take(str(root), chosen, scene.generations + 1, workers=workers, show=show)
    return {name: [result_of(ground, name, at) for at in range(scene.generations + 1)] for name in chosen}


def load(root: Path) -> tuple[Scene, dict[str, list[Generation]]]:
    """Read the finished generations of a loop.

    Returns:
        The scene, and by arm its generations up to the first that is not measured.

    Raises:
        InputError: If the folder holds none.
        FormatError: If a file of the loop is damaged.
    """
    ground = Ground(root)
    if not ground.scene.exists():
        raise InputError(f"{root} holds no loop", hint="run one: headwater loop run TEXT --out DIR")
    scene = scene_of(ground)
    found: dict[str, list[Generation]] = {}
    for name in ARMS:
        there = takewhile(lambda at: ground.result(name, at).exists(), range(scene.generations + 1))  # noqa: B023
        if done := [result_of(ground, name, number) for number in there]:
            found[name] = done
    if not found:
        raise InputError(f"no generation of the loop in {root} is finished", hint="the same command resumes")
    return scene, found


def _check(scene: Scene) -> None:
    """Refuse a scene that cannot be played, before a folder is claimed for it.

    Raises:
        InputError: If a tokenizer is unknown, or a model has another one.
        UnavailableError: If packages or weights are not there.
    """
    opened = load_tokenizer(named(scene.tokenizer))
    for name in scene.models:
        voices.check(name, n_types=opened.tokenizer.n_types)


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
        if read_json(ground.scene) != told:
            raise InputError(f"{ground.root} holds another loop", hint="choose another --out")
        return
    # Whoever was killed just here has left the people, and nothing else.
    begun = ground.people.name
    if ground.root.exists() and not all(one.name.startswith(begun) for one in ground.root.iterdir()):
        raise InputError(f"{ground.root} is not empty", hint="choose a new or empty folder for --out")
    dealt = people.share_out(list(people.cut(texts, page_chars=scene.page_chars)), scene)
    ground.root.mkdir(parents=True, exist_ok=True)
    write_json(ground.people, asdict(dealt))
    write_json(ground.scene, told)


def _prepare(ground: Ground, scene: Scene, arms: Sequence[str], show: Show) -> None:
    """Draw and announce keys, seal the reserve, score what it holds, draw samples: what the arms need."""
    chosen = [ARMS[name] for name in arms]
    if not ground.provider.exists():
        archive.whole(
            ground.provider, lambda folder: provider.found(folder, tokenizer=scene.tokenizer, seed=scene.seed)
        )
    if not ground.curator.exists():
        archive.whole(ground.curator, handover.found)
    if not any(arm.statistics or arm.sealed for arm in chosen):
        return
    if not ground.archive.exists():
        _write_sealed(ground.sealed, people_of(ground))
        archive.whole(ground.archive, lambda folder: archive.build(folder, ground.sealed))
    if any(arm.statistics for arm in chosen) and not ground.calibration.exists():
        show("calibrating", 0, 1)
        archive.write_all(ground.archive, ground.certified)
        data = curation.scores(ground.certified, ground.root / "calibration")
        with atomic(ground.calibration) as temporary:
            temporary.write_bytes(data)
        show("calibrating", 1, 1)
    if any(arm.sealed for arm in chosen):
        for number in range(scene.generations + 1):
            show("drawing", number, scene.generations + 1)
            archive.draw(ground.archive, round(DRAWN * scene.size), number, seed=scene.seed)
        show("drawing", scene.generations + 1, scene.generations + 1)


def _write_sealed(path: Path, dealt: People) -> None:
    # The web's first pages are sealed too: each is found again wherever a crawl meets it.
    texts = (*dealt.sealed, *dealt.web[0])
    lines = (json.dumps({"text": text, "date": archive.SEALED}, ensure_ascii=False) for text in texts)
    with atomic(path) as temporary:
        temporary.write_text("".join(f"{line}\n" for line in lines), "utf-8")
