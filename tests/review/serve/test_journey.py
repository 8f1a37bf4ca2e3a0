"""A campaign from the first invitation to its verified log, in a browser, by keyboard, with passkeys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.log.checkpoint import Policy
from headwater.log.reader import Reader
from headwater.review.attest import read, signatory
from headwater.review.store import people
from tests.browser import CHROMIUM
from tests.review.serve import chromium
from tests.review.serve.chromium import Page, person, violations
from tests.review.serve.worlds import World
from tests.review.store.worlds import check

pytest.importorskip("playwright", reason="playwright is not installed")
pytest.importorskip("axe_playwright_python", reason="axe_playwright_python is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.skipif(CHROMIUM is None, reason="needs a chromium on the path"),
]
LONG = "The weir was loud that spring. We slept badly. Weirs regulate flow. They are vital."
HOSTILE = (
    '<script>document.title="owned"</script><img src=http://evil.example/x onerror=alert(1)> \u202egnp.exe'
)
ARABIC = "كان السد عاليا في ذلك الربيع."
TEXTS = (LONG, HOSTILE, ARABIC)
ROLES_SCREENS = {
    "adjudicator": ("review", "write", "adjudicate", "batch", "reliability", "progress", "log", "account"),
    "admin": ("batch", "reliability", "progress", "log", "people", "account"),
}


@pytest.fixture(scope="module")
def started() -> Iterator[Any]:
    with chromium.browser() as found:
        yield found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with chromium.running(tmp_path, TEXTS) as found:
        yield found


def joined(started: Any, world: World, role: str, name: str) -> Page:
    """Enrol a passkey by an invitation, without a mouse."""
    page = person(started, viewport={"width": 1280, "height": 860})
    page.goto(f"{world.desk.url}/join?code={world.invitation(role)}")
    assert violations(page) == []
    page.focus("#name")
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("nav.menu")
    return page


def ready(page: Page) -> None:
    """Wait until keys act."""
    page.wait_for_selector("#desk[data-ready]")


def vote(page: Page, *keys: str, said: str) -> None:
    """Press keys, and wait for what is said then."""
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_selector(f"#status:text('{said}')")


def test_a_campaign_by_keyboard_with_passkeys_and_no_barrier(started: Any, world: World) -> None:
    ann, ben = joined(started, world, "validator", "ann"), joined(started, world, "validator", "ben")
    ready(ann)
    assert violations(ann) == []
    # Marked by keyboard: 3 opens the passages, the third one is ticked, 3 again votes.
    vote(ann, "3", "Tab", "Tab", "Space", "3", said="Voted: Mixed")
    page_text = ann.text_content("#document")
    assert page_text == HOSTILE.replace("\u202e", "⟨U+202E⟩")
    assert violations(ann) == []
    vote(ann, "1", said="Voted: Human")
    assert ann.evaluate("getComputedStyle(document.querySelector('#document')).direction") == "rtl"
    assert ann.get_attribute("#document", "lang") == "ar"
    vote(ann, "u", said="Taken back")
    assert ann.text_content("#document") == page_text
    vote(ann, "2", said="Voted: AI")
    vote(ann, "0", said="Voted: Can’t tell")
    ready(ben)
    vote(ben, "1", said="Voted: Human")
    vote(ben, "2", said="Voted: AI")
    vote(ben, "?", "4", said="Voted: Translated")
    ann.wait_for_selector("#document.empty")
    ben.wait_for_selector("#document.empty")
    assert check(world.desk.store) == {"mixed": 1, "ai": 2, "cannot-tell": 1, "human": 1, "translated": 1}

    cy = joined(started, world, "adjudicator", "cy")
    cy.goto(f"{world.desk.url}/adjudicate")
    ready(cy)
    assert violations(cy) == []
    vote(cy, "1", said="Your adjudication was kept.")
    cy.focus("#undo button")
    vote(cy, "Enter", said="Taken back.")
    ready(cy)
    assert violations(cy) == []
    vote(cy, "1", said="Your adjudication was kept.")
    cy.goto(f"{world.desk.url}/write")
    assert violations(cy) == []
    cy.focus("#text")
    cy.keyboard.type("I wrote this by the weir.")
    cy.check("[name=consents]")
    cy.keyboard.press("Tab")
    cy.keyboard.press("Enter")
    cy.wait_for_selector("#status:text('Your text was kept')")

    dee = joined(started, world, "admin", "dee")
    for screen in ("batch", "reliability", "progress", "people", "account", "log"):
        dee.goto(f"{world.desk.url}/{screen}")
        assert violations(dee) == [], screen
    dee.focus("#verify")
    dee.keyboard.press("Enter")
    dee.wait_for_selector("#verified strong:text('The log is sound.')")
    assert violations(dee) == []

    for page in (ann, ben, cy, dee):
        assert page.wrong == []
        assert {url.split("/")[2] for url in page.asked} == {world.desk.url.split("/")[2]}
        assert "owned" not in page.title()
    check_log(world)


def check_log(world: World) -> None:
    """Read the log as a stranger would: every statement is signed by its author's passkey."""
    log, key = world.desk.campaign.log, world.desk.campaign.signer.key
    members = world.desk.look(people.roll)
    _, signed = Reader(log).checkpoint()
    entries = [Reader(log).entry(at) for at in range(Reader(log).head().size)]
    casts = read(entries, signed, Policy(key.name, (key,)), members)
    assert len(entries) == 16  # Four members, seven votes, two adjudications, one of each undone, a text.
    assert {signatory.kind(one.by) for one in casts} == {"passkey"}
    assert [len(one.considered) for one in casts if one.role == "adjudicator"] == [2, 2]
    mixed = next(one.judgement for one in casts if one.judgement.label == "mixed")
    assert [LONG[a:b] for a, b in mixed.spans] == ["Weirs regulate flow."]
    assert mixed.interaction.shown_ms > 0


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_pages_fit_the_screen(started: Any, world: World, width: int) -> None:
    for role, screens in ROLES_SCREENS.items():
        page = person(started, viewport={"width": width, "height": 800})
        page.goto(f"{world.desk.url}/join?code={world.invitation(role)}")
        page.fill("#name", role)
        page.click("button.quiet")
        page.wait_for_selector("#code")
        for screen in screens:
            page.goto(f"{world.desk.url}/{screen}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, screen


def test_without_script_everything_is_done_by_forms(started: Any, world: World) -> None:

    def plain(role: str, name: str) -> Page:
        page = started.new_context(java_script_enabled=False).new_page()
        page.goto(f"{world.desk.url}/join?code={world.invitation(role)}")
        page.fill("#name", name)
        page.click("button.quiet")
        page.click("a.main")
        return page

    ann, ben = plain("validator", "ann"), plain("validator", "ben")
    for page, label in ((ann, "human"), (ben, "ai")):
        for _ in TEXTS:
            page.click(f"button[value={label}]")
            assert page.text_content("#status") == "Your vote was kept."
    ann.click("#undo button")
    assert ann.text_content("#document") == ARABIC
    ann.click("#passages summary")
    ann.check("#passages input")
    ann.click("button[value=mixed]")
    cy, dee = plain("adjudicator", "cy"), plain("admin", "dee")
    cy.goto(f"{world.desk.url}/adjudicate")
    cy.click("button[value=human]")
    assert cy.text_content("#status") == "Your adjudication was kept."
    cy.goto(f"{world.desk.url}/write")
    cy.fill("#text", "I wrote this by the weir.")
    cy.check("[name=consents]")
    cy.click("button.main")
    assert "Your text was kept" in cy.text_content("#status")
    dee.goto(f"{world.desk.url}/people")
    dee.click("button.main")
    assert "/join?code=" in dee.text_content("#address")
    dee.goto(f"{world.desk.url}/log")
    dee.click("#verify")
    assert "The log is sound." in dee.text_content("#verified")
    assert check(world.desk.store) == {"human": 2, "ai": 3, "mixed": 1}


def test_a_page_whose_bytes_were_swapped_is_not_signed_for(started: Any, world: World) -> None:
    ann = joined(started, world, "validator", "ann")
    ready(ann)
    ann.evaluate("document.querySelector('#document').textContent = 'something else'")
    vote(ann, "1", said="other bytes were displayed")
    assert check(world.desk.store) == {}
