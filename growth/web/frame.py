"""What stands around every page: the navigation for this viewer, the site, the words of the zone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from growth.accounts import User, may, role_words
from growth.rendering import Address, Flash, Frame, NavLink, SiteShown, UserShown
from growth.web.static_files import StaticFiles
from growth.workspace import Workspace


def site_shown(workspace: Workspace) -> SiteShown:
    """Who stands behind the site; Chinese law wants company, contact and filing numbers on every public page."""
    site = workspace.settings.site
    return SiteShown(
        name=site.name,
        url=site.url,
        company=site.company,
        phone=site.phone,
        qq=site.qq,
        address=site.address,
        icp=site.icp,
        police_filing=site.police_filing,
        privacy_url=site.privacy_url or "",
    )


def navigation(workspace: Workspace, user: User, current: str, waiting: int = 0) -> list[NavLink]:
    """The entries that the user's roles open, in order; each has the first letter of its id that is still free behind `g`.

    `waiting` stands beside the to-do list.
    """
    items = sorted((item for app in workspace.apps for item in app.navigation), key=lambda item: (item.order, item.id))
    links: list[NavLink] = []
    taken: set[str] = set()
    for item in items:
        key = next((letter for letter in item.id if letter.isalpha() and letter not in taken), "")
        taken.add(key)
        if may(user.roles, item.roles):
            count = waiting if item.id == "todo" else 0
            links.append(
                NavLink(id=item.id, label=item.label, path=item.path, icon=item.icon, current=item.id == current, key=key, count=count)
            )
    return links


def frame(
    *,
    workspace: Workspace,
    static: StaticFiles,
    title: str,
    address: Address,
    language: str,
    theme: str = "",
    user: User | None = None,
    nav: str = "",
    waiting: int = 0,
    crumbs: Sequence[tuple[str, str]] = (),
    flashes: Sequence[Flash] = (),
    csrf: str = "",
) -> Frame:
    """The frame of one page. The path prefix is not in it: `with_prefix` puts it into the whole page at once."""
    return Frame(
        title=title,
        site=site_shown(workspace),
        address=address,
        language=language,
        theme=theme,
        nav=navigation(workspace, user, nav, waiting) if user else (),
        crumbs=crumbs,
        flashes=flashes,
        user=UserShown(name=user.name, role_words=role_words(user.roles)) if user else None,
        csrf=csrf,
        zone_words=workspace.settings.site.timezone,
        static=static.address,
    )


_OWN_ADDRESS = re.compile(
    r'(\s(?:href|src|action|formaction|poster|hx-(?:get|post|put|patch|delete|push-url|replace-url))=")(/(?!/)[^"]*")'
)


def with_prefix(text: str, prefix: str) -> str:
    """A page's own addresses under the path at which a proxy shows this program. Text is escaped, so only real attributes match."""
    return _OWN_ADDRESS.sub(rf"\g<1>{prefix}\g<2>", text) if prefix else text
