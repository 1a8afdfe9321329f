"""How a message reads in a chat: a Markdown of few signs, cut to what the service takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from growth.alerts.robot import RobotMessage
from growth.errors import ProviderError
from growth.language import _
from growth.text import printable

if TYPE_CHECKING:
    import httpx


def markdown(message: RobotMessage, *, limit_bytes: int) -> str:
    """Title, body and link; at most `limit_bytes` of UTF-8, the link kept whole."""
    link = f"\n\n[{_('Open')}]({message.link})" if message.link else ""
    body = inert(message.body.strip())
    text = f"**{inert(_one_line(message.title))}**" + (f"\n\n{body}" if body else "")
    return cut_bytes(text, limit_bytes - len(link.encode())) + link


def inert(text: str) -> str:
    """`text` with what a chat would act on made harmless: mentions (``<@all>``), pictures, links that say one thing and open another.

    Titles of pages, referrers and names of strangers end up in these texts.
    """
    return printable_lines(text).replace("<", "＜").replace("![", "!［").replace("](", "］(")


def printable_lines(text: str) -> str:
    """`text` without control and bidi characters, its line breaks kept."""
    return "\n".join(printable(line) for line in text.splitlines())


def plain(message: RobotMessage, *, limit_bytes: int) -> str:
    """The same without signs of Markdown."""
    link = f"\n{message.link}" if message.link else ""
    body = printable_lines(message.body.strip())
    text = printable(_one_line(message.title)) + (f"\n{body}" if body else "")
    return cut_bytes(text, limit_bytes - len(link.encode())) + link


def cut_bytes(text: str, limit_bytes: int) -> str:
    """`text` in at most `limit_bytes` of UTF-8, never in the middle of a character; an ellipsis shows that something is missing."""
    data = text.encode()
    if len(data) <= limit_bytes:
        return text
    return data[: max(limit_bytes - 3, 0)].decode(errors="ignore") + "…"


def answer_of(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object that a chat service answers. Raises ProviderError for anything else."""
    try:
        document = json.loads(answer.content)
    except ValueError as fault:
        raise ProviderError(_("the answer is no JSON"), fix=_("check `url` of this target in growth.yaml")) from fault
    if not isinstance(document, dict):
        raise ProviderError(_("the answer is no JSON object"), fix=_("check `url` of this target in growth.yaml"))
    return document


def _one_line(text: str) -> str:
    return " ".join(text.split())
