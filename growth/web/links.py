"""``/l/CODE`` and ``/q/CODE``: tracked links and QR codes lead to their registered target, counted."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from growth.channels import record_click, resolve_link, with_token
from growth.language import _
from growth.traffic import bot_reason
from growth.web import Missing, Page, Visitor, public


@public(("/l/{code:str}", "/q/{code:str}"))
def follow(visitor: Visitor, code: str) -> Page:
    """To the target that the code was registered with, its token carried on; never to one that the request names."""
    with visitor.database.read() as session:
        link = resolve_link(session, code)
    if link is None:
        raise Missing(_("This link leads nowhere: perhaps it was cut short when it was copied."))
    with visitor.database.write() as session:
        record_click(session, link=link, at=visitor.now, bot=_bot(visitor), workspace=visitor.workspace)
    return visitor.redirect(with_token(visitor.workspace, link.target, link.code))


def _bot(visitor: Visitor) -> str | None:
    """Why this is no person: a bot by name, what only looks (HEAD), what fetches ahead."""
    if visitor.method == "HEAD":
        return "head"
    if (
        "prefetch"
        in (visitor.headers.get("sec-purpose", "") + visitor.headers.get("purpose", "") + visitor.headers.get("x-moz", "")).lower()
    ):
        return "prefetch"
    reason = bot_reason(visitor.user_agent)
    return reason.value if reason else None


def pages() -> list[HTTPRouteHandler]:
    """The routes of tracked links."""
    return [follow]
