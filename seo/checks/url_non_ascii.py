"""Check url-non-ascii: a link holds unescaped characters."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="url-non-ascii",
    group=Group.URL,
    severity=Severity.NOTICE,
    title_good=Text("Addresses in links are escaped", "链接网址已转义"),
    title_bad=Text("A link holds unescaped characters", "链接含未转义的非 ASCII 字符"),
    why=Text(
        "Old browsers and mail programs send them in another character set, and the link breaks.",
        "旧浏览器和邮件程序可能按别的字符集发送，链接就会失效。",
    ),
    mend=Text("Escape them (percent-encoding of UTF-8), or use pinyin.", "按 UTF-8 做百分号转义，或改用拼音。"),
    source="RFC 3986 §2",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Characters beyond ASCII in an href to the site itself."""
    found = [link for link in page.links if not link.href.isascii() and page.site.is_internal(link.target)]
    if found:
        yield Finding(
            detail={
                "count": len(found),
                "value": found[0].href[:200],
                "links": [{"href": one.href[:200], "line": one.line} for one in found[:20]],
            }
        )
