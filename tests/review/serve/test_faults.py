"""What goes wrong: hostile documents, clocks, keys, forms of others; nothing lost, doubled or executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.inert import visible
from headwater.review.serve.display import HEAD, MOST_PASSAGES, TAIL, display, spans
from headwater.review.serve.screens.log import verify
from tests.review.attest.worlds import ANN
from tests.review.serve.test_vote import signed, token
from tests.review.serve.worlds import NOW_S, URL, World, served
from tests.review.store.worlds import check

HOSTILE = (
    '</article><script>alert(1)</script><img src=x onerror="alert(2)">',
    "abc \u202egnp.exe\u2069 \x00\x07 \ud800 \U000e0041 & &lt;b&gt;",
    "\r\nfirst\r\nsecond\rthird\n\n",
    "{{ 7 * 7 }} {% raw %} <!-- ]]> -->",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with served(tmp_path) as made:
        yield made


def shown(page: str) -> str:
    """Read the document of a page as a browser does."""
    found = re.search(r'<article class="document"[^>]*>(.*?)</article>', page, re.DOTALL)
    assert found
    return unescape(re.sub(r"</?span[^>]*>", "", found[1]))


def test_hostile_documents_are_text(address: str, tmp_path: Path) -> None:
    with served(tmp_path, HOSTILE, address=address) as world:
        ann = world.joined("validator", "ann")
        for text in HOSTILE:
            page = ann.open("/review")
            assert shown(page) == visible(text.replace("\r\n", "\n")) == display(text, whole=False).text
            assert "<script>alert" not in page
            assert "<img" not in page
            assert ann.form("/review/vote", token=token(page), label="cannot-tell").status == 303
        assert check(world.desk.store) == {"cannot-tell": 4}
        assert verify(world.desk)["sound"]


@given(st.text(st.characters(exclude_categories=())))
def test_passages_cover_what_they_mark_and_segments_are_the_text(text: str) -> None:
    found = display(text, whole=True)
    numbers = [number for _, number in found.segments if number is not None]
    assert numbers == list(range(len(found.passages)))
    marked = spans(found.passages, [str(at) for at in range(len(found.passages))])
    assert all(0 <= a < b <= len(text) for a, b in marked)
    assert found.text.encode().decode() == found.text


def test_five_megabytes_are_shown_in_part_and_whole_if_asked(address: str, tmp_path: Path) -> None:
    text = "A line of the weir, again and again.\n" * (5_000_000 // 37)
    with served(tmp_path, [text], n_wanted=2, address=address) as world:
        ann, ben = world.joined("validator", "ann"), world.joined("validator", "ben")
        page = ann.open("/review")
        assert len(page) < 400_000
        assert f"[… {len(text) - HEAD - TAIL} characters are not shown …]" in shown(page)
        assert len(ann.get("/review.json").told["items"][0]["passages"]) <= MOST_PASSAGES
        assert ann.form("/review/vote", token=token(page), label="mixed", passage=["1", "3"]).status == 303
        whole = ben.open("/review?whole=1")
        assert shown(whole) == text
        assert ben.form("/review/vote", token=token(whole), label="human", whole="1").status == 303
        assert check(world.desk.store) == {"mixed": 1, "human": 1}
        assert verify(world.desk)["sound"]


def test_a_clock_that_jumps_loses_and_doubles_nothing(anywhere: World) -> None:
    world = anywhere
    ann, ben = world.joined("validator", "ann"), world.joined("validator", "ben")
    page = ann.open("/review")
    world.clock.now_s = NOW_S + 3600  # The lease runs out while the page is open.
    assert ben.form("/review/vote", token=token(ben.open("/review")), label="human").status == 303
    named = dict(re.findall(r'name="(token|document|batch)" value="(\w+)"', page))
    assert ann.form("/review/vote", **named, label="ai").status == 303
    world.clock.now_s = NOW_S - 7 * 86400  # Behind the day on which they joined.
    assert ann.form("/review/vote", token=token(ann.open("/review")), label="mixed").status == 303
    world.clock.now_s = NOW_S + 2
    assert ann.form("/review/vote", token=token(ann.open("/review")), label="human").status == 303
    assert check(world.desk.store) == {"human": 2, "ai": 1, "mixed": 1}
    assert verify(world.desk)["sound"]


def test_a_session_ends_and_a_lease_taken_over_is_not_voted_on(tmp_path: Path) -> None:
    with served(tmp_path, ["one text alone"], n_wanted=1) as world:
        ann, ben = world.joined("validator", "ann"), world.joined("validator", "ben")
        page = ann.open("/review")
        world.clock.now_s += 3600
        assert "one text alone" in ben.open("/review")
        late = ann.json("/review/vote.json", token=token(page), label="ai")
        assert (late.status, late.told["error"]) == (400, "the lease has run out, or was never given")
        world.clock.now_s += 86400
        assert ann.get("/review").header("location") == "/sign-in"
        assert ann.get("/review.json").told["status"] == 401


def test_a_revoked_key_signs_nothing_and_its_votes_stand(anywhere: World) -> None:
    world = anywhere
    admin, ann, ben = (
        world.joined("admin", "dee"),
        world.keyed("validator", ANN),
        world.joined("validator", "ben"),
    )
    kept, held = signed(ann, ANN, "human")
    assert ann.json("/review/cast.json", envelope=kept, token=held).status == 200
    sealed, later = signed(ann, ANN, "ai")
    assert admin.json("/people/revoke.json", name=ANN.name).status == 200
    assert ann.json("/review/cast.json", envelope=sealed, token=later).status == 401
    # What they held goes to others, and what was voted in the very second of the end still holds.
    page = ben.get("/review.json?hold=2").told
    assert len(page["items"]) == 2
    assert check(world.desk.store) == {"human": 1}
    assert verify(world.desk)["sound"]
    again = world.browser()
    challenge = again.get("/sign-in.json").told["challenge"]
    assert (
        again.json("/sign-in/key.json", challenge=challenge, name=ANN.name, signature="00" * 64).status == 403
    )


def test_forms_of_another_site_or_session_do_nothing(world: World) -> None:
    ann, eve = world.joined("validator", "ann"), world.joined("validator", "eve")
    held = token(ann.open("/review"))
    body = f"csrf={ann.csrf}&token={held}&label=ai".encode()
    kind = "application/x-www-form-urlencoded"
    for headers in ({"origin": "http://evil.example"}, {"sec_fetch_site": "cross-site"}, {"origin": "null"}):
        assert ann.ask("POST", "/review/vote", body, content_type=kind, **headers).status == 403
    ann.csrf = eve.csrf
    assert ann.form("/review/vote", token=held, label="ai").status == 403
    assert eve.form("/review/vote", token=held, label="ai").status == 400
    assert check(world.desk.store) == {}


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        ("/review/vote.json", b"{", "application/json", 400),
        ("/review/vote.json", b"[1]", "application/json", 400),
        ("/review/vote.json", b'{"label": {"a": 1}, "token": 3}', "application/json", 400),
        ("/review/vote", b"\xff=\xff", "application/x-www-form-urlencoded", 400),
        ("/review/vote", b"a&" * 4096, "application/x-www-form-urlencoded", 400),
        ("/review/vote", b"a" * (5 << 20), "application/x-www-form-urlencoded", 413),
        ("/review/nothing", b"", "application/json", 404),
        ("/people/invite.json", b'{"role": "admin"}', "application/json", 403),
        ("/write/hand-in.json", b'{"text": "\\ud800", "consents": "yes"}', "application/json", 400),
        ("/write/hand-in.json", b'{"text": "mine"}', "application/json", 400),
    ],
)
def test_unusable_requests_get_one_line(world: World, path: str, body: bytes, kind: str, status: int) -> None:
    ann = world.joined("validator", "ann")
    answer = ann.ask("POST", path, body, content_type=kind, x_csrf_token=ann.csrf)
    assert answer.status == status, answer.text
    assert "Traceback" not in answer.text
    if path.endswith(".json"):
        assert set(answer.told) == {"error", "hint", "status"}


def test_an_invitation_serves_once_and_not_for_ever(world: World) -> None:
    code, late = world.invitation("validator"), world.invitation("validator")
    one = world.browser()
    assert one.form("/join/code", code=code, name="ann").status == 200
    assert world.browser().form("/join/code", code=code, name="ben").status == 400
    assert world.browser().form("/join/code", code=late, name="ann").status == 409
    assert world.browser().form("/join/code", code=late, name="../x").status == 400
    world.clock.now_s += 15 * 86400
    assert world.browser().form("/join/code", code=late, name="eve").status == 400


def test_every_answer_forbids_what_pages_do_not_need(world: World) -> None:
    ann = world.joined("validator", "ann")
    for path in (
        "/review",
        "/review.json",
        "/static/review.js",
        "/sign-in",
        "/review/vote",
        "/nowhere",
        "/people",
    ):
        answer = ann.get(path)
        if path == "/nowhere" or answer.status != 405:
            policy = answer.header("content-security-policy")
            assert "default-src 'none'" in policy, path
            assert "unsafe" not in policy
            assert answer.header("x-content-type-options") == "nosniff"
    cookie = (
        world.browser().form("/join/code", code=world.invitation("writer"), name="wim").header("set-cookie")
    )
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert URL.startswith("http://")  # So it is neither Secure nor __Host-, which this machine alone may do.


def test_behind_a_proxy_that_speaks_tls_cookies_are_for_its_host_alone(tmp_path: Path) -> None:
    with served(tmp_path, url="https://review.example") as world:
        ann = world.browser()
        joined = ann.json("/join/code.json", code=world.invitation("validator"), name="ann")
        cookie = joined.header("set-cookie").split("; ")
        assert cookie[0].startswith("__Host-session=")
        assert {"HttpOnly", "SameSite=strict", "Path=/", "Secure"} <= set(cookie)
        assert not any(one.startswith("Domain") for one in cookie)
        ann.csrf = ann.get("/account.json").told["csrf"]
        held = ann.get("/review.json").told["items"][0]["token"]
        assert ann.form("/review/vote", token=held, label="ai").status == 403  # From http://localhost.
        assert ann.json("/review/vote.json", token=held, label="ai").status == 200
        assert check(world.desk.store) == {"ai": 1}


def test_every_screen_has_a_twin_and_is_for_its_roles(world: World) -> None:
    from headwater.review.serve.screens import SCREENS

    for at, role in enumerate(("validator", "writer", "adjudicator", "curator", "auditor", "admin")):
        one = world.joined(role, f"one-{at}")
        for screen in SCREENS:
            allowed = screen.roles is None or role in screen.roles
            page, twin = one.get(f"/{screen.name}"), one.get(f"/{screen.name}.json")
            assert (page.status, twin.status) == ((200, 200) if allowed else (403, 403)), (role, screen.name)
            assert isinstance(twin.told, dict)
