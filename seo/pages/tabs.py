"""The tabs that every page of the audit has."""

from __future__ import annotations

from growth.language import _

#: who may see the audit; beginning one and assigning issues is for `seo` alone
ROLES = ("seo", "marketer", "director", "viewer")
EDITORS = ("seo",)
NAV = "seo"


def tabs(current: str) -> list[tuple[str, str, bool]]:
    """(words, address, whether we are there)."""
    all_ = (
        ("overview", _("Overview"), "/seo"),
        ("issues", _("Issues"), "/seo/issues"),
        ("pages", _("Pages"), "/seo/pages"),
        ("links", _("Links"), "/seo/links"),
        ("coverage", _("Coverage"), "/seo/coverage"),
        ("crawls", _("Crawls"), "/seo/crawls"),
        ("diff", _("Changes"), "/seo/diff"),
        ("keywords", _("Keywords"), "/seo/keywords"),
        ("compare", _("Compare"), "/seo/compare"),
    )
    return [(words, address, id == current) for id, words, address in all_]
