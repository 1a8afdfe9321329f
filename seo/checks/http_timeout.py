"""Check http-timeout: an answer takes too long."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import or_

from growth.language import Text
from seo.answer import Fault
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import UrlRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="http-timeout",
    group=Group.HTTP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Answers come in time", "响应及时"),
    title_bad=Text("An answer takes too long", "响应超时"),
    why=Text("A visitor waits a few seconds, an engine not much longer.", "访客最多等几秒，引擎也不会等太久。"),
    mend=Text("Find what is slow there: a query, a foreign service, the machine.", "查明慢在哪里：查询、外部服务还是机器。"),
    source="lychee's default",
    limits={"seconds": 20},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """No answer in time, or one after more than twenty seconds."""
    for target in site.internal(or_(UrlRow.fault == Fault.TIMEOUT.value, UrlRow.total_ms > limits["seconds"] * 1000)):
        yield Finding(url=target.url, detail={"status": target.status, "fault": target.fault})
