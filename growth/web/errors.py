"""From what went wrong to what is seen of it: a page in the layout for people, RFC 9457 for programs, a line in the log for us."""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import anyio.to_thread
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException
from litestar.response.base import ASGIResponse

from growth.accounts import Presence, who_is
from growth.errors import ExitCode, GrowthError, ProviderError, Unreachable
from growth.language import _, known, speaking
from growth.rendering import Address, TemplateBroken, UnknownTemplate, html_environment, render
from growth.security import BadToken
from growth.web import answers
from growth.web.answers import Page
from growth.web.arrival import Arrival
from growth.web.cookies import SESSION, cookie_name, csrf_token, drop_cookie
from growth.web.frame import frame, with_prefix
from growth.web.refusals import BadKey, Missing, NotLoggedIn, Refusal, TooOften
from growth.web.shell import Shell, arrival_of, shell_of
from growth.web.words import sentence

if TYPE_CHECKING:
    from litestar.types import Receive, Scope, Send

log = logging.getLogger("growth.web")

#: routes whose errors are read by programs
_PROGRAMS = ("/api/", "/webhooks/", "/collect", "/wechat/callback", "/metrics", "/healthz", "/readyz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said about an error."""

    status: int
    title: str
    detail: str
    fix: str | None
    id: str | None = None
    headers: dict[str, str] | None = None


def tell(fault: Exception, arrival: Arrival) -> Told:
    """Status and words for `fault`; one that is our own mistake is logged under the request's id and says nothing of its inside."""
    if isinstance(fault, Refusal):
        headers = {"retry-after": str(fault.seconds)} if isinstance(fault, TooOften) else None
        if isinstance(fault, BadKey):
            headers = {"www-authenticate": 'Bearer realm="growth"'}
        return Told(status=fault.status, title=_title(fault.status), detail=fault.message, fix=fault.fix, headers=headers)
    if isinstance(fault, BadToken):
        return Told(
            status=404, title=_("This link does not work"), detail=sentence(fault.message), fix=sentence(fault.fix) if fault.fix else None
        )
    if isinstance(fault, ProviderError):
        return Told(status=502, title=_title(502), detail=fault.message, fix=fault.fix)
    if isinstance(fault, Unreachable):
        log.error("%s %s", arrival.id, fault.message)
        return Told(
            status=503,
            title=_title(503),
            detail=_("The database or a service does not answer."),
            fix=_("Try again in a minute."),
            id=arrival.id,
        )
    if isinstance(fault, TemplateBroken | UnknownTemplate):
        log.error("%s %s", arrival.id, arrival.path, exc_info=fault)
        detail = _("A template of this page is broken: {what}", what=str(fault))
        return Told(status=500, title=_title(500), detail=sentence(detail), fix=fault.fix, id=arrival.id)
    if isinstance(fault, GrowthError):
        status = 503 if fault.exit_code is ExitCode.UNFINISHED else 400
        return Told(status=status, title=_title(status), detail=sentence(str(fault)), fix=sentence(fault.fix) if fault.fix else None)
    if isinstance(fault, HTTPException) and fault.status_code < 500:
        return _told_by_litestar(fault)
    log.error("%s %s", arrival.id, arrival.path, exc_info=fault)
    return Told(
        status=500,
        title=_title(500),
        detail=_("This is a fault of the program. It was written down as {id}.", id=arrival.id),
        fix=_("Try again; if it stays, tell your administrator this number."),
        id=arrival.id,
    )


def refused(fault: Exception, request: Request[Any, Any, Any], presence: Presence | None = None) -> Page:
    """The answer to `fault`, for whoever asked; runs in a thread. People who are not logged in are led to the log-in."""
    shell, arrival = shell_of(request.scope), arrival_of(request.scope)
    with speaking(_language(shell, request, presence)):
        if isinstance(fault, NotLoggedIn):
            return to_login(request, shell, arrival)
        told = tell(fault, arrival)
        if for_programs(request, arrival):
            return answers.problem(told.status, told.title, detail=told.detail, fix=told.fix, more={"id": told.id}, headers=told.headers)
        return _page(told, request, shell, arrival, presence)


def to_login(request: Request[Any, Any, Any], shell: Shell, arrival: Arrival) -> Page:
    """303 to the log-in, which leads back here."""
    from urllib.parse import quote

    prefix = shell.current().settings.web.path_prefix
    query = request.scope["query_string"].decode("latin-1")
    wanted = arrival.path + (f"?{query}" if query else "") if request.method in ("GET", "HEAD") else "/"
    htmx = request.headers.get("hx-request") == "true"
    if htmx:
        wanted = "/"
    wanted = answers.own_path(wanted)
    target = f"{prefix}/login" + (f"?next={quote(wanted, safe='/')}" if wanted != "/" else "")
    gone = [drop_cookie(SESSION, secure=arrival.secure)] if cookie_name(SESSION, secure=arrival.secure) in request.cookies else []
    if htmx:
        return answers.answer(b"", media_type=answers.TEXT, status=401, headers={"hx-redirect": target}, cookies=gone)
    return answers.redirect(target, cookies=gone)


def for_programs(request: Request[Any, Any, Any], arrival: Arrival) -> bool:
    """Whether a program reads the answer: an API route, or somebody who wants JSON and no HTML."""
    accept = request.headers.get("accept", "")
    return arrival.path.startswith(_PROGRAMS) or ("json" in accept and "html" not in accept)


class LateAnswer(Response[bytes]):
    """An answer that is made in a thread when it is sent: Litestar's exception handlers are sync and run in the event loop."""

    def __init__(self, fault: Exception, request: Request[Any, Any, Any]) -> None:
        super().__init__(content=b"")
        self._made_by = functools.partial(_refused_anybody, fault, request)
        self._request = request

    def to_asgi_response(self, *_arguments: Any, **_more: Any) -> ASGIResponse:
        """The answer as ASGI sends it."""
        return _Late(self._made_by, self._request)


class _Late(ASGIResponse):
    __slots__ = ("_made_by", "_request")

    def __init__(self, made_by: functools.partial[Page], request: Request[Any, Any, Any]) -> None:
        super().__init__()
        self._made_by = made_by
        self._request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = await anyio.to_thread.run_sync(self._made_by, limiter=shell_of(scope).page_threads)
        await page.to_asgi_response(None, self._request, is_head_response=self._request.method == "HEAD")(scope, receive, send)


def late(request: Request[Any, Any, Any], fault: Exception) -> Response[bytes]:
    """Litestar's exception handler: what is raised outside of our own handlers (no such route, wrong parameters)."""
    return LateAnswer(fault, request)


def _refused_anybody(fault: Exception, request: Request[Any, Any, Any]) -> Page:
    return refused(fault, request, presence_of(request))


def keep_presence(scope: Scope, presence: Presence) -> None:
    """Remember who was admitted, for the handler and for the pages of its errors."""
    cast("dict[str, Any]", scope)["growth.presence"] = presence


def presence_of(request: Request[Any, Any, Any]) -> Presence | None:
    """Who was admitted; where nobody was asked for, who is logged in, if the cookie says so and the database answers."""
    admitted = cast("dict[str, Any]", request.scope).get("growth.presence")
    if admitted is not None:
        return cast(Presence, admitted)
    shell, arrival = shell_of(request.scope), arrival_of(request.scope)
    token = request.cookies.get(cookie_name(SESSION, secure=arrival.secure))
    if not token or arrival.path.startswith(_PROGRAMS):
        return None
    try:
        return who_is(shell.database, token=token, now=shell.now())
    except Unreachable:
        return None


def _page(told: Told, request: Request[Any, Any, Any], shell: Shell, arrival: Arrival, presence: Presence | None) -> Page:
    presence = presence or presence_of(request)
    workspace = shell.current()
    environment = html_environment(workspace.root, workspace.zone)
    headers = dict(told.headers or {})
    if request.headers.get("hx-request") == "true":
        text = render(environment, "web/growth/_problem.html", {"told": told})
        return answers.html(text, status=told.status, headers={**headers, "hx-retarget": "#main", "hx-reswap": "afterbegin"})
    token = request.cookies.get(cookie_name(SESSION, secure=arrival.secure), "")
    shown = frame(
        workspace=workspace,
        static=shell.static,
        title=told.title,
        address=Address.of(arrival.path),
        language=_language(shell, request, presence),
        theme=presence.user.theme if presence else "",
        user=presence.user if presence else None,
        csrf=csrf_token(token) if presence else "",
    )
    text = render(environment, "web/growth/error.html", {"frame": shown, "told": told})
    cookies: list[Cookie] = []
    return answers.html(with_prefix(text, workspace.settings.web.path_prefix), status=told.status, headers=headers, cookies=cookies)


def _language(shell: Shell, request: Request[Any, Any, Any], presence: Presence | None) -> str:
    site = known(str(shell.current().settings.site.locale))
    if presence:
        return presence.user.language or site
    return visitor_language(request.headers.get("accept-language", ""), site)


def visitor_language(accepted: str, site: str) -> str:
    """The language for somebody unknown: the first that their browser names, where it is Chinese or English, else the site's."""
    for part in accepted.split(","):
        name = part.partition(";")[0].strip().lower()
        if name.startswith(("zh", "en")):
            return known(name)
    return site


def _told_by_litestar(fault: HTTPException) -> Told:
    if fault.status_code == 404:
        missing = Missing()
        return Told(status=404, title=_title(404), detail=missing.message, fix=missing.fix)
    if fault.status_code == 405:
        headers = {name: value for name, value in (fault.headers or {}).items() if name.lower() == "allow"}
        return Told(status=405, title=_title(405), detail=_("This address is not called in that way."), fix=None, headers=headers)
    extra = fault.extra if isinstance(fault.extra, list) else []
    named = ", ".join(str(entry.get("key", "")) for entry in extra if isinstance(entry, dict))
    detail = _("“{name}” in the address is not what is expected there.", name=named) if named else _("The request is not understood.")
    return Told(status=fault.status_code, title=_title(fault.status_code), detail=detail, fix=None)


def _title(status: int) -> str:
    titles = {
        400: _("That did not work"),
        401: _("Not allowed in"),
        403: _("Not for your roles"),
        404: _("Not found"),
        405: _("Not possible here"),
        408: _("Too slow"),
        413: _("Too large"),
        429: _("Too often"),
        500: _("Something broke"),
        502: _("A service refused"),
        503: _("Not available just now"),
    }
    return titles.get(status, titles[400 if status < 500 else 500])
