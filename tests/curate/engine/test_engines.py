"""What every engine must do, whatever it runs on; and what becomes of workers that die or are left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from headwater.curate.engine.engine import Death, Engine, Item, Task, WorkerDiedError, answer, opened
from headwater.curate.engine.inline import InlineEngine
from headwater.curate.engine.native import NativeEngine
from headwater.errors import ConfigError, HeadwaterError, SealError, UnavailableError
from tests.curate.engine import tasks
from tests.curate.samples import parquet

NUMBERED = pa.schema([("id", pa.string()), ("n", pa.int64())])
ROOT = Path(__file__).resolve().parents[3]
ENGINES: dict[str, Callable[[], Engine]] = {
    "inline": InlineEngine,
    "native": lambda: NativeEngine(workers=2),
}


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Give each engine once; workers serve many maps."""
    return ENGINES[request.param]()


@pytest.fixture(scope="module")
def native() -> NativeEngine:
    """Give an engine whose workers may die."""
    return NativeEngine(workers=2)


def answers(engine: Engine, task: Task, items: Sequence[Item]) -> list[Item]:
    """Map, where nobody dies."""
    found = list(engine.map(task, items))
    assert not any(isinstance(one, Death) for one in found)
    return [one for one in found if not isinstance(one, Death)]


def numbers(n: int) -> list[dict[str, Any]]:
    """Make items."""
    return [{"n": at} for at in range(n)]


def test_every_item_is_answered_once_in_any_order(engine: Engine) -> None:
    found = sorted((item["n"], item["twice"]) for item in answers(engine, tasks.double, numbers(20)))

    assert found == [(at, 2 * at) for at in range(20)]


def test_no_items_have_no_answers(engine: Engine) -> None:
    assert list(engine.map(tasks.double, [])) == []


def test_one_engine_serves_many_maps(engine: Engine) -> None:
    for task in (tasks.double, tasks.echo, tasks.double):
        assert len(list(engine.map(task, numbers(3)))) == 3


def test_plain_values_travel_unchanged(engine: Engine) -> None:
    item = {"text": "é 漢字 \0 🙂", "list": [1, 2.5, None, True], "nested": {"a": {"b": []}}, "big": 2**53}

    assert list(engine.map(tasks.echo, [item])) == [item]


@pytest.mark.parametrize(
    ("kind", "error"), [("config", ConfigError), ("seal", SealError), ("unavailable", UnavailableError)]
)
def test_an_error_crosses_processes_with_its_hint(
    engine: Engine, kind: str, error: type[HeadwaterError]
) -> None:
    with pytest.raises(error, match=f"^no {kind}$") as caught:
        list(engine.map(tasks.refuse, [{"kind": kind}]))

    assert type(caught.value) is error
    assert caught.value.hint == f"try another {kind}"
    assert caught.value.exit_code == error.exit_code


def test_an_engine_is_usable_after_an_error(engine: Engine) -> None:
    with pytest.raises(ConfigError):
        list(engine.map(tasks.refuse, [{"kind": "config"}] * 5))

    assert len(list(engine.map(tasks.double, numbers(4)))) == 4


def test_an_engine_is_usable_after_a_map_that_nobody_finished(engine: Engine) -> None:
    started = engine.map(tasks.double, numbers(10))
    next(iter(started))
    started.close()  # type: ignore[attr-defined]

    assert len(list(engine.map(tasks.double, numbers(4)))) == 4


def test_a_query_sees_the_rows_of_all_files(engine: Engine, tmp_path: Path) -> None:
    parts: tuple[list[dict[str, Any]], ...] = (
        [{"id": "a", "n": 1}],
        [],
        [{"id": "b", "n": None}, {"id": "c", "n": 3}],
    )
    paths = [parquet(tmp_path / f"{at}.parquet", part, NUMBERED) for at, part in enumerate(parts)]
    answer = engine.query(tasks.rows, {"paths": paths})

    assert answer["rows"] == [row for part in parts for row in part]
    assert answer["total"] == 4


def test_a_folder_named_like_a_pattern_is_read_as_it_stands(engine: Engine, tmp_path: Path) -> None:
    rows = [{"id": "a", "n": 1}]
    (tmp_path / "a[1]*?{b,c}").mkdir()
    path = parquet(tmp_path / "a[1]*?{b,c}" / "x.parquet", rows, NUMBERED)

    assert engine.query(tasks.rows, {"paths": [path]})["rows"] == rows


