"""``growth seo keywords``: thin commands over the ranking room."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _

if TYPE_CHECKING:
    from seo.ranking.importing import PositionImport
    from seo.ranking.overview import WordOverview

app = typer.Typer(
    help=_("Where we stand for our words, and with which pages.\n\nExample: growth seo keywords"),
    rich_markup_mode=None,
    invoke_without_command=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

#: rejected rows that are printed
MOST_SHOWN = 20


@app.callback()
def keywords(
    context: typer.Context,
    word: Annotated[str | None, typer.Option("--word", metavar="WORD", help=_("only this word, with all its pages"))] = None,
    everything: Annotated[bool, typer.Option("--all", help=_("also words that keywords.yaml does not name"))] = False,
) -> None:
    """Where we stand for our words, our pages for each, paid beside organic.

    Example: growth seo keywords --jsonl
    """
    if context.invoked_subcommand is not None:
        return
    from seo.ranking.our_pages import count_words
    from seo.ranking.overview import keyword_overview
    from seo.ranking.problems import newer_words, notes_of

    workspace, database, now = toolkit.workspace(), toolkit.database(), clock.now()
    count_words(database, now=now)
    with database.read() as session:
        found = keyword_overview(session, workspace, today=clock.site_day(now, workspace.zone), everything=everything, word=word)
    if toolkit.wants_json():
        toolkit.emit_rows((one.as_json() for one in found), columns={})
        return
    columns = {
        "word": _("Word"),
        "engine": _("Engine"),
        "position": _("Position"),
        "before": _("Before"),
        "target": _("Target"),
        "state": _("State"),
        "day": _("Day"),
        "source": _("Source"),
        "page": _("Our page"),
        "pages": _("Pages about it"),
        "paid": _("Ads, 30 days"),
        "signups": _("Sign-ups"),
    }
    empty = _("No words yet. Name them in keywords.yaml, then: growth seo keywords import FILE")
    toolkit.emit_rows([row for one in found for row in _lines(one)], columns=columns, empty=empty)
    for one in found:
        for note in notes_of(one):
            toolkit.hint(note.text)
    newer, mend, unaudited = newer_words(found)
    if newer and not unaudited:
        toolkit.hint(newer)
        toolkit.hint(mend)
    if found and not any(one.standings for one in found):
        toolkit.hint(_("No positions yet: growth seo keywords import FILE (站长之家, 爱站, 5118, Search Console)"))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("CSV, XLSX or the zip of Search Console"))],
    source: Annotated[
        str | None, typer.Option("--source", metavar="NAME", help=_("whose figures these are; default: told by the headers"))
    ] = None,
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="baidu|google|…", help=_("of a table that does not say; default: told by the file"))
    ] = None,
    device: Annotated[str | None, typer.Option("--device", metavar="desktop|mobile", help=_("of a table that does not say"))] = None,
    day: Annotated[
        str | None, typer.Option("--day", metavar="DAY", help=_("of rows that name none; default: in the file's name, else today"))
    ] = None,
    map_: toolkit.map_option = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Import positions (or 百度权重 and other figures of sites); the same file twice counts once.

    Example: growth seo keywords import 爱站-百度移动-2026-11-23.csv
    """
    from seo.ranking.importing import Given, import_positions
    from seo.ranking.watch import watch_targets

    workspace, database, now = toolkit.workspace(), toolkit.database(), clock.now()
    given = Given(
        source=source,
        engine=engine,
        device=device,
        day=toolkit.parse_day(day) if day else None,
        headers=toolkit.mapped_headers(map_),
    )
    done = import_positions(database, file, now=now, given=given, dry_run=dry_run)
    fallen = []
    if not dry_run:
        with database.write() as session:
            fallen = [one.word for one in watch_targets(session, workspace=workspace, now=now).fallen]
    toolkit.emit({**done.as_json(), "fallen": fallen, "dry_run": dry_run}, text=_told(done))
    for row in done.rejected[:MOST_SHOWN]:
        toolkit.warn(f"{file}:{row.row}: {row.column}: {row.reason}")
    if len(done.rejected) > MOST_SHOWN:
        toolkit.warn(_("{n} more rejected rows; --json lists them all", n=len(done.rejected) - MOST_SHOWN))
    if fallen:
        toolkit.warn(_("out of their target: {words}", words=", ".join(fallen)))
    if dry_run:
        toolkit.hint(_("Nothing was changed (--dry-run)."))


def _told(done: PositionImport) -> str:
    """What was read, as whose figures of which day, and what became of the rows."""
    from seo.ranking.importing import DayFrom
    from seo.ranking.naming import engine_title
    from seo.ranking.vocabulary import source_title

    why = {DayFrom.OPTION: "--day", DayFrom.NAME: _("by the file's name"), DayFrom.TODAY: _("today: neither file nor --day says it")}
    lines = [
        _(
            "{rows} rows: {created} new, {updated} updated, {unchanged} unchanged, {rejected} rejected",
            rows=done.rows,
            created=done.created,
            updated=done.updated,
            unchanged=done.unchanged,
            rejected=len(done.rejected),
        ),
        _(
            "Source: {source}. Rows without a day are of {day} ({why}).",
            source=source_title(done.source),
            day=done.day.isoformat(),
            why=why[done.day_from],
        ),
    ]
    if done.engines:
        lines.append(_("Engines: {names}", names=", ".join(map(engine_title, done.engines))))
    if done.figures:
        lines.append(_("{n} figures of sites", n=done.figures))
    if done.left_out:
        lines.append(_("Left out, for they name no words: {names}", names=", ".join(done.left_out)))
    return "\n".join(lines)


def _lines(one: WordOverview) -> list[dict[str, Any]]:
    """A line a standing; one without figures where there is none."""
    from seo.ranking.naming import engine_title
    from seo.ranking.problems import state_of
    from seo.ranking.vocabulary import source_title

    words = {"in-target": _("in target"), "fell-out": _("fell out"), "not-yet": _("not yet")}
    common = {
        "word": one.word,
        "page": one.named or "",
        "pages": None if one.pages is None else sum(page.targets for page in one.pages),
        "paid": " + ".join(map(str, one.paid.costs)) if one.paid and one.paid.costs else None,
        "signups": round(one.paid.signups, 2) if one.paid else None,
        "target": one.target,
    }
    return [
        {
            **common,
            "engine": engine_title(each.engine, each.device),
            "position": each.position,
            "before": each.before,
            "target": each.target,
            "state": words.get(state_of(each), ""),
            "day": each.day.isoformat(),
            "source": source_title(each.source),
        }
        for each in one.standings
    ] or [common]
