"""What the official account keeps of its followers."""

from __future__ import annotations

from collections.abc import Iterator

from growth.app import Collected, Recipient
from growth.language import _
from growth.wechat.settings import WeChatFile
from growth.workspace import MissingSecret, Workspace


def kept(workspace: Workspace) -> Iterator[Collected | Recipient]:
    """Followers and what they write; Tencent runs WeChat. Nothing where no account is set up."""
    try:
        if not workspace.resolve(workspace.one("wechat", WeChatFile).account.app_id):
            return
    except MissingSecret:
        return
    yield Collected(
        what=_("WeChat: openid, following and leaving, tags, what people write to the account and the answers"),
        purpose=_("answering followers, counting which QR code brought them"),
        basis=_("consent by following and writing (PIPL 13(1))"),
        kept=_("until the person is erased; follows stay as counts without a name"),
    )
    yield Recipient(name=_("Tencent (WeChat)"), what=_("the answers to followers, their tags"), purpose=_("running the official account"))
