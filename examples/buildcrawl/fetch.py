"""Fetch the pinned source archives through pip's and npm's own configuration, running none of their code."""

from __future__ import annotations

import hashlib
import importlib
import re
import shutil
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin


@dataclass(frozen=True)
class Source:
    """A pinned archive.

    Attributes:
        name: Project name.
        version: Its version.
        file: Archive name.
        sha256: Digest the archive must have.
        uploaded: When the registry received it, as the registry says; empty where it is not known.
        licence: SPDX expression of what is taken from it.
        kind: `sdist`, `wheel` or `npm`.
        notice: Paths inside the archive of the notices that travel with its text.
    """

    name: str
    version: str
    file: str
    sha256: str
    uploaded: str
    licence: str
    kind: str
    notice: tuple[str, ...]

    @property
    def label(self) -> str:
        """Give `name==version`."""
        return f"{self.name}=={self.version}"


def index_url() -> str:
    """Ask pip which package index it is configured to use."""
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    configured = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    if configured:
        return configured.rstrip("/") + "/"
    index = importlib.import_module("pip._internal.models.index").PyPI
    return str(index.simple_url).rstrip("/") + "/"


def download_indexed(source: Source, target: Path) -> None:
    """Download one sdist or wheel by its link in the simple index; run nothing.

    `pip download` would run the project's build code to learn its metadata, which is not needed.

    Raises:
        LookupError: The index does not list the file.
    """
    page = urljoin(index_url(), source.name.lower() + "/")
    with urllib.request.urlopen(page) as listing:
        text = listing.read().decode()
    for link in re.findall(r'href="([^"#]+)', text):
        if link.rpartition("/")[2].lower() == source.file.lower():
            with urllib.request.urlopen(urljoin(page, link)) as answer, target.open("wb") as out:
                shutil.copyfileobj(answer, out)
            return
    raise LookupError(f"{source.file} is not in the configured package index")


def download_npm(source: Source, target: Path) -> None:
    """Download one npm archive with `npm pack`, scripts off."""
    npm = shutil.which("npm")
    if npm is None:
        raise LookupError("npm is needed to fetch " + source.file)
    asked = [npm, "pack", "--ignore-scripts", "--silent", f"{source.name}@{source.version}"]
    subprocess.run(asked, cwd=target.parent, check=True, capture_output=True)


def fetch(source: Source, cache: Path) -> Path:
    """Give the local path of an archive, downloading it once.

    Args:
        source: The pin.
        cache: Directory for archives.

    Returns:
        Path of the file, its digest checked.

    Raises:
        ValueError: The bytes are not the pinned ones.
    """
    cache.mkdir(parents=True, exist_ok=True)
    target = cache / source.file
    if not target.exists():
        (download_npm if source.kind == "npm" else download_indexed)(source, target)
    found = hashlib.sha256(target.read_bytes()).hexdigest()
    if found != source.sha256:
        raise ValueError(f"{source.file}: sha256 is {found}, pinned is {source.sha256}")
    return target
