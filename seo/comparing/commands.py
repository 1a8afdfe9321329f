"""``growth seo compare``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _

if TYPE_CHECKING:
    from growth.reporting import Table

app = toolkit.single()


@app.command()
def compare(
    page: Annotated[str, typer.Argument(metavar="PAGE", help=_("our page: an address, or a saved HTML file"))],
    competitors: Annotated[
        list[str], typer.Argument(metavar="COMPETITOR…", help=_("pages that outrank it: addresses or saved files, at most 10"))
    ],
) -> None:
    """Point by point, what the pages that outrank ours have, and what to do (页面逆向优化).

    Example: growth seo compare https://www.example.com/loans https://www.example.org/loan saved.html
    """
    from seo.comparing.tables import checks_table, notes, points_table, sections_table, sentence, terms_table
    from seo.comparing.visit import compare_pages, reach_of
    from seo.facts import seo_settings

    workspace = toolkit.workspace()
    reach = reach_of(workspace, allow_private=seo_settings(workspace).crawl.allow_private)
    with toolkit.progress(_("Reading"), total=1 + len(competitors)) as tick:
        found = compare_pages(workspace, page, competitors, now=clock.now(), reach=reach, tell=lambda read: tick(done=read))
    for one in found.unread:
        toolkit.warn(one.why)
    if toolkit.wants_json():
        toolkit.emit(found.as_json())
        return
    toolkit.say(sentence(found.comparison))
    for table in (points_table, terms_table, sections_table, checks_table):
        _print(table(found.comparison))
    for note in notes(found.comparison):
        toolkit.hint(note)


def _print(table: Table) -> None:
    from growth.rendering import look_of

    toolkit.say(f"\n{table.title}")
    if not table.rows:
        toolkit.say(f"  {table.empty.title if table.empty else '–'}")
        return
    rows = [{**row, "standing": str(look_of(str(row["standing"])).label)} if "standing" in row else row for row in table.rows]
    toolkit.emit_rows(rows, columns={column.id: str(column.label) for column in table.columns})
