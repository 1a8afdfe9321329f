"""The two lists that 网络数据安全管理条例 21 asks for, from the real configuration; who can see what, what is kept too long.

收集清单 is what is kept of people, 共享清单 who receives it; 个人信息保护法 54 asks for an audit at intervals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from growth import accounts
from growth.accounts import PERSONAL_ROLES, Role, User
from growth.app import Collected, Diagnosis, Level, Recipient, handed
from growth.db import Database
from growth.db.sealed import sealed_under
from growth.language import _, ngettext
from growth.workspace import Workspace

#: somebody who may see personal data and has not logged in for so long needs it no more
IDLE = timedelta(days=90)
#: how far back reading in clear is counted
_SPAN = timedelta(days=30)
#: actions of the audit log that show personal data in clear; an export does where it says so
_CLEAR = ("contact.unmask", "contacts.unmask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The lists."""

    collected: tuple[Collected, ...]
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What one user may see of people."""

    user: str
    roles: str
    sees: str
    last_login_at: datetime | None


def notice(workspace: Workspace) -> Notice:
    """What is kept of people and who receives it, as this workspace is set up; from all rooms and apps."""
    lines = [line for make in handed(workspace.apps, "privacy") for line in make(workspace)]
    return Notice(
        collected=tuple(line for line in lines if isinstance(line, Collected)),
        recipients=tuple(line for line in lines if isinstance(line, Recipient)),
    )


def kept(_workspace: Workspace) -> Iterator[Collected]:
    """What is kept of those who work with the program."""
    yield Collected(
        what=_("Staff: name, roles, log-ins, what they did"),
        purpose=_("access by role, the audit log"),
        basis=_("contract of employment (PIPL 13(2))"),
        kept=_("as long as the workspace; the audit log is not shortened"),
    )


def access(database: Database) -> list[Access]:
    """Who may see what of people: users that are not disabled, those who see most first."""
    with database.read() as session:
        users = [user for user in accounts.list_users(session) if user.state != "disabled"]
    users.sort(key=lambda user: (Role.ADMIN not in user.roles, not user.roles & PERSONAL_ROLES, user.name))
    return [
        Access(user=user.name, roles=accounts.role_words(user.roles), sees=_sees(user), last_login_at=user.last_login_at) for user in users
    ]


def audit(database: Database, *, now: datetime) -> list[Diagnosis]:
    """What is not as it should be with personal data, each with what mends it; the good lines too."""
    return [
        *_kept_too_long(notice(database.workspace).collected, database, now),
        *_idle(database, now),
        _clear(database, now),
        _chain(database),
        *_keys(database),
        *_abroad(notice(database.workspace).recipients, database.workspace),
        _notice_link(database.workspace),
    ]


def _sees(user: User) -> str:
    if Role.ADMIN in user.roles:
        return _("everybody masked; in clear with a reason, which is logged")
    if Role.MARKETER in user.roles:
        return _("everybody, masked")
    if Role.SERVICE in user.roles:
        return _("followers and callers, masked")
    return _("figures only")


def _kept_too_long(lines: Iterable[Collected], database: Database, now: datetime) -> Iterator[Diagnosis]:
    for line in lines:
        if line.overdue is None:
            continue
        late = line.overdue(database, now)
        if late:
            said = ngettext(
                "{what}: {n} row is kept longer than {span}",
                "{what}: {n} rows are kept longer than {span}",
                late,
                what=line.what,
                span=line.kept,
            )
            yield Diagnosis(
                id="kept-too-long", level=Level.FAIL, message=said, fix=_("see why the nightly job does not run: growth jobs history")
            )
        else:
            said = _("{what}: nothing is older than it may be", what=line.what)
            yield Diagnosis(id="kept", level=Level.OK, message=said)


def _idle(database: Database, now: datetime) -> Iterator[Diagnosis]:
    with database.read() as session:
        users, keys = accounts.list_users(session), accounts.list_keys(session)
    for user in users:
        seen = user.last_login_at or user.created_at
        if user.state != "disabled" and user.roles & PERSONAL_ROLES and now - seen > IDLE:
            said = _("{name} may see personal data and has not logged in for {n} days", name=user.name, n=(now - seen).days)
            yield Diagnosis(id="idle-user", level=Level.WARN, message=said, fix=f"growth user disable {user.name}")
    for key in keys:
        used = key.used_at or key.created_at
        if key.state == "active" and now - used > IDLE:
            said = _("the API key “{name}” was not used for {n} days", name=key.name, n=(now - used).days)
            yield Diagnosis(id="idle-key", level=Level.WARN, message=said, fix=f"growth key revoke {key.name}")


def _clear(database: Database, now: datetime) -> Diagnosis:
    """How often somebody read personal data in clear; the rows are in the audit log with their reasons."""
    with database.read() as session:
        recent = [entry for entry in accounts.audit_entries(session, limit=5_000) if now - entry.at <= _SPAN]
    counts = Counter(entry.actor for entry in recent if entry.action in _CLEAR or entry.detail.get("unmasked"))
    who = "、".join(f"{actor} ({n})" for actor, n in counts.most_common())
    said = ngettext(
        "personal data was read in clear {n} time in 30 days", "personal data was read in clear {n} times in 30 days", counts.total()
    )
    return Diagnosis(id="in-clear", level=Level.OK, message=f"{said}{f': {who}' if who else ''}")


def _chain(database: Database) -> Diagnosis:
    with database.read() as session:
        fault = accounts.verify(session)
    if fault is None:
        return Diagnosis(id="audit-log", level=Level.OK, message=_("the audit log is whole"))
    return Diagnosis(id="audit-log", level=Level.FAIL, message=str(fault), fix=_("find out who wrote to the database past the program"))


def _keys(database: Database) -> Iterator[Diagnosis]:
    current = database.vault.key_id
    for key_id, count in sealed_under(database).items():
        if key_id != current and count:
            said = ngettext(
                "{n} value is still sealed under the old key {key}",
                "{n} values are still sealed under the old key {key}",
                count,
                key=key_id,
            )
            yield Diagnosis(id="old-key", level=Level.WARN, message=said, fix="growth keys rotate")


def _abroad(recipients: Iterable[Recipient], workspace: Workspace) -> Iterator[Diagnosis]:
    for recipient in recipients:
        if not recipient.abroad or not workspace.settings.site.mainland:
            continue
        sendgrid = workspace.settings.email.of_sendgrid
        if sendgrid.cross_border_consent and sendgrid.cross_border_basis is not None:
            said = _("{name} is abroad: separate consent and the basis of the transfer are declared", name=recipient.name)
            yield Diagnosis(id="abroad", level=Level.OK, message=said)
        else:
            said = _("{name} is abroad, and consent or basis of the transfer is not declared (PIPL 38, 39)", name=recipient.name)
            yield Diagnosis(
                id="abroad", level=Level.FAIL, message=said, fix=_("growth.yaml: email: sendgrid: cross_border_consent, cross_border_basis")
            )


def _notice_link(workspace: Workspace) -> Diagnosis:
    if workspace.settings.site.privacy_url:
        return Diagnosis(id="notice", level=Level.OK, message=_("the privacy notice is linked from every public page and mail"))
    return Diagnosis(
        id="notice",
        level=Level.WARN,
        message=_("site.privacy_url is empty: public pages and mails link no privacy notice (PIPL 17)"),
        fix=_("publish the lists (growth privacy notice -o privacy.html), and write their address to growth.yaml"),
    )
