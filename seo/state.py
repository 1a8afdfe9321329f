"""Whether a page that another one names (canonical, hreflang, sitemap) can be indexed, and why not."""

from __future__ import annotations

from seo.crawl.scope import Reason
from seo.site import Site, Target
from seo.verdict import Verdict


def state_of(site: Site, target: Target) -> str | None:
    """``error``, ``redirect``, ``noindex`` or ``blocked``; None where it is well, or was not looked at."""
    if target.reason in (Reason.ROBOTS, Reason.ROBOTS_UNREACHABLE):
        return "blocked"
    if target.redirect_to is not None:
        return "redirect"
    if target.verdict == Verdict.BROKEN:
        return "error"
    page = site.page(target.id)
    return "noindex" if page is not None and page.noindex else None
