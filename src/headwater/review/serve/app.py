"""The application: screens as routes, each with its JSON twin; and what every request has to pass."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from markupsafe import Markup

from headwater.errors import (
    ConsistencyError,
    HeadwaterError,
    SignatureError,
    UnavailableError,
    VerificationError,
)
from headwater.review.serve import public
from headwater.review.serve.desk import Desk
from headwater.review.serve.limits import COSTLY, STRICT, USUAL, Limiter
from headwater.review.serve.page import Look, assets, compose
from headwater.review.serve.screens import SCREENS, home
from headwater.review.serve.visit import Answer, RefusedError, Screen, Visit
from headwater.review.store import people

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

MOST_BODY = 4 << 20
_STATUS = (
    (UnavailableError, 503),
    (SignatureError, 403),
    (ConsistencyError, 409),
    (VerificationError, 422),
)
_STRICT = frozenset({"sign-in", "join"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: by that, browsers would hide where a form comes from, which is checked.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class _Hall:
    """Hold what all requests share."""

    desk: Desk
    look: Look
    limiter: Limiter
    steady: Callable[[], float]


def app(
    desk: Desk,
    look: Look = Look(),  # noqa: B008  # It is frozen.
    *,
    open_entries: bool = False,
    steady: Callable[[], float] = time.monotonic,
) -> Starlette:
    """Make the application of a campaign.

    Args:
        desk: The campaign, open.
        look: How pages look.
        open_entries: Whether everybody may read the votes in the log, and not its hashes alone.
        steady: Gives seconds that never go back, which requests are counted by: the desk's clock may be set.

    Raises:
        UnavailableError: If Starlette is not installed.
    """
    try:
        from starlette.applications import Starlette
        from starlette.routing import Route
    except ModuleNotFoundError as error:
        raise UnavailableError(
            "serving needs the extra `review`", hint="pip install 'headwater[review]'"
        ) from error
    hall, files = _Hall(desk, look, Limiter(), steady), assets(look)

    async def asset(request: Request) -> Response:
        return _asset(files, request.path_params["name"])

    routes = [Route("/static/{name}", asset), Route("/", _entrance(hall))]
    for screen in SCREENS:
        for twin in ("", ".json"):
            routes.append(Route(f"/{screen.name}{twin}", _seen(hall, screen, as_json=bool(twin))))
            routes += [
                Route(
                    f"/{screen.name}/{name}{twin}",
                    _done(hall, screen, name, as_json=bool(twin)),
                    methods=["POST"],
                )
                for name in screen.actions
            ]
    routes.append(public.route(desk, cookie=_cookie(hall), open_entries=open_entries))
    made: Starlette = Starlette(
        routes=routes, exception_handlers={404: _nowhere, 405: _nowhere, 500: _broken}
    )
    return made


def _entrance(hall: _Hall) -> Any:
    async def enter(request: Request) -> Response:
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import RedirectResponse

        visit = await run_in_threadpool(_visit, hall, request, {})
        return RedirectResponse(f"/{home(visit)}", 303, headers=_HEADERS)

    return enter


def _seen(hall: _Hall, screen: Screen, *, as_json: bool) -> Any:
    async def see(request: Request) -> Response:
        from starlette.concurrency import run_in_threadpool

        return await run_in_threadpool(_see, hall, screen, request, as_json=as_json)

    return see


def _see(hall: _Hall, screen: Screen, request: Request, *, as_json: bool) -> Response:
    visit = None
    try:
        visit = _visit(hall, request, dict(request.query_params))
        _pass(hall, screen, request, visit)
        return _show(hall, screen.name, visit, screen.view(hall.desk, visit), as_json=as_json)
    except HeadwaterError as error:
        return _refuse(hall, visit, error, as_json=as_json)


def _done(hall: _Hall, screen: Screen, name: str, *, as_json: bool) -> Any:
    async def do(request: Request) -> Response:
        from starlette.concurrency import run_in_threadpool

        try:
            said = _parse(request, await _body(request))
        except HeadwaterError as error:
            return _refuse(hall, None, error, as_json=as_json)
        return await run_in_threadpool(_do, hall, (screen, name), request, said=said, as_json=as_json)

    return do


def _do(
    hall: _Hall, place: tuple[Screen, str], request: Request, *, said: Mapping[str, Any], as_json: bool
) -> Response:
    from starlette.responses import RedirectResponse

    visit, (screen, name) = None, place
    try:
        visit = _visit(hall, request, said)
        _pass(hall, screen, request, visit)
        _check_origin(hall, request, visit)
        answer = screen.actions[name](hall.desk, visit)
    except HeadwaterError as error:
        return _refuse(hall, visit, error, as_json=as_json)
    if as_json or answer.page:
        response = _show(hall, answer.page, visit, answer.told, as_json=as_json)
    else:
        response = RedirectResponse(answer.goto, 303, headers=_HEADERS)
    _set_cookie(hall, response, answer)
    return response


def _visit(hall: _Hall, request: Request, said: Mapping[str, Any]) -> Visit:
    secret = request.cookies.get(_cookie(hall), "")
    found = hall.desk.look(lambda db: people.session(db, secret, now_s=hall.desk.clock())) if secret else None
    return Visit(found, secret, said)


def _pass(hall: _Hall, screen: Screen, request: Request, visit: Visit) -> None:
    """Let a visitor through to a screen.

    Raises:
        RefusedError: If they ask too often, or the screen is not for them.
    """
    address = request.client.host if request.client else ""
    who = visit.name if visit.session else f"address {address}"
    hall.limiter.take(who, USUAL, now_s=hall.steady())
    if request.method == "POST" and screen.name in _STRICT:
        hall.limiter.take(f"{screen.name} {address}", STRICT, now_s=hall.steady())
    if request.method == "POST" and screen.name == "log":
        hall.limiter.take(f"log {who}", COSTLY, now_s=hall.steady())
    if screen.roles is not None and visit.member.role not in screen.roles:
        raise RefusedError(f"this is not for the role {visit.member.role}", status=403)


def _check_origin(hall: _Hall, request: Request, visit: Visit) -> None:
    """Let only our own pages change something.

    Raises:
        RefusedError: If another site sent it, or it lacks the session's token.
    """
    origin = request.headers.get("origin", hall.desk.url)
    if origin != hall.desk.url or request.headers.get("sec-fetch-site", "same-origin") not in {
        "same-origin",
        "none",
    }:
        raise RefusedError("another site sent this", status=403, hint=f"the address is {hall.desk.url}")
    if visit.session is not None:
        token = request.headers.get("x-csrf-token") or visit.text("csrf")
        if not hmac.compare_digest(token.encode("utf-8", "surrogatepass"), visit.session.csrf.encode()):
            raise RefusedError("the form is of another session", status=403, hint="load the page anew")


async def _body(request: Request) -> bytes:
    """Read a body that is not too long.

    Raises:
        RefusedError: If it is.
    """
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > MOST_BODY:
            raise RefusedError("that is too long", status=413, hint=f"at most {MOST_BODY} bytes")
    return data


def _parse(request: Request, data: bytes) -> Mapping[str, Any]:
    """Read a form or a JSON object.

    Raises:
        RefusedError: If it is neither.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    try:
        if kind == "application/json":
            value = json.loads(data.decode("utf-8"))
        else:
            value = parse_qs(
                data.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=1024
            )
    except (ValueError, RecursionError) as error:
        raise RefusedError("neither a form nor JSON", status=400) from error
    if not isinstance(value, dict):
        raise RefusedError("not a JSON object", status=400)
    return value


