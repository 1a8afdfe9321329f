"""Check link-contact-malformed: a mailto or tel link is not valid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.findings import link_list
from seo.page import LinkFault, Page
from seo.severity import Severity

meta = CheckMeta(
    id="link-contact-malformed",
    group=Group.LINKS,
    severity=Severity.WARNING,
    title_good=Text("Contact links work", "联系链接有效"),
    title_bad=Text("A mailto or tel link is not valid", "mailto 或 tel 链接无效"),
    why=Text("Someone wanted to get in touch, and nothing happens.", "访客想联系却没有反应。"),
    mend=Text("Write mailto:name@example.com, tel:+86…", "写成 mailto:name@example.com、tel:+86…"),
    source="RFC 6068, RFC 3966",
)


_MAIL = re.compile(r"[^\s@,;<>\"()]+@[^\s@,;<>\"()]+\.[^\s@,;<>\"()]{2,}")
_PHONE = re.compile(r"\+?[0-9*#().\- ]{3,24}(?:[;,](?:ext|phone-context|isub)?=?[\w.+-]*)*")


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """An address without @ and domain, a number without digits."""
    found = [link for link in page.clickable if link.fault is LinkFault.CONTACT and not _is_good(link.href)]
    if found:
        yield link_list(found)


def _is_good(href: str) -> bool:
    scheme, _colon, rest = href.strip().partition(":")
    text = unquote(rest.partition("?")[0]).strip()
    if scheme.lower() == "mailto":
        if not text:
            return "to=" in rest.lower()
        return all(_MAIL.fullmatch(one.strip()) for one in text.split(","))
    if scheme.lower() in ("tel", "sms"):
        return bool(_PHONE.fullmatch(text)) and sum(character.isdigit() for character in text) >= 3
    return True
