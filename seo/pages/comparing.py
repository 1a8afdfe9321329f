"""``/seo/compare``: ask for a comparison with other pages, and read it. A worker fetches them, never this process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from growth import urls
from growth.jobs import ask, read_catalogue
from growth.language import _
from growth.reporting import Column, Empty, Kind, Table
from growth.text import printable
from growth.web import Missing, Page, Viewer, page
from seo.comparing.comparison import Comparison
from seo.comparing.jobs import COMPARE
from seo.comparing.store import Asked, CompareState, add_comparison, compared, comparisons, find_comparison
from seo.comparing.tables import notes, sentence, tables, todo_points
from seo.comparing.visit import MOST_COMPETITORS, Unread
from seo.pages.tabs import EDITORS, NAV, ROLES, tabs

#: bytes of a draft
MOST_DRAFT = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPage:
    """The variables of compare.html."""

    tabs: Sequence[tuple[str, str, bool]]
    may_ask: bool
    most: int
    #: what stands in the form
    page: str
    competitors: str
    #: field → what is wrong with it
    errors: dict[str, str]
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonPage:
    """The variables of comparison.html."""

    tabs: Sequence[tuple[str, str, bool]]
    asked: Asked
    #: pages looked at and to be looked at, while it is under way
    progress: tuple[int, int] | None
    #: address of the form with the same pages
    again: str
    sentence: str = ""
    notes: Sequence[str] = ()
    unread: Sequence[Unread] = ()
    #: (point, what to do)
    todo: Sequence[tuple[str, str]] = ()
    #: (table, address of its CSV)
    tables: Sequence[tuple[Table, str]] = ()


@page("/seo/compare", nav=NAV, roles=ROLES)
def form(viewer: Viewer, page: str = "", competitors: str = "") -> Page:
    """The form, and the comparisons so far."""
    return _form(viewer, page, competitors, {})


@page("/seo/compare", methods=("POST",), nav=NAV, roles=EDITORS, most_bytes=MOST_DRAFT + 64 * 1024)
def begin(viewer: Viewer) -> Page:
    """Ask a worker for a comparison."""
    mine, others = viewer.form["page"], viewer.form["competitors"]
    errors: dict[str, str] = {}
    addresses = [_address(line, "competitors", errors) for line in dict.fromkeys(others.split())]
    upload = viewer.form.files.get("draft")
    draft = upload.content if upload is not None and upload.content else None
    if upload is None or draft is None:
        ours = _address(mine, "page", errors)
    else:
        ours = _file_name(upload.name)
        if b"<" not in draft[:4096] or b"\0" in draft[:4096]:
            errors["draft"] = _("{name} is no HTML page", name=ours)
    if not errors and not addresses:
        errors["competitors"] = _("Give the address of one page at least.")
    if len(addresses) > MOST_COMPETITORS:
        errors["competitors"] = _("at most {n} pages are compared at once", n=MOST_COMPETITORS)
    if errors:
        return _form(viewer, mine, others, errors, status=400)
    catalogue = read_catalogue(viewer.workspace)
    with viewer.database.write() as session:
        id = add_comparison(session, page=ours, competitors=addresses, asked_by=viewer.actor, now=viewer.now, draft=draft)
        ask(session, catalogue, job=COMPARE, asked_by=viewer.actor, now=viewer.now, key=str(id), argument={"comparison": id})
    return viewer.redirect(f"/seo/compare/{id}")


@page("/seo/compare/{id:int}", nav=NAV, roles=ROLES)
def comparison(viewer: Viewer, id: int, table: str = "points") -> Page:
    """One comparison; ``?table=terms&format=csv`` downloads a table of it."""
    with viewer.database.read() as session:
        asked = find_comparison(session, id=id)
        found = compared(session, id=id) if asked is not None and asked.state is CompareState.DONE else None
    if asked is None:
        raise Missing
    crumbs = [("SEO", "/seo"), (_("Compare"), "/seo/compare"), (f"#{id}", "")]
    # a draft is handed in again from its file
    again = "/seo/compare?" + urlencode({"page": asked.page if "://" in asked.page else "", "competitors": "\n".join(asked.competitors)})
    shown = ComparisonPage(tabs=tabs("compare"), asked=asked, progress=_progress(asked), again=again)
    if found is None:
        return viewer.render("web/seo/comparison.html", shown, title=_("Compare"), crumbs=crumbs)
    if viewer.format:
        wanted = next((one for one in tables(found.comparison) if one.id == table), None)
        if wanted is None:
            raise Missing
        return viewer.download(wanted)
    shown = replace(
        shown,
        sentence=sentence(found.comparison),
        notes=notes(found.comparison),
        unread=found.unread,
        todo=todo_points(found.comparison),
        tables=_with_downloads(id, found.comparison),
    )
    return viewer.render("web/seo/comparison.html", shown, title=_("Compare"), crumbs=crumbs)


@page("/seo/compare/{id:int}/progress", nav=NAV, roles=ROLES)
def progress(viewer: Viewer, id: int) -> Page:
    """The progress line, for htmx; when it is over the page is loaded anew."""
    with viewer.database.read() as session:
        asked = find_comparison(session, id=id)
    if asked is None:
        raise Missing
    under_way = _progress(asked)
    if under_way is None:
        return viewer.redirect(f"/seo/compare/{id}")
    return viewer.fragment("web/seo/_comparing.html", asked=asked, progress=under_way)


def _progress(asked: Asked) -> tuple[int, int] | None:
    return (asked.read, 1 + len(asked.competitors)) if asked.state in (CompareState.WAITING, CompareState.RUNNING) else None


def _with_downloads(id: int, found: Comparison) -> list[tuple[Table, str]]:
    """What to do stands above the points, and in the files; the table keeps the room for the pages."""
    shown = [replace(one, columns=[c for c in one.columns if c.id != "todo"]) if one.id == "points" else one for one in tables(found)]
    return [(table, f"/seo/compare/{id}?table={table.id}&format=") for table in shown]


def _file_name(name: str) -> str:
    """What a draft is called, fit for an address: never used as a path."""
    plain = printable(name.replace("\\", "/").rpartition("/")[2])[:100].strip(" .")
    return plain if plain and ":" not in plain else "draft.html"


def _address(text: str, field: str, errors: dict[str, str]) -> str:
    try:
        return urls.normal(text)
    except urls.NotAUrl:
        errors[field] = _("“{url}” is not a web address", url=text[:200]) if text else _("Give the address of a page.")
        return ""


def _form(viewer: Viewer, mine: str, others: str, errors: dict[str, str], *, status: int = 200) -> Page:
    with viewer.database.read() as session:
        past = comparisons(session)
    rows = [
        {
            "page": one.page,
            "with": len(one.competitors),
            "state": one.state.value,
            "asked_at": one.asked_at,
            "asked_by": one.asked_by.removeprefix("user:"),
            "href": f"/seo/compare/{one.id}",
        }
        for one in past
    ]
    columns = [
        Column(id="page", label=_("Our page"), key=True),
        Column(id="with", label=_("Compared with"), kind=Kind.NUMBER, lead=True),
        Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
        Column(id="asked_at", label=_("Asked"), kind=Kind.INSTANT),
        Column(id="asked_by", label=_("Asked by")),
    ]
    empty = Empty(
        title=_("No comparison yet"),
        text=_("Search for the word you want to be found by, and compare your page with those above it."),
        code="growth seo compare https://www.example.com/loans https://www.example.org/loan",
    )
    table = viewer.arrange(Table(id="comparisons", title=_("Comparisons"), columns=columns, rows=rows, empty=empty), sort="-asked_at")
    if viewer.format:
        return viewer.download(table)
    shown = AskPage(
        tabs=tabs("compare"),
        may_ask=viewer.may(*EDITORS),
        most=MOST_COMPETITORS,
        page=mine,
        competitors="\n".join(others.split()),
        errors=errors,
        table=table,
    )
    return viewer.render("web/seo/compare.html", shown, title=_("Compare"), crumbs=[("SEO", "/seo"), (_("Compare"), "")], status=status)
