"""What the bot answers: the first rule that matches, in the order of wechat.yaml. Pure: no network, no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from growth.wechat.expressions import Groups, search
from growth.wechat.faq import Faq
from growth.wechat.message import Incoming
from growth.wechat.settings import Fallback, News, Reply, WeChatFile, When

#: looks for an expression in a text: `growth.wechat.expressions.search`, or the same under a time limit
Search = Callable[[str, str], Groups | None]

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


def answer(message: Incoming, file: WeChatFile, faqs: Mapping[str, Faq], *, search: Search = search) -> Answer:
    """The answer to a message or a menu click; whether a person is called where nothing matches, `calls_person` says."""
    for reply in file.replies:
        match = matches(reply.when, message, search)
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
    return Answer(rule="fallback", template=file.fallback.say, unmatched=not message.is_event)


def calls_person(fallback: Fallback, unanswered: int) -> bool:
    """Whether a message that no rule matches calls a person, after `unanswered` such messages in a row."""
    return fallback.handoff_after is not None and unanswered + 1 >= fallback.handoff_after


#: key of a menu entry that calls a person
HANDOFF_KEY = "growth:handoff"


def matches(when: When, message: Incoming, search: Search = search) -> Groups | None:
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
    return search(when.matches, message.text.strip()[:_MATCH_LIMIT])


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
