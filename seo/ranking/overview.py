"""All that is known of each word, joined: standings, the pages that ranked, our pages, paid beside organic. Command and page use it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from growth.workspace import Workspace
from seo.ranking.our_pages import Counted, WordPage, competing, counted_pages, named_pages
from seo.ranking.paid import Paid, paid_words
from seo.ranking.settings import KeywordsFile
from seo.ranking.standing import Standing, standings
from seo.ranking.store import last_day, measured_rows
from seo.reading.text import folded

#: days of cost, clicks and sign-ups
PAID_DAYS: Final = 30
#: pages of ours that took turns for a word within this time rank against each other
TURNS: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A page of ours that ranked for a word in the last weeks, with its best and newest position."""

    url: str
    engine: str
    device: str
    source: str
    day: date
    position: float
    clicks: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordOverview:
    """One word. `named` is the page that keywords.yaml wants to be found, in normal form."""

    word: str
    declared: bool
    named: str | None
    target: int | None
    standings: tuple[Standing, ...]
    #: pages of ours that ranked within `TURNS`, newest first
    ranked: tuple[Ranked, ...]
    #: None where the word was not looked for in a crawl yet
    pages: tuple[WordPage, ...] | None
    #: whether it is the site's own name, which every page may carry
    brand: bool
    #: whether the crawl counted it in the texts of pages: false for a word newer than the crawl
    in_texts: bool
    paid: Paid | None

    @property
    def competing(self) -> tuple[WordPage, ...]:
        """Pages of the crawl that say that they are about the word, where they are more than one; none for the site's own name."""
        return () if self.brand else tuple(competing(self.pages or ()))

    @property
    def turns(self) -> tuple[str, ...]:
        """Pages of ours that ranked for it at one engine within `TURNS`, where they are more than one."""
        by_engine: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for one in self.ranked:
            by_engine[one.engine, one.device, one.source].append(one.url)
        found = [url for urls in by_engine.values() if len(set(urls)) > 1 for url in urls]
        return tuple(dict.fromkeys(found))

    @property
    def wrong_page(self) -> Ranked | None:
        """The newest page that ranks instead of the named one; None where the named one ranks or nothing is named."""
        if self.named is None or not self.ranked:
            return None
        newest = self.ranked[0]
        return None if any(one.url == self.named and one.day == newest.day for one in self.ranked) else newest

    def as_json(self) -> dict[str, Any]:
        """One object of ``growth seo keywords --json``."""
        return {
            "word": self.word,
            "declared": self.declared,
            "page": self.named,
            "target": self.target,
            "positions": [_standing_json(one) for one in self.standings],
            "ranked": [
                {"url": one.url, "engine": one.engine, "device": one.device or None, "source": one.source, "day": one.day,
                 "position": one.position, "clicks": one.clicks}
                for one in self.ranked
            ],
            "pages": None if self.pages is None else [_page_json(one) for one in self.pages],
            "in_texts": self.in_texts,
            "competing": [one.url for one in self.competing],
            "taking_turns": list(self.turns),
            "paid": _paid_json(self.paid),
        }  # fmt: skip


def keyword_overview(
    session: Session, workspace: Workspace, *, today: date, everything: bool = False, word: str | None = None
) -> list[WordOverview]:
    """The words of keywords.yaml in their order; with `everything` all other words that were imported too. `word` asks for one."""
    declared = workspace.one("keywords", KeywordsFile).keywords
    found = standings(session, declared, everything=everything or (word is not None and folded(word) not in map(folded, declared)))
    by_key: dict[str, list[Standing]] = defaultdict(list)
    for one in found:
        by_key[folded(one.word)].append(one)
    names = {folded(name): name for name in declared} | {key: ones[0].word for key, ones in by_key.items()}
    if word is not None:
        names = {key: name for key, name in names.items() if key == folded(word)}
    named = named_pages(workspace.settings.site.url, declared)
    keywords = {folded(name): keyword for name, keyword in declared.items()}
    counted = counted_pages(session, declared, site_url=workspace.settings.site.url)
    ranked = _ranked(session, set(names))
    paid = paid_words(session, workspace, words=set(names), from_day=today - timedelta(days=PAID_DAYS - 1), until_day=today)
    return [
        WordOverview(
            word=name,
            declared=key in keywords,
            named=named.get(key),
            target=keywords[key].target if key in keywords else None,
            standings=tuple(by_key.get(key, ())),
            ranked=tuple(ranked.get(key, ())),
            pages=_pages(counted, key),
            brand=key == folded(workspace.settings.site.name),
            in_texts=counted is not None and key in counted.in_texts,
            paid=paid.get(key),
        )
        for key, name in names.items()
    ]


def _pages(counted: Counted | None, key: str) -> tuple[WordPage, ...] | None:
    return tuple(counted.pages.get(key, ())) if counted is not None and key in counted.words else None


def _ranked(session: Session, words: set[str]) -> Mapping[str, Sequence[Ranked]]:
    """The pages that ranked for each word in the last weeks: each once an engine, device and source, where it stood last."""
    newest = last_day(session)
    if newest is None:
        return {}
    found: dict[str, dict[tuple[str, str, str, str], Ranked]] = defaultdict(dict)
    for one in measured_rows(session, words=words, since=newest - TURNS):
        if one.url and one.position is not None:
            found[one.word_key].setdefault(
                (one.url, one.engine, one.device, one.source),
                Ranked(
                    url=one.url, engine=one.engine, device=one.device, source=one.source, day=one.day, position=one.position,
                    clicks=one.clicks,
                ),
            )  # fmt: skip
    return {key: list(pages.values()) for key, pages in found.items()}


def _standing_json(one: Standing) -> dict[str, Any]:
    return {
        "engine": one.engine,
        "device": one.device or None,
        "source": one.source,
        "day": one.day,
        "position": one.position,
        "before": one.before,
        "change": one.change,
        "target": one.target,
        "within": one.within,
        "fell_on": one.fell_on,
        "volume": one.volume,
    }


def _page_json(one: WordPage) -> dict[str, Any]:
    return {
        "url": one.url,
        "named": one.named,
        "targets": one.targets,
        "title": one.title,
        "in_title": one.in_title,
        "in_h1": one.in_h1,
        "headings": one.headings,
        "in_text": one.in_text,
        "anchors": one.anchors,
    }


def _paid_json(paid: Paid | None) -> dict[str, Any] | None:
    if paid is None:
        return None
    names = ("costs", "clicks", "impressions", "visits", "signups", "cac")
    return {"days": PAID_DAYS, **{name: getattr(paid, name) for name in names}}
