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
from pathlib import Path

BIN = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/none"))
ABSENT = "postgresql is not installed" if not (BIN / "postgres").exists() else ""


def _user() -> str:
    """Name whom to run it as: the server refuses root."""
    return "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _run(*command: str) -> None:
    prefix = ["runuser", "-u", _user(), "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, capture_output=True, timeout=120)


@contextmanager
def postgres() -> Iterator[str]:
    """Run a server on a free port of loopback, and give its address."""
    folder = Path(tempfile.mkdtemp(prefix="headwater-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, _user())
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        data = str(folder / "data")
        _run(str(BIN / "initdb"), "-D", data, "-A", "trust", "-U", "tester", "--no-sync")
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
        _run(str(BIN / "pg_ctl"), "-D", data, "-o", options, "-w", "-l", str(folder / "log"), "start")
        try:
            yield f"postgresql://tester@127.0.0.1:{port}/postgres"
        finally:
            _run(str(BIN / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
