"""The page as a browser sees it: it opens, draws, stays within the screen, and asks nobody for anything."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from headwater.report.curate import render
from tests.report import samples

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
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


@pytest.mark.parametrize("name", ["usual", "hostile", "empty", "shipped"])
def test_the_page_opens_without_a_message_or_a_request(tmp_path: Path, name: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(render(getattr(samples, name)(), explanations=samples.REASONS), encoding="utf-8")
    log = tmp_path / "net.json"
    run = browse(page, tmp_path, f"--log-net-log={log}", "--dump-dom")
    assert run.stdout.rstrip().endswith("</html>")
    assert "CONSOLE" not in run.stderr
    asked = set(re.findall(r'"url":"([^"]*)"', log.read_text(encoding="utf-8", errors="replace")))
    hosts = {urlsplit(url).hostname or "" for url in asked if not url.startswith(("file:", "data:"))}
    assert not [host for host in hosts if not host.endswith(BROWSERS_OWN)]


def test_the_log_would_show_a_request(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!doctype html><img src="http://127.0.0.1:9/pixel.png">', encoding="utf-8")
    log = tmp_path / "net.json"
    browse(page, tmp_path, f"--log-net-log={log}", "--dump-dom")
    assert "http://127.0.0.1:9/pixel.png" in log.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["usual", "hostile", "vast", "shipped"])
def test_every_figure_is_drawn_and_nothing_overflows(tmp_path: Path, name: str, width: int) -> None:
    page = render(getattr(samples, name)(), explanations=samples.REASONS)
    probed = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', PROBE, page)
    (tmp_path / "page.html").write_text(probed, encoding="utf-8")
    frame = tmp_path / "frame.html"
    frame.write_text(FRAME.format(width=width), encoding="utf-8")
    options = (
        "--allow-file-access-from-files",
        "--window-size=1400,1000",
        "--virtual-time-budget=4000",
        "--dump-dom",
    )
    dumped = browse(frame, tmp_path, *options).stdout
    written = re.search(r'data-found="([^"]*)"', dumped)
    assert written
    found = json.loads(html.unescape(written[1]))
    assert found["room"] == width
    assert found["width"] <= width
    assert found["clipped"] == []
    assert len(found["boxes"]) == page.count('<svg class="chart"') > 5
    assert all(wide > 100 and high > 20 for wide, high in found["boxes"])
