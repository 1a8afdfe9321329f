"""What the account hands over: a section of the report, to-do entries, timelines, segment words, personal data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from secrets import token_bytes
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Select, delete, select, union, update
from sqlalchemy.orm import Session

from growth.app import Diagnosis, Level, TimelineEntry, TodoEntry
from growth.contacts import identities
from growth.language import Text, _
from growth.reporting import Column, Figure, Kind, Note, Query, Section, Table
from growth.wechat.bind import followers_of_contact, forget_codes
from growth.wechat.desk import DeskState
from growth.wechat.followers import follower_count
from growth.wechat.models import Conversation, Follower, FollowEvent, Inbox, Outbox, Tag, Window
from growth.wechat.settings import WeChatFile
from growth.wechat.stats import by_channel, open_talks
from growth.workspace import Workspace

if TYPE_CHECKING:
    from growth.db import Database
    from growth.jobs import Period

_EVENT_WORDS = {
    "follow": Text("followed the account", "关注了公众号"),
    "scan": Text("scanned a QR code", "扫描了二维码"),
    "unfollow": Text("left the account", "取消关注"),
}


def report_section(session: Session, workspace: Workspace, period: Period) -> Iterator[Section]:
    """Followers of the period by channel; nothing where there is no account."""
    if not workspace.one("wechat", WeChatFile).account.app_id:
        return
    rows = by_channel(session, first=period.first, last=period.last)
    new, left = sum(row.new for row in rows), sum(row.unfollowed for row in rows)
    total, waiting = follower_count(session), len(open_talks(session))
    command = f"growth wechat stats --by channel --from {period.first} --to {period.last}"
    figures = [
        Figure(
            id="followers",
            label=_("Followers"),
            value=total,
            query=Query(means=_("People who follow now."), command="growth wechat stats"),
            evidence="/wechat",
        ),
        Figure(
            id="new_followers",
            label=_("New followers"),
            value=new,
            query=Query(means=_("First follows within the period."), command=command),
            evidence="/wechat",
        ),
        Figure(
            id="lost_followers",
            label=_("Left"),
            value=left,
            query=Query(means=_("Unfollows within the period."), command=command),
            evidence="/wechat",
        ),
    ]
    columns = [
        Column(id="channel", label=_("Channel"), key=True),
        Column(id="new", label=_("New"), kind=Kind.NUMBER, lead=True),
        Column(id="returning", label=_("Returning"), kind=Kind.NUMBER),
        Column(id="unfollowed", label=_("Left"), kind=Kind.NUMBER),
        Column(id="bound", label=_("Joined"), kind=Kind.NUMBER),
        Column(id="signups", label=_("Sign-ups"), kind=Kind.NUMBER, lead=True),
    ]
    shown = [
        {
            "channel": row.channel or _("without a code of ours"),
            "new": row.new,
            "returning": row.returning,
            "unfollowed": row.unfollowed,
            "bound": row.bound,
            "signups": row.signups,
        }
        for row in rows
    ]
    notes = (
        [
            Note(
                text=_("{n} followers wait for a person", n=waiting),
                severity="warning",
                mend=_("answer them in the inbox"),
                link="/wechat/inbox",
            )
        ]
        if waiting
        else []
    )
    yield Section(
        id="wechat",
        title=_("WeChat"),
        sentence=_("{total} people follow the account; {new} came and {left} left in the period.", total=total, new=new, left=left),
        figures=figures,
        tables=[Table(id="wechat-channels", title=_("Followers by channel"), columns=columns, rows=shown)],
        notes=notes,
        order=60,
    )


def todo(session: Session, workspace: Workspace) -> Iterator[TodoEntry]:
    """Followers who wait for a person."""
    for talk in open_talks(session):
        if talk.state is DeskState.WAITING:
            yield TodoEntry(
                id=f"wechat:{talk.follower_id}",
                title=_("A WeChat follower waits for a person"),
                link=f"/wechat/followers/{talk.follower_id}",
                roles=("service", "marketer"),
                since=talk.since,
                severity="warning",
            )


def timeline(session: Session, contact_id: UUID) -> Iterator[TimelineEntry]:
    """Follows, scans and unfollows of a contact."""
    mine = followers_of_contact(session, contact_id=contact_id)
    rows = session.scalars(select(FollowEvent).where(FollowEvent.follower_id.in_(mine)).order_by(FollowEvent.at))
    for row in rows:
        words = str(_EVENT_WORDS[row.kind])
        yield TimelineEntry(
            at=row.at, kind="wechat", text=f"{words} ({row.channel})" if row.channel else words, link=f"/wechat/followers/{row.follower_id}"
        )


def doctor(workspace: Workspace, _database: Database | None) -> Iterator[Diagnosis]:
    """The account's secrets and modes."""
    file = workspace.one("wechat", WeChatFile)
    if not file.account.app_id:
        return
    missing = [name for name in ("WECHAT_TOKEN", "WECHAT_AES_KEY", "WECHAT_APP_SECRET") if not workspace.resolve(f"${{{name}:-}}")]
    if missing:
        yield Diagnosis(
            id="wechat",
            level=Level.WARN,
            message=_("WeChat: {names} are not set", names=", ".join(missing)),
            fix=_("copy them from 公众平台 › 基本配置 into .env"),
        )
        return
    if file.account.mode == "plain":
        yield Diagnosis(
            id="wechat",
            level=Level.WARN,
            message=_("WeChat: messages come unencrypted"),
            fix=_("choose 安全模式 in the console, then mode: safe"),
        )
        return
    where = f"{workspace.settings.public_url}wechat/callback"
    yield Diagnosis(
        id="wechat", level=Level.OK, message=_("WeChat: account {id}, callback {url}", id=workspace.resolve(file.account.app_id), url=where)
    )


