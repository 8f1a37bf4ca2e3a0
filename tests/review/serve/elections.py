"""Sixteen people who vote at a server in a process of its own, and what they were told to be kept."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from headwater.review.serve.campaign import open_campaign
from headwater.review.serve.run import opened
from headwater.review.serve.screens.log import verify
from headwater.review.store import history
from tests.review.serve.worlds import Browser, World, served
from tests.review.store.worlds import check

N_CLIENTS, N_TEXTS, N_WANTED = 16, 60, 4


@dataclass(slots=True)
class Election:
    """A campaign with sixteen people who are signed in, and what they were told to be kept."""

    folder: Path
    store: str
    port: int
    people: list[Browser]
    kept: list[tuple[str, str]] = field(default_factory=list)
    n_refused: int = 0
    refusals: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


def prepared(folder: Path, store: str) -> Election:
    """Make a campaign, and let sixteen people join."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    texts = [f"text {at}" for at in range(N_TEXTS)]
    with served(folder, texts, n_wanted=N_WANTED, address=store, url=f"http://localhost:{port}") as world:
        world.clock.now_s = time.time()
        people = [joined(world, f"v{at}") for at in range(N_CLIENTS)]
    return Election(folder / "campaign", store, port, people)


def joined(world: World, name: str) -> Browser:
    """Join without a key, by JSON."""
    one = world.browser()
    found = one.json("/join/code.json", code=world.invitation("validator"), name=name)
    assert found.status == 200, found.text
    one.csrf = one.get("/account.json").told["csrf"]
    return one


@contextmanager
def running(election: Election, limit: Callable[[], None] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run `headwater review serve` in a process of its own, and kill it in the end."""
    command = [sys.executable, "-m", "headwater", "review", "serve", str(election.folder)]
    command += ["--port", str(election.port), "--url", election.url, "--store", election.store]
    with subprocess.Popen(command, stderr=subprocess.PIPE, preexec_fn=limit) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if b"serving" in line:
                break
        drained = threading.Thread(target=process.stderr.read, daemon=True)
        drained.start()
        yield process
        process.send_signal(signal.SIGKILL)


def ask(election: Election, who: Browser, method: str, path: str, said: dict[str, str]) -> tuple[int, Any]:
    """Send a request, and give status and answer; status 0 if the server went away."""
    cookie = "; ".join(f"{name}={value}" for name, value in who.cookies.items())
    headers = {"Cookie": cookie, "Content-Type": "application/json", "X-CSRF-Token": who.csrf}
    line = HTTPConnection("127.0.0.1", election.port, timeout=30)
    try:
        line.request(method, path, json.dumps(said) if said else None, headers)
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, HTTPException, ValueError):
        return 0, None
    finally:
        line.close()


def votes(election: Election, who: Browser, ended: Callable[[], bool]) -> None:
    """Vote until nothing is left; what was not answered is sent again, word for word."""
    while not ended():
        status, page = ask(election, who, "GET", "/review.json", {})
        if status != 200:
            refused(election, status, page)
            continue
        if not page["items"]:
            return
        one = page["items"][0]
        said = {name: one[name] for name in ("token", "document", "batch")} | {"label": "human"}
        while not ended():
            status, answer = ask(election, who, "POST", "/review/vote.json", said)
            if status == 200:
                election.kept.append((one["document"], told_name(who)))
                break
            refused(election, status, answer)
            if status == 400:  # The lease has run out: nothing was kept of it.
                break


def refused(election: Election, status: int, answer: Any) -> None:
    """Write down what somebody was told, and let them wait; status 0 is a server that went away."""
    if status:
        election.n_refused += 1
        election.refusals.add(f"{status} {answer['error']}; {answer['hint']}")
    time.sleep(0.05)


@contextmanager
def voting(election: Election) -> Iterator[list[Future[None]]]:
    """Let all of them vote at once, and stop them if the test fails."""
    with ThreadPoolExecutor(N_CLIENTS) as pool:
        failed = threading.Event()
        try:
            yield [pool.submit(votes, election, one, failed.is_set) for one in election.people]
        finally:
            failed.set()


def told_name(who: Browser) -> str:
    """Name somebody by their session."""
    return next(iter(who.cookies.values()))


def wait_until(true: Callable[[], bool], within_s: float = 60.0) -> None:
    """Wait for something to become true."""
    until = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until
        time.sleep(0.005)


def held_against(election: Election, *, whole: bool) -> None:
    """Hold the queue and the log against what people were told."""
    with opened(open_campaign(election.folder), url=election.url, store=election.store) as desk:
        n = check(desk.store)["human"]
        cast = desk.look(history.votes)
        assert verify(desk)["n_votes"] == n
        assert verify(desk)["sound"]
    assert len(election.kept) == len(set(election.kept)) <= n
    told = {document for document, _ in election.kept}
    assert told <= {row["document"] for row in cast}
    if whole:
        assert n == len(election.kept) == N_TEXTS * N_WANTED
