"""What stands around every page: navigation, site, viewer. The variables of layout.html and layout_public.html."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from growth.language import LANGUAGES, Text, _
from growth.rendering.address import Address

LANGUAGE_NAMES = {"zh-CN": "中文", "en": "English"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NavLink:
    """One entry of the navigation, already chosen for this viewer."""

    #: id of the NavItem
    id: str
    #: word shown
    label: Text | str
    #: address
    path: str
    #: name of a symbol in icons.html
    icon: str
    #: whether the page shown belongs to it
    current: bool = False
    #: letter after `g`; empty for none
    key: str = ""
    #: how many things wait there; 0 shows nothing
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteShown:
    """Who stands behind the site, for head and foot; empty texts are left out."""

    #: name of the site
    name: str
    #: home page of the site
    url: str = ""
    #: company that runs it
    company: str = ""
    #: telephone for visitors
    phone: str = ""
    #: QQ number
    qq: str = ""
    #: postal address
    address: str = ""
    #: ICP filing, as it is written
    icp: str = ""
    #: digits of the police filing (公安备案)
    police_filing: str = ""
    #: page with the privacy notice
    privacy_url: str = ""

    @property
    def police_words(self) -> str:
        """The police filing as it is shown; bare digits get the words around them."""
        return f"公安备案 {self.police_filing}" if self.police_filing.isdigit() else self.police_filing


@dataclass(frozen=True, slots=True, kw_only=True)
class UserShown:
    """Who is logged in."""

    #: name
    name: str
    #: the roles in words
    role_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """A sentence about what was just done; `tone` is good, warning, bad or empty."""

    text: str
    tone: str = "good"


def _plain(name: str) -> str:
    return f"/static/{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Everything layout.html needs; a page's own variables stand beside it."""

    #: title of the page
    title: str
    #: the site and the company behind it
    site: SiteShown
    #: address of this page with its state
    address: Address = field(default_factory=lambda: Address("/"))
    #: ``zh-CN`` or ``en``
    language: str = "zh-CN"
    #: ``light``, ``dark`` or empty: as the system says
    theme: str = ""
    #: navigation for this viewer, in order
    nav: Sequence[NavLink] = ()
    #: (words, address) from the room down to this page; the last is this page
    crumbs: Sequence[tuple[str, str]] = ()
    #: sentences about what was just done
    flashes: Sequence[Flash] = ()
    #: None on public pages
    user: UserShown | None = None
    #: token that every form carries as ``_csrf_token``
    csrf: str = ""
    #: zone of all times, in words: “Asia/Shanghai”
    zone_words: str = ""
    #: prefix of all addresses (``web.path_prefix``), without a slash at its end
    prefix: str = ""
    #: name of a file in growth/web/static → its address (with its hash, so that it may be cached for ever)
    static: Callable[[str], str] = _plain

    def path(self, path: str) -> str:
        """`path` under the prefix."""
        return f"{self.prefix}{path}"

    @property
    def themes(self) -> list[tuple[str, str]]:
        """(value, words) of the colour themes."""
        return [("", _("Colours of the system")), ("light", _("Light")), ("dark", _("Dark"))]

    @property
    def languages(self) -> list[tuple[str, str]]:
        """(value, its own name) of the languages."""
        return [(name, LANGUAGE_NAMES[name]) for name in LANGUAGES]
