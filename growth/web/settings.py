"""``/settings``: one's own account; for administrators users and API keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from litestar.handlers import HTTPRouteHandler

from growth import accounts
from growth.accounts import ROLE_TEXTS, LoggedIn, Role, Scope, User, role_words
from growth.errors import GrowthError
from growth.language import _
from growth.reporting import Column, Empty, Kind, Table
from growth.web.answers import Page
from growth.web.cookies import session_cookie
from growth.web.page import page
from growth.web.refusals import Missing
from growth.web.viewer import Viewer
from growth.web.words import said

ADMIN = (Role.ADMIN,)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """The variables of settings.html."""

    #: sections: (words, address, current)
    tabs: Sequence[tuple[str, str, bool]]
    #: pairs of (words, value) about the account
    facts: Sequence[tuple[str, str]]
    #: live sessions, the latest first
    sessions: Sequence[LoggedIn]
    #: id of the session of this browser
    here: int
    #: what was wrong with the new password
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersPage:
    """The variables of users.html."""

    #: sections: (words, address, current)
    tabs: Sequence[tuple[str, str, bool]]
    #: all users
    table: Table
    #: (value, words, what it may do) of every role
    roles: Sequence[tuple[str, str, str]]
    #: a one-time link that was just made, shown this once
    link: str = ""
    #: whose link it is
    link_name: str = ""
    #: what was wrong with the form
    fault: str = ""
    #: the name as it was typed
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPage:
    """The variables of user.html."""

    #: the user
    shown: User
    #: pairs of (words, value)
    facts: Sequence[tuple[str, str]]
    #: (value, words, what it may do, whether the user has it)
    roles: Sequence[tuple[str, str, str, bool]]
    #: a one-time link that was just made, shown this once
    link: str = ""
    #: what was wrong
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysPage:
    """The variables of keys.html."""

    #: sections: (words, address, current)
    tabs: Sequence[tuple[str, str, bool]]
    #: all keys
    table: Table
    #: names of the keys that still open something
    live: Sequence[str]
    #: (value, words) of every scope
    scopes: Sequence[tuple[str, str]]
    #: a key that was just made, shown this once
    key: str = ""
    #: what was wrong with the form
    fault: str = ""
    #: the name as it was typed
    name: str = ""


@page("/settings", nav="settings")
def settings(viewer: Viewer) -> Page:
    """One's own account: language, colours, password, sessions."""
    return _account_page(viewer)


def _account_page(viewer: Viewer, fault: str = "") -> Page:
    with viewer.database.read() as session:
        sessions = accounts.list_sessions(session, user_id=viewer.user.id, now=viewer.now)
    shown = AccountPage(
        tabs=settings_tabs(viewer, "/settings"),
        facts=[(_("Name"), viewer.user.name), (_("Roles"), role_words(viewer.user.roles))],
        sessions=sessions,
        here=viewer.presence.session.session_id,
        fault=fault,
    )
    return viewer.render("web/growth/settings.html", shown, title=_("Settings"), status=400 if fault else 200)


@page("/settings/password", methods=("POST",), nav="settings")
def password(viewer: Viewer) -> Page:
    """A new password; every other session of the user ends."""
    form = viewer.form
    try:
        if form.raw("password") != form.raw("again"):
            raise GrowthError(_("the two passwords differ"))
        token = accounts.change_password(
            viewer.database,
            user=viewer.user,
            old=form.raw("old"),
            new=form.raw("password"),
            address=viewer.arrival.network,
            browser=viewer.presence.session.browser,
            now=viewer.now,
        )
    except GrowthError as fault:
        return _account_page(viewer, said(fault))
    viewer.cookies.append(session_cookie(token, secure=viewer.arrival.secure))
    viewer.flash(_("The password is changed; you are logged out everywhere else."))
    return viewer.redirect("/settings")


@page("/settings/sessions", methods=("POST",), nav="settings")
def end_sessions(viewer: Viewer) -> Page:
    """Log out everywhere else."""
    with viewer.database.write() as session:
        accounts.end_sessions(session, user_id=viewer.user.id, but=viewer.presence.session.session_id)
        accounts.record(session, actor=viewer.actor, action="logout.elsewhere", subject=viewer.actor, now=viewer.now)
    viewer.flash(_("You are logged out everywhere else."))
    return viewer.redirect("/settings")


@page("/settings/users", nav="settings", roles=ADMIN)
def users(viewer: Viewer) -> Page:
    """All users."""
    return _users_page(viewer)