def test_an_error_of_a_query_keeps_its_hint_and_the_engine_goes_on(engine: Engine) -> None:
    with pytest.raises(ConfigError, match=r"^no config$") as caught:
        engine.query(tasks.fail, {"kind": "config"})

    assert caught.value.hint == "try another config"
    assert len(list(engine.map(tasks.double, numbers(3)))) == 3


def test_a_query_takes_its_memory_along_when_it_ends(native: NativeEngine, tmp_path: Path) -> None:
    path = parquet(tmp_path / "x.parquet", [{"id": "a", "n": 1}], NUMBERED)
    workers = {item["pid"] for item in answers(native, tasks.whoami, numbers(4))}
    asked = native.query(tasks.rows, {"paths": [path]})["pid"]

    assert asked not in {os.getpid(), *workers}
    assert not any(Path(f"/proc/{pid}").exists() for pid in (asked, *workers))


def test_a_query_that_dies_says_so(native: NativeEngine) -> None:
    with pytest.raises(WorkerDiedError):
        native.query(tasks.fail, {})

    assert len(list(native.map(tasks.double, numbers(3)))) == 3


def test_a_bug_in_a_worker_shows_its_traceback(native: NativeEngine) -> None:
    with pytest.raises(RuntimeError) as caught:
        list(native.map(tasks.stumble, [{"n": 0}]))

    assert "ZeroDivisionError" in str(caught.value)
    assert "tasks.py" in str(caught.value)
    assert "1 // item" in str(caught.value)


def test_a_bug_in_this_process_is_raised_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        list(InlineEngine().map(tasks.stumble, [{"n": 0}]))


def test_work_is_done_elsewhere_by_no_more_workers_than_asked_for(native: NativeEngine) -> None:
    pids = {item["pid"] for item in answers(native, tasks.whoami, numbers(12))}

    assert os.getpid() not in pids
    assert 1 <= len(pids) <= 2


def test_a_worker_that_dies_is_told_with_its_item_and_costs_no_other_item_anything(
    native: NativeEngine,
) -> None:
    found = list(native.map(tasks.die, [{"n": n} for n in (1, -1, 2, -2, 3)]))
    deaths = [one for one in found if isinstance(one, Death)]

    assert sorted(one["n"] for one in found if not isinstance(one, Death)) == [1, 2, 3]
    assert sorted(death.item["n"] for death in deaths) == [-2, -1]
    assert {death.exit_code for death in deaths} == {3}
    assert len(list(native.map(tasks.die, numbers(4)))) == 4


def test_the_signal_that_ended_a_worker_is_told(native: NativeEngine) -> None:
    (death,) = native.map(tasks.die, [{"n": -1, "signal": signal.SIGPROF}])

    assert isinstance(death, Death)
    assert death.exit_code == -signal.SIGPROF
    assert str(death) == f"a worker process ended without an answer (signal {int(signal.SIGPROF)})"


def test_what_is_prepared_is_loaded_once_and_every_worker_starts_with_it() -> None:
    engine = NativeEngine(workers=2)
    for _ in range(2):  # The same again changes nothing.
        engine.prepare(tasks.load, {"n": 7})
    found = answers(engine, tasks.loaded, numbers(8))
    (held,) = {tuple(item["held"]) for item in found}

    assert held[0] == 7
    assert {item["parent"] for item in found} == {held[1]}
    assert held[1] != os.getpid()


def test_what_workers_come_from_may_begin_to_load_before_anything_is_asked() -> None:
    engine = NativeEngine(workers=1, loading=tasks.__name__)
    engine.prepare(tasks.load, {"n": 7})
    (found,) = answers(engine, tasks.loaded, numbers(1))

    assert found["held"] == [7, found["parent"]]


def test_what_cannot_be_loaded_early_costs_nothing() -> None:
    engine = NativeEngine(workers=1, loading="headwater.no_such_module")

    assert len(list(engine.map(tasks.double, numbers(2)))) == 2


