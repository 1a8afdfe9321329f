"""Our pages for each word, from the newest crawl: where in an indexable page the word stands, and which pages compete for it.

Words are looked for at the end of an audit (and again when keywords.yaml changed) and the best pages of each are kept, so that lists open
at once. The text of pages is not stored: the crawl counts the words of keywords.yaml while it has the text in hand (`seo.summary`), so a
word that is newer than the crawl is found in titles, headings and links, and has no count in texts until the next audit
(`Counted.in_texts`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import urljoin

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from growth import urls
from growth.db import Database
from growth.errors import GrowthError
from seo.crawls import Crawl, find_crawl
from seo.models import LinkRow, PageRow, TextRow, UrlRow
from seo.ranking.models import WordCountRow, WordPageRow
from seo.ranking.settings import Keyword, KeywordsFile
from seo.reading.text import folded
from seo.summary import unsheet

T = TypeVar("T")
#: pages of a word that are kept
MOST_PAGES: Final = 50
#: titles that end in the same words: then these are the site's own tail and no sign that a page is about the word
TAIL_TITLES: Final = 3
_SEPARATORS: Final = re.compile(r"\s+[-–—|_·]\s+|[|_｜—–，：]|(?<=[^\x00-\x7f])-|-(?=[^\x00-\x7f])")
#: ids in one IN (…), rows of one insert
_MANY: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPage:
    """A page with a word in it. `targets`: its title or h1 says that it is about the word."""

    url: str
    title: str
    in_title: bool
    by_tail: bool
    in_h1: bool
    headings: int
    in_text: int | None
    anchors: int
    #: the page that keywords.yaml names for the word
    named: bool = False

    @property
    def targets(self) -> bool:
        """Whether it says that it is about the word."""
        return self.in_h1 or (self.in_title and not self.by_tail)

    @property
    def weight(self) -> tuple[int, ...]:
        """For ordering: what says most about a page first."""
        return (self.named, self.in_title and not self.by_tail, self.in_h1, min(self.headings, 5), self.anchors, self.in_text or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Which crawl the words were looked for in, and which words; pages by folded word, the best first."""

    crawl_id: int
    at: datetime
    words: frozenset[str]
    #: those that the crawl counted in the texts of pages
    in_texts: frozenset[str]
    pages: Mapping[str, Sequence[WordPage]]


def count_words(database: Database, *, now: datetime) -> bool:
    """Look for the words of keywords.yaml in the newest crawl, unless that was done already; True where it was done now."""
    keywords = database.workspace.one("keywords", KeywordsFile).keywords
    with database.read() as session:
        crawl = _newest(session)
        last = _last_count(session)
    words = sorted({folded(word) for word in keywords})
    if crawl is None or not crawl.kept or (last is not None and last.crawl_id == crawl.id and last.words == "\n".join(words)):
        return False
    found, in_texts = _look_through(database, crawl, words) if words else ({}, set[str]())
    named = named_pages(database.workspace.settings.site.url, keywords)
    kept = {word: _best(pages, named.get(word)) for word, pages in found.items()}
    _keep(database, crawl, words, sorted(in_texts), kept, now)
    return True


def counted_pages(session: Session, keywords: Mapping[str, Keyword], *, site_url: str) -> Counted | None:
    """What the last look found; None where there was none yet."""
    last = _last_count(session)
    if last is None:
        return None
    named = named_pages(site_url, keywords)
    pages: dict[str, list[WordPage]] = defaultdict(list)
    query = select(WordPageRow).where(WordPageRow.count_id == last.id, WordPageRow.word_key.in_({folded(word) for word in keywords}))
    for row in session.scalars(query.order_by(WordPageRow.id)):
        pages[row.word_key].append(
            WordPage(
                url=row.url, title=row.title, in_title=row.in_title, by_tail=row.by_tail, in_h1=row.in_h1, headings=row.headings,
                in_text=row.in_text, anchors=row.anchors, named=row.url == named.get(row.word_key),
            )
        )  # fmt: skip
    for found in pages.values():
        found.sort(key=lambda one: one.weight, reverse=True)
    return Counted(
        crawl_id=last.crawl_id,
        at=last.at,
        words=frozenset(last.words.splitlines()),
        in_texts=frozenset(last.in_texts.splitlines()),
        pages=pages,
    )


def named_pages(site_url: str, keywords: Mapping[str, Keyword]) -> dict[str, str]:
    """The page that keywords.yaml names for each folded word, in normal form."""
    home = urls.normal(site_url)
    return {folded(word): urls.normal(urljoin(home, keyword.page)) for word, keyword in keywords.items() if keyword.page}


def competing(pages: Sequence[WordPage]) -> list[WordPage]:
    """The pages that say that they are about the same word; empty where it is at most one."""
    found = [one for one in pages if one.targets]
    return found if len(found) > 1 else []


def _newest(session: Session) -> Crawl | None:
    try:
        return find_crawl(session)
    except GrowthError:
        return None


def _last_count(session: Session) -> WordCountRow | None:
    return session.scalars(select(WordCountRow).order_by(WordCountRow.id.desc()).limit(1)).first()


