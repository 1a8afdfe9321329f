"""Tabs and words that the account's pages share."""

from __future__ import annotations

from growth.language import _

#: who sees the account's pages
ROLES = ("marketer", "service", "director", "viewer")
#: who may read conversations and answer them
DESK = ("service", "marketer")
HERE = "/wechat"


def tabs(current: str) -> list[tuple[str, str, bool]]:
    """(words, address, current) of every page of the account."""
    pages = [
        (_("Overview"), HERE),
        (_("Inbox"), f"{HERE}/inbox"),
        (_("QR codes"), f"{HERE}/qrcodes"),
        (_("Menu and replies"), f"{HERE}/replies"),
    ]
    return [(words, address, address == current) for words, address in pages]
