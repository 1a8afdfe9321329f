"""``growth traffic``: visits, and how one is classified."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _, ngettext

if TYPE_CHECKING:
    from growth.traffic import Beside, Counter, Pair

app = toolkit.group(_("Visits, and how one is classified."))


@app.command("classify")
def classify_(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help=_("JSON lines; default: standard input."))] = None,
) -> None:
    """Say how page views are classified; needs no database.

    Example: echo '{"url":"https://www.example.com/?bd_vid=1","referrer":"","user_agent":""}' | growth traffic classify
    """
    own, ignored = _site()
    rows = (_classified(line, number, own, ignored) for number, line in enumerate(_lines(file), 1) if line.strip())
    columns = {name: name for name in ("bot", "medium", "source", "term", "campaign", "click_id", "rule")}
    toolkit.emit_rows(rows, columns=columns, long=True)


@app.command("visits")
def visits_(
    from_: Annotated[str | None, typer.Option("--from", metavar="D", help=_("First day."))] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="D", help=_("Last day."))] = None,
) -> None:
    """List visits, bots left out. Example: growth traffic visits --from 2026-11-01 --to 2026-11-30 --jsonl"""
    from growth.traffic import catch_up, visits

    database = toolkit.database()
    catch_up(database)
    columns = {
        "started_at": _("Start"),
        "visitor": _("Visitor"),
        "channel": _("Channel"),
        "source": _("Source"),
        "pages": _("Pages"),
        "landing": _("Landing page"),
    }
    with database.read() as session:
        rows = visits(session, from_day=toolkit.parse_day(from_) if from_ else None, until_day=toolkit.parse_day(to) if to else None)
        toolkit.emit_rows(
            rows, columns=columns, long=True, empty=_("No visits yet. Put the script on the site, or: growth events import FILE")
        )


@app.command("import-totals")
def import_totals(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help=_("趋势分析 by day, exported from 百度统计 or 友盟: CSV or XLSX."))],
    provider: Annotated[str | None, typer.Option("--provider", metavar="P", help="baidu-tongji | umeng")] = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Import another counter's daily totals, to be set beside ours. Example: growth traffic import-totals 百度统计-2026-11.csv"""
    from growth.traffic import Counter, import_counts

    database, whose = toolkit.database(), _counter(provider)
    documents: list[dict[str, Any]] = []
    for file in files:
        with database.read() if dry_run else database.write() as session:
            done = import_counts(session, file, now=clock.now(), provider=whose)
            if dry_run:
                session.rollback()
        counts = {"rows": done.rows, "written": done.written, "unchanged": done.unchanged}
        documents.append({"file": str(file), "provider": done.provider.value, **counts, "rejected": done.rejected})
        for row in done.rejected[:20]:
            toolkit.warn(_("row {row}, {column}: {reason}", row=row.row, column=row.column, reason=row.reason))
    text = "\n".join(
        _(
            "{file} ({provider}): {rows} rows: {written} written, {unchanged} unchanged, {rejected} rejected",
            file=one["file"],
            provider=Counter(one["provider"]).words,
            rows=one["rows"],
            written=one["written"],
            unchanged=one["unchanged"],
            rejected=len(one["rejected"]),
        )
        for one in documents
    )
    if dry_run:
        text += "\n" + _("Nothing was changed (--dry-run).")
    toolkit.emit(documents, text=text)


@app.command("compare")
def compare_(
    from_: Annotated[str | None, typer.Option("--from", metavar="D", help=_("First day."))] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="D", help=_("Last day."))] = None,
    provider: Annotated[str | None, typer.Option("--provider", metavar="P", help="baidu-tongji | umeng")] = None,
) -> None:
    """Set our daily totals beside another counter's, with what makes them differ. Example: growth traffic compare --from 2026-11-01"""
    from growth.traffic import beside, catch_up, counters

    database, whose = toolkit.database(), _counter(provider)
    catch_up(database)
    today = clock.site_day(clock.now(), database.workspace.zone)
    first = toolkit.parse_day(from_) if from_ else today - timedelta(days=29)
    last = toolkit.parse_day(to) if to else today
    with database.read() as session:
        known = [whose] if whose else counters(session)
    found: list[Beside] = [beside(database, provider=each, from_day=first, until_day=last) for each in known]
    documents = [_beside_json(one) for one in found]
    text = "\n\n".join(_beside_text(one) for one in found)
    toolkit.emit(documents, text=text or _("No totals of another counter yet: growth traffic import-totals FILE"))


