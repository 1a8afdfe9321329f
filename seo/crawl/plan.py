"""What a crawl is to do, settled before its first request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from growth.outbound import Reach
from seo.crawl.scope import Scope, path_and_query
from seo.crawl.wire import Job, Reading
from seo.page import SiteFacts
from seo.robots import matches
from seo.rules import Rules
from seo.settings import ChecksSettings, CrawlSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One crawl. `landing` and `earlier` are URLs that are wanted whether links lead there or not."""

    crawl_id: int
    start: str
    settings: CrawlSettings
    site: SiteFacts
    user_agent: str
    max_pages: int
    headers: dict[str, str] = field(default_factory=dict)
    landing: Sequence[str] = ()
    earlier: Sequence[str] = ()
    #: seconds between tries of an answer that may pass
    retry_s: float = 5.0
    #: how the fetching child may help to read
    reading: Reading | None = None
    #: path of the browser that renders pages; "" where none does
    browser: str = ""
    #: foreign addresses that had their turn in the crawl before (`seo.external.had_their_turn`)
    postponed: frozenset[str] = frozenset()

    def renders(self, url: str) -> bool:
        """Whether a browser is to render a page."""
        patterns = self.settings.javascript
        return bool(self.browser) and (patterns is True or any(matches(one, path_and_query(url)) for one in patterns or ()))

    @property
    def scope(self) -> Scope:
        """Hosts and patterns."""
        return Scope(hosts=self.site.hosts, settings=self.settings)

    @property
    def job(self) -> Job:
        """What the fetching child is told."""
        return Job(
            user_agent=self.user_agent,
            concurrency=self.settings.concurrency,
            timeout_s=self.settings.timeout.total_seconds(),
            max_bytes=int(self.settings.max_answer_mb * 1024 * 1024),
            doors=sorted(Reach.of_site(self.start).doors),
            allow_private=self.settings.allow_private,
            headers=self.headers,
            own_hosts=sorted(self.site.hosts),
            reading=self.reading,
            browser=self.browser,
        )


def reading_of(facts: SiteFacts, rules: Rules, checks: ChecksSettings) -> Reading:
    """What the fetching child must know to read pages itself."""
    modules = sorted({active.check.module for active in rules.page})
    return Reading(site=facts, modules=modules, ignore=list(checks.ignore), severity=dict(checks.severity), limits=dict(checks.limits))
