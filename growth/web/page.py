"""`page`: a handler of the dashboard. Log-in, roles, limits and forgery are checked before the function is called.

The order of the checks is `_serve`: how often → who → which roles → the form → is it ours → the function, sync, in a thread.
"""

from __future__ import annotations

import functools
import inspect
import re
import typing
from collections.abc import Callable, Sequence
from typing import Any

import anyio.to_thread
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from growth.accounts import PERSONAL_ROLES, Presence, Role, may, who_is
from growth.language import use_language
from growth.web.answers import Page
from growth.web.cookies import SESSION, cookie_name
from growth.web.errors import refused
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

        return route(path, handler, function, rules, most_bytes=most_bytes)

    return wrap


async def _serve(request: Request[Any, Any, Any], function: Callable[..., Page], rules: Rules, *, nav: str, most_bytes: int) -> Page:
    shell, arrival = shell_of(request.scope), arrival_of(request.scope)
    presence: Presence | None = None
    token = request.cookies.get(cookie_name(SESSION, secure=arrival.secure), "")
    changing = request.method in UNSAFE
    now = shell.now()

    def enter() -> Presence:
        shell.refresh()
        found = who_is(shell.database, token=token, now=now) if token else None
        if found is None:
            raise NotLoggedIn
        return found

    def check(found: Presence) -> None:
        use_language(found.user.language or str(shell.current().settings.site.locale))
        if not may(found.user.roles, rules.roles) or (rules.personal and not found.user.roles & PERSONAL_ROLES):
            raise Forbidden

    def work(form: Form) -> Page:
        nonlocal presence
        presence = presence or enter()
        check(presence)
        viewer = viewer_of(request, shell, arrival, presence, token=token, form=form, nav=nav, personal=rules.personal, now=now)
        return function(viewer)

    try:
        if seconds := shell.limits.take(Purpose.PAGE, arrival.network, PAGES):
            raise TooOften(seconds)
        form = Form()
        if changing:
            presence = await anyio.to_thread.run_sync(enter, limiter=shell.page_threads)
            check(presence)
            form = await read_form(request, most_bytes)
            check_forgery(request, arrival, shell.current(), secret=token, form=form)
            shell.waiting.forget()
        return await anyio.to_thread.run_sync(work, form, limiter=shell.page_threads)
    except Exception as fault:  # noqa: BLE001 - every fault becomes a page; ours are logged there
        return await anyio.to_thread.run_sync(refused, fault, request, presence, limiter=shell.page_threads)


def route(
    path: str | Sequence[str], handler: Callable[..., Any], function: Callable[..., Any], rules: Rules, *, most_bytes: int
) -> HTTPRouteHandler:
    """A Litestar route for `handler`, which takes the parameters of `function` but its first, read by their types.

    Raises ValueError for a path whose parameter is only a part of a segment: such a route would never be found.
    """
    for one in [path] if isinstance(path, str) else path:
        if any("{" in segment and not _PARAMETER.fullmatch(segment) for segment in one.split("/")):
            raise ValueError(f"{one}: a parameter is a whole segment of the path, as in /things/{{name:str}}/picture.svg")
    signature = inspect.signature(function)
    first, *rest = signature.parameters.values()
    hints = typing.get_type_hints(function, include_extras=True)
    request = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request[Any, Any, Any])
    keywords = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[parameter.name]) for parameter in rest]
    handler.__name__ = function.__name__
    handler.__doc__ = function.__doc__
    handler.__module__ = function.__module__
    handler.__qualname__ = function.__qualname__
    handler.__annotations__ = {
        "request": Request[Any, Any, Any],
        **{parameter.name: hints[parameter.name] for parameter in rest},
        "return": Response[bytes],
    }
    handler.__signature__ = inspect.Signature([request, *keywords], return_annotation=Response[bytes])  # type: ignore[attr-defined]
    del first
    found = HTTPRouteHandler(
        list(path) if not isinstance(path, str) else path,
        http_method=list(rules.methods),  # type: ignore[arg-type]
        status_code=200,
        opt={"rules": rules, "function": function},
        request_max_body_size=most_bytes,
        include_in_schema=False,
    )
    return found(handler)


def _methods(methods: Sequence[str]) -> tuple[str, ...]:
    """The methods, HEAD beside GET."""
    named = [method.upper() for method in methods]
    return tuple(dict.fromkeys([*named, *(["HEAD"] if "GET" in named else [])]))


__all__ = ["FORM_BYTES", "IMPORT_BYTES", "Page", "Rules", "Viewer", "page", "route"]
