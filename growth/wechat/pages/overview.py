"""``/wechat``: how many follow, who brought them; the menu and replies as they are declared, with a box to try them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import channel_titles
from growth.language import _
from growth.reporting import Chart, Column, Empty, Figure, Kind, Query, Series, Table, line
from growth.web import Page, Viewer, page
from growth.wechat.followers import FollowKind, follower_count
from growth.wechat.models import FollowEvent
from growth.wechat.pages.words import HERE, ROLES, tabs
from growth.wechat.settings import MenuItem, WeChatFile
from growth.wechat.stats import ChannelStats, by_channel, open_talks

#: days that the chart shows
DAYS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage:
    """The variables of overview.html."""

    #: (words, address, current)
    tabs: Sequence[tuple[str, str, bool]]
    #: one sentence that says how things stand
    sentence: str
    #: followers, new in the last 30 days, left, waiting
    figures: Sequence[Figure]
    #: follows and unfollows by day
    chart: Chart
    #: followers by channel
    table: Table
    #: whether an account is set up
    configured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RepliesPage:
    """The variables of replies.html."""

    #: (words, address, current)
    tabs: Sequence[tuple[str, str, bool]]
    #: top entries of the menu
    menu: Sequence[MenuItem]
    #: the rules in their order
    table: Table
    #: what was typed into the box
    text: str
    #: the rule that answers it, and its answer
    answer: dict[str, str] | None
    #: the welcome of wechat.yaml
    welcome: str


@page(HERE, nav="wechat", roles=ROLES)
def overview(viewer: Viewer) -> Page:
    """Figures of the account."""
    file = viewer.workspace.one("wechat", WeChatFile)
    today = clock.site_day(viewer.now, viewer.workspace.zone)
    with viewer.database.read() as session:
        rows, titles = by_channel(session), channel_titles(session)
        recent = by_channel(session, first=today - timedelta(days=29), last=today)
        followers, waiting = follower_count(session), len(open_talks(session))
        days = _days(session, first=today - timedelta(days=DAYS - 1), last=today)
    new, left = sum(row.new for row in recent), sum(row.unfollowed for row in recent)
    table = _channel_table(viewer, rows, titles)
    if viewer.format:
        return viewer.download(table)
    figures = [
        _figure("followers", _("Followers"), followers, _("People who follow the account and have not left."), viewer),
        _figure("new", _("New in 30 days"), new, _("First follows within the last 30 days, today included."), viewer),
        _figure("left", _("Left in 30 days"), left, _("Unfollows within the last 30 days, today included."), viewer),
        _figure(
            "waiting", _("Waiting"), waiting, _("Conversations that wait for a person or have one."), viewer, command="growth wechat inbox"
        ),
    ]
    shown = OverviewPage(
        tabs=tabs(HERE),
        sentence=_(
            "{followers} people follow the account; {new} came and {left} left in the last 30 days.",
            followers=followers,
            new=new,
            left=left,
        ),
        figures=figures,
        chart=line(
            "follows",
            _("Follows and unfollows by day"),
            days,
            x=Series(id="day", label=_("Day"), kind=Kind.DATE),
            series=[Series(id="follows", label=_("Follows")), Series(id="unfollows", label=_("Unfollows"))],
        ),
        table=table,
        configured=bool(viewer.workspace.resolve(file.account.app_id)),
    )
    return viewer.render("web/wechat/overview.html", shown, title=_("WeChat"))


@page(f"{HERE}/replies", nav="wechat", roles=ROLES)
def replies(viewer: Viewer, text: str = "") -> Page:
    """The menu and the rules as they are declared; what a text would be answered."""
    from growth.wechat.trying import try_message

    file = viewer.workspace.one("wechat", WeChatFile)
    answer = None
    if text:
        answer = try_message(viewer.workspace, file, text=text[:500], event=None, key="", openid="", now=viewer.now)
    rows = [
        {
            "number": number,
            "name": reply.name,
            "when": _when_words(reply.when.model_dump(by_alias=True, exclude_defaults=True)),
            "answer": _answer_words(reply),
        }
        for number, reply in enumerate(file.replies, start=1)
    ]
    columns = [
        Column(id="number", label=_("No."), kind=Kind.NUMBER),
        Column(id="name", label=_("Rule"), key=True),
        Column(id="when", label=_("When"), kind=Kind.PROSE, lead=True),
        Column(id="answer", label=_("Answer"), kind=Kind.PROSE, lead=True),
    ]
    empty = Empty(
        title=_("No rule yet"),
        text=_("The first rule that matches answers."),
        code="replies:\n  - {name: rates, when: {is: [利率]}, say: …}",
    )
    table = viewer.arrange(Table(id="replies", title=_("Replies"), columns=columns, rows=rows, empty=empty), sort="number")
    if viewer.format:
        return viewer.download(table)
    shown = RepliesPage(tabs=tabs(f"{HERE}/replies"), menu=file.menu, table=table, text=text, answer=answer, welcome=file.welcome.default)
    return viewer.render("web/wechat/replies.html", shown, title=_("Menu and replies"))


def _figure(id: str, label: str, value: int, means: str, viewer: Viewer, *, command: str = "growth wechat stats --by channel") -> Figure:
    return Figure(id=id, label=label, value=value, query=Query(means=means, command=command, as_of=viewer.now))


def _channel_table(viewer: Viewer, rows: Sequence[ChannelStats], titles: Mapping[str, str]) -> Table:
    shown = [
        {
            "channel": titles.get(row.channel, row.channel) if row.channel else _("without a code of ours"),
            "new": row.new,
            "returning": row.returning,
            "unfollowed": row.unfollowed,
            "bound": row.bound,
            "signups": row.signups,
        }
        for row in rows
    ]
    columns = [
        Column(id="channel", label=_("Channel"), key=True),
        Column(id="new", label=_("New"), kind=Kind.NUMBER, lead=True),
        Column(id="returning", label=_("Returning"), kind=Kind.NUMBER),
        Column(id="unfollowed", label=_("Left"), kind=Kind.NUMBER),
        Column(id="bound", label=_("Joined"), kind=Kind.NUMBER),
        Column(id="signups", label=_("Sign-ups"), kind=Kind.NUMBER, lead=True),
    ]
    empty = Empty(
        title=_("No follower yet"),
        text=_("Followers appear here by the channel whose QR code they scanned."),
        code="growth wechat qrcode poster-subway -o poster.svg",
    )
    return viewer.arrange(Table(id="channels", title=_("Followers by channel"), columns=columns, rows=shown, empty=empty), sort="-new")


def _days(session: Session, *, first: date, last: date) -> list[dict[str, object]]:
    query = select(FollowEvent.day, FollowEvent.kind, func.count()).where(FollowEvent.day >= first, FollowEvent.day <= last)
    counts = {(day, kind): n for day, kind, n in session.execute(query.group_by(FollowEvent.day, FollowEvent.kind)).tuples()}
    span = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return [
        {"day": day, "follows": counts.get((day, FollowKind.FOLLOW), 0), "unfollows": counts.get((day, FollowKind.UNFOLLOW), 0)}
        for day in span
    ]


def _when_words(when: dict[str, object]) -> str:
    words = {"is": _("is"), "contains": _("contains"), "matches": _("matches"), "type": _("type"), "menu": _("menu")}
    parts = []
    for name, value in when.items():
        shown = " / ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
        parts.append(f"{words.get(name, name)}: {shown}")
    return "; ".join(parts)


def _answer_words(reply: object) -> str:
    from growth.wechat.settings import Reply

    assert isinstance(reply, Reply)
    if reply.handoff:
        return _("calls a person")
    if reply.news:
        return f"{reply.news.title} {reply.news.url}"
    return reply.say or reply.faq or reply.action or ""
