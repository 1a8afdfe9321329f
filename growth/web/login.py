"""Log-in, log-out, one-time links, and the viewer's own language and colours."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from growth import accounts
from growth.accounts import TooManyAttempts, WrongLogin, hash_password
from growth.errors import GrowthError
from growth.language import _
from growth.security import BadToken
from growth.web.answers import Page, own_path
from growth.web.cookies import SESSION, drop_cookie, session_cookie
from growth.web.entrance import Guest, entrance
from growth.web.page import page
from growth.web.viewer import Viewer
from growth.web.words import browser_words, said


@entrance("/login")
def login(guest: Guest) -> Page:
    """Name and password; back to where the viewer came from."""
    wanted = own_path(guest.query.get("next", "/"))
    if guest.visitor.method != "POST":
        return guest.redirect(wanted) if guest.logged_in else _login_page(guest)
    try:
        found = accounts.log_in(
            guest.visitor.database,
            name=guest.form.get("name"),
            password=guest.form.raw("password"),
            address=guest.visitor.network,
            browser=browser_words(guest.visitor.user_agent),
            now=guest.visitor.now,
        )
    except TooManyAttempts as fault:
        seconds = str(max(1, round(fault.retry_after.total_seconds())))
        return _login_page(guest, fault, status=429, headers={"retry-after": seconds})
    except WrongLogin as fault:
        return _login_page(guest, fault, status=403)
    guest.cookies.append(session_cookie(found.token, secure=guest.arrival.secure))
    return guest.redirect(wanted)


def _login_page(guest: Guest, fault: GrowthError | None = None, *, status: int = 200, headers: dict[str, str] | None = None) -> Page:
    return guest.render(
        "web/growth/login.html",
        title=_("Log in"),
        status=status,
        headers=headers,
        fault=said(fault) if fault else "",
        name=guest.form.get("name") if fault else "",
        next=own_path(guest.query.get("next", "/")),
    )


@entrance("/welcome/{token:str}", token=True)
def welcome(guest: Guest, token: str) -> Page:
    """A one-time link: the first administrator's name and password, or a user's password. GET changes nothing."""
    database, now = guest.visitor.database, guest.visitor.now
    with database.read() as session:
        user = accounts.link_user(session, token=token, now=now)
    fault: GrowthError | None = None
    name = user.name if user else guest.form.get("name")
    if guest.visitor.method == "POST":
        try:
            if guest.form.raw("password") != guest.form.raw("again"):
                raise GrowthError(_("the two passwords differ"))
            hashed = hash_password(guest.form.raw("password"), name=name)
            with database.write() as session:
                done = accounts.use_link(session, token=token, name=name, password_hash=hashed, now=now)
                new = accounts.start_session(
                    session, user_id=done.id, address=guest.visitor.network, browser=browser_words(guest.visitor.user_agent), now=now
                )
            guest.cookies.append(session_cookie(new, secure=guest.arrival.secure))
            return guest.redirect("/")
        except GrowthError as error:
            if isinstance(error, BadToken):
                raise
            fault = error
    title = _("Choose a password") if user else _("The first administrator")
    return guest.render(
        "web/growth/welcome.html", title=title, status=400 if fault else 200, user=user, name=name, fault=said(fault) if fault else ""
    )


@page("/logout", methods=("POST",))
def logout(viewer: Viewer) -> Page:
    """End this session."""
    with viewer.database.write() as session:
        accounts.end_session(session, token=viewer.session_token)
        accounts.record(session, actor=viewer.actor, action="logout", subject=viewer.actor, now=viewer.now)
    viewer.cookies.append(drop_cookie(SESSION, secure=viewer.arrival.secure))
    return viewer.redirect("/login")


@page("/appearance", methods=("POST",))
def appearance(viewer: Viewer) -> Page:
    """The viewer's own language and colours, from the menu of any page."""
    form = viewer.form
    with viewer.database.write() as session:
        accounts.set_appearance(
            session,
            user_id=viewer.user.id,
            language=form.get("language") if "language" in form else None,
            theme=form.get("theme") if "theme" in form else None,
        )
    return viewer.redirect(own_path(form.get("next", "/")))


def pages() -> list[HTTPRouteHandler]:
    """The routes of this module."""
    return [login, welcome, logout, appearance]
