"""`raise_alert`, `close_alert` and `tell`: what the rooms call when something is wrong, mended, or worth telling."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy.orm import Session

from growth.alerts import store
from growth.alerts.scrub import without_personal_data
from growth.language import _
from growth.text import cut, printable
from growth.workspace import Severity

if TYPE_CHECKING:
    from growth.db import Database
    from growth.workspace import Workspace

_TITLE_CHARACTERS = 200
_DETAIL_CHARACTERS = 4000
#: a whole report in words
_BODY_CHARACTERS = 50_000
#: kinds that go where another kind goes, unless `alerts:` names targets of their own
_LIKE = {"job_failed": "job_missed", "backup_failed": "job_missed", "bind_codes_guessed": "follower_waiting"}


def raise_alert(
    session: Session,
    *,
    kind: str,
    title: str,
    detail: str = "",
    dedupe: str,
    now: datetime,
    link: str | None = None,
    severity: Severity = Severity.WARNING,
) -> bool:
    """Record a fault or event; True where it is new, False where it lasted already and was counted up.

    `kind` is a key of `alerts:`; its targets are told once, when the alert opens. `dedupe` names the one thing that is wrong
    (``job_missed:seo.audit``). `link` is a path of the dashboard. Titles and details hold no personal data; what slips in is masked.
    """
    title, detail = _safe(title, _TITLE_CHARACTERS), _safe(detail, _DETAIL_CHARACTERS)
    if store.count_up(session, dedupe=dedupe, title=title, detail=detail, now=now):
        return False
    alert_id = store.add_alert(session, kind=kind, dedupe=dedupe, severity=severity, title=title, detail=detail, link=link, now=now)
    if alert_id is None:
        store.count_up(session, dedupe=dedupe, title=title, detail=detail, now=now)
        return False
    workspace = _workspace(session)
    for target in targets_of(workspace, kind):
        store.add_notice(
            session,
            event=f"alert-{alert_id}-{uuid4().hex[:12]}",
            target=target,
            kind=kind,
            title=title,
            body=detail,
            link=_absolute(workspace, link),
            now=now,
            alert_id=alert_id,
        )
    return True


def close_alert(session: Session, *, dedupe: str, now: datetime, tell_targets: bool = False) -> bool:
    """Say that it is over; False where nothing of that name lasted. With `tell_targets`, those who were told of it are told of its end."""
    closed = store.close_open(session, dedupe=dedupe, now=now)
    if closed is None:
        return False
    if tell_targets:
        workspace = _workspace(session)
        tell(
            session,
            targets=targets_of(workspace, closed.kind),
            kind=closed.kind,
            title=_("Settled: {title}", title=closed.title),
            body="",
            link=closed.link,
            now=now,
        )
    return True


def tell(
    session: Session,
    *,
    targets: Iterable[str],
    kind: str,
    title: str,
    body: str,
    now: datetime,
    link: str | None = None,
    event: str | None = None,
) -> None:
    """Send a text to targets (names of `notify` or e-mail addresses) without opening an alert: a report, a finished job.

    With `event`, the same event goes to the same target once, however often this is called.
    """
    workspace = _workspace(session)
    for target in dict.fromkeys(targets):
        store.add_notice(
            session,
            event=f"{event}@{target}" if event else uuid4().hex,
            target=target,
            kind=kind,
            title=_safe(title, _TITLE_CHARACTERS),
            body=_safe(body, _BODY_CHARACTERS),
            link=_absolute(workspace, link),
            now=now,
        )


def targets_of(workspace: Workspace, kind: str) -> tuple[str, ...]:
    """Who is told of alerts of that kind: what `alerts:` says."""
    alerts = workspace.settings.alerts
    return alerts[kind] if kind in alerts else alerts.get(_LIKE.get(kind, ""), ())


def _workspace(session: Session) -> Workspace:
    database: Database = session.info["database"]
    return database.workspace


def _safe(text: str, characters: int) -> str:
    return cut("\n".join(printable(line) for line in without_personal_data(text).splitlines()), characters)


def _absolute(workspace: Workspace, link: str | None) -> str | None:
    if link is None or "://" in link:
        return link
    return workspace.settings.public_url + link.lstrip("/")