def test_a_query_starts_without_what_was_prepared_for_maps() -> None:
    engine = NativeEngine(workers=1)
    engine.prepare(tasks.load, {"n": 7})
    before = answers(engine, tasks.loaded, numbers(1))[0]["parent"]
    asked = engine.query(tasks.loaded_for, {})

    assert asked["held"] == []
    assert asked["parent"] != before
    assert not Path(f"/proc/{before}").exists()
    assert answers(engine, tasks.loaded, numbers(1))[0]["parent"] == asked["parent"]


def test_what_cannot_be_prepared_is_told_by_the_task_that_needs_it(native: NativeEngine) -> None:
    native.prepare(tasks.refuse, {"kind": "config"})

    assert len(list(native.map(tasks.double, numbers(3)))) == 3
    with pytest.raises(ConfigError):
        list(native.map(tasks.refuse, [{"kind": "config"}]))


def test_workers_whose_nursery_is_killed_are_told_as_dead_and_the_engine_starts_another(
    native: NativeEngine,
) -> None:
    found = list(native.map(tasks.orphan, [{"n": 1}, {"n": 2}]))

    assert [type(one) for one in found] == [Death, Death]
    assert {one.exit_code for one in found if isinstance(one, Death)} == {-signal.SIGKILL}
    assert len(list(native.map(tasks.double, numbers(4)))) == 4


def test_a_nursery_that_dies_while_it_loads_stops_the_run_in_one_line() -> None:
    engine = NativeEngine(workers=1)
    engine.prepare(tasks.die, {"n": -1})

    with pytest.raises(UnavailableError, match=r"^the process that starts workers ended \(3\)$"):
        list(engine.map(tasks.double, numbers(1)))
    assert len(list(engine.map(tasks.double, numbers(1)))) == 1


def test_no_process_is_left_when_an_engine_is_forgotten() -> None:
    engine = NativeEngine(workers=1)
    (one,) = answers(engine, tasks.loaded, numbers(1))
    pids = [one["parent"], *(item["pid"] for item in answers(engine, tasks.whoami, numbers(1)))]
    del engine
    wait(lambda: not any(map(alive, pids)))

    assert not any(map(alive, pids))


def test_a_task_that_cannot_be_imported_is_a_bug_and_not_a_death(native: NativeEngine) -> None:
    def local(item: Any) -> Any:
        return item

    with pytest.raises(RuntimeError, match="AttributeError"):
        list(native.map(local, [{}]))


def test_only_an_engine_with_workers_says_that_it_isolates() -> None:
    assert NativeEngine.isolated
    assert not InlineEngine.isolated


def test_every_error_of_the_tree_travels_as_an_answer() -> None:
    kinds, todo = [], [HeadwaterError]
    while todo:
        kind = todo.pop()
        kinds.append(kind)
        todo += [sub for sub in kind.__subclasses__() if sub.__module__ == HeadwaterError.__module__]

    assert len(kinds) == 10
    for kind in kinds:
        with pytest.raises(kind, match=r"^why$") as caught:
            opened(answer(_raising(kind), {}))
        assert (type(caught.value), caught.value.hint) == (kind, "so")


def _raising(kind: type[HeadwaterError]) -> Callable[[Any], Any]:
    def task(item: Any) -> Any:
        raise kind("why", hint="so")

    return task


PARENT = """
import sys
from headwater.curate.engine.native import NativeEngine
from tests.curate.engine import tasks

if __name__ == "__main__":
    list(NativeEngine(workers=2).map(tasks.sleep, [{"folder": sys.argv[1]}] * 2))
"""


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    folder = tmp_path / "pids"
    folder.mkdir()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    with subprocess.Popen([sys.executable, str(script), str(folder)], env=environment) as parent:
        wait(lambda: len(list(folder.iterdir())) == 2)
        pids = [int(path.name) for path in folder.iterdir()]
        assert all(map(alive, pids))
        parent.kill()
    wait(lambda: not any(map(alive, pids)))

    assert parent.returncode == -signal.SIGKILL
    assert not any(map(alive, pids))


def wait(until: Callable[[], bool], *, timeout_s: float = 30) -> None:
    """Wait until something holds; a loaded machine may take its time."""
    end = time.monotonic() + timeout_s
    while not until() and time.monotonic() < end:
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and that nobody has asked about does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
