"""The network is closed in tests, a marker opens this machine alone, and skips can be forbidden."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_socket import SocketBlockedError, SocketConnectBlockedError


@pytest.mark.filterwarnings("ignore:A test tried")
def test_an_unmarked_test_cannot_open_a_socket() -> None:
    with pytest.raises(SocketBlockedError):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with pytest.raises(SocketBlockedError):
        socket.getaddrinfo("example.org", 443)


def test_process_pools_keep_their_unix_sockets() -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"ping")

        assert right.recv(4) == b"ping"


@pytest.mark.loopback
@pytest.mark.filterwarnings("ignore:A test tried")
def test_a_loopback_test_reaches_this_machine_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


SKIPS = """
import pytest

@pytest.mark.skipif(True, reason="needs a Chromium on the path")
def test_marked(): ...

def test_named():
    pytest.importorskip("ray_that_is_not", reason="the ray extra is not installed")

def test_of_another_tool():
    pytest.skip("an array of reasons")
"""


@pytest.mark.parametrize(
    ("needed", "ended"),
    [
        ("", "4 skipped"),
        ("chromium ray", "1 failed, 2 skipped, 1 error"),
        ("no_module", "3 skipped, 1 error"),
    ],
)
def test_a_skip_for_want_of_a_tool_that_is_there_fails(tmp_path: Path, needed: str, ended: str) -> None:
    (tmp_path / "test_skips.py").write_text(SKIPS)
    (tmp_path / "test_whole.py").write_text("import pytest\npytest.importorskip('no_module')\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "--rootdir", str(tmp_path)]
    done = subprocess.run(
        [*command, "--continue-on-collection-errors", "-p", "no:cacheprovider", "-q", str(tmp_path)],
        cwd=Path(__file__).parents[1],
        env=os.environ | {"HEADWATER_TESTS_NEED": needed},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.splitlines()[-1].startswith(ended), done.stdout
