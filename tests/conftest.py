"""What holds for every test: no network, loopback only where a test serves, no skip where it is forbidden."""

from __future__ import annotations

import os
import re
from collections.abc import Generator

import pytest
from hypothesis import settings
from pytest_socket import disable_socket, socket_allow_hosts

LOOPBACK = ["127.0.0.1", "::1", "localhost"]

# The same examples in every run, and no wall clock: a failure is a bug and not the weather.
# `pytest --hypothesis-profile=explore` looks for new ones.
settings.register_profile("house", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2000, deadline=None)
settings.load_profile("house")

# Tools, by name, that are there: a test that skips for want of one of them fails.
NEEDED = os.environ.get("HEADWATER_TESTS_NEED", "").split()


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    forbid_skip(report)
    return report


def forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Make a failure of a skip whose reason names a tool that is needed."""
    if not report.skipped or not isinstance(report.longrepr, tuple):
        return
    reason = report.longrepr[2]
    if any(re.search(rf"\b{re.escape(tool)}\b", reason, re.IGNORECASE) for tool in NEEDED):
        report.outcome = "failed"
        report.longrepr = f"forbidden here: {reason}"
