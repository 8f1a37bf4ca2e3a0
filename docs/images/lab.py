"""Photographs the figures of studies that README and tutorial show: python docs/images/lab.py out/lab."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# Picture -> folder of the run, and the start of the figure's title.
FIGURES = {
    "lab-fan": ("shumailov-gaussian", "Standard deviation"),
    "lab-phase": ("alemohammad", "Variance kept"),
    "lab-plane": ("monitor-stages-full", "Stage plane"),
    "lab-ridgeline": ("shumailov-lm", "Text of each generation, T1, 0%"),
    "lab-survival": ("suresh", "Survival by word frequency"),
}


def photograph(runs: Path, into: Path) -> None:
    """Photograph each figure with its legend, without the table of its data."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 440, "height": 900}, device_scale_factor=1.8)
        for picture, (run, title) in FIGURES.items():
            page.goto((runs / run / "report.html").resolve().as_uri())
            page.add_style_tag(content=".data { display: none } .card { border-color: transparent }")
            page.locator(".card", has_text=title).first.screenshot(path=into / f"{picture}.png")
        browser.close()


if __name__ == "__main__":
    photograph(Path(sys.argv[1]), Path(__file__).parent)
