"""``growth submit``: search engines by API, directories by guided or automatic forms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import ExitCode, GrowthError
from growth.language import _

if TYPE_CHECKING:
    from seo.submission.push import PushResult

app = toolkit.group(_("Tell search engines and directories: growth submit push --engine baidu"))


@app.command("list")
def list_() -> None:
    """Engines with what they were told, directories with where we stand. Example: growth submit list"""
    from growth.placements import placements
    from growth.placements.keep import sync
    from seo.submission.directories import profiles, title_of
    from seo.submission.engine import engine_modules
    from seo.submission.push import pushed_counts, quota_left

    database = toolkit.database()
    sync(database, now=clock.now())
    with database.read() as session:
        counts = pushed_counts(session)
        quotas = {name: quota_left(session, engine=name) for name in engine_modules()}
        states = {view.target: view for view in placements(session) if view.target}
    rows: list[dict[str, Any]] = []
    for name, module in engine_modules().items():
        connected = module.connect(database.workspace) is not None
        rows.append(
            {
                "id": name,
                "kind": "engine",
                "name": str(module.META.title),
                "method": "api",
                "state": "connected" if connected else "not-set-up",
                "pushed": counts.get(name, {}).get("accepted", 0),
                "rejected": counts.get(name, {}).get("rejected", 0),
                "left": counts.get(name, {}).get("left", 0),
                "quota_left": quotas[name],
                "placement": None,
            }
        )
    for name, profile in profiles(database.workspace).items():
        view = states.get(name)
        rows.append(
            {
                "id": name,
                "kind": "directory",
                "name": title_of(profile),
                "method": profile.method,
                "state": view.state if view else "not-planned",
                "pushed": None,
                "rejected": None,
                "left": None,
                "quota_left": None,
                "placement": view.id if view else None,
            }
        )
    columns = {
        "id": "ID",
        "name": _("Name"),
        "method": _("By"),
        "state": _("State"),
        "pushed": _("Pushed"),
        "left": _("Not pushed"),
        "quota_left": _("Quota left"),
        "placement": _("Placement"),
    }
    toolkit.emit_rows(rows, columns=columns)


@app.command()
def push(
    engine: Annotated[str | None, typer.Option(help=_("Only this engine: baidu, indexnow, bing."))] = None,
    file: Annotated[Path | None, typer.Option(help=_("URLs, one a line; else the indexable pages of the last crawl."))] = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Tell search engines of pages, new ones first; 3 when some are left for another day. Example: growth submit push --engine baidu"""
    from seo.submission.known import indexable_urls
    from seo.submission.push import candidates, engines, read_urls
    from seo.submission.push import push as run

    database, now = toolkit.database(), clock.now()
    connected = engines(database, only=engine)
    given = read_urls(_lines(file), source=str(file)) if file else None
    urls = given if given is not None else indexable_urls(database)
    if not urls:
        raise GrowthError(
            _("{file} names no page", file=file) if file else _("no crawl has found an indexable page yet"),
            fix=_("one whole address a line") if file else "growth seo audit",
        )
    answers: dict[str, Any] = {}
    results: dict[str, PushResult] = {}
    for name, each in connected.items():
        with database.read() as session:
            chosen = list(dict.fromkeys(urls)) if given is not None else candidates(session, engine=name, urls=urls, now=now)
        if dry_run:
            answers[name] = {"would_send": chosen}
            continue
        with toolkit.progress(name, total=len(chosen)) as tick:
            results[name] = run(database, each, chosen, now=now, tick=tick)
        answers[name] = _answer(results[name])
    toolkit.emit({"engines": answers}, text="\n".join(_line(name, answer) for name, answer in answers.items()))
    for name, result in results.items():
        if result.left:
            toolkit.warn(f"{name}: {result.message or _('the quota is used up')}" + (f"; {result.fix}" if result.fix else ""))
    if results and all(result.refused for result in results.values()):
        first = next(iter(results.values()))
        raise GrowthError(first.message, fix=first.fix)
    if any(result.left for result in results.values()):
        toolkit.hint(_("What is left goes first the next time: growth submit push"))
        raise typer.Exit(ExitCode.UNFINISHED)


