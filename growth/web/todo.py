"""``/todo`` 我的待办: all that waits for the viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from growth.app import TodoEntry
from growth.language import _
from growth.operations import todo_entries
from growth.web import Page, Viewer, page


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoPage:
    """The variables of todo.html."""

    #: what waits, the gravest and oldest first
    entries: Sequence[TodoEntry]


@page("/todo", nav="todo")
def todo(viewer: Viewer) -> Page:
    """What waits for people with the viewer's roles."""
    with viewer.database.read() as session:
        entries = todo_entries(session, viewer.workspace, may=viewer.may)
    return viewer.render("web/growth/todo.html", TodoPage(entries=entries), title=_("To do"), now=viewer.now)


def pages() -> list[HTTPRouteHandler]:
    """The handlers of this module."""
    return [todo]
