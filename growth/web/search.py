"""``/search``: one box for everything, from every page (``/`` or Ctrl-K). A hit is shown only to whoever may open the page it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from litestar.handlers import HTTPRouteHandler

from growth.accounts import may
from growth.app import Hit, handed
from growth.language import Text, _
from growth.web.answers import Page
from growth.web.page import page
from growth.web.viewer import Viewer

_MOST_A_KIND = 20
_LONGEST = 100

#: how the kinds of hits are called; an app's own kind shows its own name
KINDS: dict[str, Text] = {
    "page": Text("Go to", "前往"),
    "contact": Text("Contacts", "联系人"),
    "channel": Text("Channels", "渠道"),
    "placement": Text("Placements", "推广位"),
    "campaign": Text("Campaigns", "群发任务"),
    "segment": Text("Segments", "人群"),
    "activity": Text("Activities", "活动"),
    "url": Text("Pages of the site", "网站页面"),
    "issue": Text("Issues", "问题"),
    "follower": Text("Followers", "粉丝"),
    "report": Text("Reports", "报告"),
    "job": Text("Jobs", "任务"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """The variables of search.html."""

    #: what was looked for
    text: str
    #: (words of the kind, its hits, whether there are more than are shown)
    groups: Sequence[tuple[str, Sequence[Hit], bool]]


@page("/search")
def search(viewer: Viewer, q: str = "") -> Page:
    """Everything whose name holds the text, by kind."""
    text = " ".join(q.split())[:_LONGEST]
    hits = find(viewer, text) if text else []
    groups = []
    for kind, found in groupby(hits, key=lambda hit: hit.kind):
        listed = list(found)
        groups.append((str(KINDS.get(kind, kind)), listed[:_MOST_A_KIND], len(listed) > _MOST_A_KIND))
    title = _("Search: {text}", text=text) if text else _("Search")
    return viewer.render("web/growth/search.html", SearchPage(text=text, groups=groups), title=title)


def find(viewer: Viewer, text: str) -> list[Hit]:
    """The hits for `text` that the viewer may open, pages of the dashboard first, then the apps' in their order."""
    found = [*_places(viewer, text)]
    with viewer.database.read() as session:
        for source in handed(viewer.workspace.apps, "search"):
            found += source(session, text)
    kinds = list(dict.fromkeys(hit.kind for hit in found))
    return sorted((hit for hit in found if viewer.may_open(hit.link)), key=lambda hit: kinds.index(hit.kind))


def _places(viewer: Viewer, text: str) -> list[Hit]:
    wanted = text.casefold()
    items = sorted((item for app in viewer.workspace.apps for item in app.navigation), key=lambda item: item.order)
    return [
        Hit(kind="page", title=str(item.label), link=item.path)
        for item in items
        if may(viewer.roles, item.roles) and (wanted in item.label.en.casefold() or wanted in item.label.zh or wanted in item.id)
    ]


def pages() -> list[HTTPRouteHandler]:
    """The routes of this module."""
    return [search]
