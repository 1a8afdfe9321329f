"""What WeChat sends us (`Incoming`), read from XML that may be hostile; what we answer (`Outgoing`), text staying text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from growth.clock import from_micros

#: elements below the root; a real message has at most 30
_MAX_ELEMENTS = 400
_MAX_TEXT = 8192
#: seconds since 1970 that a message may say it was made at: up to the year 2106
_MAX_CREATED = 1 << 32


class Malformed(Exception):
    """The body is not a message of WeChat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message or an event of one follower. `event` is lower case, empty for messages; `key` without the prefix ``qrscene_``."""

    account: str
    openid: str
    kind: str
    created_at: datetime
    msg_id: str | None = None
    text: str = ""
    event: str = ""
    key: str = ""
    ticket: str = ""
    media_id: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def dedupe(self) -> bytes:
        """Equal for WeChat's repeats of one message: MsgId with the sender, since MsgIds of several people were seen to be equal
        (WxJava#333); for events the sender, the second, the event and its key."""
        parts = [
            self.account,
            self.openid,
            self.msg_id or "",
            "" if self.msg_id else f"{self.created_at.timestamp():.0f}|{self.event}|{self.key}",
        ]
        return hashlib.sha256("\0".join(parts).encode()).digest()

    @property
    def is_event(self) -> bool:
        """Whether nobody wrote anything."""
        return self.kind == "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The card of a news answer."""

    title: str
    description: str
    url: str
    image: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One passive reply: text, a card, the transfer to Tencent's desk, or nothing."""

    text: str = ""
    article: Article | None = None
    transfer: bool = False

    @property
    def empty(self) -> bool:
        """Whether WeChat is only to be told that the message arrived."""
        return not (self.text or self.article or self.transfer)


def parse_fields(body: bytes) -> dict[str, str]:
    """The elements directly below ``<xml>`` by name; nested ones by ``Parent.Child``.

    Raises Malformed for anything else: another encoding than UTF-8, a DTD, entities, a second element of one name, too many elements.
    """
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Malformed("not UTF-8") from fault
    if b"<!" in body[: body.find(b"<xml")]:
        # a document type can stand before the root only, where WeChat writes nothing; what a follower writes stands behind it
        raise Malformed("a document type is not expected")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise Malformed("no XML") from fault
    if root.tag != "xml":
        raise Malformed("the root is not <xml>")
    found: dict[str, str] = {}
    for number, element in enumerate(root.iterdescendants()):
        if number > _MAX_ELEMENTS:
            raise Malformed("too many elements")
        if isinstance(element.tag, str) and len(element) == 0:
            name = _path(element, root)
            if name in found and "." not in name:
                raise Malformed(f"{name} is there twice")
            found.setdefault(name, (element.text or "")[:_MAX_TEXT])
    return found


def incoming(fields: dict[str, str]) -> Incoming:
    """The message that `fields` say. Raises Malformed where something that every message has is missing."""
    try:
        kind = fields["MsgType"].strip().lower()
        created = _seconds(fields["CreateTime"])
        openid, account = fields["FromUserName"].strip(), fields["ToUserName"].strip()
    except (KeyError, ValueError) as fault:
        raise Malformed(f"{fault} is missing or no number") from fault
    if not openid or len(openid) > 64 or not 0 < created < _MAX_CREATED:
        raise Malformed("the sender or the time is not one")
    event = fields.get("Event", "").strip().lower()
    if kind == "event" and not event:
        raise Malformed("Event is missing")
    return Incoming(
        account=account,
        openid=openid,
        kind=kind,
        created_at=from_micros(created * 1_000_000),
        msg_id=fields.get("MsgId") or None,
        text=fields.get("Content", "") or fields.get("Recognition", ""),
        event=event if kind == "event" else "",
        key=_key(event, fields.get("EventKey", "").strip()) if kind == "event" else fields.get("bizmsgmenuid", ""),
        ticket=fields.get("Ticket", ""),
        media_id=fields.get("MediaId", ""),
        fields=fields,
    )


def reply_xml(outgoing: Outgoing, *, to: str, account: str, at: datetime) -> bytes:
    """The passive reply; user text cannot break out of it, ``]]>`` included (lxml escapes, no CDATA is used)."""
    root = etree.Element("xml")
    _element(root, "ToUserName", to)
    _element(root, "FromUserName", account)
    _element(root, "CreateTime", str(int(at.timestamp())))
    if outgoing.transfer:
        _element(root, "MsgType", "transfer_customer_service")
    elif outgoing.article:
        _element(root, "MsgType", "news")
        _element(root, "ArticleCount", "1")
        item = etree.SubElement(etree.SubElement(root, "Articles"), "item")
        for name, value in (
            ("Title", outgoing.article.title),
            ("Description", outgoing.article.description),
            ("PicUrl", outgoing.article.image),
            ("Url", outgoing.article.url),
        ):
            _element(item, name, value)
    else:
        _element(root, "MsgType", "text")
        _element(root, "Content", outgoing.text)
    return bytes(etree.tostring(root, encoding="utf-8"))


def envelope_xml(*, encrypted: str, signature: str, timestamp: str, nonce: str) -> bytes:
    """An encrypted reply."""
    root = etree.Element("xml")
    for name, value in (("Encrypt", encrypted), ("MsgSignature", signature), ("TimeStamp", timestamp), ("Nonce", nonce)):
        _element(root, name, value)
    return bytes(etree.tostring(root, encoding="utf-8"))


def safe_text(value: str) -> str:
    """`value` without the characters that no XML may hold: controls, lone surrogates, noncharacters."""
    return "".join(c for c in value if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"))


def _element(parent: etree._Element, name: str, value: str) -> None:
    etree.SubElement(parent, name).text = safe_text(value)


def _seconds(text: str) -> int:
    """Digits as a number. Raises ValueError for anything else that `int` would take."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        raise ValueError("CreateTime")
    return int(digits)


def _key(event: str, key: str) -> str:
    return key.removeprefix("qrscene_") if event == "subscribe" else key


def _path(element: etree._Element, root: etree._Element) -> str:
    names = [str(element.tag)]
    parent = element.getparent()
    while parent is not None and parent is not root:
        names.insert(0, str(parent.tag))
        parent = parent.getparent()
    return ".".join(names)
