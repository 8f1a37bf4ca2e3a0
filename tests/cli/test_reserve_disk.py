"""A seal on a disk that is full or cannot be written: one line, the old checkpoint holds, and it resumes."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


def headwater(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "headwater", "reserve", *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)


def rows(path: Path, n: int, *, seed: int) -> Path:
    """Write texts that hardly compress."""
    draw = random.Random(seed)
    lines = (
        json.dumps({"url": f"https://example.com/{seed}/{at}", "text": draw.randbytes(6000).hex()})
        for at in range(n)
    )
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a folder on a disk of less than a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a tmpfs")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
def test_a_full_disk_is_told_in_one_line_the_old_checkpoint_holds_and_the_seal_resumes(
    small_disk: Path, tmp_path: Path
) -> None:
    store, keys = small_disk / "store", tmp_path / "keys"
    assert headwater("keygen", "example.com/reserve", "--keys", keys).returncode == 0
    first = rows(tmp_path / "a.jsonl", 5, seed=1)
    assert headwater("seal", store, first, "--keys", keys, "--workers", "1").returncode == 0
    before = (store / "log" / "checkpoint").read_bytes()
    more = ("seal", store, rows(tmp_path / "b.jsonl", 300, seed=2), "--keys", keys, "--workers", "1")

    full = headwater(*more)

    assert (full.returncode, full.stdout) == (3, "")
    assert full.stderr.startswith("headwater: ")
    assert "Traceback" not in full.stderr
    assert "space" in full.stderr
    assert len(full.stderr.splitlines()) == 2
    assert (store / "log" / "checkpoint").read_bytes() == before
    assert headwater("verify", store).stdout.startswith("verified: 5 documents")
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert headwater(*more).returncode == 0
    assert headwater("verify", store).stdout.startswith("verified: 305 documents")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to mount")
@pytest.mark.slow
def test_a_disk_that_is_read_only_is_told_and_nothing_is_lost(small_disk: Path, tmp_path: Path) -> None:
    store, keys = small_disk / "store", tmp_path / "keys"
    headwater("keygen", "example.com/reserve", "--keys", keys)
    headwater("seal", store, rows(tmp_path / "a.jsonl", 5, seed=1), "--keys", keys, "--workers", "1")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)

    refused = headwater(
        "seal", store, rows(tmp_path / "b.jsonl", 5, seed=2), "--keys", keys, "--workers", "1"
    )
    redacted = headwater(
        "redact", store, "--index", "1", "--scope", "content", "--reason", "privacy", "--keys", keys
    )

    for told in (refused, redacted):
        assert (told.returncode, told.stdout) == (3, "")
        assert "Traceback" not in told.stderr
        assert "ead-only" in told.stderr
    assert headwater("verify", store).stdout.startswith("verified: 5 documents as sealed, 0 redacted")
