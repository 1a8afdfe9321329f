"""Check hreflang-no-return: a language version does not point back."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo import links as stored
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import LinkRow
from seo.page import LinkKind
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="hreflang-no-return",
    group=Group.CANONICAL,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Language versions point back", "各语言版本互相指回"),
    title_bad=Text("A language version does not point back", "语言版本没有指回"),
    why=Text("Engines ignore a link between languages that only one side confirms.", "只有单方声明的语言关系，引擎会忽略。"),
    mend=Text("List the same set on every version.", "每个版本都列出同一组。"),
    source="https://developers.google.com/search/docs/specialty/international/localized-versions",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """The target is a page that was read, and does not list this page with this page's language."""
    listed: dict[int, dict[int, str]] = {}
    for link, _url, lang in site.links(LinkRow.kind == stored.KIND_NUMBER[LinkKind.HREFLANG], LinkRow.target.is_not(None)):
        listed.setdefault(link.source, {})[link.target or 0] = lang.lower()
    read = {page.id: page.url for page in site.pages()}
    for source, targets in listed.items():
        own = targets.get(source)
        for target, lang in targets.items():
            if target == source or lang == "x-default" or target not in read:
                continue
            back = listed.get(target, {}).get(source)
            if back is None or (own is not None and back not in (own, "x-default")):
                yield Finding(
                    url=read[target],
                    cause=f"{read[target]} {read.get(source, '')}",
                    detail={"target": read.get(source, ""), "value": own or "", "found": back or "–"},
                )