def _show(hall: _Hall, name: str, visit: Visit | None, told: Mapping[str, Any], **how: Any) -> Response:
    """Answer with JSON, or with a page of a template; `as_json` says which, `status` is 200 if left out."""
    from starlette.responses import HTMLResponse, JSONResponse

    status = how.get("status", 200)
    if how["as_json"]:
        return JSONResponse(dict(told), status, headers=_HEADERS)
    session = visit.session if visit else None
    role = session.member.role if session else ""
    menu = [one for one in SCREENS if one.title and session and (one.roles is None or role in one.roles)]
    parts = {
        "menu": menu,
        "here": name,
        "session": session,
        "mark": Markup(hall.look.mark),  # noqa: S704  # Our own file.
        "origin": hall.desk.campaign.origin,
    }
    said = visit.said.get("said", "") if visit else ""
    page = compose(name, **{**parts, "said": str(said)}, t=told)
    return HTMLResponse(page, status, headers=_HEADERS)


def _refuse(hall: _Hall, visit: Visit | None, error: HeadwaterError, *, as_json: bool) -> Response:
    from starlette.responses import RedirectResponse

    status = getattr(error, "status", next((n for kind, n in _STATUS if isinstance(error, kind)), 400))
    if status == 401 and not as_json:
        return RedirectResponse("/sign-in", 303, headers=_HEADERS)
    told = {"error": str(error), "hint": error.hint, "status": status}
    return _show(hall, "error", visit, told, as_json=as_json, status=status)


def _cookie(hall: _Hall) -> str:
    return "__Host-session" if hall.desk.is_secure else "session"


def _set_cookie(hall: _Hall, response: Response, answer: Answer) -> None:
    if answer.cookie is None:
        return
    told: dict[str, Any] = {
        "path": "/",
        "httponly": True,
        "samesite": "strict",
        "secure": hall.desk.is_secure,
    }
    if answer.cookie:
        response.set_cookie(_cookie(hall), answer.cookie, max_age=int(hall.desk.terms.session_s), **told)
    else:
        response.delete_cookie(_cookie(hall), **told)


def _asset(files: Mapping[str, tuple[bytes, str]], name: str) -> Response:
    from starlette.responses import PlainTextResponse, Response

    found = files.get(name)
    if found is None:
        return PlainTextResponse("not found\n", 404, headers=_HEADERS)
    return Response(found[0], media_type=found[1], headers=_HEADERS | {"Cache-Control": "max-age=300"})


async def _nowhere(request: Request, error: Exception) -> Response:
    return _plain(request, "there is nothing here", getattr(error, "status_code", 404))


async def _broken(request: Request, _: Exception) -> Response:
    return _plain(request, "something went wrong here", 500)


def _plain(request: Request, what: str, status: int) -> Response:
    from starlette.responses import JSONResponse, PlainTextResponse

    if request.url.path.endswith(".json"):
        return JSONResponse({"error": what, "hint": "", "status": status}, status, headers=_HEADERS)
    return PlainTextResponse(f"{what}\n", status, headers=_HEADERS)
