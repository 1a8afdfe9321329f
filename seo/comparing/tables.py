"""A comparison as tables: for the dashboard, its downloads, and the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from growth import urls
from growth.language import _
from growth.reporting import Column, Empty, Kind, Table
from growth.text import cut
from seo.comparing.comparison import Comparison, Standing
from seo.comparing.profile import Profile


def sentence(found: Comparison) -> str:
    """How ours stands, in a sentence."""
    sentences = [_("Ours is behind in {n} of {m} points.", n=len(found.behind), m=len(found.points))]
    if found.terms:
        sentences.append(_("{n} terms of theirs are missing or rare.", n=len(found.terms)))
    if found.checks:
        sentences.append(_("{n} checks find something on ours and not on theirs.", n=len(found.checks)))
    return " ".join(sentences)


def notes(found: Comparison) -> list[str]:
    """What limits the comparison."""
    notes = [
        _(
            "{url} is filled by scripts: its HTML says little of what people see. Save the page in a browser and compare the file.",
            url=one.url,
        )
        for one in (found.ours, *found.theirs)
        if one.scripted
    ]
    if len(found.theirs) < 3:
        notes.append(_("Compare with three pages or more: what one page does may be chance, what most do is a pattern."))
    return notes


def points_table(found: Comparison) -> Table:
    """One row a point; one column a page."""
    names = short_names(found.theirs)
    columns = [
        Column(id="label", label=_("Point"), key=True),
        Column(id="standing", label=_("Ours stands"), kind=Kind.BADGE, lead=True),
        Column(id="ours", label=_("Ours"), kind=Kind.PROSE, lead=True),
        *((Column(id="middle", label=_("Middle of theirs"), kind=Kind.TEXT),) if len(names) > 1 else ()),
        *(Column(id=f"their{place}", label=name, kind=Kind.PROSE, sortable=False) for place, name in enumerate(names)),
        Column(id="todo", label=_("What to do"), kind=Kind.PROSE, sortable=False),
    ]
    rows = [
        {
            "label": point.label,
            "standing": point.standing.value,
            "ours": point.ours or "–",
            "middle": point.middle,
            **{f"their{place}": value or "–" for place, value in enumerate(point.theirs)},
            "todo": point.todo,
        }
        for point in found.points
    ]
    return Table(id="points", title=_("Point by point"), columns=columns, rows=rows, size=max(len(rows), 1))


def terms_table(found: Comparison) -> Table:
    """Terms that theirs use and ours does not, or hardly."""
    columns = [
        Column(id="term", label=_("Term"), key=True),
        Column(id="pages", label=_("Pages of theirs"), kind=Kind.NUMBER, lead=True),
        Column(id="in_titles", label=_("in titles"), kind=Kind.NUMBER),
        Column(id="in_headings", label=_("in headings"), kind=Kind.NUMBER),
        Column(id="uses", label=_("Uses a page"), kind=Kind.NUMBER),
        Column(id="ours", label=_("Uses on ours"), kind=Kind.NUMBER, lead=True),
        Column(id="todo", label=_("What to do"), kind=Kind.PROSE, sortable=False),
    ]
    rows = [{column.id: getattr(one, column.id) for column in columns} for one in found.terms]
    empty = Empty(title=_("No term is missing"), text=_("Ours uses every term that half of theirs use."))
    note = _("Chinese is cut into words by jieba; pairs of words count as terms too. Function words and the sites' own names are left out.")
    return Table(
        id="terms", title=_("Terms that they use and we do not"), columns=columns, rows=rows, size=max(len(rows), 1), empty=empty, note=note
    )


def sections_table(found: Comparison) -> Table:
    """Headings of theirs about what our page does not mention."""
    columns = [
        Column(id="heading", label=_("Heading"), kind=Kind.PROSE, key=True),
        Column(id="level", label=_("Level"), kind=Kind.CODE),
        Column(id="url", label=_("Page"), kind=Kind.URL, lead=True),
    ]
    rows = [{"heading": one.heading, "level": f"h{one.level}", "url": one.url} for one in found.sections]
    empty = Empty(title=_("No section is missing"), text=_("What their headings speak of, ours mentions too."))
    return Table(
        id="sections", title=_("Sections that they have and we do not"), columns=columns, rows=rows, size=max(len(rows), 1), empty=empty
    )


def checks_table(found: Comparison) -> Table:
    """Checks that find something on ours while theirs pass."""
    columns = [
        Column(id="severity", label=_("Severity"), kind=Kind.BADGE, lead=True),
        Column(id="title", label=_("Issue"), kind=Kind.PROSE, key=True),
        Column(id="pages", label=_("Pages of theirs that pass"), kind=Kind.NUMBER, lead=True),
        Column(id="todo", label=_("How to mend"), kind=Kind.PROSE, sortable=False),
    ]
    rows = [
        {"severity": one.severity, "title": one.title, "pages": one.pages, "todo": one.todo, "href": f"/seo/issues/{one.check}"}
        for one in found.checks
    ]
    empty = Empty(title=_("No such issue"), text=_("What the audit finds on ours, it finds on most of theirs too."))
    return Table(id="checks", title=_("Issues that they do not have"), columns=columns, rows=rows, size=max(len(rows), 1), empty=empty)


def tables(found: Comparison) -> list[Table]:
    """All tables, in their order."""
    return [points_table(found), terms_table(found), sections_table(found), checks_table(found)]


def short_names(theirs: Sequence[Profile]) -> list[str]:
    """A name a page that fits a column: its host, numbered where a host comes twice; a file's own name."""
    names = [
        urls.host_of(one.url).removeprefix("www.") if "://" in one.url else one.url.replace("\\", "/").rpartition("/")[2] for one in theirs
    ]
    return [cut(f"{name} {place}" if names.count(name) > 1 else name, 24) for place, name in enumerate(names, 1)]


def todo_points(found: Comparison) -> list[tuple[str, str]]:
    """(point, what to do) of all in which ours is behind."""
    return [(point.label, point.todo) for point in found.points if point.standing is Standing.BEHIND]
