"""Databases for the tests: a file, and Debian's PostgreSQL on loopback, started once and stopped again."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

BIN = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/none"))
ABSENT = "postgresql is not installed" if not (BIN / "postgres").exists() else ""


def _user() -> str:
    """Name whom to run it as: the server refuses root."""
    return "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _run(*command: str) -> None:
    prefix = ["runuser", "-u", _user(), "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, capture_output=True, timeout=120)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server that runs, its address, its files and what it was started with."""

    address: str
    data: Path
    options: str
    log: Path


@contextmanager
def cluster(within: Path | None = None) -> Iterator[Cluster]:
    """Run a server on a free port of loopback, with its files in a folder if one is given."""
    folder = Path(tempfile.mkdtemp(prefix="headwater-pg-"))
    data = (within or folder) / "data"
    try:
        _give(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        small = ("--wal-segsize=1",) if within else ()
        _run(str(BIN / "initdb"), "-D", str(data), "-A", "trust", "-U", "tester", "--no-sync", *small)
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
        address = f"postgresql://tester@127.0.0.1:{port}/postgres"
        server = Cluster(address, data, options, folder / "log")
        _control(server, "start")
        try:
            yield server
        finally:
            _control(server, "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres() -> Iterator[str]:
    """Run a server on a free port of loopback, and give its address."""
    with cluster() as server:
        yield server.address


def restart(server: Cluster) -> None:
    """Stop a server as if it crashed, if it runs, and start it again."""
    _control(server, "restart")


def put_tables_on(server: Cluster, folder: Path) -> None:
    """Let tables that are made from now on lie in a folder, which is the server's."""
    import psycopg

    with psycopg.connect(server.address, autocommit=True) as db:
        db.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
        db.execute("ALTER DATABASE postgres SET default_tablespace = small")


def _control(server: Cluster, verb: str) -> None:
    how = () if verb == "stop" else ("-o", server.options, "-w", "-l", str(server.log))
    fast = () if verb == "start" else ("-m", "immediate")
    _run(str(BIN / "pg_ctl"), "-D", str(server.data), verb, *how, *fast)


def _give(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, _user())


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system of its own."""

    folder: Path

    def fill(self, room: int) -> None:
        """Leave this many bytes."""
        free = shutil.disk_usage(self.folder).free
        self._ballast.write_bytes(bytes(max(free - room, 0)))

    def clear(self) -> None:
        """Take away what fills it."""
        self._ballast.unlink()

    @property
    def _ballast(self) -> Path:
        return self.folder.parent / "ballast"


@contextmanager
def small_disk(size: int) -> Iterator[Disk]:
    """Mount a file system in memory, which takes root; a test that may not is skipped."""
    folder = Path(tempfile.mkdtemp(prefix="headwater-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        if os.geteuid() or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("a small disk cannot be mounted here")
        try:
            inner = folder / "files"
            inner.mkdir()
            _give(inner)
            yield Disk(inner)
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        folder.rmdir()
