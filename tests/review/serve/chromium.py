"""A campaign in a headless Chromium: the server on loopback, a virtual authenticator, axe."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from headwater.report.page import look
from headwater.reserve.serve import listen
from headwater.review.serve.app import app
from headwater.review.serve.page import Look
from tests.browser import CHROMIUM
from tests.review.serve.worlds import TEXTS, World, served

# Playwright has no types to speak of for what it returns here.
Page = Any


@contextmanager
def running(folder: Path, texts: Sequence[str] = TEXTS, *, n_wanted: int = 2) -> Iterator[World]:
    """Serve a campaign on loopback, as `headwater review serve` does."""
    import uvicorn

    listening = listen("127.0.0.1", 0)
    url = f"http://localhost:{listening.getsockname()[1]}"
    with served(folder, texts, n_wanted=n_wanted, url=url) as world:
        application = app(world.desk, Look(*look()))
        server = uvicorn.Server(uvicorn.Config(application, log_level="error", access_log=False))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield world
        server.should_exit = True
        thread.join()


@contextmanager
def browser() -> Iterator[Any]:
    """Start Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
            ],
        )
        yield started
        started.close()


def person(started: Any, **how: Any) -> Page:
    """Open a window of somebody who has an authenticator of their own, and write down what goes wrong."""
    page = started.new_context(**how).new_page()
    client = page.context.new_cdp_session(page)
    client.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    client.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.wrong = []
    page.asked = []
    page.on("console", lambda message: page.wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    return page


def violations(page: Page) -> list[str]:
    """Ask axe what keeps people out; it runs beside the page's policy, which forbids it."""
    from axe_playwright_python.base import AXE_SCRIPT

    client = page.context.new_cdp_session(page)
    told = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    client.send("Runtime.evaluate", {"expression": AXE_SCRIPT})
    found = client.send(
        "Runtime.evaluate",
        {
            "expression": f"axe.run(document, {json.dumps(told)}).then(found => JSON.stringify("
            "found.violations.map(one => one.id + ': ' + one.nodes.map(node => node.target).join(' '))))",
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    listed: list[str] = json.loads(found["result"]["value"])
    return listed


def key_waits(started: Any, world: World, n: int, *, with_passkey: bool) -> list[float]:
    """Vote n times by key; give the time from each key to the frame that shows the next document, in ms.

    The clock is the page's own: from the event to the second animation frame after the document changed, by
    which the frame that has it was drawn. Votes are at least a fifth of a second apart.
    """
    page = person(started, viewport={"width": 1280, "height": 860})
    page.goto(f"{world.desk.url}/join?code={world.invitation('validator')}")
    page.fill("#name", "ann")
    page.click("#passkey" if with_passkey else "button.quiet:text('Join without a key')")
    page.wait_for_selector("nav.menu" if with_passkey else "#code")
    page.goto(f"{world.desk.url}/review")
    page.wait_for_selector("#desk[data-ready]")
    page.evaluate(
        """() => { window.waits = []; let pressed = 0;
        document.addEventListener("keydown", () => { pressed = performance.now(); }, true);
        new MutationObserver(() => requestAnimationFrame(() => requestAnimationFrame(() => {
          if (pressed) { waits.push(performance.now() - pressed); pressed = 0; }
        }))).observe(document.getElementById("document"), { childList: true }); }"""
    )
    for at in range(n):
        page.keyboard.press("12"[at % 2])
        while len(page.evaluate("window.waits")) <= at:
            page.wait_for_timeout(20)
        page.wait_for_timeout(200)
    found: list[float] = page.evaluate("window.waits")
    page.context.close()
    return found
