"""The lists of the privacy notice as tables, and as a page to publish."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from growth import clock
from growth.language import _
from growth.operations.privacy import Access, Notice
from growth.operations.report import site_shown
from growth.reporting import Column, Document, Empty, Kind, Section, Table
from growth.workspace import Workspace


def collected_table(found: Notice) -> Table:
    """收集清单."""
    columns = [
        Column(id="what", label=_("What"), kind=Kind.PROSE, key=True),
        Column(id="purpose", label=_("What for"), kind=Kind.PROSE, lead=True),
        Column(id="basis", label=_("On what basis"), kind=Kind.PROSE),
        Column(id="kept", label=_("How long"), kind=Kind.PROSE, lead=True),
    ]
    rows = [{"what": one.what, "purpose": one.purpose, "basis": one.basis, "kept": one.kept} for one in found.collected]
    return Table(id="collected", title=_("What is kept of people"), columns=columns, rows=rows)


def recipients_table(found: Notice) -> Table:
    """共享清单."""
    columns = [
        Column(id="name", label=_("Recipient"), key=True),
        Column(id="what", label=_("What"), kind=Kind.PROSE, lead=True),
        Column(id="purpose", label=_("What for"), kind=Kind.PROSE),
        Column(id="where", label=_("Where"), lead=True),
    ]
    rows = [
        {
            "name": one.name,
            "what": one.what,
            "purpose": one.purpose,
            "where": _("abroad") if one.abroad else _("in the country, or where you run it"),
        }
        for one in found.recipients
    ]
    empty = Empty(title=_("Nobody: nothing of people leaves this machine."))
    return Table(id="recipients", title=_("Who receives it"), columns=columns, rows=rows, empty=empty)


def access_table(people: Sequence[Access]) -> Table:
    """Who may see what."""
    columns = [
        Column(id="user", label=_("Name"), key=True),
        Column(id="roles", label=_("Roles"), lead=True),
        Column(id="sees", label=_("Sees of people"), kind=Kind.PROSE, lead=True),
        Column(id="last_login_at", label=_("Last log-in"), kind=Kind.INSTANT),
    ]
    rows = [{"user": one.user, "roles": one.roles, "sees": one.sees, "last_login_at": one.last_login_at} for one in people]
    return Table(id="access", title=_("Who may see what"), columns=columns, rows=rows)


def as_document(found: Notice, workspace: Workspace, *, now: datetime) -> Document:
    """Both lists as a report that stands by itself."""
    sections = [Section(id=table.id, title=table.title, tables=[table]) for table in (collected_table(found), recipients_table(found))]
    return Document(
        title=_("Personal data"),
        period=clock.site_day(now, workspace.zone).isoformat(),
        sentence=_("What {site} keeps of people and who receives it.", site=workspace.settings.site.name or workspace.settings.site.url),
        site=site_shown(workspace),
        made_at=now,
        sections=sections,
    )


def as_markdown(found: Notice) -> str:
    """Both lists as Markdown tables."""
    lines: list[str] = []
    for table in (collected_table(found), recipients_table(found)):
        lines += [f"## {table.title}", ""]
        if table.rows:
            lines += [_line([column.label for column in table.columns]), _line(["---"] * len(table.columns))]
            lines += [_line([row[column.id] for column in table.columns]) for row in table.rows]
        else:
            lines.append(str(table.empty.title if table.empty else ""))
        lines.append("")
    return "\n".join(lines).rstrip()


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
