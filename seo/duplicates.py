"""Pages that share a text: among indexable, canonical pages of one language, after folding."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from seo.check import Finding
from seo.reading.text import folded
from seo.site import PageFacts, Site

#: URLs that a finding lists; its count says how many there are
MOST_URLS = 100


def duplicates(site: Site, text_of: Callable[[PageFacts], str]) -> Iterator[Finding]:
    """One finding for each text that several pages have."""
    groups: dict[tuple[str, str], list[str]] = {}
    first: dict[tuple[str, str], str] = {}
    for page in site.pages():
        text = text_of(page)
        if not text or not page.indexable:
            continue
        key = (language_of(page.lang), folded(text))
        groups.setdefault(key, []).append(page.url)
        first.setdefault(key, text)
    for key, urls in groups.items():
        if len(urls) > 1:
            cause = f"{key[0]}:{key[1]}"
            yield Finding(url=urls[0], cause=cause[:500], detail={"text": first[key], "urls": urls[:MOST_URLS], "count": len(urls)})


def language_of(lang: str | None) -> str:
    """The language of a tag, without region and script; "" where none is said."""
    return (lang or "").replace("_", "-").partition("-")[0].lower()