@page("/settings/users/add", methods=("POST",), nav="settings", roles=ADMIN)
def add_user(viewer: Viewer) -> Page:
    """A new user, with a one-time link to set the password."""
    name, roles = viewer.form.get("name"), viewer.form.list("role")
    try:
        with viewer.database.write() as session:
            accounts.add_user(session, name=name, roles=roles, actor=viewer.actor, now=viewer.now)
            link = accounts.password_link(session, workspace=viewer.workspace, name=name, actor=viewer.actor, now=viewer.now)
    except GrowthError as fault:
        return _users_page(viewer, fault=said(fault), name=name)
    return _users_page(viewer, link=link, link_name=name)


def _users_page(viewer: Viewer, *, link: str = "", link_name: str = "", fault: str = "", name: str = "") -> Page:
    with viewer.database.read() as session:
        found = accounts.list_users(session)
    rows = [
        {
            "name": user.name,
            "roles": role_words(user.roles),
            "state": user.state,
            "last_login_at": user.last_login_at,
            "created_at": user.created_at,
            "href": f"/settings/users/{quote(user.name, safe='')}",
        }
        for user in found
    ]
    columns = [
        Column(id="name", label=_("Name"), key=True),
        Column(id="roles", label=_("Roles"), lead=True),
        Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
        Column(id="last_login_at", label=_("Last log-in"), kind=Kind.INSTANT),
        Column(id="created_at", label=_("Added"), kind=Kind.INSTANT),
    ]
    table = viewer.arrange(Table(id="users", title=_("Users"), columns=columns, rows=rows), sort="name")
    if viewer.format:
        return viewer.download(table)
    shown = UsersPage(
        tabs=settings_tabs(viewer, "/settings/users"),
        table=table,
        roles=[(str(role), str(texts[0]), str(texts[1])) for role, texts in ROLE_TEXTS.items()],
        link=link,
        link_name=link_name,
        fault=fault,
        name=name,
    )
    return viewer.render("web/growth/users.html", shown, title=_("Users"), crumbs=settings_crumbs(_("Users")), status=400 if fault else 200)


@page("/settings/users/{name:str}", nav="settings", roles=ADMIN)
def user(viewer: Viewer, name: str) -> Page:
    """One user."""
    return _user_page(viewer, name)


@page("/settings/users/{name:str}/roles", methods=("POST",), nav="settings", roles=ADMIN)
def user_roles(viewer: Viewer, name: str) -> Page:
    """Other roles."""
    try:
        with viewer.database.write() as session:
            found = accounts.set_roles(session, name=name, roles=viewer.form.list("role"), actor=viewer.actor, now=viewer.now)
    except GrowthError as fault:
        return _user_page(viewer, name, fault=said(fault))
    viewer.flash(_("{name} has the roles {roles}.", name=found.name, roles=role_words(found.roles)))
    return viewer.redirect(f"/settings/users/{quote(found.name, safe='')}")


@page("/settings/users/{name:str}/link", methods=("POST",), nav="settings", roles=ADMIN)
def user_link(viewer: Viewer, name: str) -> Page:
    """A one-time link to set a password, shown this once."""
    with viewer.database.write() as session:
        link = accounts.password_link(session, workspace=viewer.workspace, name=name, actor=viewer.actor, now=viewer.now)
    return _user_page(viewer, name, link=link)


@page("/settings/users/{name:str}/state", methods=("POST",), nav="settings", roles=ADMIN)
def user_state(viewer: Viewer, name: str) -> Page:
    """Keep a user out, or let one in again."""
    act = accounts.enable_user if viewer.form.get("state") == "active" else accounts.disable_user
    try:
        with viewer.database.write() as session:
            found = act(session, name=name, actor=viewer.actor, now=viewer.now)
    except GrowthError as fault:
        return _user_page(viewer, name, fault=said(fault))
    told = (
        _("{name} cannot log in any more.", name=found.name)
        if found.state == "disabled"
        else _("{name} may log in again.", name=found.name)
    )
    viewer.flash(told)
    return viewer.redirect(f"/settings/users/{quote(found.name, safe='')}")


