"""Check empty-response: a page is empty."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import or_

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import UrlRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="empty-response",
    group=Group.HTTP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Pages have content", "页面有内容"),
    title_bad=Text("A page is empty", "页面为空"),
    why=Text("The visitor sees a white page.", "访客看到白屏。"),
    mend=Text("Look why the server sends nothing.", "检查服务器为何返回空内容。"),
    source="linkchecker",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """200 with no byte, or 204, where a page is expected."""
    for target in site.internal(or_(UrlRow.status == 204, (UrlRow.status == 200) & (UrlRow.size_bytes == 0))):
        yield Finding(url=target.url, detail={"status": target.status})
