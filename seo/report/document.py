"""The crawl report as sections: how things stand, what to mend first, the charts, then every group with its issues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from growth.db import Database
from growth.language import Text, _
from growth.rendering import SiteShown
from growth.reporting import Better, Chart, Document, Figure, Kind, Note, Query, Section, Series, Table, bars, line
from seo.check import Group, catalogue
from seo.crawls import Crawl, CrawlState, crawls
from seo.equity import kept_proposals
from seo.issues import Issue
from seo.listing import list_issues
from seo.report.columns import CHECKS_SHORT, ISSUES, URLS, Scale
from seo.report.tables import checks_table, counts_by_group, issue_row, proposals_table, scale_of, urls_table
from seo.tally import Tally, tally_of
from seo.wording import reason_word

#: rows of a table in the HTML file; the workbook has them all
HTML_ROWS = 50
#: crawls of a trend
TREND = 20


def crawl_document(database: Database, crawl: Crawl) -> Document:
    """The report on a crawl as a document for `growth.reporting`."""
    found = list(list_issues(database, crawl_id=crawl.id))
    tallies = tally_of(found)
    site = database.workspace.settings.site
    zone = database.workspace.zone
    shown = SiteShown(name=site.name, url=site.url, company=site.company, icp=site.icp)
    sections = [
        _overview(database, crawl, tallies),
        *_charts(crawl),
        *_trend(database, crawl),
        *_groups(found, crawl),
        *_linking(database, crawl),
        _pages(database, crawl),
    ]
    facts = [
        (_("Start page"), crawl.start_url),
        (_("Crawled"), f"{crawl.started_at.astimezone(zone):%Y-%m-%d %H:%M}"),
        (_("Pages"), str(crawl.pages)),
        (_("Requests"), str(crawl.requests)),
    ]
    return Document(
        title=_("SEO crawl report"),
        period=f"{crawl.started_at.astimezone(zone):%Y-%m-%d}",
        sentence=sentence(crawl),
        site=shown,
        made_at=crawl.finished_at or crawl.heartbeat_at,
        sections=sections,
        proposals=proposals(crawl, tallies),
        proposals_title=_("What to mend first"),
        facts=facts,
    )


def sentence(crawl: Crawl) -> str:
    """How things stand, in a sentence."""
    if not crawl.errors and not crawl.warnings:
        text = _("{pages} pages were crawled; no errors and no warnings.", pages=crawl.pages)
    else:
        text = _(
            "{pages} pages were crawled: {errors} errors, {warnings} warnings, {notices} notices.",
            pages=crawl.pages,
            errors=crawl.errors,
            warnings=crawl.warnings,
            notices=crawl.notices,
        )
    if crawl.state is CrawlState.LIMITED:
        text += " " + _("The crawl stopped at {n} pages; the site has more.", n=crawl.max_pages)
    return text


def proposals(crawl: Crawl, tallies: Sequence[Tally], *, most: int = 8) -> list[Note]:
    """The checks whose mending brings back most, with what they cost."""
    notes = []
    for place, tally in enumerate(sorted(tallies, key=lambda one: -one.weight)[:most], start=1):
        check = catalogue().get(tally.check)
        if check is not None:
            text = f"{check.meta.title_bad} ({tally.number})"
            if tally.weight:
                text += _(": {cost}", cost=cost_words(tally.weight, place, measured=bool(crawl.totals.get("measured"))))
            notes.append(Note(text=text, severity=check.meta.severity.value, mend=str(check.meta.mend), link=f"/seo/issues/{tally.check}"))
    return notes


def cost_words(weight: float, place: int, *, measured: bool) -> str:
    """A weight in words; where no visits were counted only its `place` in the order says something."""
    if not measured:
        return _("no. {n} by link equity", n=place)
    if weight < 0.01:
        return _("less than 0.01 sign-ups lost a month")
    return _("about {n} sign-ups lost a month", n=f"{weight:.0f}" if weight >= 10 else f"{weight:.2f}")


def crawl_figures(crawl: Crawl, before: Crawl | None = None) -> list[Figure]:
    """The figures of a crawl, each with what it is computed from."""
    totals = crawl.totals

    def figure(id: str, label: Text, value: int, *, better: Better, means: Text, command: str) -> Figure:
        return Figure(id=id, label=label, value=value, better=better, query=Query(means=means, command=command, as_of=crawl.finished_at))

    id = crawl.id
    return [
        figure(
            "pages",
            Text("Pages", "页面"),
            crawl.pages,
            better=Better.UP,
            means=Text("HTML pages of the site that answered and were read.", "站内可访问并已读取的 HTML 页面数。"),
            command=f"growth seo pages --crawl {id}",
        ),
        figure(
            "indexable",
            Text("Indexable", "可收录"),
            int(totals.get("indexable", 0)),
            better=Better.UP,
            means=Text("Pages that engines may take into their index.", "搜索引擎可以收录的页面数。"),
            command=f"growth seo pages --crawl {id}",
        ),
        figure(
            "errors",
            Text("Errors", "错误"),
            crawl.errors,
            better=Better.DOWN,
            means=Text("Issues of severity error, accepted ones left out.", "级别为“错误”的问题数，不含已接受的。"),
            command=f"growth seo issues --crawl {id} --severity error",
        ),
        figure(
            "warnings",
            Text("Warnings", "警告"),
            crawl.warnings,
            better=Better.DOWN,
            means=Text("Issues of severity warning, accepted ones left out.", "级别为“警告”的问题数，不含已接受的。"),
            command=f"growth seo issues --crawl {id} --severity warning",
        ),
        figure(
            "notices",
            Text("Notices", "提示"),
            crawl.notices,
            better=Better.DOWN,
            means=Text("Issues of severity notice, accepted ones left out.", "级别为“提示”的问题数，不含已接受的。"),
            command=f"growth seo issues --crawl {id} --severity notice",
        ),
    ]


def _overview(database: Database, crawl: Crawl, tallies: Sequence[Tally]) -> Section:
    with database.read() as session:
        groups = counts_by_group(session, crawl.id)
    chart = bars(
        "groups",
        _("Issues by group"),
        groups,
        x=Series(id="group", label=_("Group")),
        value=Series(id="total", label=_("Issues"), kind=Kind.NUMBER),
    )
    table = replace(checks_table(tallies, crawl), columns=scale_of(crawl, ()).columns(CHECKS_SHORT))
    return Section(
        id="overview",
        title=Text("Overview", "概览"),
        sentence=_measured(crawl),
        figures=crawl_figures(crawl),
        chart=chart if groups else None,
        tables=[table] if table.rows else [],
        order=1,
    )


def _measured(crawl: Crawl) -> str:
    if crawl.totals.get("measured"):
        return _("Weights are sign-ups lost a month, from the visits that were counted.")
    return _("No visits were counted yet, so weights go by link equity: their order counts, not their size.")


def _charts(crawl: Crawl) -> list[Section]:
    charts = [
        ("statuses", Text("Status codes", "状态码"), _status_rows(crawl.totals.get("statuses", {}))),
        ("depths", Text("Clicks from the home page", "点击深度"), _depth_rows(crawl.totals.get("depths", {}))),
        ("times", Text("Response times", "响应时间"), _time_rows(crawl.totals.get("ttfb", {}))),
        ("skipped", Text("Not crawled, and why", "未抓取及原因"), _skipped_rows(crawl.totals.get("skipped", {}))),
    ]
    sections = []
    for place, (id, title, rows) in enumerate(charts):
        if rows:
            x, value = Series(id="what", label=title), Series(id="number", label=_("URLs"), kind=Kind.NUMBER)
            sections.append(Section(id=id, title=title, chart=bars(id, str(title), rows, x=x, value=value), order=10 + place))
    return sections


def _status_rows(counts: dict[str, int]) -> list[dict[str, Any]]:
    words = {"0": _("no answer")}
    return [{"what": words.get(status, status), "number": number} for status, number in sorted(counts.items())]


def _depth_rows(counts: dict[str, int]) -> list[dict[str, Any]]:
    known = sorted((int(depth), number) for depth, number in counts.items() if depth)
    rows: list[dict[str, Any]] = [{"what": str(depth), "number": number} for depth, number in known]
    return rows + ([{"what": _("not linked"), "number": counts[""]}] if counts.get("") else [])


def _time_rows(counts: dict[str, int]) -> list[dict[str, Any]]:
    bands = {"0": "< 200 ms", "200": "200–500 ms", "500": "500–800 ms", "800": "0.8–3 s", "3000": "> 3 s"}
    return [{"what": words, "number": counts[low]} for low, words in bands.items() if low in counts]


def _skipped_rows(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [{"what": reason_word(name), "number": number} for name, number in sorted(counts.items(), key=lambda one: -one[1])]


def _trend(database: Database, crawl: Crawl) -> list[Section]:
    """Issues over the crawls of the same start page."""
    with database.read() as session:
        past = [
            one
            for one in crawls(session, limit=TREND * 3)
            if one.state.is_judged and one.start_url == crawl.start_url and one.id <= crawl.id
        ]
    chart = trend_chart(past, database.workspace.zone)
    return [Section(id="trend", title=Text("Trend over crawls", "历次抓取趋势"), chart=chart, order=20)] if chart is not None else []


def trend_chart(past: Sequence[Crawl], zone: tzinfo) -> Chart | None:
    """Errors and warnings over crawls (newest first, at most `TREND`): by day, or crawl by crawl where a day had several; None for one."""
    shown = past[:TREND][::-1]
    if len(shown) < 2:
        return None
    starts = [one.started_at.astimezone(zone) for one in shown]
    if len({start.date() for start in starts}) == len(shown):
        x = Series(id="at", label=_("Day"), kind=Kind.DATE)
        marks = [start.date().isoformat() for start in starts]
    else:
        x = Series(id="at", label=_("Crawl"))
        marks = [f"#{one.id} · {start:%m-%d %H:%M}" for one, start in zip(shown, starts, strict=True)]
    return line(
        "trend",
        _("Errors and warnings over crawls"),
        [{"at": mark, "errors": one.errors, "warnings": one.warnings} for mark, one in zip(marks, shown, strict=True)],
        x=x,
        series=[Series(id="errors", label=_("Errors"), kind=Kind.NUMBER), Series(id="warnings", label=_("Warnings"), kind=Kind.NUMBER)],
    )


def _groups(found: Sequence[Issue], crawl: Crawl) -> list[Section]:
    scale = scale_of(crawl, (issue.weight for issue in found))
    sections = []
    for place, group in enumerate(Group):
        mine = [issue for issue in found if (check := catalogue().get(issue.check)) and check.meta.group is group]
        if not mine:
            continue
        tables = []
        for id in dict.fromkeys(issue.check for issue in mine):
            rows = [issue_row(issue, scale) for issue in mine if issue.check == id]
            tables.append(_check_table(id, rows, scale))
        sections.append(Section(id=f"group-{group}", title=group.label, tables=tables, order=30 + place))
    return sections


def _check_table(id: str, rows: list[dict[str, Any]], scale: Scale) -> Table:
    """The issues of one check, with why it matters and how to mend in its note."""
    check = catalogue()[id]
    shown = {"url", "evidence", "state", "weight"}
    columns = [replace(column, key=column.id == "url") for column in scale.columns(ISSUES) if column.id in shown]
    note = f"{check.meta.why} {check.meta.mend}"
    if len(rows) > HTML_ROWS:
        note += " " + _("The first {n} are shown; all are in the workbook.", n=HTML_ROWS)
    title = f"{check.meta.title_bad} · {len(rows)}"
    return Table(id=f"check-{id}", title=title, columns=columns, rows=rows[:HTML_ROWS], total=len(rows), size=HTML_ROWS, note=note)


def _linking(database: Database, crawl: Crawl) -> list[Section]:
    """Pages that deserve links, and from where."""
    found = kept_proposals(database, crawl, most=10)
    if not found:
        return []
    whole = proposals_table(found)
    shown = {"url", "inlinks", "equity", "source", "anchor"}
    table = replace(whole, columns=[column for column in whole.columns if column.id in shown])
    return [Section(id="linking", title=Text("Links to add", "该加的链接"), sentence=linking_sentence(), tables=[table], order=50)]


def linking_sentence() -> str:
    """What the proposals rest on."""
    return _("These pages are worth more than the links they get; the pages beside them hold link equity and are about the same.")


def _pages(database: Database, crawl: Crawl) -> Section:
    shown = {"url", "status", "indexability_words", "title", "depth", "inlinks", "ttfb_ms"}
    table = urls_table(database, crawl, most=HTML_ROWS, counted=False)
    short = Table(
        id="pages",
        title=_("The first pages"),
        columns=[column for column in URLS if column.id in shown],
        rows=table.rows,
        total=crawl.pages,
        size=HTML_ROWS,
        note=_("All pages with all columns are in the workbook: growth seo report --format xlsx"),
    )
    return Section(id="pages", title=Text("Pages", "页面"), tables=[short], order=60)
