"""A campaign with its server, and clients who talk to it without a socket: with forms, or with JSON."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from headwater import canonical
from headwater.log.checkpoint import Signer
from headwater.review.manifest import parse
from headwater.review.serve.app import app
from headwater.review.serve.campaign import create
from headwater.review.serve.desk import Desk
from headwater.review.serve.screens.people import invite
from headwater.review.serve.screens.sign_in import signed_text
from headwater.review.store import Committer, Item, add, batches, open_store

NOW_S = 1_700_000_000.0
URL = "http://localhost:8090"
ORIGIN = "review.example/campaign"
GUIDELINE = "Say who wrote it.\nIf you cannot tell, say so."
TEXTS = (
    "The weir was loud that spring. We slept with the windows shut, and still it came through.",
    "As an assistant, I can describe weirs. Weirs regulate the flow of water. They are useful.",
    "كان السد عاليا في ذلك الربيع. نمنا والنوافذ مغلقة.",
    "その春、堰の音は大きかった。窓を閉めて眠った。",
)


@dataclass(slots=True)
class Clock:
    """A clock that a test sets."""

    now_s: float = NOW_S

    def __call__(self) -> float:
        return self.now_s


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def told(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


@dataclass(slots=True)
class Browser:
    """Somebody with cookies, who follows no redirect and runs no script."""

    application: Any
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = "192.0.2.1"
    csrf: str = ""

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Send a request; `_` in the names of headers stands for `-`."""
        place, _, query = path.partition("?")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            named["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": place,
            "raw_path": place.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "client": (self.address, 5000),
            "server": ("localhost", 8090),
        }
        answer = asyncio.run(_call(self.application, scope, body))
        for name, value in answer.headers:
            if name == "set-cookie":
                self._keep(value)
        return answer

    def _keep(self, value: str) -> None:
        for name, morsel in SimpleCookie(value).items():
            if morsel.value and morsel["max-age"] != "0":
                self.cookies[name] = morsel.value
            else:
                self.cookies.pop(name, None)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def form(self, path: str, **fields: Any) -> Answer:
        """Post a form, with the token of the last page."""
        body = urlencode({"csrf": self.csrf, **fields}, doseq=True).encode()
        return self.ask("POST", path, body, content_type="application/x-www-form-urlencoded", origin=URL)

    def json(self, path: str, **fields: Any) -> Answer:
        """Post JSON."""
        body = json.dumps(fields).encode()
        return self.ask("POST", path, body, content_type="application/json", x_csrf_token=self.csrf)

    def open(self, path: str) -> str:
        """Get a page, and keep the token of its forms."""
        answer = self.get(path)
        assert answer.status == 200, answer.text
        found = re.search(r'name="csrf" value="(\w+)"', answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer.text

    def follow(self, answer: Answer) -> str:
        """Go where a form leads."""
        assert answer.status == 303, answer.text
        return self.open(answer.header("location"))


async def _call(application: Any, scope: dict[str, Any], body: bytes) -> Answer:
    sent: list[dict[str, Any]] = []
    pieces = [body[at : at + 65536] for at in range(0, len(body), 65536)] or [b""]

    async def receive() -> dict[str, Any]:
        if not pieces:  # The client waits for its answer.
            await asyncio.Event().wait()
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    headers = [(name.decode().lower(), value.decode()) for name, value in sent[0]["headers"]]
    return Answer(sent[0]["status"], headers, b"".join(one.get("body", b"") for one in sent[1:]))


def manifest(texts: Sequence[str]) -> bytes:
    """Write down a batch of texts, every second one a probe."""
    return canonical.encode(
        {
            "format": "headwater-batch-1",
            "seed": "beacon 1",
            "selector": {"name": "active-1"},
            "sketch": "5e" * 32,
            "detectors": {"statistics": "de" * 32},
            "n_documents": 1000,
            "draw": {"n": len(texts)},
            "items": [
                {
                    "id": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16],
                    "pi": None if at % 2 else 0.25,
                    "slice": "probe" if at % 2 else "active",
                    "stratum": at,
                    "why": {"uncertainty": 0.5},
                    "document": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
                    "record": f"record-{at}",
                    "p_human": 0.5,
                    "score": 0.1 * at,
                }
                for at, text in enumerate(texts)
            ],
        }
    )


@dataclass(slots=True)
class World:
    """A campaign that is served."""

    desk: Desk
    clock: Clock
    steady: Clock
    application: Any

    def browser(self) -> Browser:
        return Browser(self.application)

    def invitation(self, role: str) -> str:
        """Invite somebody, and give the code."""
        return invite(self.desk, role, by="test").rpartition("=")[2]

    def joined(self, role: str, name: str) -> Browser:
        """Join without a key."""
        one = self.browser()
        assert one.form("/join/code", code=self.invitation(role), name=name).status == 200
        one.csrf = one.get("/account.json").told["csrf"]
        return one

    def keyed(self, role: str, signer: Signer) -> Browser:
        """Join with an Ed25519 key."""
        one, code = self.browser(), self.invitation(role)
        told = one.get(f"/join.json?code={code}").told
        value = sign_text(signer, signed_text(URL, told["challenge"]))
        found = one.json(
            "/join/key.json", code=code, challenge=told["challenge"], key=str(signer.key), signature=value
        )
        assert found.status == 200, found.text
        one.csrf = found.told["csrf"]
        return one


def sign_text(signer: Signer, text: str) -> str:
    """Sign what a sign-in asks for."""
    return signer.algorithm.sign(signer.seed, signer.name, text, time_s=0).hex()


@contextmanager
def served(
    folder: Path, texts: Sequence[str] = TEXTS, *, n_wanted: int = 2, address: str = "", url: str = URL
) -> Iterator[World]:
    """Serve a campaign with a batch."""
    campaign = create(folder / "campaign", ORIGIN, GUIDELINE)
    store = open_store(address or campaign.queue)
    shared = Committer(store)
    clock, steady = Clock(), Clock(0.0)
    desk = Desk(campaign, store, shared, url, clock)
    if texts:
        data, pairs = manifest(texts), [(text, {"language": "en"}) for text in texts]
        # Asked in the order of the list and not by chance, so that tests know what comes next.
        rows = zip(parse(data).items, texts, strict=True)
        queued = [
            Item(parse(data).digest, one.document, text, one.pi, float(at), n_wanted)
            for at, (one, text) in enumerate(rows)
        ]
        desk.change(lambda db: add(db, queued))
        desk.change(lambda db: batches.add_batch(db, data, pairs, n_wanted=n_wanted))
    yield World(desk, clock, steady, app(desk, steady=steady))
    shared.close()
    store.close()
