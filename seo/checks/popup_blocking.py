"""Check popup-blocking: a layer covers the page, or a script opens an app."""

from __future__ import annotations

import re
from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="popup-blocking",
    group=Group.USABILITY,
    severity=Severity.NOTICE,
    title_good=Text("Nothing stands in front of the page", "没有遮挡页面的弹层"),
    title_bad=Text("A layer covers the page, or a script opens an app", "弹层遮挡页面或脚本强制拉起 App"),
    why=Text(
        "Baidu demotes such pages (落地页体验白皮书 4.0), and visitors leave.",
        "百度会降权（落地页体验白皮书 4.0），访客也会离开。",
    ),
    mend=Text("Let the visitor see the page first; open apps on a click only.", "先让访客看到内容，仅在点击时拉起 App。"),
    source="Baidu 落地页体验白皮书 4.0",
)


_WIDE = re.compile(r"(?<!max-)width:100(%|vw)|left:0.*right:0|right:0.*left:0|inset:0")
_HIGH = re.compile(r"(?<!max-)height:100(%|vh)|top:0.*bottom:0|bottom:0.*top:0|inset:0")
_LAUNCH = re.compile(
    r"(location(\.href)?\s*=|location\.replace\(|window\.open\()\s*[\"'](weixin|baiduboxapp|alipays|taobao|openapp|intent|snssdk\w*)://",
    re.I,
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """A fixed layer over the whole screen in the static HTML, or a script that goes to an app's scheme by itself."""
    for one in page.overlays:
        style = one.text.lower().replace(" ", "")
        hidden = "display:none" in style or "visibility:hidden" in style
        if "position:fixed" in style and not hidden and _WIDE.search(style) and _HIGH.search(style):
            yield Finding(detail={"found": "layer", "text": one.text[:200], "line": one.line})
            return
    for script in page.scripts:
        if script.text and (found := _LAUNCH.search(script.text)):
            yield Finding(detail={"found": "app", "value": f"{found[3]}://", "line": script.line})
            return
