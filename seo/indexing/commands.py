"""``growth seo coverage``: 收录, from the site's own logs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import GrowthError
from growth.language import _

if TYPE_CHECKING:
    from seo.indexing.coverage import Coverage
    from seo.indexing.importing import LogsRead

#: joins those of ``growth seo``
app = toolkit.single()
#: sections shown in a terminal
_SHOWN = 12


@app.command()
def coverage(
    logs: Annotated[
        list[Path] | None,
        typer.Option("--log", metavar="FILE", help=_("an access log: combined format or JSON lines, plain, .gz or .bz2; may come again")),
    ] = None,
    more: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]…", help=_("further logs"), show_default=False)] = None,
    configured: Annotated[bool, typer.Option("--configured", help=_("read the logs that seo.logs.files names"))] = False,
    never: Annotated[str | None, typer.Option("--never", metavar="ENGINE", help=_("list pages its crawlers never asked for"))] = None,
    dead: Annotated[bool, typer.Option("--dead", help=_("list the pages that crawlers ask for and that are gone or broken"))] = False,
    indexed: Annotated[
        list[str] | None,
        typer.Option("--indexed", metavar="ENGINE=PAGES", help=_("write down how many pages the engine's console shows today")),
    ] = None,
    dns: Annotated[bool, typer.Option("--dns/--no-dns", help=_("ask name servers whether a crawler is genuine"))] = True,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """What search engines' crawlers visit (收录): by engine and section, forged ones told apart, beside what was pushed and indexed.

    A log, or its rotated copy, counts once however often it is named. Example: growth seo coverage --log access.log access.log.1
    """
    from seo.indexing.coverage import coverage as found_in
    from seo.indexing.importing import LogsRead, read_logs
    from seo.indexing.jobs import named_logs

    workspace, database, now = toolkit.workspace(), toolkit.database(), clock.now()
    today = clock.site_day(now, workspace.zone)
    counts = [_indexed(text) for text in indexed or ()]
    files = [*(logs or ()), *(more or ()), *(named_logs(workspace) if configured else ())]
    done = LogsRead()
    if files:
        with toolkit.progress(_("Reading logs")) as tick:

            def tell(state: LogsRead) -> None:
                tick(done=sum(file.counts.lines for file in state.files), errors=sum(file.counts.unreadable for file in state.files))

            done = read_logs(database, files, now=now, names=dns, dry_run=dry_run, tell=tell)
    if counts and not dry_run:
        from seo.indexing.store import keep_index_count

        with database.write() as session:
            for engine, pages in counts:
                keep_index_count(session, engine=engine, day=today, pages=pages, now=now)
    for file in done.files:
        _warn_of(file)
    if never is not None or dead:
        _list(never, dead)
        return
    state = found_in(database, today=today, dry=done if dry_run else None)
    toolkit.emit(state.as_json(), text=_text(state, done, dry_run))


def _indexed(text: str) -> tuple[str, int]:
    from seo.indexing.engines import engines

    engine, mark, number = text.partition("=")
    if engine not in engines() or not mark or not number.isascii() or not number.isdigit() or len(number) > 12:
        raise GrowthError(_("“{text}” is no count of an engine", text=text), fix=f"--indexed baidu=1234 ({', '.join(engines())})")
    return engine, int(number)


def _warn_of(file: object) -> None:
    from seo.indexing.importing import LogRead

    assert isinstance(file, LogRead)
    if file.cut_off:
        toolkit.warn(_("{file} ends within a packed block: what could be unpacked was read", file=file.path))
    if file.busy:
        toolkit.warn(_("{file} is being read by another process", file=file.path))


def _list(never: str | None, dead: bool) -> None:
    from seo.indexing.coverage import dead_pages, never_visited
    from seo.indexing.engines import engines

    if never is not None and never not in engines():
        raise GrowthError(_("there is no engine “{name}”; {hint}", name=never, hint=", ".join(engines())), fix="--never baidu")
    database = toolkit.database()
    if dead:
        columns = {
            "engine": _("Engine"),
            "url": _("Page"),
            "status": _("Status"),
            "visits": _("Crawler visits"),
            "last_at": _("Last crawled"),
        }
        with database.read() as session:
            toolkit.emit_rows(dead_pages(session, engine=never), columns=columns, long=True, empty=_("No crawler asks for a dead page."))
        return
    assert never is not None
    rows = ({"engine": never, "url": url} for url in never_visited(database, engine=never))
    toolkit.emit_rows(rows, columns={"url": _("Page")}, long=True, empty=_("Its crawlers have asked for every indexable page."))


def _text(state: Coverage, done: LogsRead, dry_run: bool) -> str:
    from seo.indexing.engines import engines
    from seo.indexing.jobs import summary

    lines = [summary(done)] if done.files else []
    if dry_run:
        lines.append(_("Nothing was changed (--dry-run)."))
    if not state.engines and not state.pages:
        return "\n".join([*lines, _("No visit of a crawler is known yet: growth seo coverage --log access.log")])
    names = engines()
    lines.append("")
    for one in state.engines:
        lines.append(
            _(
                "{engine}: {visits} visits, {verified} verified, {unverified} unverified, {failed} answered 4xx or 5xx; {forged} forged",
                engine=names[one.engine].title,
                visits=one.visits,
                verified=one.verified,
                unverified=one.unverified,
                failed=one.failed,
                forged=one.forged,
            )
        )
    silent = [str(engine.title) for id, engine in names.items() if all(one.engine != id for one in state.engines)]
    if silent:
        lines.append(_("never here: {engines}", engines=", ".join(silent)))
    lines += ["", _("Folders of the site")]
    lines += [f"  {one.visits:>8}  {names[one.engine].title}  {one.section}" for one in state.sections[:_SHOWN]]
    lines += ["", _("Pages")]
    for page in state.pages:
        words = [_("{n} of {m} indexable pages visited", n=page.visited, m=page.indexable), _("{n} dead ones asked for", n=page.dead)]
        if page.pushed:
            words.append(_("{n} of {m} pushed visited since", n=page.pushed_visited, m=page.pushed))
        if page.indexed is not None:
            words.append(_("{n} indexed on {day}", n=page.indexed, day=page.indexed_on))
        lines.append(f"  {names[page.engine].title}: {_(', ').join(words)}")
    lines += ["", _("{n} lines of {logs} logs read, {m} unreadable", n=state.lines.lines, logs=state.logs, m=state.lines.unreadable)]
    return "\n".join(lines)
