"""A headless browser on a page: what it asks the network for, and how what it draws fits the screen."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NEEDED = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium on the path"),
]
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    # What the browser itself would ask of its maker ends here too.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--enable-logging=stderr",
)
# Chromium asks these for updates whatever the page; no page of ours names them.
BROWSERS_OWN = ("googleapis.com", "google.com", "gstatic.com")
# The page has no script; a copy of it, without its policy, measures itself.
PROBE = """<script>addEventListener("load", () => {
  const boxes = [...document.querySelectorAll("svg.chart")].map((svg) => {
    const box = svg.getBoundingClientRect(); return [box.width, box.height]; });
  const clipped = [...document.querySelectorAll("svg.chart text")].filter((text) => {
    const box = text.getBoundingClientRect(), frame = text.ownerSVGElement.getBoundingClientRect();
    return box.left < frame.left - 12 || box.right > frame.right + 12; }).map((text) => text.textContent);
  const found = {boxes, clipped, width: document.documentElement.scrollWidth, room: innerWidth};
  parent.document.body.setAttribute("data-found", JSON.stringify(found));
});</script>"""
FRAME = '<!doctype html><body><iframe src="page.html" style="border:0;width:{width}px;height:900px"></iframe>'


def browse(address: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(CHROMIUM), *OPTIONS, f"--user-data-dir={folder / 'profile'}", *options, address.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


def requests(page: str, folder: Path) -> set[str]:
    """Open a page, which must bring no message, and name the hosts that it asks for."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    log = folder / "net.json"
    run = browse(folder / "page.html", folder, f"--log-net-log={log}", "--dump-dom")
    assert run.stdout.rstrip().endswith("</html>")
    assert "CONSOLE" not in run.stderr
    asked = set(re.findall(r'"url":"([^"]*)"', log.read_text(encoding="utf-8", errors="replace")))
    hosts = {urlsplit(url).hostname or "" for url in asked if not url.startswith(("file:", "data:"))}
    return {host for host in hosts if not host.endswith(BROWSERS_OWN)}


def measured(page: str, folder: Path, *, width: int) -> dict[str, Any]:
    """Measure a page in a window of some width: its figures, its own width, text that leaves its figure."""
    probed = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', PROBE, page)
    (folder / "page.html").write_text(probed, encoding="utf-8")
    frame = folder / "frame.html"
    frame.write_text(FRAME.format(width=width), encoding="utf-8")
    options = (
        "--allow-file-access-from-files",
        "--window-size=1400,1000",
        "--virtual-time-budget=4000",
        "--dump-dom",
    )
    written = re.search(r'data-found="([^"]*)"', browse(frame, folder, *options).stdout)
    assert written
    found: dict[str, Any] = json.loads(html.unescape(written[1]))
    return found


def misfits(page: str, folder: Path, *, width: int) -> list[str]:
    """Say what is wrong with a page in a window of some width: figures not drawn, text cut off, overflow."""
    found = measured(page, folder, width=width)
    small = [box for box in found["boxes"] if not (box[0] > 100 and box[1] > 20)]
    wrong = {
        "the window is of another width": found["room"] != width,
        "the page is wider than the window": found["width"] > width,
        f"text leaves its figure: {found['clipped']}": bool(found["clipped"]),
        "a figure is missing": not len(found["boxes"]) == page.count('<svg class="chart"') > 5,
        f"figures are too small: {small}": bool(small),
    }
    return [what for what, is_so in wrong.items() if is_so]
