"""Which analytics a page loads."""

from __future__ import annotations

from seo.page import Page

#: mark in an address or an inline script → its name
_MARKS = {
    "hm.baidu.com/hm.js": "baidu",
    "hmt.push": "baidu",
    "googletagmanager.com": "google",
    "google-analytics.com": "google",
    "cnzz.com": "cnzz",
    "s.union.360.cn": "360",
    "jspassport.ssl.qhimg.com": "360",
    "51.la": "51la",
    "clarity.ms": "clarity",
    "analytics.umami": "umami",
    "matomo.js": "matomo",
    "sensorsdata": "sensors",
    "zhuge.io": "zhuge",
    "growingio": "growingio",
    "/t.js": "own",
}


def is_analytics(address: str) -> bool:
    """Whether an address is one that counts visits."""
    return any(mark in address for mark in _MARKS)


def analytics_of(page: Page) -> list[str]:
    """Names of the analytics on a page, each once, in alphabetical order."""
    found: set[str] = set()
    for script in page.scripts:
        place = script.target or script.text
        if place:
            found.update(name for mark, name in _MARKS.items() if mark in place)
    return sorted(found)