def _look_through(database: Database, crawl: Crawl, words: Sequence[str]) -> tuple[dict[str, list[WordPage]], set[str]]:
    """Every indexable page with one of the words, and the words that were counted in texts. The pages are streamed; of each word the best
    few are held.
    """
    found: dict[str, list[WordPage]] = defaultdict(list)
    in_texts: set[str] = set()
    wanted = set(words)
    with database.store("crawl").read() as session:
        tails = _tails(session, crawl, words)
        anchors = _anchors(session, crawl, words)
        query = _indexable(crawl, PageRow.id, UrlRow.url, PageRow.title, PageRow.h1, PageRow.sheet)
        for id, url, title, h1, packed in session.execute(query):
            seen = unsheet(packed)
            parts = [folded(part) for part in _SEPARATORS.split(title)]
            whole, top = folded(title), folded(h1)
            headings = [folded(text) for _level, text, *_line in seen.get("headings", ())]
            counts: Mapping[str, int] = seen.get("words", {})
            in_texts |= counts.keys() & wanted
            for word in words:
                page = WordPage(
                    url=url,
                    title=title,
                    in_title=word in whole,
                    by_tail=word in whole and all(part in tails for part in parts if word in part),
                    in_h1=word in top,
                    headings=sum(word in text for text in headings),
                    in_text=counts.get(word),
                    anchors=anchors.get((word, id), 0),
                )
                if page.in_title or page.in_h1 or page.headings or page.in_text or page.anchors:
                    found[word].append(page)
                    if len(found[word]) > 4 * MOST_PAGES:
                        found[word] = _best(found[word], None)
    return found, in_texts


def _indexable(crawl: Crawl, *columns: Any) -> Any:
    """Pages that engines may take: found, not noindex, not a copy of another."""
    return (
        select(*columns)
        .join(UrlRow, (UrlRow.crawl_id == PageRow.crawl_id) & (UrlRow.id == PageRow.id))
        .where(
            PageRow.crawl_id == crawl.id,
            PageRow.noindex.is_(False),
            UrlRow.status.between(200, 299),
            UrlRow.redirect_to.is_(None),
            PageRow.canonical.is_(None) | (PageRow.canonical == PageRow.id),
        )
        .order_by(PageRow.id)
        .execution_options(yield_per=1000)
    )


def _tails(session: Session, crawl: Crawl, words: Sequence[str]) -> frozenset[str]:
    """Parts of titles with a word in them that stand in several titles."""
    counted: Counter[str] = Counter()
    for title in session.scalars(_indexable(crawl, PageRow.title)):
        counted.update({part for part in map(folded, _SEPARATORS.split(title)) if any(word in part for word in words)})
    return frozenset(part for part, titles in counted.items() if titles >= TAIL_TITLES)


def _anchors(session: Session, crawl: Crawl, words: Sequence[str]) -> dict[tuple[str, int], int]:
    """Pages that link to a page with a word in the anchor text, by (word, number of the page)."""
    texts: dict[int, list[str]] = {}
    query = select(TextRow.id, TextRow.text).where(TextRow.crawl_id == crawl.id).execution_options(yield_per=5000)
    for id, text in session.execute(query):
        plain = folded(text)
        if held := [word for word in words if word in plain]:
            texts[id] = held
    sources: dict[tuple[str, int], set[int]] = defaultdict(set)
    for ids in _in_parts(list(texts)):
        links = select(LinkRow.text_id, LinkRow.target, LinkRow.source).where(
            LinkRow.crawl_id == crawl.id, LinkRow.text_id.in_(ids), LinkRow.target.is_not(None), LinkRow.target != LinkRow.source
        )
        for text_id, target, source in session.execute(links.distinct().execution_options(yield_per=5000)):
            if text_id is not None and target is not None:
                for word in texts[text_id]:
                    sources[word, target].add(source)
    return {key: len(pages) for key, pages in sources.items()}


def _best(pages: Sequence[WordPage], named: str | None) -> list[WordPage]:
    ordered = sorted((replace(page, named=page.url == named) for page in pages), key=lambda page: page.weight, reverse=True)
    return ordered[:MOST_PAGES]


def _keep(
    database: Database, crawl: Crawl, words: list[str], in_texts: list[str], found: Mapping[str, Sequence[WordPage]], now: datetime
) -> None:
    """Write the pages in small transactions and the head last, so that readers see the old look or the new one, never half of it."""
    with database.read() as session:
        id = (session.scalar(select(func.max(WordCountRow.id))) or 0) + 1
    rows = [
        {"count_id": id, "word_key": word, "url": page.url, "title": page.title, "in_title": page.in_title, "by_tail": page.by_tail,
         "in_h1": page.in_h1, "headings": page.headings, "in_text": page.in_text, "anchors": page.anchors}
        for word, pages in found.items() for page in pages
    ]  # fmt: skip
    with database.write() as session:
        session.execute(delete(WordPageRow).where(WordPageRow.count_id >= id))
    for part in _in_parts(rows):
        with database.write() as session:
            session.execute(insert(WordPageRow), part)
    with database.write() as session:
        session.add(WordCountRow(id=id, crawl_id=crawl.id, at=now, words="\n".join(words), in_texts="\n".join(in_texts)))
    with database.write() as session:
        session.execute(delete(WordPageRow).where(WordPageRow.count_id < id))
        session.execute(delete(WordCountRow).where(WordCountRow.id < id))


def _in_parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), _MANY):
        yield values[start : start + _MANY]
