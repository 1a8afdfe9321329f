"""Check ad-law-words: a title makes an absolute claim."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="ad-law-words",
    group=Group.MARKETING,
    severity=Severity.WARNING,
    title_good=Text("Titles make no absolute claims", "标题没有绝对化用语"),
    title_bad=Text("A title makes an absolute claim", "标题含绝对化用语"),
    why=Text("Advertising law forbids it (art. 9); fines begin at 200,000 yuan.", "违反《广告法》第九条，罚款 20 万元起。"),
    mend=Text("Say what can be proven instead.", "改为可以证实的表述。"),
    source="广告法 §9, §57",
    limits={"words": ("国家级", "最高级", "最佳", "第一", "唯一", "顶级", "全网最低", "史上最", "世界级", "零风险", "保本")},
)


def applies(page: Page) -> bool:
    """Pages of a site for the mainland."""
    return page.site.mainland


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """A word of the list in title or h1; 第一 as a plain number (第一步, 第一章) does not count."""
    text = f"{page.title} {page.h1}"
    for word in limits["words"]:
        place = text.find(word)
        if place >= 0 and not (word == "第一" and text[place + 2 : place + 3] in _COUNTED):
            yield Finding(detail={"value": word, "text": page.title})
            return


_COUNTED = frozenset("步章节次期季天周月年条款项点名部届轮批时篇课代财件个")
