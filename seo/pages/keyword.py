"""One word: where it stands, its course, our pages, what competes and what it costs as an ad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from growth.language import _
from growth.reporting import Chart, Column, Empty, Kind, Note, Series, Table, ranks
from growth.web import Missing, Page, Viewer, page
from seo.pages.evidence import page_link
from seo.pages.keywords import IMPORT, standing_row, today
from seo.pages.tabs import NAV, ROLES, tabs
from seo.ranking.naming import engine_title
from seo.ranking.overview import PAID_DAYS, WordOverview, keyword_overview
from seo.ranking.problems import notes_of
from seo.ranking.rows import Measured
from seo.ranking.standing import WINDOW
from seo.ranking.store import last_day, measured_rows
from seo.ranking.vocabulary import source_title
from seo.reading.text import folded


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordPage:
    """The variables of keyword.html."""

    tabs: Sequence[tuple[str, str, bool]]
    word: str
    #: (words, value)
    facts: Sequence[tuple[str, str]]
    notes: Sequence[Note]
    chart: Chart | None
    #: where it stands now, by engine and device
    now: Table
    #: pages of ours that ranked
    ranked: Table
    #: pages of ours that hold the word
    pages: Table
    #: every position that was imported
    history: Table
    #: the page that the yaml names, as a link to its sheet
    named_link: str


@page("/seo/keyword", nav=NAV, roles=ROLES)
def keyword(viewer: Viewer, word: str) -> Page:
    """One word."""
    with viewer.database.read() as session:
        found = keyword_overview(session, viewer.workspace, today=today(viewer), word=word)
        if not found:
            raise Missing
        one = found[0]
        newest = last_day(session)
        rows = list(measured_rows(session, words={folded(one.word)}, since=newest - WINDOW)) if newest else []
    history = viewer.arrange(_history(rows))
    if viewer.format:
        return viewer.download(history, name=f"keyword-{one.word}")
    shown = KeywordPage(
        tabs=tabs("keywords"),
        word=one.word,
        facts=_facts(one),
        notes=notes_of(one),
        chart=_course(one),
        now=_now(one),
        ranked=_ranked(one),
        pages=_pages(one),
        history=history,
        named_link=page_link(one.named) if one.named else "",
    )
    crumbs = [("SEO", "/seo"), (_("Keywords"), "/seo/keywords"), (one.word, "")]
    return viewer.render("web/seo/keyword.html", shown, title=one.word, crumbs=crumbs)


def _facts(one: WordOverview) -> list[tuple[str, str]]:
    facts = [(_("Page that shall be found"), one.named or ""), (_("Target"), str(one.target) if one.target else "")]
    if one.paid is not None:
        paid = one.paid
        facts += [
            (_("Ads, {n} days", n=PAID_DAYS), " + ".join(map(str, paid.costs))),
            (_("Clicks on ads"), str(paid.clicks) if paid.clicks else ""),
            (_("Visits that named the word"), str(paid.visits) if paid.visits else ""),
            (_("Sign-ups of these visits"), f"{paid.signups:g}"),
            (_("Cost of a sign-up"), str(paid.cac) if paid.cac else ""),
        ]
    return [(words, value) for words, value in facts if value]


def _course(one: WordOverview) -> Chart | None:
    """The positions by day: one line an engine and device."""
    lines = {f"s{place}": each for place, each in enumerate(one.standings) if any(position for _day, position in each.course)}
    days = sorted({day for each in lines.values() for day, _position in each.course})
    if len(days) < 2:
        return None
    known = {id: dict(each.course) for id, each in lines.items()}
    rows = [{"day": day, **{id: known[id].get(day) for id in lines}} for day in days]
    return ranks(
        "keyword-course",
        _("Positions by day"),
        rows,
        x=Series(id="day", label=_("Day"), kind=Kind.DATE),
        series=[Series(id=id, label=engine_title(each.engine, each.device)) for id, each in lines.items()],
        note=_("By the source that was heard last; days without a mark were not found or not measured."),
    )


def _now(one: WordOverview) -> Table:
    columns = [
        Column(id="engine", label=_("Engine"), key=True),
        Column(id="position", label=_("Position"), kind=Kind.NUMBER, lead=True),
        Column(id="before", label=_("Before"), kind=Kind.NUMBER),
        Column(id="target", label=_("Target"), kind=Kind.NUMBER),
        Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
        Column(id="day", label=_("Day"), kind=Kind.DATE),
        Column(id="source", label=_("Source")),
    ]
    empty = Empty(title=_("No position yet"), text=_("Import an export that holds this word."), code=IMPORT)
    rows = [standing_row(each) for each in one.standings]
    return Table(id="now", title=_("Where it stands"), columns=columns, rows=rows, size=max(len(rows), 1), empty=empty)


def _ranked(one: WordOverview) -> Table:
    columns = [
        Column(id="url", label=_("Page"), key=True),
        Column(id="engine", label=_("Engine")),
        Column(id="position", label=_("Position"), kind=Kind.NUMBER, lead=True),
        Column(id="clicks", label=_("Clicks"), kind=Kind.NUMBER),
        Column(id="day", label=_("Day"), kind=Kind.DATE, lead=True),
        Column(id="source", label=_("Source")),
    ]
    rows = [
        {
            "url": each.url, "engine": engine_title(each.engine, each.device), "position": each.position, "clicks": each.clicks,
            "day": each.day, "source": source_title(each.source), "href": page_link(each.url),
        }
        for each in one.ranked
    ]  # fmt: skip
    empty = Empty(title=_("No page of ours ranked"), text=_("Within the last 30 days, by the exports that name the page."))
    return Table(id="ranked", title=_("Our pages that ranked"), columns=columns, rows=rows, size=max(len(rows), 1), empty=empty)


def _pages(one: WordOverview) -> Table:
    columns = [
        Column(id="url", label=_("Page"), key=True, under="title"),
        Column(id="named", label=_("Wanted"), kind=Kind.CHECK, help=_("The page that keywords.yaml names")),
        Column(id="in_title", label=_("Title"), kind=Kind.CHECK, lead=True),
        Column(id="in_h1", label="H1", kind=Kind.CHECK, lead=True),
        Column(id="headings", label=_("Headings"), kind=Kind.NUMBER),
        Column(
            id="in_text", label=_("In the text"), kind=Kind.NUMBER, help=_("Counted while crawling; empty for a word newer than the crawl")
        ),
        Column(id="anchors", label=_("Pages that link with it"), kind=Kind.NUMBER),
    ]
    rows = [
        {
            "url": each.url, "title": each.title, "named": each.named, "in_title": each.in_title and not each.by_tail,
            "in_h1": each.in_h1, "headings": each.headings, "in_text": each.in_text, "anchors": each.anchors, "href": page_link(each.url),
        }
        for each in one.pages or ()
    ]  # fmt: skip
    caption = (
        ""
        if one.pages is None or one.in_texts or not one.declared
        else _("The word is newer than the audit: texts were not searched for it. Audit again: growth seo audit")
    )
    empty = (
        Empty(
            title=_("Not looked for yet"),
            text=_("The command looks through the newest crawl; so does the daily job."),
            code="growth seo keywords",
        )
        if one.pages is None
        else Empty(
            title=_("No page holds the word"),
            text=_("No indexable page has it in title, headings, text or anchors.")
            if one.in_texts
            else _("No indexable page has it in title, headings or anchors; texts are searched by the next audit."),
        )
    )
    return Table(
        id="pages", title=_("Our pages with the word"), columns=columns, rows=rows, size=max(len(rows), 1), empty=empty, note=caption
    )


def _history(rows: Sequence[Measured]) -> Table:
    columns = [
        Column(id="day", label=_("Day"), kind=Kind.DATE, key=True),
        Column(id="engine", label=_("Engine"), lead=True),
        Column(id="position", label=_("Position"), kind=Kind.NUMBER, lead=True),
        Column(id="url", label=_("Page"), kind=Kind.URL),
        Column(id="clicks", label=_("Clicks"), kind=Kind.NUMBER),
        Column(id="impressions", label=_("Impressions"), kind=Kind.NUMBER),
        Column(id="volume", label=_("Searches"), kind=Kind.NUMBER),
        Column(id="source", label=_("Source")),
    ]
    shown = [
        {
            "day": one.day, "engine": engine_title(one.engine, one.device), "position": one.position, "url": one.url or None,
            "clicks": one.clicks, "impressions": one.impressions, "volume": one.volume, "source": source_title(one.source),
        }
        for one in rows
    ]  # fmt: skip
    return replace(
        Table(id="history", title=_("All positions"), columns=columns, rows=shown),
        empty=Empty(title=_("No position yet"), text=_("Import an export that holds this word."), code=IMPORT),
    )
