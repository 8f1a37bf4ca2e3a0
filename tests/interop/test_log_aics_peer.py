"""A log checked by `aics-tlog`, and witnessed by `aics-witness`: independent implementations of C2SP."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from headwater.errors import ConsistencyError
from headwater.log import checkpoint, note, sequencer, witness
from headwater.log.checkpoint import Policy
from headwater.log.export import explode
from headwater.log.reader import Reader
from headwater.log.storage import Directory, Memory
from headwater.log.tree import prove_consistency
from tests.log.samples import CLASSIC, COSIGNER, LASTING, NOW_S, ORIGIN, entries

pytest.importorskip("aics_tlog", reason="no aics_tlog: pip install --ignore-requires-python aics-tlog")
pytestmark = [pytest.mark.interop, pytest.mark.enable_socket]
BIN = Path(sys.executable).parent
SIZE, OLD, INDEX = 70_000, 1_000, 54_321


def run(*arguments: str | Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "aics_tlog", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a log of one full segment and a part of a second, as plain files, with a witness's line."""
    storage, folder = Memory(), tmp_path_factory.mktemp("aics") / "plain"
    sequencer.create(storage, ORIGIN)
    for start, stop in ((0, OLD), (OLD, SIZE)):
        sequencer.append(storage, entries(stop - start, start=start))
        sequencer.publish(storage, [CLASSIC, LASTING], time_s=NOW_S)
    at = Reader(storage).checkpoint()[0]
    sequencer.endorse(storage, [checkpoint.cosign(at, COSIGNER, time_s=NOW_S)])
    explode(storage, Directory(folder))
    old = storage.read(f"checkpoints/{OLD}")
    assert old is not None
    (folder / "old").write_bytes(old)
    (folder / "leaf").write_bytes(entries(1, start=INDEX)[0])
    return folder


@pytest.fixture
def log(whole: Path, tmp_path: Path) -> Path:
    """Give a copy that may be changed."""
    return Path(shutil.copytree(whole, tmp_path / "log"))


def flip(path: Path, at: int = 5) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def verify_checkpoint(log: Path, *more: str) -> tuple[int, str]:
    return run("verify-checkpoint", "--tiles", log, "--log-key", str(CLASSIC.key), *more)


def verify_inclusion(log: Path, index: int = INDEX) -> tuple[int, str]:
    place = ("--leaf", log / "leaf", "--index", str(index))
    return run("verify-inclusion", "--tiles", log, "--log-key", str(CLASSIC.key), *place)


def verify_consistency(log: Path) -> tuple[int, str]:
    return run(
        "verify-consistency", "--tiles", log, "--log-key", str(CLASSIC.key), "--old-checkpoint", log / "old"
    )


def test_the_peer_accepts_the_checkpoint_and_its_witness(log: Path) -> None:
    status, said = verify_checkpoint(log, "--witness-key", str(COSIGNER.key), "--quorum", "1")

    assert status == 0, said


def test_the_peer_refuses_a_changed_checkpoint_or_witness(log: Path) -> None:
    other = note.parse_key(str(COSIGNER.key))
    stranger = checkpoint.Signer(other.name, other.algorithm, bytes(32)).key
    assert verify_checkpoint(log, "--witness-key", str(stranger), "--quorum", "1")[0] != 0
    flip(log / "checkpoint", len(ORIGIN) + 2)
    assert verify_checkpoint(log)[0] != 0


def test_the_peer_accepts_an_entry_and_refuses_it_elsewhere(log: Path) -> None:
    status, said = verify_inclusion(log)
    assert status == 0, said
    assert verify_inclusion(log, INDEX + 1)[0] != 0
    flip(log / "leaf", 0)
    assert verify_inclusion(log)[0] != 0


@pytest.mark.parametrize("path", ["tile/0/212", "tile/1/000", "tile/2/000.p/1"])
def test_the_peer_refuses_a_flipped_bit_in_a_tile(log: Path, path: str) -> None:
    flip(log / path, (212 * 32 + 5) % 8192 if path == "tile/1/000" else 5)

    assert verify_inclusion(log)[0] != 0


def test_the_peer_sees_growth_and_refuses_a_rewritten_history(log: Path) -> None:
    status, said = verify_consistency(log)
    assert status == 0, said
    forged = checkpoint.Checkpoint(ORIGIN, OLD, bytes(32))
    (log / "old").write_bytes(checkpoint.sign(forged, [CLASSIC], time_s=NOW_S))
    assert verify_consistency(log)[0] != 0


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Run the peer's witness, and give its URL and verifier key."""
    pytest.importorskip("aics_witness", reason="no aics_witness: pip install aics-witness")
    command = str(BIN / "aics-witness")
    settings = os.environ | {"AICS_WITNESS_CONFIG": str(tmp_path / "witness.json")}

    def call(*arguments: str) -> str:
        done = subprocess.run([command, *arguments], env=settings, capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    said = call("init", "--name", "witness.example/aics")
    call("add-log", "--origin", ORIGIN, "--vkey", str(CLASSIC.key))
    key = next(word for word in said.split() if word.startswith("witness.example/aics+"))
    port = 20_000 + os.getpid() % 20_000
    with (tmp_path / "said").open("wb") as said_to:
        job = subprocess.Popen(
            [command, "serve", "--listen", f"127.0.0.1:{port}"], env=settings, stdout=said_to, stderr=said_to
        )
    url = f"http://127.0.0.1:{port}"
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        time.sleep(0.1)
    yield url, key
    job.terminate()
    job.wait()


def test_the_peers_witness_signs_growth_and_refuses_a_fork(peer: tuple[str, str]) -> None:
    url, key = peer
    whom = witness.Witness(url, (note.parse_key(key),))
    storage, forked = Memory(), Memory()

    def ask(of: Memory) -> bytes:
        reader = Reader(of)
        at, signed = reader.checkpoint()
        made = witness.cosign(
            whom,
            signed,
            lambda old, size: prove_consistency(old, size, reader.nodes(at.size)),
            post=witness.post,
        )
        return sequencer.endorse(of, made)

    for of, name in ((storage, ""), (forked, "forked")):
        sequencer.create(of, ORIGIN)
        for start, stop in ((0, 5), (5, 700)):
            sequencer.append(of, entries(stop - start, start=start, of=name))
            sequencer.publish(of, [CLASSIC, LASTING], time_s=NOW_S)
            if of is storage:
                witnessed = Policy(ORIGIN, (CLASSIC.key, LASTING.key), whom.keys, 1)
                assert checkpoint.verify(ask(of), witnessed).size == stop
    with pytest.raises(ConsistencyError):
        ask(forked)
