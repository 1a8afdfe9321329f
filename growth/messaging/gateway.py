"""What gateways of text messages have in common: one call for equal texts, replies that say no, what a broken call means."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from growth.language import _
from growth.messaging.message import Message, Receipt, Sms

#: signatures stand in 【】; links are for templates
_UNSAFE = re.compile(r"[【】\[\]]|://|www\.|[\w-]\.(?:com|cn|net|org|top|xyz|cc|vip|shop|site|io)\b", re.IGNORECASE)
#: replies by which people refuse further texts; letters stand alone, words anywhere
_LETTERS = frozenset({"r", "t", "td", "n", "tui", "stop", "unsubscribe", "取消"})
_WORDS = re.compile(r"退订|退定|拒收|拒绝接收|取消订阅|不要再发|别再发|别发了|不再接收")


def says_no(reply: str) -> bool:
    """Whether a reply refuses further texts: ``R``, ``ｔｄ``, ``退订``, ``请不要再发``. In doubt a person is believed."""
    plain = unicodedata.normalize("NFKC", reply).lower()
    return re.sub(r"[\W_]+", "", plain) in _LETTERS or _WORDS.search(plain) is not None


def without_unsafe(batch: Iterable[Message]) -> tuple[list[Message], list[Receipt]]:
    """Messages that may go, and the refusals of those with a parameter that could pass for more than it is.

    What people call themselves stands in parameters: a second signature, a hidden character, a line of its own or a link in one would
    speak in our name. Gateways refuse some of it; none refuses all.
    """
    fit: list[Message] = []
    refused: list[Receipt] = []
    for message in batch:
        sms = message.content
        assert isinstance(sms, Sms), sms
        why = unsafe_parameter(sms.parameters)
        if why is None:
            fit.append(message)
        else:
            refused.append(Receipt.refused(message, why))
    return fit, refused


def unsafe_parameter(parameters: Mapping[str, str]) -> str | None:
    """Which parameter of a text message could pass for more than it is, in words; None where all may go."""
    for name, value in parameters.items():
        if _UNSAFE.search(value) or _hidden(value):
            return _("parameter {name}: a bracket, link, line break or hidden character in it", name=name)
    return None


def _hidden(value: str) -> bool:
    """Control characters, zero-width and direction marks, private and unassigned ones, line separators."""
    return any(unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp") for character in value)


def same_text(batch: Iterable[Message], *, most: int) -> Iterator[list[Message]]:
    """Messages of one text and one kind of number (mainland or not) together, at most `most` a call."""

    def key(message: Message) -> tuple[bool, str, str, str]:
        sms = message.content
        assert isinstance(sms, Sms), sms
        # parameters keep their order: some gateways know them by their place
        return is_mainland(message.to), sms.signature, sms.template_code, json.dumps(dict(sms.parameters), ensure_ascii=False)

    for _key, group in groupby(sorted(batch, key=key), key=key):
        messages = list(group)
        for start in range(0, len(messages), most):
            yield messages[start : start + most]


def is_mainland(phone: str) -> bool:
    """Whether an E.164 number is of the mainland."""
    return phone.startswith("+86")


def not_reached(fault: BaseException) -> str | None:
    """Why nothing was handed over, where a fault of an SDK built on `requests` says so; None where nobody knows."""
    from requests.exceptions import ConnectionError as Broken
    from requests.exceptions import ConnectTimeout, SSLError

    for each in causes(fault):
        if isinstance(each, ConnectTimeout | SSLError) or (isinstance(each, Broken) and "NewConnectionError" in repr(each)):
            return str(each)[:200]
    return None


def causes(fault: BaseException) -> Iterator[BaseException]:
    """An exception and all that stands behind it."""
    seen: list[BaseException] = []
    look: list[Any] = [fault]
    while look:
        each = look.pop()
        if isinstance(each, BaseException) and each not in seen:
            seen.append(each)
            look += [each.__cause__, each.__context__, getattr(each, "inner_exception", None)]
    yield from seen
