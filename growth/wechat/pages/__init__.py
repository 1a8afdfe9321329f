"""Routes of the official account."""

from __future__ import annotations

from typing import Any


def pages() -> list[Any]:
    """Handlers in the order of the navigation."""
    from growth.wechat.pages import codes_api, inbox, overview
    from growth.wechat.pages.callback import callback_pages

    return [
        *callback_pages(),
        codes_api.codes,
        overview.overview,
        overview.replies,
        inbox.inbox,
        inbox.conversation,
        inbox.answer,
        inbox.close,
        inbox.qrcodes,
        inbox.qrcode,
    ]
