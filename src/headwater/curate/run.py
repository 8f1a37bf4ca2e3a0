"""One run from end to end: plan, three passes, results in place together; killed anywhere, it resumes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from headwater.curate import (
    crawl_statistics,
    decide,
    evidence,
    journal,
    publish,
    roll,
    seam,
    settlement,
    write,
)
from headwater.curate.blame import blame
from headwater.curate.calibrate import check
from headwater.curate.calibration import parse as parse_calibration
from headwater.curate.config import Config, decided_by, run_id, versions
from headwater.curate.engine.engine import Death, Engine, Item, Task, WorkerDiedError
from headwater.curate.judgement import parse as parse_judgements
from headwater.curate.labels.duplicate import Duplicate
from headwater.curate.layout import FOLDERS, Layout
from headwater.curate.policy import Policy
from headwater.curate.store import Tables, atomic, exclusive, read_json, sweep, write_json
from headwater.curate.summarise import load, summarise
from headwater.curate.summary import PassedOver, Summary
from headwater.errors import InputError, UnavailableError
from headwater.sources.shard import Shard

_RESUMES = "is there enough memory? run the same command again: it resumes"


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds a run and does not change its result.

    Attributes:
        engine: Where tasks and queries run.
        render: From the summary to the report page.
        progress: Called with the name of a step, shards done, shards in all.
    """

    engine: Engine
    render: Callable[[Summary], str]
    progress: Callable[[str, int, int], None]


def curate(
    shards: Sequence[Shard],
    root: Path,
    *,
    config: Config,
    setting: Setting,
    passed_over: Sequence[PassedOver] = (),
) -> Summary:
    """Decide every document of a crawl, and write what was decided and why.

    Args:
        shards: What to read, from `headwater.sources.plan`.
        root: Folder for the results; new, empty, or one where the same run was begun.
        config: What to do.
        setting: Where to do it, and whom to tell.
        passed_over: Files that were found beside the inputs and are not read; they are put on record.

    Returns:
        What was done. The run's folder holds the same in full.

    Raises:
        InputError: If the folder holds something else.
        UnavailableError: If a disk, an input or a worker fails; run again to resume.
    """
    layout = Layout(root)
    check_folder(root)
    with exclusive(layout.lock):
        return _run(layout, _plan(shards, config, passed_over), config, setting)


def _run(layout: Layout, plan: Mapping[str, Any], config: Config, setting: Setting) -> Summary:
    root, shards = layout.root, [Shard(**shard) for shard in plan["shards"]]
    if _begin(layout, plan):
        return load(layout)
    names = [shard.name for shard in shards]
    items = [
        {"root": str(root), "shard": shard.to_json(), "floor": 0, **config.evidence()} for shard in shards
    ]
    for item in items:
        item["cpu_limit_s"] = config.cpu_limit_s if setting.engine.isolated else 0
    if config.reserves:
        setting.progress("reading reserves", 0, 1)
        roll.build(layout.roll, config.reserves, text=config.text, sign=Duplicate().measure)
    prepare(setting.engine, root, config)
    _evidence(setting, layout, items)
    _mend_seams(setting, layout, shards, items)
    documents = {name: [str(layout.documents(name))] for name in names}
    _hold(layout, config.calibration, config.judgements)
    return _decide_and_write(setting, layout, plan, documents)


def prepare(engine: Engine, root: Path, config: Config) -> None:
    """Begin to load what the first pass needs.

    With reserves to look in, it needs what the run writes first: there, it is too early before.

    Args:
        engine: Where the run will be.
        root: Folder for the results.
        config: What it will do.
    """
    engine.prepare(evidence.prepare, {"root": str(root), **config.evidence()})


def redecide(
    root: Path, *, policy: Policy, setting: Setting, calibration: bytes = b"", judgements: bytes = b""
) -> Summary:
    """Decide a finished run again under another policy, without reading the crawl.

    Args:
        root: Folder of the run.
        policy: The new policy.
        setting: Where to do it, and whom to tell.
        calibration: Scores of certified human text, as `calibration.encode` writes them; empty for none.
        judgements: What people concluded of documents, as `judgement.parse` reads it; empty for none.

    Returns:
        What was done; the folder is then the same, byte for byte, as that of a run under the policy, if the
        same versions decide that made the labels. If not, `run.json` tells both.

    Raises:
        InputError: If the folder holds no finished run, or the calibration does not go with it.
        UnavailableError: If a disk or a worker fails; run again to resume.
    """
    layout = Layout(root)
    if not layout.plan.exists():
        raise InputError(f"{root} holds no finished run", hint="run headwater curate SOURCE... --out first")
    with exclusive(layout.lock):
        decided = decided_by(policy, calibration=calibration, judgements=judgements)
        return _redecide(layout, decided, setting, (calibration, judgements))