def _user_page(viewer: Viewer, name: str, *, link: str = "", fault: str = "") -> Page:
    try:
        with viewer.database.read() as session:
            found = accounts.find_user(session, name=name)
    except accounts.UnknownUser as error:
        raise Missing from error
    shown = UserPage(
        shown=found,
        facts=[(_("Name"), found.name), (_("Roles"), role_words(found.roles))],
        roles=[(str(role), str(texts[0]), str(texts[1]), role in found.roles) for role, texts in ROLE_TEXTS.items()],
        link=link,
        fault=fault,
    )
    crumbs = [*settings_crumbs(_("Users"), "/settings/users"), (found.name, "")]
    return viewer.render("web/growth/user.html", shown, title=found.name, crumbs=crumbs, status=400 if fault else 200)


@page("/settings/keys", nav="settings", roles=ADMIN)
def keys(viewer: Viewer) -> Page:
    """API keys of the site's server."""
    return _keys_page(viewer)


@page("/settings/keys/create", methods=("POST",), nav="settings", roles=ADMIN)
def create_key(viewer: Viewer) -> Page:
    """A new key, shown this once."""
    name = viewer.form.get("name")
    try:
        with viewer.database.write() as session:
            key = accounts.create_key(session, name=name, scopes=viewer.form.list("scope"), actor=viewer.actor, now=viewer.now)
    except GrowthError as fault:
        return _keys_page(viewer, fault=said(fault), name=name)
    return _keys_page(viewer, key=key)


@page("/settings/keys/revoke", methods=("POST",), nav="settings", roles=ADMIN)
def revoke_key(viewer: Viewer) -> Page:
    """End a key; its name is typed as confirmation."""
    name = viewer.form["name"]
    if viewer.form.get("confirm") != name:
        return _keys_page(viewer, fault=_("Type the key's name to confirm; nothing was changed."))
    with viewer.database.write() as session:
        accounts.revoke_key(session, name=name, actor=viewer.actor, now=viewer.now)
    viewer.flash(_("The key “{name}” opens nothing any more.", name=name))
    return viewer.redirect("/settings/keys")


def _keys_page(viewer: Viewer, *, key: str = "", fault: str = "", name: str = "") -> Page:
    with viewer.database.read() as session:
        found = accounts.list_keys(session)
    rows = [
        {
            "name": one.name,
            "scopes": ", ".join(sorted(one.scopes)),
            "state": one.state,
            "hint": f"{one.hint}…",
            "created_at": one.created_at,
            "used_at": one.used_at,
        }
        for one in found
    ]
    columns = [
        Column(id="name", label=_("Name"), key=True),
        Column(id="scopes", label=_("Opens"), lead=True),
        Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
        Column(id="hint", label=_("Begins with"), kind=Kind.CODE),
        Column(id="created_at", label=_("Made"), kind=Kind.INSTANT),
        Column(id="used_at", label=_("Last used"), kind=Kind.INSTANT),
    ]
    empty = Empty(
        title=_("No keys yet"),
        text=_("With a key your site's server tells of sign-ups, so that each is booked on the channel that brought it."),
        code="growth key create website --scope signups,events",
    )
    table = viewer.arrange(Table(id="keys", title=_("API keys"), columns=columns, rows=rows, empty=empty), sort="name")
    if viewer.format:
        return viewer.download(table)
    shown = KeysPage(
        tabs=settings_tabs(viewer, "/settings/keys"),
        table=table,
        live=[one.name for one in found if one.state == "active"],
        scopes=[(str(Scope.SIGNUPS), _("tell of sign-ups")), (str(Scope.EVENTS), _("tell of steps after the sign-up"))],
        key=key,
        fault=fault,
        name=name,
    )
    return viewer.render(
        "web/growth/keys.html", shown, title=_("API keys"), crumbs=settings_crumbs(_("API keys")), status=400 if fault else 200
    )


def settings_tabs(viewer: Viewer, here: str) -> list[tuple[str, str, bool]]:
    """The sections of the settings that the viewer may see: (words, address, current)."""
    own = [(_("My account"), "/settings")]
    more = [
        (_("Users"), "/settings/users"),
        (_("API keys"), "/settings/keys"),
        (_("Audit log"), "/settings/audit-log"),
        (_("Personal data"), "/settings/privacy"),
    ]
    shown = own + (more if viewer.may(Role.ADMIN) else [])
    return [(words, address, address == here) for words, address in shown]


def settings_crumbs(words: str, address: str = "") -> list[tuple[str, str]]:
    """The way to a page of the settings."""
    return [(_("Settings"), "/settings"), (words, address)]


def pages() -> list[HTTPRouteHandler]:
    """The routes of this module."""
    return [
        settings,
        password,
        end_sessions,
        users,
        add_user,
        user,
        user_roles,
        user_link,
        user_state,
        keys,
        create_key,
        revoke_key,
    ]
