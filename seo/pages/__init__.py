"""The audit's pages: overview with a running crawl's progress, issues, one issue, pages, one page's sheet, its links, all links, crawls,
diff, comparison with other sites' pages, report files, coverage, keywords.
"""

from __future__ import annotations

from typing import Any

from seo.pages import comparing, coverage, crawling, files, issues, keyword, keywords, links, overview, page_links, sheet


def pages() -> list[Any]:
    """The handlers."""
    return [
        overview.overview,
        crawling.running,
        crawling.begin,
        crawling.stop,
        crawling.crawls,
        crawling.diff,
        issues.checks,
        issues.of_check,
        issues.issue,
        issues.assign,
        sheet.pages,
        sheet.sheet,
        page_links.page_links,
        links.links,
        links.to_add,
        keywords.keywords,
        keyword.keyword,
        keywords.look,
        comparing.form,
        comparing.begin,
        comparing.comparison,
        comparing.progress,
        files.report,
        coverage.coverage_page,
        coverage.evidence,
        coverage.count,
    ]