def _hold(layout: Layout, calibration: bytes, judgements: bytes) -> None:
    """Put what decides beside the labels where workers find it."""
    for path, data in ((layout.calibration, calibration), (layout.judgements, judgements)):
        if data:
            with atomic(path) as temporary:
                temporary.write_bytes(data)


def _redecide(
    layout: Layout, decided: Mapping[str, str], setting: Setting, files: tuple[bytes, bytes]
) -> Summary:
    root = layout.root
    publish.finish(layout)
    if not publish.is_published(layout):
        raise InputError(f"{root} holds no finished run", hint="run headwater curate SOURCE... --out first")
    before = publish.plan_of(layout)
    calibration, judgements = files
    if calibration:
        held = before["config"]
        check(parse_calibration(calibration), held["labels"], detector=held.get("detector", ""))
    parse_judgements(judgements)
    shards = [Shard(**shard) for shard in before["shards"]]
    config = {**before["config"], **decided}
    labelled = {key: before[key] for key in versions()}
    plan = before | {"config": config, "decided": versions()}
    plan["run_id"] = run_id(config, shards, labelled=labelled)
    if plan["run_id"] == before["run_id"]:
        return load(layout)
    goal = layout.work / "redecide.json"
    if not goal.exists() or read_json(goal)["run_id"] != plan["run_id"]:
        publish.clear(layout)
        write_json(goal, plan)
    _hold(layout, *files)
    folders = [root / folder for folder in FOLDERS.values()]
    documents = {
        shard.name: [str(folder / f"{shard.name}.parquet") for folder in folders] for shard in shards
    }
    return _decide_and_write(setting, layout, plan, documents)


def _plan(shards: Sequence[Shard], config: Config, passed_over: Sequence[PassedOver]) -> dict[str, Any]:
    return {
        "run_id": run_id(config.to_json(), shards),
        "evidence_id": run_id(config.evidence(), shards),
        **versions(),
        "decided": versions(),
        "config": config.to_json(),
        "shards": [shard.to_json() for shard in shards],
        "passed_over": [asdict(file) for file in passed_over],
    }


def _begin(layout: Layout, plan: Mapping[str, Any]) -> bool:
    """Claim the folder for the run, or take up the same run; True when it is finished already.

    Raises:
        InputError: If the folder holds something else.
    """
    publish.finish(layout)
    if layout.plan.exists():
        held = publish.plan_of(layout)
        if held["run_id"] != plan["run_id"]:
            raise InputError(
                f"{layout.root} holds another run",
                hint="choose another --out, or use --redecide if only the policy changed",
            )
        _sweep(layout)
        return publish.is_published(layout)
    write_json(layout.plan, plan)
    return False


def check_folder(root: Path) -> None:
    """Refuse a folder that holds no run and is not empty.

    Args:
        root: Folder for the results.

    Raises:
        InputError: If it is one.
    """
    layout, hint = Layout(root), "choose a new or empty folder for --out"
    if layout.plan.exists():
        return
    if layout.root.exists() and not layout.root.is_dir():
        raise InputError(f"{layout.root} is not a folder", hint=hint)
    if layout.root.exists() and {path.name for path in layout.root.iterdir()} - {layout.work.name}:
        raise InputError(f"{layout.root} is not empty", hint=hint)


def _sweep(layout: Layout) -> None:
    """Remove what a killed run left half-written; crumbs of a kill from outside accuse no record."""
    sweep(layout.root)
    for folder in (layout.crumb("x").parent, layout.journal("x").parent):
        journal.drop(folder)


def _evidence(setting: Setting, layout: Layout, items: Sequence[Item]) -> None:
    """Run the first pass; where a worker dies of a record, go on without the record.

    Raises:
        UnavailableError: If no record is to blame.
    """
    sure, unsure = list(items), list[Item]()
    while sure or unsure:
        dead = _map(setting, evidence.run, sure, "reading") if sure else []
        for item in unsure:  # One at a time: another's need of memory is not to be laid at its door.
            dead += _map(setting, evidence.run, [item], "reading")
        convicts = [
            blame(layout, death, shard=_name(death.item), source=death.item["shard"]["source"])
            for death in dead
        ]
        sure = [death.item for death, convict in zip(dead, convicts, strict=True) if convict]
        unsure = [death.item for death, convict in zip(dead, convicts, strict=True) if not convict]


