"""The page as a browser sees it: it opens, draws, stays within the screen, and asks nobody for anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.report.curate import render
from tests.browser import NEEDED, browse, misfits, requests
from tests.report import samples

pytestmark = NEEDED


@pytest.mark.parametrize("name", ["usual", "hostile", "empty", "shipped"])
def test_the_page_opens_without_a_message_or_a_request(tmp_path: Path, name: str) -> None:
    assert requests(render(getattr(samples, name)(), explanations=samples.REASONS), tmp_path) == set()


def test_the_log_would_show_a_request(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!doctype html><img src="http://127.0.0.1:9/pixel.png">', encoding="utf-8")
    log = tmp_path / "net.json"
    browse(page, tmp_path, f"--log-net-log={log}", "--dump-dom")
    assert "http://127.0.0.1:9/pixel.png" in log.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["usual", "hostile", "vast", "shipped"])
def test_every_figure_is_drawn_and_nothing_overflows(tmp_path: Path, name: str, width: int) -> None:
    assert (
        misfits(render(getattr(samples, name)(), explanations=samples.REASONS), tmp_path, width=width) == []
    )
