"""Check link-text-generic: a link text says nothing."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.findings import link_list
from seo.page import Page
from seo.severity import Severity

#: what stands around such texts
_EDGES = " \u3000>»›→…[]【】（）()。."
meta = CheckMeta(
    id="link-text-generic",
    group=Group.LINKS,
    severity=Severity.NOTICE,
    title_good=Text("Link texts say what they lead to", "链接文字说明去向"),
    title_bad=Text("A link text says nothing", "链接文字没有信息"),
    why=Text("“Click here” tells neither reader nor engine what comes.", "“点击这里”对读者和引擎都没有意义。"),
    mend=Text("Use the words that name the target.", "用能说明目标的词作链接文字。"),
    source="https://developer.chrome.com/docs/lighthouse/seo/link-text",
    limits={
        "texts": frozenset(
            (
                *(
                    "点击这里",
                    "点此",
                    "点击",
                    "这里",
                    "更多",
                    "查看更多",
                    "详情",
                    "查看详情",
                    "了解更多",
                    "阅读全文",
                    "链接",
                    "详细",
                    "点我",
                ),
                *("click here", "here", "more", "read more", "learn more", "link", "this", "details"),
            )
        )
    },
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """A text of the list, on a link that is no image."""
    texts = limits["texts"]
    found = [link for link in page.clickable if link.target and link.text and link.text.strip(_EDGES).lower() in texts]
    if found:
        yield link_list(found)
