"""``/wechat/inbox``: conversations that wait for a person, one conversation, the answer; ``/wechat/qrcodes``: codes of the channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from growth.channels import qr_code
from growth.errors import GrowthError
from growth.language import _
from growth.reporting import Column, Empty, Kind, Table
from growth.web import Missing, Page, Viewer, page
from growth.wechat import desk, followers, windows
from growth.wechat.desk import DeskState
from growth.wechat.pages.words import DESK, HERE, ROLES, tabs
from growth.wechat.qrcodes import qr_codes
from growth.wechat.sending import send_text
from growth.wechat.settings import WeChatFile
from growth.wechat.stats import Line, lines, open_talks


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    """The variables of inbox.html."""

    #: (words, address, current)
    tabs: Sequence[tuple[str, str, bool]]
    #: open conversations
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPage:
    """The variables of conversation.html."""

    #: (words, value) about the follower
    facts: Sequence[tuple[str, str]]
    #: the conversation, oldest first
    lines: Sequence[Line]
    #: where answers go
    action: str
    #: messages that WeChat still allows
    left: int
    #: ``bot``, ``waiting`` or ``human``
    state: str
    #: what was wrong with the answer
    fault: str = ""
    #: the answer as it was typed
    text: str = ""


@page(f"{HERE}/inbox", nav="wechat", roles=DESK, personal=True)
def inbox(viewer: Viewer) -> Page:
    """Open conversations, the longest wait first."""
    with viewer.database.read() as session:
        talks = open_talks(session)
    rows = [
        {
            "who": f"…{talk.follower_id.hex[-6:]}",
            "href": f"{HERE}/followers/{talk.follower_id}",
            "state": talk.state,
            "since": talk.since,
            "reason": talk.reason,
            "text": talk.text,
        }
        for talk in talks
    ]
    columns = [
        Column(id="who", label=_("Follower"), key=True),
        Column(id="text", label=_("Said last"), kind=Kind.PROSE, lead=True),
        Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
        Column(id="since", label=_("Since"), kind=Kind.INSTANT),
        Column(id="reason", label=_("Called by"), kind=Kind.CODE),
    ]
    empty = Empty(
        title=_("Nobody waits"),
        text=_("A conversation comes here when a follower asks for a person, or when the bot fails twice."),
        code="fallback: {say: …, handoff_after: 2}\nhandoff: {to: inbox}",
    )
    table = viewer.arrange(Table(id="inbox", title=_("Inbox"), columns=columns, rows=rows, empty=empty), sort="since")
    if viewer.format:
        return viewer.download(table)
    return viewer.render("web/wechat/inbox.html", InboxPage(tabs=tabs(f"{HERE}/inbox"), table=table), title=_("Inbox"))


@page(f"{HERE}/followers/{{follower_id:uuid}}", nav="wechat", roles=DESK, personal=True)
def conversation(viewer: Viewer, follower_id: UUID) -> Page:
    """One conversation."""
    return _conversation(viewer, follower_id)


@page(f"{HERE}/followers/{{follower_id:uuid}}/answer", methods=("POST",), nav="wechat", roles=DESK, personal=True)
def answer(viewer: Viewer, follower_id: UUID) -> Page:
    """Send an answer; the bot stays silent while a person talks."""
    text = viewer.form.get("text").strip()
    file = viewer.workspace.one("wechat", WeChatFile)
    if not text:
        return _conversation(viewer, follower_id, fault=_("The answer is empty."))
    try:
        send_text(viewer.database, file, follower_id=follower_id, text=text, author=viewer.user.name)
    except GrowthError as fault:
        return _conversation(viewer, follower_id, fault=f"{fault.message}. {fault.fix or ''}", text=text)
    with viewer.database.write() as session:
        desk.take_over(session, follower_id=follower_id, agent=viewer.user.name, at=viewer.now)
    viewer.record("wechat.answer", f"wx_follower:{follower_id}")
    return viewer.redirect(f"{HERE}/followers/{follower_id}")


@page(f"{HERE}/followers/{{follower_id:uuid}}/close", methods=("POST",), nav="wechat", roles=DESK, personal=True)
def close(viewer: Viewer, follower_id: UUID) -> Page:
    """Give the conversation back to the bot."""
    with viewer.database.write() as session:
        desk.give_back(session, follower_id=follower_id, at=viewer.now)
    viewer.flash(_("The bot answers this follower again."))
    return viewer.redirect(f"{HERE}/inbox")


def _conversation(viewer: Viewer, follower_id: UUID, *, fault: str = "", text: str = "") -> Page:
    with viewer.database.read() as session:
        shown = followers.follower(session, id=follower_id)
        if shown is None:
            raise Missing
        room = windows.room(session, follower_id=follower_id, now=viewer.now)
        talk = desk.conversation(session, follower_id=follower_id, at=viewer.now)
        state = DeskState(talk.state)
        found = lines(session, follower_id=follower_id)
    local = viewer.workspace.zone
    facts = [
        (_("Follows since"), f"{shown.first_at.astimezone(local):%Y-%m-%d %H:%M}"),
        (_("Came by"), shown.first_channel or _("without a code of ours")),
        (_("Tags"), ", ".join(shown.tags) or "–"),
        (_("Account"), _("joined") if shown.contact_id else _("not joined")),
    ]
    page_ = ConversationPage(
        facts=facts,
        lines=found,
        action=f"{HERE}/followers/{follower_id}",
        left=room.left if shown.subscribed else 0,
        state=state,
        fault=fault,
        text=text,
    )
    crumbs = [(_("WeChat"), HERE), (_("Inbox"), f"{HERE}/inbox"), (f"…{follower_id.hex[-6:]}", "")]
    return viewer.render("web/wechat/conversation.html", page_, title=_("Conversation"), crumbs=crumbs, status=400 if fault else 200)


@page(f"{HERE}/qrcodes", nav="wechat", roles=ROLES)
def qrcodes(viewer: Viewer) -> Page:
    """Codes of the channels: what is declared, what was made."""
    file = viewer.workspace.one("wechat", WeChatFile)
    with viewer.database.read() as session:
        made = {code.channel: code for code in qr_codes(session)}
    rows = []
    for channel in sorted({*file.qrcodes, *made}):
        code = made.get(channel)
        rows.append(
            {
                "channel": channel,
                "permanent": file.qrcodes[channel].permanent if channel in file.qrcodes else bool(code and code.permanent),
                "state": "live" if code else "planned",
                "url": code.url if code else "",
                "expires_at": code.expires_at if code else None,
                "href": f"{HERE}/qrcodes/{channel}/picture.svg" if code else None,
            }
        )
    columns = [
        Column(id="channel", label=_("Channel"), key=True),
        Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
        Column(id="permanent", label=_("Permanent"), kind=Kind.CHECK, lead=True),
        Column(id="expires_at", label=_("Until"), kind=Kind.INSTANT),
        Column(id="url", label=_("Says"), kind=Kind.CODE),
    ]
    empty = Empty(
        title=_("No QR code yet"),
        text=_("Each channel can have its own code: whoever follows through it is counted there."),
        code="qrcodes: {poster-subway: permanent, expo: {expires: 30 days}}",
    )
    table = viewer.arrange(Table(id="qrcodes", title=_("QR codes"), columns=columns, rows=rows, empty=empty), sort="channel")
    if viewer.format:
        return viewer.download(table)
    return viewer.render("web/wechat/inbox.html", InboxPage(tabs=tabs(f"{HERE}/qrcodes"), table=table), title=_("QR codes"))


@page(f"{HERE}/qrcodes/{{channel:str}}/picture.svg", nav="wechat", roles=ROLES)
def qrcode(viewer: Viewer, channel: str) -> Page:
    """The picture of one code, ready for print."""
    with viewer.database.read() as session:
        found = next((code for code in qr_codes(session) if code.channel == channel), None)
    if found is None:
        raise Missing
    return viewer.file(qr_code(found.url, form="svg"), name=f"{channel}.svg", media_type="image/svg+xml")
