"""One message in, one reply out.

The rule is found before the transaction, the answer written after it: within it is only what the message changes, and the note that it
happened (`growth.wechat.inbox`), so that no second try changes it again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from growth.db import Database
from growth.errors import GrowthError
from growth.rendering import LimitedRenderer, Source
from growth.wechat import desk, followers, windows
from growth.wechat.answering import Answer, Search, answer, calls_person
from growth.wechat.bind import bind, bind_scene, contact_of_follower
from growth.wechat.desk import DeskState
from growth.wechat.expressions import search
from growth.wechat.faq import faqs_of
from growth.wechat.followers import FollowKind
from growth.wechat.inbox import note_effect
from growth.wechat.message import Article, Incoming, Outgoing, safe_text
from growth.wechat.settings import Handoff, WeChatFile
from growth.wechat.windows import Trigger
from growth.workspace import Workspace

#: a passive text reply, bytes of UTF-8 (developers.weixin.qq.com › 被动回复用户消息)
TEXT_LIMIT_BYTES = 2048
#: events that only somebody who follows can cause; the others come from the platform or name no follower
_OF_FOLLOWERS = frozenset(
    {
        "view",
        "view_miniprogram",
        "location",
        "location_select",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
    }
)

_log = logging.getLogger("growth.wechat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What became of a message."""

    follower_id: UUID | None
    rule: str | None
    reply: Outgoing


def handle(database: Database, file: WeChatFile, message: Incoming, *, renderer: LimitedRenderer, search: Search = search) -> Handled:
    """Do what the message, which must be in the inbox, asks for and say what is answered. `search` runs the rules' expressions.

    Raises Overtaken where it was done before; nothing has changed then, nor after any other error.
    """
    if message.event == "unsubscribe":
        return _unfollow(database, message)
    if message.event in ("subscribe", "scan"):
        return _follow(database, file, message, renderer)
    if message.is_event and message.event != "click":
        return _note_event(database, message)
    return _converse(database, file, message, renderer, search)


def _unfollow(database: Database, message: Incoming) -> Handled:
    with database.write() as session:
        left = followers.note_unfollow(session, openid=message.openid, at=message.created_at, workspace=database.workspace)
        if left.now:
            desk.give_back(session, follower_id=left.follower_id, at=message.created_at)
        note_effect(session, message, follower_id=left.follower_id)
    return Handled(follower_id=left.follower_id, rule=None, reply=Outgoing())


def _note_event(database: Database, message: Incoming) -> Handled:
    with database.write() as session:
        if message.event in _OF_FOLLOWERS:
            id_: UUID | None = followers.follower_of(session, openid=message.openid, at=message.created_at).id
        else:
            known = followers.find_follower(session, openid=message.openid)
            id_ = known.id if known else None
        note_effect(session, message, follower_id=id_)
    return Handled(follower_id=id_, rule=None, reply=Outgoing())


def _follow(database: Database, file: WeChatFile, message: Incoming, renderer: LimitedRenderer) -> Handled:
    kind = FollowKind.FOLLOW if message.event == "subscribe" else FollowKind.SCAN
    with database.write() as session:
        found = followers.note_follow(
            session, openid=message.openid, scene=message.key, kind=kind, at=message.created_at, workspace=database.workspace
        )
        trigger = Trigger.FOLLOW if kind is FollowKind.FOLLOW else Trigger.SCAN
        windows.open_window(session, follower_id=found.follower_id, trigger=trigger, at=message.created_at)
        bound = bind_scene(session, openid=message.openid, scene=message.key, follower_id=found.follower_id, at=message.created_at)
        variables = _variables(session, message, found.follower_id)
        note_effect(session, message, follower_id=found.follower_id)
    if bound is not None:
        return Handled(follower_id=found.follower_id, rule="bind", reply=_said(bound))
    text = file.welcome.by_channel.get(found.channel or "")
    if text is None and kind is FollowKind.FOLLOW:
        text = file.welcome.returning if found.returning and file.welcome.returning else file.welcome.default
    said = _rendered(renderer, text or "", variables, name="wechat.yaml (welcome)")
    return Handled(follower_id=found.follower_id, rule="welcome", reply=_said(said))


