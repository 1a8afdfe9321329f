"""``growth seo …``: thin commands over the audit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import ExitCode, GrowthError
from growth.language import _
from seo.comparing.commands import app as comparing
from seo.indexing.commands import app as indexing
from seo.indexing.range_commands import app as ranges_app
from seo.ranking.commands import app as keywords_app

app = toolkit.group(_("Audit the site: crawl it, find what is wrong, say what it costs.\n\nExample: growth -C mysite seo audit"))
app.add_typer(keywords_app, name="keywords")
app.add_typer(ranges_app, name="ranges")

CrawlOption = Annotated[int | None, typer.Option("--crawl", metavar="ID", help=_("a crawl of the past; default: the newest"))]
_SEVERITIES = ("error", "warning", "notice")
app.add_typer(comparing)
app.add_typer(indexing)


@app.command()
def audit(
    url: Annotated[str | None, typer.Argument(metavar="[URL]", help=_("where to begin; default: site.url"))] = None,
    max_pages: Annotated[int | None, typer.Option("--max-pages", min=1, metavar="N", help=_("read at most N pages"))] = None,
    resume: Annotated[bool, typer.Option("--resume", help=_("go on with the audit that was cut off"))] = False,
    fail_on: Annotated[
        str | None,
        typer.Option("--fail-on", metavar="error|warning|notice|none", help=_("exit 1 when there are issues of this severity or worse")),
    ] = None,
) -> None:
    """Crawl the site and check it; the issues are in the dashboard, and in `growth seo issues`.

    Example: growth seo audit --max-pages 500 --fail-on error
    """
    from seo.crawl.process import Child

    threshold = _threshold(fail_on)
    if resume and url is not None:
        raise GrowthError(_("--resume goes on with the last audit and takes no URL"), fix="growth seo audit --resume")
    database = toolkit.database()
    with Child() as child:  # it gets ready while this process loads what it judges by
        from seo.audit import run_audit
        from seo.crawl.fetcher import Fetcher
        from seo.facts import seo_settings

        with toolkit.stopping(_("stopping; what is under way may still arrive")) as stopped, toolkit.progress(_("Crawling")) as tick:
            result = run_audit(
                database,
                now=clock.now(),
                start_url=url,
                max_pages=max_pages,
                resume=resume,
                stopped=stopped,
                tick=tick,
                fetching=partial(Fetcher, child=child),
            )
    toolkit.emit(result.as_json(), text=_summary(result))
    if result.exceeds(threshold or seo_settings(database.workspace).fail_on):
        raise typer.Exit(ExitCode.FOUND)


@app.command()
def issues(
    crawl: CrawlOption = None,
    check: Annotated[str | None, typer.Option("--check", metavar="ID", help=_("of one check"))] = None,
    severity: Annotated[str | None, typer.Option("--severity", metavar="error|warning|notice", help=_("of one severity"))] = None,
    state: Annotated[
        str | None, typer.Option("--state", metavar="new|fixed|open", help=_("found for the first time, gone, or found before"))
    ] = None,
    accepted: Annotated[bool, typer.Option("--accepted", help=_("also those that growth.yaml accepts"))] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help=_("the heaviest N"))] = None,
) -> None:
    """The issues of the newest audit, those that cost most first.

    Example: growth seo issues --severity error --jsonl
    """
    from seo.check import check_named
    from seo.listing import list_issues

    if check is not None:
        check_named(check)
    if severity is not None and severity not in _SEVERITIES:
        raise GrowthError(_("“{text}” is not a severity", text=severity), fix="--severity error|warning|notice")
    if state is not None and state not in ("new", "fixed", "open", "reappeared"):
        raise GrowthError(_("“{text}” is not a state", text=state), fix="--state new|fixed|open")
    rows = list_issues(toolkit.database(), crawl_id=crawl, check=check, severity=severity, state=state, accepted=accepted, limit=limit)
    columns = {
        "severity": _("Severity"),
        "check": _("Check"),
        "state": _("State"),
        "url": _("Page"),
        "message": _("What is wrong"),
        "weight": _("Weight"),
    }
    toolkit.emit_rows((issue.as_json() for issue in rows), columns=columns, long=True, empty=_("No issue of this kind."))


@app.command()
def pages(crawl: CrawlOption = None) -> None:
    """Every URL of the site that the crawl fetched.

    Example: growth seo pages --jsonl
    """
    from seo.listing import list_pages

    columns = {
        "url": "URL",
        "status": _("Status"),
        "title": _("Title"),
        "depth": _("Clicks"),
        "indexable": _("Indexable"),
        "inlinks": _("In-links"),
    }
    toolkit.emit_rows(list_pages(toolkit.database(), crawl_id=crawl), columns=columns, long=True)


@app.command()
def links(
    broken: Annotated[bool, typer.Option("--broken", help=_("only those whose target does not work"))] = False,
    crawl: CrawlOption = None,
) -> None:
    """Every link of the crawl with what it leads to.

    Example: growth seo links --broken
    """
    from seo.listing import list_links
    from seo.wording import kind_word, verdict_word

    columns = {
        "source": _("Page"),
        "line": _("Line"),
        "kind": _("Kind"),
        "anchor": _("Text"),
        "target": _("Target"),
        "status": _("Status"),
        "verdict": _("Verdict"),
    }
    rows = list_links(toolkit.database(), crawl_id=crawl, broken=broken)
    words = {"kind": kind_word, "verdict": verdict_word}
    toolkit.emit_rows(rows, columns=columns, long=True, empty=_("No such link."), words=words)


@app.command()
def equity(crawl: CrawlOption = None) -> None:
    """Pages that deserve more links than they have, and the pages that should link to them.

    Example: growth seo equity --json
    """
    from seo.crawls import find_crawl
    from seo.equity import kept_proposals

    database = toolkit.database()
    with database.read() as session:
        found = find_crawl(session, crawl)
    proposals = kept_proposals(database, found)
    if toolkit.wants_json():
        toolkit.emit_rows(proposals, columns={})
        return
    columns = {"url": _("Page"), "inlinks": _("In-links"), "equity": _("Link equity"), "source": _("Link from"), "anchor": _("Text")}
    rows = [
        {"url": one.url, "inlinks": one.inlinks, "equity": one.equity, "source": giver.url, "anchor": one.anchor}
        for one in proposals
        for giver in one.givers
    ]
    toolkit.emit_rows(rows, columns=columns, empty=_("No page lacks links that another page about the same could give."))


@app.command()
def checks() -> None:
    """The catalogue of checks.

    Example: growth seo checks --json
    """
    from seo.listing import list_checks

    columns = {"id": _("Check"), "severity": _("Severity"), "group": _("Group"), "title": _("What is wrong"), "limits": _("Limits")}
    toolkit.emit_rows(list_checks(), columns=columns)


@app.command()
def crawls() -> None:
    """The crawls so far.

    Example: growth seo crawls
    """
    from seo.listing import list_crawls

    columns = {
        "id": _("Crawl"),
        "status": _("State"),
        "started_at": _("Begun"),
        "pages": _("Pages"),
        "requests": _("Requests"),
        "seconds": _("Seconds"),
        "errors": _("Errors"),
        "warnings": _("Warnings"),
        "notices": _("Notices"),
    }
    toolkit.emit_rows(list_crawls(toolkit.database()), columns=columns, empty=_("No crawl yet: growth seo audit"))


@app.command()
def robots(
    file_or_url: Annotated[str, typer.Argument(metavar="FILE_OR_URL", help=_("a robots.txt, or its address"))],
    url: Annotated[str, typer.Option("--url", help=_("may this be fetched?"))],
    agent: Annotated[str, typer.Option("--agent", metavar="NAME", help=_("a product token (Baiduspider) or a whole User-Agent"))] = "*",
) -> None:
    """Test a robots.txt: may AGENT fetch URL, and which line says so? Needs no workspace.

    Example: growth seo robots robots.txt --agent Baiduspider --url /private/
    """
    from seo.robots import parse_robots, verdict
    from seo.tryout import robots_text

    found = verdict(parse_robots(robots_text(file_or_url)), agent, url)
    where = f"{_('line')} {found.line}: {found.rule}" if found.line else _("no rule matches")
    toolkit.emit(
        {"allowed": found.allowed, "line": found.line, "rule": found.rule},
        text=f"{_('allowed') if found.allowed else _('not allowed')} ({where})",
    )


@app.command()
def page(
    url_or_file: Annotated[str, typer.Argument(metavar="URL|FILE", help=_("a page, or a draft as a file"))],
) -> None:
    """Judge one page or a draft; a page that seo.crawl.javascript names is shown to a browser first.

    Example: growth seo page draft.html
    """
    from seo.onepage import judge_one

    found = judge_one(toolkit.workspace(), url_or_file, now=clock.now())
    toolkit.emit(found.as_json(), text="\n".join(found.lines()))


@app.command()
def report(
    format: Annotated[
        str | None, typer.Option("--format", metavar="html|xlsx|csv|json", help=_("default: by the name of PATH, else html"))
    ] = None,
    path: Annotated[Path | None, typer.Option("-o", "--output", metavar="PATH", help=_("where to; default: .growth/reports"))] = None,
    crawl: CrawlOption = None,
) -> None:
    """The crawl report as a file.

    Example: growth seo report --format xlsx -o crawl.xlsx
    """
    from seo.crawls import find_crawl
    from seo.report import write_report

    database = toolkit.database()
    with database.read() as session:
        found = find_crawl(session, crawl)
    suffix = path.suffix.lstrip(".").lower() if path is not None else ""
    chosen = format or (suffix if suffix in ("html", "xlsx", "csv", "json") else "html")
    files = write_report(database, found, format=chosen, target=path)
    toolkit.emit({"crawl": str(found.id), "files": [str(file) for file in files]}, text="\n".join(str(file) for file in files))


@app.command()
def diff(
    old: Annotated[int | None, typer.Argument(metavar="[OLD", help=_("a crawl; default: the one before the newest"))] = None,
    new: Annotated[int | None, typer.Argument(metavar="NEW]", help=_("a later crawl; default: the newest"))] = None,
) -> None:
    """What changed between two crawls: new, fixed and still open issues.

    Example: growth seo diff 3 4
    """
    from seo.diff import diff_crawls
    from seo.issues import IssueState

    found = diff_crawls(toolkit.database(), old, new)
    new_, fixed, open_ = (found.count(state) for state in (IssueState.NEW, IssueState.FIXED, IssueState.OPEN))
    lines = [_("crawl {old} → {new}: {a} new, {b} fixed, {c} still open", old=found.old.id, new=found.new.id, a=new_, b=fixed, c=open_)]
    for state, mark in ((IssueState.NEW, "+"), (IssueState.FIXED, "−")):
        lines += [f"{mark} {one.severity:<8} {one.url}  {one.message}" for one in found.changes if one.state is state]
    toolkit.emit(found.as_json(), text="\n".join(lines))


@app.command()
def sitemap(
    engine: Annotated[str, typer.Option("--for", metavar="google|baidu|toutiao", help=_("whose limits to keep to"))] = "google",
    split: Annotated[int | None, typer.Option("--split", min=1, metavar="N", help=_("at most N addresses a file"))] = None,
    folder: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help=_("where to"))] = Path(),
    crawl: CrawlOption = None,
) -> None:
    """Write sitemap.xml of the indexable pages of the newest crawl.

    Example: growth seo sitemap --for baidu -o public
    """
    from seo.crawls import find_crawl
    from seo.sitemap_files import For, indexable_urls, write_sitemaps

    if engine not in list(For):
        raise GrowthError(_("“{text}” is no engine", text=engine), fix="--for google|baidu|toutiao")
    database = toolkit.database()
    with database.read() as session:
        found = find_crawl(session, crawl)
    written = write_sitemaps(
        indexable_urls(database, found), folder, base=toolkit.workspace().settings.site.url, engine=For(engine), split=split
    )
    if written.too_long:
        toolkit.warn(
            _(
                "{n} addresses are longer than this engine takes and were left out, the first: {url}",
                n=len(written.too_long),
                url=written.too_long[0],
            )
        )
    document = {"files": [str(path) for path in written.files], "urls": written.urls, "left_out": list(written.too_long)}
    toolkit.emit(document, text="\n".join(str(path) for path in written.files))


@app.command()
def silian(
    path: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help=_("where to; default: print"))] = None,
    crawl: CrawlOption = None,
) -> None:
    """The file for Baidu's 死链提交: addresses of the site that answer 404 or 410, one a line.

    Example: growth seo silian -o silian.txt
    """
    from growth.reporting import write_whole
    from seo.crawls import find_crawl
    from seo.sitemap_files import dead_urls

    database = toolkit.database()
    with database.read() as session:
        found = find_crawl(session, crawl)
    dead = dead_urls(database, found)
    if path is not None:
        write_whole(path, "".join(f"{url}\n" for url in dead).encode())
    toolkit.emit({"urls": dead, "file": str(path) if path else None}, text=str(path) if path else "\n".join(dead) or _("No dead address."))


def _threshold(text: str | None) -> str | None:
    if text is not None and text not in (*_SEVERITIES, "none"):
        raise GrowthError(_("“{text}” is not a severity", text=text), fix="--fail-on error|warning|notice|none")
    return text


def _summary(result: Any) -> str:
    crawl, found = result.crawl, result.issues
    lines = [
        _(
            "{pages} pages, {requests} requests, {links} links in {seconds} s",
            pages=crawl.pages,
            requests=crawl.requests,
            links=crawl.links,
            seconds=f"{crawl.seconds:.1f}",
        ),
        _(
            "{errors} errors, {warnings} warnings, {notices} notices",
            errors=found["error"],
            warnings=found["warning"],
            notices=found["notice"],
        ),
    ]
    if crawl.state.value == "limited":
        lines.append(_("stopped after {n} pages; the rest: growth seo audit --resume", n=crawl.max_pages))
    lines += _walk_notes(crawl.totals)
    lines += [f"  {number:>6}  {check}" for check, number in list(result.by_check.items())[:12]]
    lines.append(_("what to do about them: growth seo issues · growth seo report -o report.html"))
    return "\n".join(lines)


def _walk_notes(totals: Mapping[str, Any]) -> list[str]:
    """What somebody should know of how the crawl went."""
    notes = []
    if delay := totals.get("crawl_delay"):
        words = _("robots.txt asks for {n} s between requests", n=f"{delay['asked']:g}")
        notes.append(words if delay["kept"] == delay["asked"] else f"{words} {_('(kept: {n} s)', n=format(delay['kept'], 'g'))}")
    if rendered := totals.get("rendered"):
        notes.append(_("{n} pages were rendered in a browser, {m} could not be", n=rendered["pages"], m=rendered["faults"]))
    if left_out := totals.get("skipped", {}).get("host-budget"):
        notes.append(_("{n} addresses on other sites have their turn in a later audit (seo.crawl.external_per_host)", n=left_out))
    return notes
