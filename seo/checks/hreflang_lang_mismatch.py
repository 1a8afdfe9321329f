"""Check hreflang-lang-mismatch: hreflang and html lang say different languages."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="hreflang-lang-mismatch",
    group=Group.CANONICAL,
    severity=Severity.WARNING,
    title_good=Text("hreflang and html lang agree", "hreflang 与 html lang 一致"),
    title_bad=Text("hreflang and html lang say different languages", "hreflang 与 html lang 不一致"),
    why=Text("One of them is wrong; browsers and engines go by different ones.", "两者必有一错，而浏览器和引擎各看一个。"),
    mend=Text("Make them agree.", "改为一致。"),
    source="SEOnaut",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """The entry for the page itself names another language than <html lang>."""
    own = {one.lang for one in page.hreflangs if one.target == page.url and one.lang.lower() != "x-default"}
    if page.lang and own and not any(one.partition("-")[0].lower() == page.lang.partition("-")[0].lower() for one in own):
        yield Finding(detail={"value": ", ".join(sorted(own)), "found": page.lang})
