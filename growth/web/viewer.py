"""`Viewer`: who looks at a page, and everything a page handler needs. Made by `page`; handlers run in a thread, all is sync."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from litestar.datastructures import Cookie, UploadFile

from growth import accounts
from growth.accounts import Presence, Role, User
from growth.db import Database
from growth.language import _, known, ngettext
from growth.rendering import Address, Flash, html_environment, render
from growth.reporting import Table, TableState, arrange, table_csv, xlsx_bytes
from growth.reporting.table import DEFAULT_SIZE
from growth.web import answers
from growth.web.answers import Page
from growth.web.arrival import Arrival
from growth.web.cookies import FLASH, cookie_name, csrf_token, drop_cookie, flash_cookie, read_flashes
from growth.web.forms import Form
from growth.web.frame import frame, with_prefix
from growth.web.headers import preview_policy
from growth.web.refusals import Forbidden
from growth.web.shell import Shell
from growth.workspace import Workspace

if TYPE_CHECKING:
    from litestar import Request

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclasses.dataclass(slots=True, kw_only=True)
class Viewer:
    """A user at a page.

    workspace, database, now    what the handler works with; `now` is the instant of the request
    user                        who is logged in
    form                        the fields of a POST, safe from forgery: ``form["name"]``, ``form.list("tags")``, ``form.files["file"]``
    query                       the address's parameters by name (the first of each)
    address                     `growth.rendering.Address` of this page, as macros want it
    htmx, drawer                whether a fragment (htmx) or the inside of the drawer is asked for
    client                      the client's IP address
    """

    workspace: Workspace
    database: Database
    now: datetime
    presence: Presence
    form: Form
    query: Mapping[str, str]
    address: Address
    htmx: bool
    drawer: bool
    client: str
    nav: str
    personal: bool
    csrf: str
    session_token: str
    shell: Shell
    arrival: Arrival
    flashes: list[Flash] = dataclasses.field(default_factory=list)
    cookies: list[Cookie] = dataclasses.field(default_factory=list)
    _had_flash: bool = False

    @property
    def user(self) -> User:
        """Who is logged in."""
        return self.presence.user

    @property
    def actor(self) -> str:
        """The viewer as the audit log names them."""
        return f"user:{self.user.name}"

    @property
    def roles(self) -> frozenset[Role]:
        """The viewer's roles."""
        return self.user.roles

    @property
    def language(self) -> str:
        """The viewer's choice, else the site's."""
        return self.user.language or known(str(self.workspace.settings.site.locale))

    @property
    def theme(self) -> str:
        """``light``, ``dark`` or empty: as the system says."""
        return self.user.theme

    @property
    def format(self) -> str:
        """``csv``, ``xlsx`` or ``json`` where the address asks for a download (``?format=csv``), else empty."""
        wanted = self.query.get("format", "")
        return wanted if wanted in ("csv", "xlsx", "json") else ""

    def may(self, *roles: str) -> bool:
        """Whether the viewer has one of `roles`; an administrator may all."""
        return self.user.may(*roles)

    def may_open(self, link: str) -> bool:
        """Whether the viewer may open the own address `link`: a page that their roles open and that is there."""
        return self.shell.routes.may_open(self.user, link)

    def require(self, *roles: str) -> None:
        """Raise Forbidden unless the viewer has one of `roles`."""
        if not self.may(*roles):
            raise Forbidden

    def record(self, action: str, subject: str = "", *, detail: Mapping[str, Any] | None = None, reason: str = "") -> None:
        """A line in the audit log, in a transaction of its own; within one of yours call `growth.accounts.record`."""
        with self.database.write() as session:
            accounts.record(session, actor=self.actor, action=action, subject=subject, detail=detail, reason=reason, now=self.now)

    def flash(self, text: str, tone: str = "good") -> None:
        """Say `text` on this page, or on the next one where the answer is a redirect. `tone`: good, warning, bad or empty."""
        self.flashes.append(Flash(text=text, tone=tone))

    def render(
        self,
        template: str,
        page: object = None,
        *,
        title: str,
        crumbs: Sequence[tuple[str, str]] = (),
        status: int = 200,
        nav: str | None = None,
        **variables: object,
    ) -> Page:
        """The template as a page in the layout. Its variables are the fields of the dataclass `page` and `variables`;
        `frame` and `may` stand beside them. `crumbs`: (words, address) from the room down to here.
        """
        shown = frame(
            workspace=self.workspace,
            static=self.shell.static,
            title=title,
            address=self.address,
            language=self.language,
            theme=self.theme,
            user=self.user,
            nav=self.nav if nav is None else nav,
            waiting=self.shell.waiting.count(self.database, self.workspace, self.may),
            crumbs=crumbs,
            flashes=[*self._broken_files(), *self.flashes],
            csrf=self.csrf,
        )
        text = self._rendered(template, page, {**variables, "frame": shown})
        return self._finish(answers.html(text, status=status, headers=self._cache()))

    def fragment(self, template: str, page: object = None, *, status: int = 200, **variables: object) -> Page:
        """A part of a page for htmx, without the layout. `csrf` is among its variables."""
        text = self._rendered(template, page, {**variables, "csrf": self.csrf})
        return self._finish(answers.html(text, status=status, headers=self._cache()), flashes_shown=False)

    def redirect(self, path: str) -> Page:
        """To another page of ours (303; htmx follows by `HX-Redirect`). `path` is an own path."""
        target = self.workspace.settings.web.path_prefix + answers.own_path(path)
        if self.flashes:
            self.cookies.append(flash_cookie(self.database.vault, self.flashes, secure=self.arrival.secure))
        if self.htmx:
            return self._finish(answers.answer(b"", media_type=answers.TEXT, headers={"hx-redirect": target}), flashes_shown=False)
        return self._finish(answers.redirect(target), flashes_shown=False)

    def json(self, document: object, *, status: int = 200) -> Page:
        """JSON for a script of ours."""
        return self._finish(answers.json_answer(document, status=status), flashes_shown=False)

    def file(self, content: bytes, *, name: str, media_type: str) -> Page:
        """A download."""
        return self._finish(answers.file_answer(content, name=name, media_type=media_type), flashes_shown=False)

    def arrange(self, table: Table, *, sort: str = "", size: int = DEFAULT_SIZE) -> Table:
        """A table held in memory as this page's address asks: filtered, sorted, one page of it; whole for a download."""
        return arrange(table, TableState.of(self.address, sort=sort, size=size), whole=bool(self.format))

    def download(self, table: Table, *, name: str = "") -> Page:
        """The table as the file that `format` asks for; give it whole (`arrange` does)."""
        stem = f"{name or table.title}-{self.now.astimezone(self.workspace.zone):%Y-%m-%d}"
        if self.format == "xlsx":
            return self.file(xlsx_bytes([table], self.workspace.zone, made_at=self.now), name=f"{stem}.xlsx", media_type=_XLSX)
        if self.format == "json":
            return self.json(table.as_json())
        return self.file(table_csv(table, self.workspace.zone), name=f"{stem}.csv", media_type="text/csv")

    def preview(self, text: str) -> Page:
        """HTML that others wrote (a mail, a crawled page), for an iframe of ours: it runs no script and loads nothing foreign."""
        origin = _origin(self.workspace.settings.site.url)
        return answers.html(
            text, headers={"content-security-policy": preview_policy(origin), "cross-origin-resource-policy": "same-origin"}
        )

    def _broken_files(self) -> list[Flash]:
        """A file that somebody is editing wrongly: its last good version is in use, and whoever works with files is told so."""
        problems = self.shell.current.problems
        if not problems or not self.may(Role.MARKETER, Role.SEO):
            return []
        first = problems[0]
        said = _(
            "{place}: {what}. The last good version of the file is in use.",
            place=f"{first.file}:{first.line}:{first.column}",
            what=first.message,
        )
        more = (
            ngettext("{n} more problem: growth check.", "{n} more problems: growth check.", len(problems) - 1) if len(problems) > 1 else ""
        )
        return [Flash(text=" ".join(filter(None, (said, more))), tone="bad")]

    def _rendered(self, template: str, page: object, variables: dict[str, object]) -> str:
        given = (
            {entry.name: getattr(page, entry.name) for entry in dataclasses.fields(page)}
            if dataclasses.is_dataclass(page) and not isinstance(page, type)
            else {}
        )
        environment = html_environment(self.workspace.root, self.workspace.zone)
        text = render(environment, template, {"may": self.may, **given, **variables})
        return with_prefix(text, self.workspace.settings.web.path_prefix)

    def _cache(self) -> dict[str, str]:
        return {"cache-control": "no-store" if self.personal else "private, no-cache", "vary": "Cookie, HX-Request"}

    def _finish(self, page: Page, *, flashes_shown: bool = True) -> Page:
        if flashes_shown and self._had_flash:
            self.cookies.append(drop_cookie(FLASH, secure=self.arrival.secure))
        page.cookies.extend(self.cookies)
        return page


def viewer_of(
    request: Request[Any, Any, Any],
    shell: Shell,
    arrival: Arrival,
    presence: Presence,
    *,
    token: str,
    form: Form,
    nav: str,
    personal: bool,
    now: datetime,
) -> Viewer:
    """The viewer of a request whose session was found."""
    flash = request.cookies.get(cookie_name(FLASH, secure=arrival.secure))
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        query.setdefault(name, str(value))
    return Viewer(
        workspace=shell.current(),
        database=shell.database,
        now=now,
        presence=presence,
        form=form,
        query=query,
        address=Address.of(arrival.path, [(name, str(value)) for name, value in request.query_params.multi_items()]),
        htmx=request.headers.get("hx-request") == "true",
        drawer=request.headers.get("x-requested-with") == "drawer",
        client=arrival.address,
        nav=nav,
        personal=personal,
        csrf=csrf_token(token),
        session_token=token,
        shell=shell,
        arrival=arrival,
        flashes=read_flashes(shell.database.vault, flash),
        _had_flash=flash is not None,
    )


def _origin(url: str) -> str:
    from growth.urls import origin

    return origin(url)


__all__ = ["Page", "UploadFile", "Viewer", "viewer_of"]
