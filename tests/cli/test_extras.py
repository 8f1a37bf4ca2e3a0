"""What is missing is said in one line with the command that installs it; what a shell completes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.curate.crawls import member, page, prose


def headwater(
    *arguments: str, without: str = "", folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line as if a package were not installed, in its workers too."""
    hidden = folder / "hidden"
    hidden.mkdir(exist_ok=True)
    if without:
        why = f"raise ModuleNotFoundError(\"No module named '{without}'\", name='{without}')\n"
        (hidden / f"{without}.py").write_text(why)
    places = os.pathsep.join([str(hidden), *filter(None, sys.path)])
    return subprocess.run(
        [sys.executable, "-m", "headwater", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": places} | environment,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("without", "source", "options", "line", "extra"),
    [
        (
            "markdownify",
            "",
            ["--text", "markdown"],
            "text as Markdown needs the extra `markdown`",
            "markdown",
        ),
        (
            "s3fs",
            "s3://bucket/crawl.warc.gz",
            [],
            "cannot list s3://bucket/crawl.warc.gz: Install s3fs",
            "s3",
        ),
    ],
)
def test_a_missing_extra_is_named(
    tmp_path: Path, without: str, source: str, options: list[str], line: str, extra: str
) -> None:
    (tmp_path / "a.warc.gz").write_bytes(member("https://a.example/", page(prose(1))))
    source = source or str(tmp_path / "a.warc.gz")
    out = str(tmp_path / "out")
    done = headwater("curate", source, "--out", out, *options, without=without, folder=tmp_path)

    assert (done.returncode, done.stdout) == (3, "")
    first, second = done.stderr.splitlines()
    assert first.startswith(f"headwater: {line}")
    assert second == f"hint: pip install 'headwater[{extra}]'"


def test_ray_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from headwater.curate.engine.ray import RayEngine
    from headwater.errors import UnavailableError

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UnavailableError, match=r"^the ray engine is not installed$") as caught:
        RayEngine(workers=1)

    assert caught.value.hint == "pip install 'headwater[ray]'"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_completes_commands_and_options(tmp_path: Path, shell: str) -> None:
    script = headwater(folder=tmp_path, _HEADWATER_COMPLETE=f"{shell}_source")
    typed = {"COMP_WORDS": "headwater curate --la", "COMP_CWORD": "2" if shell != "fish" else "--la"}
    found = headwater(folder=tmp_path, _HEADWATER_COMPLETE=f"{shell}_complete", **typed)
    first = headwater(
        folder=tmp_path,
        _HEADWATER_COMPLETE=f"{shell}_complete",
        COMP_WORDS="headwater cur",
        COMP_CWORD="1" if shell != "fish" else "cur",
    )

    assert f"_HEADWATER_COMPLETE={shell}_complete" in script.stdout
    assert "--label" in found.stdout
    assert "curate" in first.stdout