def _follower_segment(value: object, _since: datetime | None, _now: datetime) -> Select[UUID | None]:
    follows = Follower.subscribed == bool(value)
    told = identities(kind="openid").subquery("told")
    # joined here by a code, or by the openid that the site told with a sign-up
    joined = select(Follower.contact_id).where(Follower.contact_id.is_not(None), follows)
    known = select(told.c.contact_id).join(Follower, Follower.openid_index == told.c.key_index).where(follows)
    return select(union(joined, known).subquery("followers").c.contact_id)


#: words that segments may use
SEGMENT_FIELDS = {"follower": _follower_segment}


class _PersonalData:
    """What the account knows of a person, and how it forgets."""

    title = Text("WeChat", "微信")
    keep = None

    def export(self, session: Session, contact_id: UUID) -> Mapping[str, Any]:
        """Openids, tags, follows and the conversation."""
        from growth.wechat.followers import follower
        from growth.wechat.stats import lines

        found = []
        for id_ in followers_of_contact(session, contact_id=contact_id):
            view = follower(session, id=id_)
            assert view is not None
            talk = [{"at": line.at, "author": line.author, "text": line.text} for line in lines(session, follower_id=id_, limit=10_000)]
            found.append(
                {
                    "openid": view.openid,
                    "subscribed": view.subscribed,
                    "first_at": view.first_at,
                    "tags": list(view.tags),
                    "conversation": talk,
                }
            )
        return {"followers": found}

    def erase(self, session: Session, contact_id: UUID, *, now: datetime) -> int:
        """Messages, tags and the openid go; the events stay without a name, so that figures of past months do not change."""
        from growth.alerts import close_alert
        from growth.db import uuid7, vault

        mine = followers_of_contact(session, contact_id=contact_id)
        rows = forget_codes(session, contact_id=contact_id, follower_ids=mine)
        for row in session.scalars(select(Follower).where(Follower.id.in_(mine))).all():
            for table in (Tag, Conversation, Window, Outbox):
                rows += len(session.execute(delete(table).where(table.follower_id == row.id).returning(table.follower_id)).all())
            rows += _forget_messages(session, row.id)
            close_alert(session, dedupe=f"follower_waiting:{row.id}", now=now)
            nobody = f"erased:{uuid7()}"
            row.openid_index = vault(session).index("openid", nobody)
            row.openid = vault(session).seal("wx_follower.openid", row.id, nobody)
            row.contact_id, row.subscribed = None, False
            rows += 1
        return rows


def _forget_messages(session: Session, follower_id: UUID) -> int:
    """Nothing is left of what was said, nor the marks by which a repeat was known: they are made of the openid."""
    ids = session.scalars(select(Inbox.id).where(Inbox.follower_id == follower_id)).all()
    nothing = {"text": None, "sender": None, "reply": None, "reply_kind": None, "event_key": ""}
    for id_ in ids:
        session.execute(update(Inbox).where(Inbox.id == id_).values(dedupe=token_bytes(32), **nothing))
    return len(ids)


PERSONAL_DATA = _PersonalData()
