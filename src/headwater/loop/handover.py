"""What was let in goes to those who train as a sealed release, which they check before use."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from headwater.curate import seal_release, verify_release
from headwater.curate.release import DATA
from headwater.loop import curation
from headwater.reserve import keyring

ORIGIN = "crawler.example/corpus"
_KEYS = "key.txt"


def found(folder: Path) -> None:
    """Draw the keys that sign releases.

    Args:
        folder: New; private keys go there, and beside them what those who train are given.
    """
    keys = keyring.generate(folder, ORIGIN)
    (folder / _KEYS).write_text("".join(f"{one.key}\n" for one in keys.documents), "utf-8")


def seal(run: Path, release: Path, keys: Path, *, year: int) -> None:
    """Seal what a run admitted.

    Args:
        run: Folder of the finished run.
        release: Folder of the release; one that stands there from an attempt cut short goes.
        keys: What `found` was given.
        year: Of the crawl; the release is sealed at its end.
    """
    shutil.rmtree(release, ignore_errors=True)
    seal_release.seal(
        run, release, keyring.read(keys).documents, time_s=int(datetime(year, 12, 31, tzinfo=UTC).timestamp())
    )


def receive(release: Path, keys: Path) -> list[tuple[str, str]]:
    """Check a release with the public keys of its maker, and read it.

    Args:
        release: Its folder.
        keys: What `found` was given.

    Returns:
        Address and text of each page.

    Raises:
        VerificationError: If it is not what was sealed.
    """
    verify_release.verify(release, verify_release.own_keys((keys / _KEYS).read_text("utf-8")))
    files = sorted((release / DATA).glob("*.parquet"))
    return [page for file in files for page in curation.rows(file, "url", "text")]
