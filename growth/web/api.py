"""`api`: a route for the site's own server, behind ``Authorization: Bearer KEY``. Answers and errors are JSON (RFC 9457)."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import anyio.to_thread
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from growth.accounts import ApiKey, Scope, find_key, note_use, wants_note
from growth.db import Database
from growth.language import _, known, use_language
from growth.web import answers
from growth.web.answers import Page
from growth.web.errors import refused
from growth.web.forms import read_body
from growth.web.limits import Purpose, public_limit
from growth.web.page import FORM_BYTES, Rules, _methods, route
from growth.web.refusals import BadKey, Forbidden, Refusal, TooOften
from growth.web.shell import Shell, arrival_of, shell_of
from growth.workspace import Workspace


@dataclasses.dataclass(slots=True, kw_only=True)
class Caller:
    """The site's server, with its key. `actor` is how the audit log names it."""

    workspace: Workspace
    database: Database
    now: datetime
    key: ApiKey
    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str]
    client: str

    @property
    def actor(self) -> str:
        """``key:NAME``."""
        return f"key:{self.key.name}"

    @property
    def idempotency_key(self) -> str:
        """``Idempotency-Key``, at most 255 characters, empty where there is none. Raises Refusal for a longer one."""
        value = self.headers.get("idempotency-key", "").strip()
        if len(value) > 255:
            raise Refusal(_("Idempotency-Key has more than 255 characters."))
        return value

    def document(self) -> object:
        """The body as JSON. Raises Refusal for anything else: no duplicate keys, no NaN, UTF-8 only."""
        try:
            return json.loads(self.body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
        except (UnicodeDecodeError, ValueError, RecursionError) as fault:
            raise Refusal(_("The body is not JSON: {fault}", fault=str(fault)[:120]), fix=_("Send one JSON object in UTF-8.")) from fault

    def json(self, document: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Page:
        """JSON."""
        return answers.json_answer(document, status=status, headers=headers)

    def problem(self, status: int, title: str, *, detail: str = "", fix: str | None = None) -> Page:
        """An error of the house's one shape, where raising a Refusal does not fit (409)."""
        return answers.problem(status, title, detail=detail, fix=fix)


def api(
    path: str, *, scope: str, methods: Sequence[str] = ("POST",), most_bytes: int = FORM_BYTES
) -> Callable[[Callable[..., Page]], HTTPRouteHandler]:
    """A route for keys with the scope `scope` (`growth.accounts.Scope`)::

    @api("/api/v1/signups", scope="signups")
    def signups(caller: Caller) -> Page:
        return caller.json({"id": …}, status=201)
    """
    rules = Rules(kind="api", methods=_methods(methods), scope=str(Scope(scope)))

    def wrap(function: Callable[..., Page]) -> HTTPRouteHandler:
        async def handler(request: Request[Any, Any, Any], **values: Any) -> Response[bytes]:
            return await _serve(request, functools.partial(function, **values), most_bytes=most_bytes)

        return route(path, handler, function, rules, most_bytes=most_bytes, guard=_admit)

    return wrap


async def _admit(request: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """How often, and with which key. Raises TooOften, BadKey or Forbidden."""
    shell, arrival = shell_of(request.scope), arrival_of(request.scope)
    use_language(known(str(shell.current().settings.site.locale)))
    if seconds := shell.limits.take(Purpose.PUBLIC, arrival.network, public_limit(shell.current())):
        raise TooOften(seconds)
    header, scope = request.headers.get("authorization", ""), Scope(handler.opt["rules"].scope)

    def enter() -> ApiKey:
        shell.refresh()
        return _key(shell, header, scope, shell.now())

    cast("dict[str, Any]", request.scope)["growth.key"] = await anyio.to_thread.run_sync(enter, limiter=shell.public_threads)


async def _serve(request: Request[Any, Any, Any], function: Callable[..., Page], *, most_bytes: int) -> Page:
    shell, arrival = shell_of(request.scope), arrival_of(request.scope)
    try:
        caller = Caller(
            workspace=shell.current(),
            database=shell.database,
            now=shell.now(),
            key=cast("dict[str, Any]", request.scope)["growth.key"],
            body=await read_body(request, most_bytes),
            headers={name.lower(): value for name, value in request.headers.items()},
            query={name: str(value) for name, value in request.query_params.items()},
            client=arrival.address,
        )
        return await anyio.to_thread.run_sync(function, caller, limiter=shell.public_threads)
    except Exception as fault:  # noqa: BLE001 - every fault becomes a problem; ours are logged there
        return await anyio.to_thread.run_sync(refused, fault, request, limiter=shell.public_threads)


def _key(shell: Shell, header: str, scope: Scope, now: datetime) -> ApiKey:
    kind, _space, text = header.partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise BadKey(_("No API key was sent."), fix="Authorization: Bearer KEY  (growth key create NAME --scope …)")
    with shell.database.read() as session:
        key = find_key(session, key=text.strip())
    if key is None:
        raise BadKey(_("This API key is not known, or was revoked."), fix="growth key create NAME --scope …")
    if scope not in key.scopes:
        raise Forbidden(_("This API key does not open “{scope}”.", scope=scope), fix=f"growth key create NAME --scope {scope}")
    if wants_note(key, now=now):
        with shell.database.write() as session:
            note_use(session, key_id=key.id, now=now)
    return key


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
