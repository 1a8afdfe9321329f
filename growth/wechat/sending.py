"""Customer-service messages: only within the follower's window, each one written down before the network is touched."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from growth import clock
from growth.db import Database, uuid7
from growth.errors import GrowthError, ProviderError
from growth.language import _
from growth.wechat import followers, windows
from growth.wechat.client import Account, WeChatRefused
from growth.wechat.handling import TEXT_LIMIT_BYTES, cut_bytes
from growth.wechat.models import Outbox
from growth.wechat.settings import WeChatFile


class WindowClosed(GrowthError):
    """WeChat allows no message to this follower now."""


#: errors after which it is certain that nothing was sent
NOT_SENT = (WindowClosed, WeChatRefused)


def send_text(database: Database, file: WeChatFile, *, follower_id: UUID, text: str, author: str) -> UUID:
    """Send `text`; the outbox row's id. Raises WindowClosed before anything is sent, ProviderError where WeChat refuses."""
    now, id_ = clock.now(), uuid7()
    body = cut_bytes(text, TEXT_LIMIT_BYTES)
    with database.write() as session:
        view = followers.follower(session, id=follower_id)
        if view is None or not view.subscribed:
            raise WindowClosed(_("this person does not follow the account"), fix=_("only followers can be written to"))
        if not windows.take(session, follower_id=follower_id, now=now):
            raise WindowClosed(
                _("WeChat allows no message to this follower now"),
                fix=_("wait for their next message: it opens 48 hours and 5 messages; other ways: e-mail, SMS"),
            )
        sealed = database.vault.seal("wx_outbox.body", id_, body)
        session.add(Outbox(id=id_, follower_id=follower_id, body=sealed, author=author, at=now, state="submitting"))
    try:
        Account(database, file).call("message/custom/send", data={"touser": view.openid, "msgtype": "text", "text": {"content": body}})
    except WeChatRefused as fault:
        _settle(database, id_, state="rejected", code=fault.code)
        raise
    except ProviderError:
        _settle(database, id_, state="uncertain", code=None)
        raise
    _settle(database, id_, state="accepted", code=0)
    return id_


def _settle(database: Database, id_: UUID, *, state: str, code: int | None) -> None:
    with database.write() as session:
        session.execute(update(Outbox).where(Outbox.id == id_).values(state=state, errcode=code))