def _counter(name: str | None) -> Counter | None:
    from growth.errors import GrowthError
    from growth.traffic import Counter

    if name is None:
        return None
    try:
        return Counter(name)
    except ValueError:
        words = ", ".join(counter.value for counter in Counter)
        raise GrowthError(_("there is no provider “{name}”", name=name), fix=_("choose from: {words}", words=words)) from None


def _beside_json(one: Beside) -> dict[str, Any]:
    def pairs(figures: Any) -> dict[str, Any]:
        return {
            name: {"ours": pair.ours, "theirs": pair.theirs, "difference": pair.difference}
            for name, pair in (("page_views", figures.page_views), ("visitors", figures.visitors), ("visits", figures.visits))
        }

    return {
        "provider": one.provider.value,
        **pairs(one),
        "days": [{"day": day.day.isoformat(), **pairs(day)} for day in one.days],
        "causes": {cause.value: count for cause, count in one.causes.items()},
        "signups": one.signups,
    }


def _beside_text(one: Beside) -> str:
    from growth.traffic.beside_words import cause_words

    title = str(one.provider.words)
    if not one.days:
        return _("{provider}: no day of these was imported.", provider=title)
    lines = [
        ngettext(
            "{provider}, {n} day: ours / theirs (difference)",
            "{provider}, {n} days: ours / theirs (difference)",
            len(one.days),
            provider=title,
        )
    ]
    for label, pick in ((_("Page views"), "page_views"), (_("Visitors"), "visitors"), (_("Visits"), "visits")):
        lines.append(f"  {label}: {_pair_text(getattr(one, pick))}")
    for day in one.days:
        lines.append(f"  {day.day}  PV {_pair_text(day.page_views)}  UV {_pair_text(day.visitors)}  {_('Visits')} {_pair_text(day.visits)}")
    lines += ["", _("Why they differ, by our own figures of these days:")]
    lines += [f"  {count if count is not None else '–':>8}  {words}" for _id, count, words in cause_words(one)]
    return "\n".join(lines)


def _pair_text(pair: Pair) -> str:
    if pair.theirs is None:
        return f"{pair.ours} / –"
    share = f", {pair.share:+.1%}" if pair.share is not None else ""
    return f"{pair.ours} / {pair.theirs} ({pair.difference:+d}{share})"


def _site() -> tuple[frozenset[str], frozenset[str]]:
    """The site's domains and hosts to ignore, where the command stands in a workspace."""
    from growth.errors import GrowthError
    from growth.traffic import registered_domain
    from growth.workspace.problems import WorkspaceMissing

    try:
        site = toolkit.workspace().settings.site
    except WorkspaceMissing:
        return frozenset(), frozenset()
    except GrowthError:
        raise
    return frozenset(registered_domain(host) for host in site.hosts), frozenset(site.ignore_referrers)


def _classified(line: str, number: int, own: frozenset[str], ignored: frozenset[str]) -> Any:
    from growth.errors import GrowthError, Where
    from growth.traffic import classify

    try:
        document = json.loads(line)
        if not isinstance(document, dict):
            raise TypeError
        texts = [document.get(name) or "" for name in ("url", "referrer", "user_agent")]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError
        return classify(*texts, own_domains=own, ignored=ignored)
    except (ValueError, TypeError) as fault:
        raise GrowthError(
            _("line {line} names no web address", line=number),
            fix='{"url": "https://…", "referrer": "", "user_agent": ""}',
            where=Where("-", number),
        ) from fault


def _lines(file: Path | None) -> Iterator[str]:
    from growth.errors import GrowthError

    if file is None or str(file) == "-":
        yield from sys.stdin
        return
    try:
        yield from file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise GrowthError(_("{path} cannot be read", path=file), fix=_("check the path; it is UTF-8 text")) from fault
