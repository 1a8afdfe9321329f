"""`page`: a handler of the dashboard. Log-in, roles, limits and forgery are checked before the function is called.

The order of the checks: how often → who → which roles (`_admit`) → the parameters → the form → is it ours → the function, in a thread.
"""

from __future__ import annotations

import functools
import inspect
import re
import typing
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import anyio.to_thread
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.constants import RESERVED_KWARGS
from litestar.enums import HttpMethod
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import Parameter

from growth.accounts import PERSONAL_ROLES, Presence, Role, may, who_is
from growth.language import known, use_language
from growth.web.answers import Page
from growth.web.cookies import SESSION, cookie_name
from growth.web.errors import keep_presence, presence_of, refused, visitor_language
from growth.web.forms import UNSAFE, Form, check_forgery, read_form
from growth.web.limits import PAGES, Purpose
from growth.web.refusals import Forbidden, NotLoggedIn, TooOften
from growth.web.routes import Rules
from growth.web.shell import arrival_of, shell_of
from growth.web.viewer import Viewer, viewer_of

#: most bytes of a form; pages that import files say more
FORM_BYTES = 64 * 1024
#: most bytes of an import (contracts/web.md)
IMPORT_BYTES = 50 * 1024 * 1024


Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]
_PARAMETER = re.compile(r"\{[a-z_]+:[a-z]+\}")


def page(
    path: str | Sequence[str],
    *,
    methods: Sequence[str] = ("GET",),
    nav: str = "",
    roles: Sequence[str] = (),
    personal: bool = False,
    most_bytes: int = FORM_BYTES,
) -> Callable[[Callable[..., Page]], HTTPRouteHandler]:
    """A page (or the answer to a form) for people who are logged in::

        @page("/placements/{placement:str}", nav="placements", roles=("seo", "marketer"))
        def placement(viewer: Viewer, placement: str, sort: str = "day") -> Page:
            ...
            return viewer.render("web/growth/placement.html", title=…, …)

    The function takes `viewer` first; its other parameters are the path's ``{name:kind}`` and the query's, read by their types
    (a wrong one is 400). `roles`: one of them is needed, none means anybody, an administrator may all. `personal`: the page shows
    personal data, so it is open to marketer, service and admin only and never stored by browsers. A changing method (POST …) needs
    the form's token (``ui.csrf(frame.csrf)``, or the header ``X-CSRF-Token``); its fields are `viewer.form`. `most_bytes` limits the form.
    GET must change nothing.
    """
    allowed = _methods(methods)
    wanted = tuple(str(Role(role)) for role in roles)
    rules = Rules(kind="page", methods=allowed, roles=wanted, personal=personal)

    def wrap(function: Callable[..., Page]) -> HTTPRouteHandler:
        async def handler(request: Request[Any, Any, Any], **values: Any) -> Response[bytes]:
            return await _serve(request, functools.partial(function, **values), rules, nav=nav, most_bytes=most_bytes)

        return route(path, handler, function, rules, most_bytes=most_bytes, guard=_admit)

    return wrap


