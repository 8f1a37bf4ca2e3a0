"""The network is closed in tests, and a marker opens this machine and nothing more."""

from __future__ import annotations

import socket

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