@app.command()
def prepare(
    directory: Annotated[str, typer.Argument(help=_("A directory of growth submit list."))], dry_run: toolkit.dry_run_option = False
) -> None:
    """Is the site fit for a directory, and which text goes into which field. Example: growth submit prepare hao123"""
    from seo.submission.prepare import prepare as run

    found = run(toolkit.database(), directory, now=clock.now(), actor="command", dry_run=dry_run)
    if toolkit.wants_json():
        toolkit.emit(found)
    else:
        for requirement in found.requirements:
            mark = {True: "✓", False: "✗", None: "?"}[requirement.met]
            toolkit.say(
                f"{mark} {requirement.what}" + (f"\n    → {requirement.fix}" if requirement.met is not True and requirement.fix else "")
            )
        toolkit.emit_rows(
            found.fields,
            columns={
                "field": _("Field"),
                "text": _("Text"),
                "length": _("Length"),
                "limit": _("Limit"),
                "unit": _("Unit"),
                "problem": _("Problem"),
            },
        )
        if found.notes:
            toolkit.say(found.notes)
        if found.eligible:
            toolkit.hint(_("Hand it in at {address}, then: growth submit confirm {directory}", address=found.address, directory=directory))
    if not found.eligible:
        raise typer.Exit(ExitCode.FOUND)


@app.command()
def send(directory: Annotated[str, typer.Argument()], dry_run: toolkit.dry_run_option = False) -> None:
    """Fill in a directory's form, where its terms allow a program to. Example: growth submit send sandbox --dry-run"""
    from seo.submission.form import send_form

    sent = send_form(toolkit.database(), directory, now=clock.now(), actor="command", dry_run=dry_run)
    text = (
        _("Would post to {address}: {fields}", address=sent.address, fields=sent.fields)
        if dry_run
        else _("Handed in: {receipt}", receipt=sent.receipt)
    )
    toolkit.emit(sent, text=text)


@app.command()
def confirm(
    directory: Annotated[str, typer.Argument()],
    at: Annotated[str | None, typer.Option(help=_("The page that will show it."))] = None,
    note: Annotated[str, typer.Option(help=_("Receipt, ticket number, who was spoken to."))] = "",
    refused: Annotated[bool, typer.Option("--refused", help=_("The directory said no."))] = False,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Note that a person handed the site in (or was refused). Example: growth submit confirm hao123 --note '工单 1234'"""
    from seo.submission.confirm import confirm as run

    view, state = run(toolkit.database(), directory, at=at, note=note, refused=refused, now=clock.now(), actor="command", dry_run=dry_run)
    text = _("{id} would be {state}.", id=view.id, state=state) if dry_run else _("{id} is {state}.", id=view.id, state=state)
    toolkit.emit({"placement": view.id, "state": state, "written": not dry_run}, text=text)


@app.command()
def verify(
    directory: Annotated[str | None, typer.Argument(help=_("Only this directory."))] = None, dry_run: toolkit.dry_run_option = False
) -> None:
    """Crawl the directories' pages for our listing. Example: growth submit verify hao123"""
    from growth.placements import verdict_title
    from growth.placements.keep import sync
    from seo.submission.find import verify_directories

    database, now = toolkit.database(), clock.now()
    sync(database, now=now)
    looks = verify_directories(database, only=directory, now=now, dry_run=dry_run)
    toolkit.emit_rows(
        looks,
        columns={"id": _("Placement"), "verdict": _("Verdict"), "state": _("State"), "at": _("Page"), "evidence": _("Evidence")},
        words={"verdict": verdict_title},
        empty=_("Nothing was handed in yet: growth submit prepare DIRECTORY"),
    )


def _lines(file: Path) -> list[str]:
    """The lines of a text file in UTF-8 or GB18030."""
    from growth.tables import encoding_of

    try:
        data = file.read_bytes()
        return data.decode(encoding_of(data)).splitlines()
    except (OSError, ValueError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else _("it is no text")
        raise GrowthError(_("{file} cannot be read: {why}", file=file, why=why), fix=_("a UTF-8 file with one address a line")) from fault


def _answer(result: PushResult) -> dict[str, Any]:
    return {
        "sent": result.sent,
        "accepted": result.accepted,
        "rejected": [{"url": entry.url, "reason": entry.reason} for entry in result.rejected],
        "left": result.left,
        "quota_left": result.quota_left,
    }


def _line(name: str, answer: dict[str, Any]) -> str:
    if "would_send" in answer:
        return _("{name}: would be told of {n} pages", name=name, n=len(answer["would_send"]))
    return _(
        "{name}: {accepted} accepted, {rejected} rejected, {left} left, quota left {quota}",
        name=name,
        accepted=answer["accepted"],
        rejected=len(answer["rejected"]),
        left=answer["left"],
        quota="–" if answer["quota_left"] is None else answer["quota_left"],
    )
