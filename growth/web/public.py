"""`public`: a route for people and programs that are not known: limited, small, without cookies.

A route with a token in its address is limited to 30 a minute an address, any other to `web.rate_limit`.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import anyio.to_thread
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from growth.db import Database
from growth.language import known, use_language
from growth.rendering import Address, html_environment, render
from growth.web import answers
from growth.web.answers import Page
from growth.web.errors import refused, visitor_language
from growth.web.forms import UNSAFE, Form, read_body, read_form
from growth.web.frame import frame, with_prefix
from growth.web.limits import TOKENS, Purpose, public_limit
from growth.web.page import FORM_BYTES, Rules, _methods, route
from growth.web.refusals import TooOften
from growth.web.shell import Shell, arrival_of, shell_of
from growth.workspace import Workspace

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclasses.dataclass(slots=True, kw_only=True)
class Visitor:
    """Somebody unknown at a public route.

    body        the raw bytes of the request, as signatures are computed over them
    form        its fields, where it is a form
    headers     by lower-case name; query: the address's parameters by name (the first of each)
    client      IP address, trusted proxies taken off (`network`: of IPv6 its /64); user_agent as it was sent
    local       whether a program on this machine asks directly
    """

    workspace: Workspace
    database: Database
    now: datetime
    method: str
    body: bytes
    form: Form
    headers: Mapping[str, str]
    query: Mapping[str, str]
    raw_query: str
    path: str
    client: str
    network: str
    user_agent: str
    secure: bool
    local: bool
    language: str
    shell: Shell

    def render(self, template: str, page: object = None, *, title: str, status: int = 200, **variables: object) -> Page:
        """The template in the public layout: ``{% extends "web/growth/layout_public.html" %}``; variables as in `Viewer.render`."""
        shown = frame(
            workspace=self.workspace, static=self.shell.static, title=title, address=Address.of(self.path), language=self.language
        )
        given = {}
        if dataclasses.is_dataclass(page) and not isinstance(page, type):
            given = {entry.name: getattr(page, entry.name) for entry in dataclasses.fields(page)}
        text = render(html_environment(self.workspace.root, self.workspace.zone), template, {**given, **variables, "frame": shown})
        return answers.html(with_prefix(text, self.workspace.settings.web.path_prefix), status=status)

    def text(self, text: str, *, status: int = 200) -> Page:
        """Plain text."""
        return answers.answer(text, media_type=answers.TEXT, status=status)

    def json(self, document: object, *, status: int = 200) -> Page:
        """JSON."""
        return answers.json_answer(document, status=status)

    def nothing(self, status: int = 204) -> Page:
        """No content."""
        return answers.answer(b"", media_type=answers.TEXT, status=status)

    def content(self, content: bytes, *, media_type: str, cache: str = "no-store", headers: Mapping[str, str] | None = None) -> Page:
        """Bytes of a kind: a script, a pixel, an XML answer."""
        return answers.answer(content, media_type=media_type, headers={"cache-control": cache, **(headers or {})})

    def redirect(self, target: str, *, status: int = 302) -> Page:
        """To a registered target; never to one that the request names."""
        return answers.redirect(target, status=status)


def public(
    path: str | Sequence[str],
    *,
    methods: Sequence[str] = ("GET",),
    token: bool = False,
    most_bytes: int = FORM_BYTES,
) -> Callable[[Callable[..., Page]], HTTPRouteHandler]:
    """A route without log-in::

        @public("/unsubscribe/{token:str}", methods=("GET", "POST"), token=True)
        def unsubscribe(visitor: Visitor, token: str) -> Page:
            ...

    The function takes `visitor` first, the rest as in `page`. `token`: the address holds a secret (unsubscribe, preferences, confirm,
    survey): 30 a minute an address. Bodies are refused beyond `most_bytes` (64 KB) before they are read. Errors of routes under
    ``/api/``, ``/webhooks/`` and ``/wechat/callback`` are RFC 9457 problems, those of others are pages. GET must change nothing.
    Raise `growth.web.Missing` for what is not there (a route that is off, too), `growth.web.Refusal` subclasses for the rest.
    """
    rules = Rules(kind="public", methods=_methods(methods))

    def wrap(function: Callable[..., Page]) -> HTTPRouteHandler:
        async def handler(request: Request[Any, Any, Any], **values: Any) -> Response[bytes]:
            return await _serve(request, functools.partial(function, **values), most_bytes=most_bytes)

        return route(path, handler, function, rules, most_bytes=most_bytes, guard=_admit_with_token if token else _admit)

    return wrap


async def _admit(request: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """How often one address may call public routes. Raises TooOften. From here on texts are in the visitor's language."""
    use_language(_language(request))
    shell, arrival = shell_of(request.scope), arrival_of(request.scope)
    if seconds := shell.limits.take(Purpose.PUBLIC, arrival.network, public_limit(shell.current())):
        raise TooOften(seconds)


async def _admit_with_token(request: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The same, and how often a secret in the address may be guessed at."""
    await _admit(request, handler)
    shell, arrival = shell_of(request.scope), arrival_of(request.scope)
    if seconds := shell.limits.take(Purpose.TOKEN, arrival.network, TOKENS):
        raise TooOften(seconds)


async def _serve(request: Request[Any, Any, Any], function: Callable[..., Page], *, most_bytes: int) -> Page:
    shell = shell_of(request.scope)
    try:
        body, form = b"", Form()
        if request.method in UNSAFE:
            body = await read_body(request, most_bytes)
            if request.headers.get("content-type", "").partition(";")[0].strip().lower() in _FORMS:
                form = await read_form(request, most_bytes)

        def work() -> Page:
            shell.refresh()
            return function(visitor_of(request, body=body, form=form))

        return await anyio.to_thread.run_sync(work, limiter=shell.public_threads)
    except Exception as fault:  # noqa: BLE001 - every fault becomes an answer; ours are logged there
        return await anyio.to_thread.run_sync(refused, fault, request, limiter=shell.public_threads)


def visitor_of(request: Request[Any, Any, Any], *, body: bytes, form: Form) -> Visitor:
    """The visitor of a request."""
    shell, arrival = shell_of(request.scope), arrival_of(request.scope)
    workspace = shell.current()
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        query.setdefault(name, str(value))
    return Visitor(
        workspace=workspace,
        database=shell.database,
        now=shell.now(),
        method=request.method,
        body=body,
        form=form,
        headers={name.lower(): value for name, value in request.headers.items()},
        query=query,
        raw_query=request.scope["query_string"].decode("latin-1"),
        path=arrival.path,
        client=arrival.address,
        network=arrival.network,
        user_agent=request.headers.get("user-agent", ""),
        secure=arrival.secure,
        language=_language(request),
        local=arrival.local,
        shell=shell,
    )


def _language(request: ASGIConnection[Any, Any, Any, Any]) -> str:
    site = known(str(shell_of(request.scope).current().settings.site.locale))
    return visitor_language(request.headers.get("accept-language", ""), site)