def _converse(database: Database, file: WeChatFile, message: Incoming, renderer: LimitedRenderer, search: Search) -> Handled:
    at = message.created_at
    found = answer(message, file, faqs_of(database.workspace, file), search=search)
    with database.write() as session:
        row = followers.follower_of(session, openid=message.openid, at=at)
        followers.note_presence(row, at=at)
        windows.open_window(session, follower_id=row.id, trigger=Trigger.CLICK if message.event == "click" else Trigger.MESSAGE, at=at)
        talk = desk.conversation(session, follower_id=row.id, at=at)
        state = desk.state_now(talk, file.handoff, at=at)
        talk.last_at = max(talk.last_at, at)
        if state is not DeskState.BOT and not message.is_event:
            note_effect(session, message, follower_id=row.id)
            return Handled(follower_id=row.id, rule="desk", reply=_while_waiting(file.handoff, state, database.workspace, at))
        if found.unmatched:
            found = replace(found, handoff=calls_person(file.fallback, talk.unanswered))
        talk.unanswered = talk.unanswered + 1 if found.unmatched else 0
        followers.add_tags(session, follower_id=row.id, tags=found.tags, at=at)
        if found.action == "bind":
            found = replace(found, template=bind(session, openid=message.openid, follower_id=row.id, code=_code(found), at=at), plain=True)
        if found.handoff and (file.handoff.to == "inbox") and desk.open_now(file.handoff, at=at, zone=database.workspace.zone):
            desk.call_person(session, talk, reason=found.rule, at=at)
        variables = _variables(session, message, row.id, found.groups)
        note_effect(session, message, follower_id=row.id)
    return Handled(follower_id=row.id, rule=found.rule, reply=_reply(found, file.handoff, variables, renderer, database.workspace, at))


def _reply(
    found: Answer, settings: Handoff, variables: dict[str, object], renderer: LimitedRenderer, workspace: Workspace, at: datetime
) -> Outgoing:
    if found.news is not None:
        news = found.news
        return Outgoing(article=Article(title=news.title, description=news.description, url=news.url, image=news.image or ""))
    text = found.template if found.plain else _rendered(renderer, found.template, variables, name=f"wechat.yaml ({found.rule})")
    if found.handoff:
        if not desk.open_now(settings, at=at, zone=workspace.zone):
            return _said(settings.off_hours or text)
        if settings.to == "tencent":
            return Outgoing(transfer=True)
        text = settings.say or text
    return _said(text)


def _said(text: str) -> Outgoing:
    """Text as WeChat takes it: no control characters, not too long, not blank."""
    safe = safe_text(text)
    return Outgoing(text=cut_bytes(safe, TEXT_LIMIT_BYTES)) if safe.strip() else Outgoing()


def _while_waiting(settings: Handoff, state: DeskState, workspace: Workspace, at: datetime) -> Outgoing:
    """The bot is silent while a person is called; outside the hours it says so once more."""
    if state is DeskState.WAITING and not desk.open_now(settings, at=at, zone=workspace.zone):
        return _said(settings.off_hours)
    return Outgoing()


def _variables(session: Session, message: Incoming, follower_id: UUID, groups: tuple[str, ...] = ()) -> dict[str, object]:
    """What `say` may use. The follower's contact lends its name once the two are joined."""
    known = contact_of_follower(session, follower_id)
    fields = {"name": known.name or "", "role": known.role or ""} if known else {"name": "", "role": ""}
    site = session.info["database"].workspace.settings.site
    shown = {"name": site.name or "", "url": site.url, "phone": site.phone}
    return {"message": {"text": message.text, "kind": message.kind}, "match": list(groups), "contact": fields, "site": shown}


def _rendered(renderer: LimitedRenderer, text: str, variables: dict[str, object], *, name: str) -> str:
    """`text` with its fields filled; a text without fields costs nothing. A template that breaks answers nothing rather than nonsense."""
    if "{{" not in text and "{%" not in text:
        return text
    try:
        return renderer.once({"say": Source(text=text, name=name, html=False)}, variables)["say"].strip()
    except GrowthError as fault:
        _log.warning("a follower was not answered: %s", fault)
        return ""


def _code(found: Answer) -> str:
    return found.groups[1] if len(found.groups) > 1 else found.groups[0] if found.groups else ""


def cut_bytes(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, characters whole."""
    return text if len(text.encode()) <= limit else text.encode()[: limit - 3].decode("utf-8", "ignore") + "…"
