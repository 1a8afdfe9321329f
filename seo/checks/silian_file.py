"""Check silian-file: there are dead addresses to tell Baidu of."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import UrlRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="silian-file",
    group=Group.MARKETING,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("No dead addresses for Baidu", "没有死链"),
    title_bad=Text("There are dead addresses to tell Baidu of", "有死链可提交给百度"),
    why=Text(
        "Baidu keeps dead pages in its results for months unless it is told.",
        "不提交死链，百度会把死页留在结果里好几个月。",
    ),
    mend=Text(
        "growth seo silian writes the file; hand it in at 普通收录 › 死链提交.",
        "用 growth seo silian 生成文件，在“死链提交”里提交。",
    ),
    source="Baidu 死链提交",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Addresses of the site that answer 404 or 410, on a site for the mainland."""
    if not site.facts.mainland:
        return
    dead = [target.url for target in site.internal(UrlRow.status.in_((404, 410)))]
    if dead:
        yield Finding(url=site.facts.home, cause="silian", detail={"urls": dead[:100], "count": len(dead)})