def _mend_seams(
    setting: Setting, layout: Layout, shards: Sequence[Shard], items: Sequence[dict[str, Any]]
) -> None:
    """Read shards again that read what belongs to a neighbour, and note what none of them read."""
    while floors := seam.floors(shards, _ends(layout, shards)):
        for item in items:
            if _name(item) in floors:
                item["floor"] = floors[_name(item)]
                layout.commit(evidence.STEP, _name(item)).unlink()
        _evidence(setting, layout, items)
    lost = seam.gaps(shards, _ends(layout, shards))
    with Tables({layout.gaps: evidence.SKIP_SCHEMA}).open() as tables:
        tables.add({layout.gaps: [evidence.skip_row(skip) for skip in lost]}, weight_bytes=0)


def _ends(layout: Layout, shards: Sequence[Shard]) -> dict[str, tuple[int, int]]:
    commits = {shard.name: layout.commit(evidence.STEP, shard.name) for shard in shards}
    tallies = {name: read_json(commit) for name, commit in commits.items()}
    return {name: (tally["first"], tally["end"]) for name, tally in tallies.items()}


def _name(item: Item) -> str:
    return Shard(**item["shard"]).name


def _map(setting: Setting, task: Task, items: Sequence[Item], step: str) -> list[Death]:
    """Map, show how far it is, and give the deaths."""
    setting.progress(step, 0, len(items))
    deaths: list[Death] = []
    for done, answer in enumerate(setting.engine.map(task, items), 1):
        setting.progress(step, done, len(items))
        deaths += [answer] if isinstance(answer, Death) else []
    return deaths


def _decide_and_write(
    setting: Setting, layout: Layout, plan: Mapping[str, Any], documents: Mapping[str, list[str]]
) -> Summary:
    config, names = plan["config"], list(documents)
    common = {"root": str(layout.root), "labels": config["labels"], "policy": config["policy"]}
    common["calibrated"], common["judged"] = bool(config["calibration"]), config.get("judgements", "")
    common["detector"] = config.get("detector", "")
    items = [common | {"shard": name, "documents": documents[name]} for name in names]
    whole = common | {"shards": names}
    # What was compared does not depend on the policy, so it is not compared again when one changes.
    resolved = layout.commit(evidence.STEP, "compared")
    if not resolved.exists():
        setting.progress("comparing", 0, 1)
        if decide.comparing(config["labels"]):
            _or_tell(lambda: setting.engine.query(decide.resolve, whole), "comparing documents")
        write_json(resolved, {})
    sources = {Shard(**shard).name: shard["source"] for shard in plan["shards"]}
    _map_or_blame(setting, decide.run, items, step="deciding", name=lambda item: _shard_of(item, sources))
    settled = layout.commit(decide.STEP, "settled")
    if not settled.exists():
        if settlement.LABEL in config["labels"]:
            parts = settlement.slices(layout, names, common)
            _map_or_blame(setting, settlement.run, parts, step="settling", name=lambda item: "duplicates")
        write_json(settled, {})
    fused = layout.commit(decide.STEP, "fused")
    if not fused.exists():
        if config["calibration"]:
            _or_tell(lambda: setting.engine.query(crawl_statistics.run, whole), "ranking documents")
        else:
            crawl_statistics.put_none(layout)
        write_json(fused, {})
    _map_or_blame(setting, write.run, items, step="writing", name=lambda item: _shard_of(item, sources))
    sweep(layout.root)  # A worker that died may have left files half-written.
    setting.progress("reporting", 0, 1)
    summary = summarise(layout, plan, setting.render)
    publish.put(layout, plan)
    return summary


def _shard_of(item: Item, sources: Mapping[str, str]) -> str:
    return f"shard {item['shard']} of {sources[item['shard']]}"


def _map_or_blame(
    setting: Setting, task: Task, items: Sequence[Item], *, step: str, name: Callable[[Item], str]
) -> None:
    """Run a later pass; an item of which a worker died is tried once more, alone.

    Raises:
        UnavailableError: If one dies of it again.
    """
    for death in _map(setting, task, items, step):
        for again in _map(setting, task, [death.item], step):
            raise UnavailableError(f"a worker died {step} {name(death.item)}: {again}", hint=_RESUMES)


def _or_tell(start: Callable[[], object], doing: str) -> None:
    """Start something that has nothing smaller to be blamed on, and tell what it was if its worker dies.

    Raises:
        UnavailableError: If it does.
    """
    try:
        start()
    except WorkerDiedError as death:
        raise UnavailableError(
            f"a worker died {doing}: {death}",
            hint=_RESUMES,
        ) from death
