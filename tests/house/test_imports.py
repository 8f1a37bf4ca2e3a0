"""Importing does nothing and costs little, so that `headwater --help` answers at once."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys

import pytest

HEAVY = {
    "torch",
    "daft",
    "pyarrow",
    "matplotlib",
    "scipy",
    "transformers",
    "ray",
    "pandas",
    "c2pa",
    "fastwarc",
}
MAX_CPU_S = 0.3

LIST_MODULES = (
    "import json, sys, {module}; print(json.dumps(sorted({{m.partition('.')[0] for m in sys.modules}})))"
)
HELP = "import sys; sys.argv = ['headwater', '--help']; from headwater.cli.main import run; run()"


def python(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "module",
    ["headwater", "headwater.cli.main", "headwater.stats", "headwater.canonical", "headwater.curate.policy"],
)
def test_importing_pulls_in_nothing_heavy(module: str) -> None:
    done = python(LIST_MODULES.format(module=module))

    assert done.returncode == 0, done.stderr
    assert HEAVY & set(json.loads(done.stdout)) == set()


def help_cpu_s() -> float:
    """Measure the CPU time, user and system, of one `headwater --help`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = python(HELP)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    assert "curate" in done.stdout
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_starts_in_under_a_third_of_a_second() -> None:
    # The first run may compile; the median of five does not see it.
    assert statistics.median(help_cpu_s() for _ in range(5)) < MAX_CPU_S


def test_importing_leaves_the_environment_alone() -> None:
    code = (
        "import os; before = dict(os.environ); import headwater.cli.main; assert dict(os.environ) == before"
    )

    assert python(code).returncode == 0
    assert os.environ
