"""What the bot answers: the first rule that matches, in the order of wechat.yaml. Pure: no network, no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from growth.wechat.faq import Faq
from growth.wechat.message import Incoming
from growth.wechat.settings import News, Reply, WeChatFile, When

#: longest text that a regular expression of wechat.yaml sees; people do not write more to a bot
_MATCH_LIMIT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is to be said and done. `template` is text with ``{{ … }}`` still in it; `groups` those of the regular expression."""

    rule: str
    template: str = ""
    news: News | None = None
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    handoff: bool = False
    action: str | None = None
    plain: bool = False
    unmatched: bool = False
    suggestions: tuple[str, ...] = field(default=())


def answer(message: Incoming, file: WeChatFile, faqs: dict[str, Faq], *, unanswered: int = 0) -> Answer:
    """The answer to a message or a menu click. `unanswered` counts the messages in a row that no rule matched."""
    for reply in file.replies:
        match = matches(reply.when, message)
        if match is None:
            continue
        if reply.faq:
            found = faqs[reply.faq].find(message.text) if message.text else None
            if found is None and message.text:
                continue
            return _faq_answer(reply, faqs[reply.faq], found)
        return Answer(
            rule=reply.name,
            template=reply.say or "",
            news=reply.news,
            groups=match,
            tags=reply.tags,
            handoff=reply.handoff,
            action=reply.action,
        )
    if message.is_event and message.event == "click":
        if message.key == HANDOFF_KEY:
            return Answer(rule="menu:handoff", handoff=True)
        if named := next((reply for reply in file.replies if reply.name == message.key), None):
            return Answer(
                rule=named.name, template=named.say or "", news=named.news, tags=named.tags, handoff=named.handoff, action=named.action
            )
    limit = file.fallback.handoff_after
    called = limit is not None and unanswered + 1 >= limit and not message.is_event
    return Answer(rule="fallback", template=file.fallback.say, handoff=called, unmatched=not message.is_event)


#: key of a menu entry that calls a person
HANDOFF_KEY = "growth:handoff"


def matches(when: When, message: Incoming) -> tuple[str, ...] | None:
    """The groups of the regular expression (empty without one) where every condition holds, else None."""
    text = plain(message.text)
    kind = "text" if message.kind == "text" else {"miniprogrampage": "mini_program"}.get(message.kind, message.kind)
    if when.menu is not None and not (message.event == "click" and message.key == when.menu):
        return None
    if when.type is not None and when.type != kind:
        return None
    if when.menu is None and message.is_event:
        return None
    if when.is_ and text not in {plain(word) for word in when.is_}:
        return None
    if when.contains and not any(plain(word) in text for word in when.contains):
        return None
    if when.matches is None:
        return ()
    found = re.search(when.matches, message.text.strip()[:_MATCH_LIMIT])
    return None if found is None else (found[0], *(group or "" for group in found.groups()))


def plain(text: str) -> str:
    """Text for comparing: NFKC (full-width letters), lower case, no blanks, no punctuation at the ends."""
    normal = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\s+", "", normal).strip("?？!！.。,，~～")


def _faq_answer(reply: Reply, faq: Faq, found: str | None) -> Answer:
    if found is not None:
        return Answer(rule=reply.name, template=found, tags=reply.tags, plain=True)
    questions: Sequence[str] = faq.questions()[:8]
    return Answer(
        rule=reply.name,
        template="\n".join(f"{number}. {question}" for number, question in enumerate(questions, start=1)),
        tags=reply.tags,
        plain=True,
    )
