"""What holds for every test: no network, and loopback only where a test says that it serves."""

from __future__ import annotations

import pytest
from hypothesis import settings
from pytest_socket import disable_socket, socket_allow_hosts

LOOPBACK = ["127.0.0.1", "::1", "localhost"]

# The same examples in every run, and no wall clock: a failure is a bug and not the weather.
# `pytest --hypothesis-profile=explore` looks for new ones.
settings.register_profile("house", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2000, deadline=None)
settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "loopback: starts a server or talks to one on this machine")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    # Unix sockets stay open everywhere: process pools talk over them. Tests marked `enable_socket`
    # are left to pytest-socket; they are `interop` or `slow`.
    if item.get_closest_marker("enable_socket"):
        return
    if item.get_closest_marker("loopback"):
        socket_allow_hosts(LOOPBACK, allow_unix_socket=True)
    else:
        disable_socket(allow_unix_socket=True)
