"""Check contact-missing-home: the home page does not say how to get in touch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from growth.language import Text
from seo.check import OWN_RULE, CheckMeta, Finding, Group, Limits
from seo.page import LinkFault, Page
from seo.severity import Severity

meta = CheckMeta(
    id="contact-missing-home",
    group=Group.MARKETING,
    severity=Severity.WARNING,
    title_good=Text("The home page says how to get in touch", "首页有联系方式"),
    title_bad=Text("The home page does not say how to get in touch", "首页没有联系方式"),
    why=Text(
        "Visitors who have a question leave; navigation sites refuse such sites.",
        "有疑问的访客会离开，导航站也不收录这样的网站。",
    ),
    mend=Text(
        "Show a phone number, a mail address, QQ or WeChat, or link 联系我们.",
        "写上电话、邮箱、QQ、微信，或链接“联系我们”。",
    ),
    source=OWN_RULE,
)


_PHONE = re.compile(r"(?<!\d)(400[- ]?\d{3}[- ]?\d{4}|0\d{2,3}[- ]\d{7,8}|1[3-9]\d{9}|\+86[- ]?\d{2,})")
_WORDS = re.compile(
    r"联系(我们|方式|客服|电话)|客服(电话|热线|QQ)|在线客服|服务热线|contact( us)?\b|QQ[:： ]?\d{5,}|微信(号|公众号|客服)|地址[:：]", re.I
)


def applies(page: Page) -> bool:
    """The home page."""
    return page.is_home


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """No tel or mailto link, no form with fields, no number, address, QQ or WeChat, and no link that leads to them."""
    if any(link.fault is LinkFault.CONTACT for link in page.links) or any(len(form.fields) > 1 for form in page.forms):
        return
    if not _PHONE.search(page.text) and not _WORDS.search(page.text) and not any(_WORDS.search(link.text) for link in page.links):
        yield Finding(detail={})
