"""``growth explain``: why a rule exists and how to mend what it finds."""

from __future__ import annotations

from typing import Annotated

import typer

from growth.cli import toolkit
from growth.language import _

app = toolkit.single()


@app.command()
def explain(
    rule: Annotated[str | None, typer.Argument(help=_("Id of the rule, as check and plan print it; none lists all."))] = None,
) -> None:
    """Say why a rule exists, how to mend what it finds, and where it comes from.

    Example: growth explain yaml-duplicate-key
    """
    from growth.workspace.rules import every_rule
    from growth.workspace.rules import explain as look_up

    if rule is None:
        rows = [{"id": text.id, "title": str(text.title)} for text in every_rule()]
        toolkit.emit_rows(rows, columns={"id": _("Rule"), "title": _("What it finds")})
        return
    found = look_up(rule)
    document = {"id": found.id, "title": str(found.title), "why": str(found.why), "mend": str(found.mend), "source": found.source}
    parts = [f"{found.id}: {found.title}", "", str(found.why), "", f"{_('To mend')}: {found.mend}", f"{_('Source')}: {found.source}"]
    toolkit.emit(document, text="\n".join(parts))