async def _admit(request: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """How often, who, which roles: settled before the parameters are looked at. Raises TooOften, NotLoggedIn or Forbidden."""
    shell, arrival = shell_of(request.scope), arrival_of(request.scope)
    rules: Rules = handler.opt["rules"]
    token = request.cookies.get(cookie_name(SESSION, secure=arrival.secure), "")
    now = shell.now()

    def enter() -> Presence:
        shell.refresh()
        found = who_is(shell.database, token=token, now=now) if token else None
        if found is None:
            raise NotLoggedIn
        return found

    site = known(str(shell.current().settings.site.locale))
    use_language(visitor_language(request.headers.get("accept-language", ""), site))
    if seconds := shell.limits.take(Purpose.PAGE, arrival.network, PAGES):
        raise TooOften(seconds)
    presence = await anyio.to_thread.run_sync(enter, limiter=shell.page_threads)
    keep_presence(request.scope, presence)
    use_language(presence.user.language or site)
    if not may(presence.user.roles, rules.roles) or (rules.personal and not presence.user.roles & PERSONAL_ROLES):
        raise Forbidden


async def _serve(request: Request[Any, Any, Any], function: Callable[..., Page], rules: Rules, *, nav: str, most_bytes: int) -> Page:
    shell, arrival = shell_of(request.scope), arrival_of(request.scope)
    presence = presence_of(request)
    assert presence is not None, "the guard admits nobody without"
    token = request.cookies.get(cookie_name(SESSION, secure=arrival.secure), "")

    def work(form: Form) -> Page:
        viewer = viewer_of(request, shell, arrival, presence, token=token, form=form, nav=nav, personal=rules.personal, now=shell.now())
        return function(viewer)

    try:
        form = Form()
        if request.method in UNSAFE:
            form = await read_form(request, most_bytes)
            check_forgery(request, arrival, shell.current(), secret=token, form=form)
            shell.waiting.forget()
        return await anyio.to_thread.run_sync(work, form, limiter=shell.page_threads)
    except Exception as fault:  # noqa: BLE001 - every fault becomes a page; ours are logged there
        return await anyio.to_thread.run_sync(refused, fault, request, presence, limiter=shell.page_threads)


def route(
    path: str | Sequence[str], handler: Callable[..., Any], function: Callable[..., Any], rules: Rules, *, most_bytes: int, guard: Guard
) -> HTTPRouteHandler:
    """A Litestar route for `handler`, which takes the parameters of `function` but its first, read by type after `guard` let it pass.

    A query parameter may have a name that Litestar keeps for itself (``state``, ``query`` …): it is taken under another and given back.
    Raises ValueError for a path whose parameter is only a part of a segment (such a route would never be found) or has such a name.
    """
    for one in [path] if isinstance(path, str) else path:
        if any("{" in segment and not _PARAMETER.fullmatch(segment) for segment in one.split("/")):
            raise ValueError(f"{one}: a parameter is a whole segment of the path, as in /things/{{name:str}}/picture.svg")
        if taken := [name for name in RESERVED_KWARGS if f"{{{name}:" in one]:
            raise ValueError(f"{one}: call the parameter something else than “{taken[0]}”")
    hints = typing.get_type_hints(function, include_extras=True)
    renamed: dict[str, str] = {}
    parameters = [inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request[Any, Any, Any])]
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        name, hint = parameter.name, hints[parameter.name]
        if name in RESERVED_KWARGS:
            renamed[f"{name}_"] = name
            name, hint = f"{name}_", typing.Annotated[hint, Parameter(query=name)]
        parameters.append(parameter.replace(name=name, kind=inspect.Parameter.KEYWORD_ONLY, annotation=hint))

    async def called(request: Request[Any, Any, Any], **values: Any) -> Response[bytes]:
        answer: Response[bytes] = await handler(request, **{renamed.get(name, name): value for name, value in values.items()})
        return answer

    called.__name__, called.__qualname__ = function.__name__, function.__qualname__
    called.__doc__, called.__module__ = function.__doc__, function.__module__
    called.__annotations__ = {**{parameter.name: parameter.annotation for parameter in parameters}, "return": Response[bytes]}
    called.__signature__ = inspect.Signature(parameters, return_annotation=Response[bytes])  # type: ignore[attr-defined]  # PEP 362
    found = HTTPRouteHandler(
        list(path) if not isinstance(path, str) else path,
        http_method=[HttpMethod(method) for method in rules.methods],
        status_code=200,
        opt={"rules": rules, "function": function},
        request_max_body_size=most_bytes,
        guards=[guard],
        include_in_schema=False,
    )
    return found(called)


def _methods(methods: Sequence[str]) -> tuple[str, ...]:
    """The methods, HEAD beside GET."""
    named = [method.upper() for method in methods]
    return tuple(dict.fromkeys([*named, *(["HEAD"] if "GET" in named else [])]))


__all__ = ["FORM_BYTES", "IMPORT_BYTES", "Page", "Rules", "Viewer", "page", "route"]
