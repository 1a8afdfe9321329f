"""`entrance`: pages in front of the log-in (log-in itself, one-time links): no session, but forms that are safe from forgery."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anyio.to_thread
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler

from growth.rendering import Address, html_environment, render
from growth.security import random_token
from growth.web import answers
from growth.web.answers import Page
from growth.web.arrival import Arrival
from growth.web.cookies import FORM, cookie_name, csrf_token, drop_cookie, set_cookie
from growth.web.errors import presence_of, refused
from growth.web.forms import UNSAFE, Form, check_forgery, read_form
from growth.web.frame import frame, with_prefix
from growth.web.page import FORM_BYTES, Rules, _methods, route
from growth.web.public import Visitor, _admit, _admit_with_token, visitor_of
from growth.web.shell import arrival_of, shell_of


@dataclasses.dataclass(slots=True, kw_only=True)
class Guest:
    """Somebody in front of the log-in. `logged_in` says whether the browser has a live session already."""

    visitor: Visitor
    form: Form
    query: Mapping[str, str]
    arrival: Arrival
    secret: str
    logged_in: bool
    cookies: list[Cookie] = dataclasses.field(default_factory=list)

    def render(
        self, template: str, *, title: str, status: int = 200, headers: Mapping[str, str] | None = None, **variables: object
    ) -> Page:
        """The template in the public layout, with a form's token in ``frame.csrf``."""
        visitor = self.visitor
        shown = frame(
            workspace=visitor.workspace,
            static=visitor.shell.static,
            title=title,
            address=Address.of(visitor.path),
            language=visitor.language,
            csrf=csrf_token(self.secret),
        )
        text = render(html_environment(visitor.workspace.root, visitor.workspace.zone), template, {**variables, "frame": shown})
        held = set_cookie(FORM, self.secret, secure=self.arrival.secure, strict=True)
        prefix = visitor.workspace.settings.web.path_prefix
        return answers.html(with_prefix(text, prefix), status=status, headers=headers, cookies=[held, *self.cookies])

    def redirect(self, path: str) -> Page:
        """Into the house; the form's cookie has done its work."""
        prefix = self.visitor.workspace.settings.web.path_prefix
        gone = drop_cookie(FORM, secure=self.arrival.secure)
        return answers.redirect(prefix + answers.own_path(path), cookies=[gone, *self.cookies])


def entrance(
    path: str, *, methods: Sequence[str] = ("GET", "POST"), token: bool = False
) -> Callable[[Callable[..., Page]], HTTPRouteHandler]:
    """A page in front of the log-in; the function takes `guest` first."""
    rules = Rules(kind="entrance", methods=_methods(methods))

    def wrap(function: Callable[..., Page]) -> HTTPRouteHandler:
        async def handler(request: Request[Any, Any, Any], **values: Any) -> Response[bytes]:
            return await _serve(request, functools.partial(function, **values))

        return route(path, handler, function, rules, most_bytes=FORM_BYTES, guard=_admit_with_token if token else _admit)

    return wrap


async def _serve(request: Request[Any, Any, Any], function: Callable[..., Page]) -> Page:
    shell, arrival = shell_of(request.scope), arrival_of(request.scope)
    try:
        secret = request.cookies.get(cookie_name(FORM, secure=arrival.secure), "")
        form = Form()
        if request.method in UNSAFE:
            form = await read_form(request, FORM_BYTES)
            check_forgery(request, arrival, shell.current(), secret=secret, form=form)

        def work() -> Page:
            shell.refresh()
            visitor = visitor_of(request, body=b"", form=form)
            guest = Guest(
                visitor=visitor,
                form=form,
                query=visitor.query,
                arrival=arrival,
                secret=secret or random_token(),
                logged_in=presence_of(request) is not None,
            )
            return function(guest)

        return await anyio.to_thread.run_sync(work, limiter=shell.page_threads)
    except Exception as fault:  # noqa: BLE001 - every fault becomes a page; ours are logged there
        return await anyio.to_thread.run_sync(refused, fault, request, limiter=shell.page_threads)
