"""``growth user``: users and their roles."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import GrowthError
from growth.language import _

if TYPE_CHECKING:
    from growth.accounts import PasswordHash, User

app = toolkit.group(_("Users and their roles: viewer, seo, marketer, approver, service, director, admin."))

_roles = Annotated[list[str], typer.Option("--role", help=_("a role; repeat it, or separate by commas"))]
_stdin = Annotated[bool, typer.Option("--password-stdin", help=_("read the password from standard input; else a one-time link is printed"))]
_name = Annotated[str, typer.Argument(metavar="NAME", help=_("name of the user"))]
ACTOR = "command"


@app.command("add", help=_("Add a user.") + "\n\n" + _("Example:") + " growth user add ming --role marketer --role approver")
def add(name: _name, role: _roles, password_stdin: _stdin = False, dry_run: toolkit.dry_run_option = False) -> None:
    """A new user, with a password or a one-time link."""
    from growth import accounts

    roles = _split(role)
    accounts.parse_roles(roles)
    hashed = _password(name) if password_stdin else None
    now = clock.now()
    with toolkit.changing(dry_run) as session:
        user = accounts.add_user(session, name=name, roles=roles, password_hash=hashed, actor=ACTOR, now=now)
        link = None if hashed else accounts.password_link(session, workspace=toolkit.workspace(), name=name, actor=ACTOR, now=now)
    _tell(user, _("{name} is added: {roles}.", name=user.name, roles=accounts.role_words(user.roles)), link=link, dry_run=dry_run)


@app.command(
    "role", help=_("Replace the roles of a user; sessions of the user end.") + "\n\n" + _("Example:") + " growth user role ming --role seo"
)
def role(name: _name, role: _roles, dry_run: toolkit.dry_run_option = False) -> None:
    """Other roles."""
    from growth import accounts

    with toolkit.changing(dry_run) as session:
        user = accounts.set_roles(session, name=name, roles=_split(role), actor=ACTOR, now=clock.now())
    _tell(user, _("{name} has the roles {roles}.", name=user.name, roles=accounts.role_words(user.roles)), dry_run=dry_run)


@app.command(
    "password", help=_("Give a user a new password, or a one-time link to set one.") + "\n\n" + _("Example:") + " growth user password ming"
)
def password(name: _name, password_stdin: _stdin = False, dry_run: toolkit.dry_run_option = False) -> None:
    """A new password; sessions of the user end."""
    from growth import accounts

    hashed = _password(name) if password_stdin else None
    now = clock.now()
    with toolkit.changing(dry_run) as session:
        if hashed is not None:
            user, link = accounts.set_password(session, name=name, password_hash=hashed, actor=ACTOR, now=now), None
        else:
            user = accounts.find_user(session, name=name)
            link = accounts.password_link(session, workspace=toolkit.workspace(), name=name, actor=ACTOR, now=now)
    said = _("The password of {name} is set.", name=user.name) if hashed else _("{name} can set a password.", name=user.name)
    _tell(user, said, link=link, dry_run=dry_run)


@app.command(
    "disable", help=_("A disabled user cannot log in; sessions end at once.") + "\n\n" + _("Example:") + " growth user disable ming"
)
def disable(
    name: _name,
    enable: Annotated[bool, typer.Option("--undo", help=_("let a disabled user in again"))] = False,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Keep a user out, or let one in again."""
    from growth import accounts

    act = accounts.enable_user if enable else accounts.disable_user
    with toolkit.changing(dry_run) as session:
        user = act(session, name=name, actor=ACTOR, now=clock.now())
    said = _("{name} may log in again.", name=user.name) if enable else _("{name} cannot log in any more.", name=user.name)
    _tell(user, said, dry_run=dry_run)


@app.command("list", help=_("All users.") + "\n\n" + _("Example:") + " growth user list --json")
def list_() -> None:
    """All users by name."""
    from growth import accounts

    with toolkit.database().read() as session:
        rows = [_shown(user) for user in accounts.list_users(session)]
    columns = {"name": _("Name"), "roles": _("Roles"), "state": _("State"), "last_login_at": _("Last log-in")}
    toolkit.emit_rows(
        rows,
        columns=columns,
        empty=_(
            "There are no users yet; growth init printed a link for the first administrator, growth user add NAME --role admin makes one."
        ),
    )


def _split(roles: list[str]) -> list[str]:
    return [part for text in roles for part in text.split(",") if part.strip()]


def _password(name: str) -> PasswordHash:
    from growth.accounts import hash_password

    if sys.stdin.isatty():
        raise GrowthError(
            _("--password-stdin reads the password from a pipe"),
            fix=f'printf %s "$PASSWORD" | growth user password {name} --password-stdin',
        )
    return hash_password(sys.stdin.readline().rstrip("\r\n"), name=name)


def _shown(user: User) -> dict[str, object]:
    from growth.accounts import Role

    return {
        "name": user.name,
        "roles": [str(role) for role in Role if role in user.roles],
        "state": user.state,
        "created_at": user.created_at,
        "last_login_at": user.last_login_at,
    }


def _tell(user: User, text: str, *, link: str | None = None, dry_run: bool) -> None:
    shown = dict(_shown(user))
    lines = [text]
    if link and not dry_run:
        shown["link"] = link
        lines += [_("The password is set here, once, within 7 days:"), link]
    if dry_run:
        lines.append(_("Nothing was changed (--dry-run)."))
    toolkit.emit({**shown, "dry_run": dry_run}, text="\n".join(lines))
