"""Check title-too-long: the title is too long for a result page."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from growth.text import full_width
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.reading.text import han_count
from seo.severity import Severity
from seo.width import TITLE_PX, pixels

meta = CheckMeta(
    id="title-too-long",
    group=Group.TEXT,
    severity=Severity.WARNING,
    title_good=Text("The title fits a result page", "标题长度合适"),
    title_bad=Text("The title is too long for a result page", "标题过长，会被截断"),
    why=Text(
        "Engines cut what does not fit, and the reader misses the end. Google cuts by width in pixels, Baidu after about 31 "
        "full-width characters (26 on a phone).",
        "放不下的部分会被截断。Google 按像素宽度截断；百度电脑端约 31 个全角字、手机端约 26 个。",
    ),
    mend=Text("Put the words that matter first and shorten the rest.", "把重要的词放在前面，其余精简。"),
    source="Screaming Frog's thresholds; Baidu: rznnm.cn/expert/blog/6895.html",
    limits={"px": 561, "latin": 60, "baidu_bytes": 63, "baidu_mobile_bytes": 52},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Wider than Google shows; or more bytes of GBK than Baidu shows, where Baidu matters."""
    title = page.title
    if not title:
        return
    wide, latin = pixels(title, TITLE_PX), not han_count(title)
    detail = {"px": wide, "fw": full_width(title), "length": len(title), "text": title}
    if wide > limits["px"] or (latin and len(title) > limits["latin"]):
        yield Finding(detail={**detail, "profile": "google"})
        return
    if page.site.mainland or not latin:
        size = len(title.encode("gb18030", "replace"))
        if size > limits["baidu_bytes"]:
            yield Finding(detail={**detail, "profile": "baidu", "bytes": size})
        elif size > limits["baidu_mobile_bytes"]:
            yield Finding(detail={**detail, "profile": "baidu-mobile", "bytes": size}, severity=Severity.NOTICE)
