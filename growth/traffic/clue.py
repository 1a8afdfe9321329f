"""What a page view says of where it came from: own token, utm parameters, click id, referrer, in-app browser.

`read_clue` looks at the address, the referrer and the user agent and draws no conclusion; `rules.judge` does.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

from growth.channels import TOKEN_PARAMETER
from growth.traffic.sources import (
    ClickId,
    Source,
    click_ids,
    host_of_referrer,
    is_excluded,
    is_spam,
    registered_domain,
    source_in_app,
    source_of_host,
)

#: names of the parameters that campaigns are marked with (utm_*), and what others call them
_UTM: Final = {
    "utm_source": "source",
    "utm_medium": "medium",
    "utm_campaign": "campaign",
    "utm_term": "term",
    "utm_content": "content",
    "hmsr": "source",  # 百度统计 指定广告跟踪
    "hmpl": "medium",
    "hmcu": "campaign",
    "hmkw": "term",
    "hmci": "content",
}
#: parameters that WeChat adds when a page is shared, and the way it was shared
_SHARED: Final = {"timeline": "wechat-moments", "groupmessage": "wechat-group", "singlemessage": "wechat-friend"}
_LONGEST: Final = 200
#: addresses and pairs of address and referrer that are remembered
_REMEMBERED: Final = 65_536


class Clue(NamedTuple):
    """Everything a page view says. Texts are cut and in lower case where they are compared (source, medium)."""

    host: str = ""
    path: str = "/"
    token: str = ""
    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    click: ClickId | None = None
    click_value: str = ""
    referrer_host: str = ""
    referrer: Source | None = None
    referrer_term: str = ""
    #: the referrer is the site itself, or a host that is only passed on the way
    own_referrer: bool = False
    spam: bool = False
    in_app: Source | None = None
    shared: str = ""

    @property
    def has_campaign(self) -> bool:
        """Whether utm parameters were given."""
        return bool(self.source or self.medium or self.campaign)


def read_clue(url: str, referrer: str, user_agent: str, *, own_domains: frozenset[str], ignored: frozenset[str] = frozenset()) -> Clue:
    """The clue of a page view at `url`. `own_domains` are registered domains of the site, `ignored` hosts that send nobody.

    The address's own domain counts as the site's. Raises ValueError for an address that cannot be read.
    """
    clue = _read(url, referrer, own_domains, ignored)
    app = source_in_app(user_agent) if user_agent else None
    return clue if app is None else clue._replace(in_app=app)


def read_place(url: str) -> Clue:
    """The host and path only, of what is no page view. Raises ValueError."""
    host, path = _place(url)
    return Clue(host=host, path=path)


@lru_cache(maxsize=_REMEMBERED)
def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not a web address")
    return parts.hostname.rstrip(".").lower(), kept_path(parts.path)


@lru_cache(maxsize=_REMEMBERED)
def _read(url: str, referrer: str, own_domains: frozenset[str], ignored: frozenset[str]) -> Clue:
    """Pages link to each other in few ways: most pairs of address and referrer have been read before."""
    host, path = _place(url)
    given = _parameters(urlsplit(url).query)
    utm = {_UTM[name]: value for name, value in given.items() if name in _UTM and value}
    click, click_value = _click(given)
    came_from = host_of_referrer(referrer) if referrer else ""
    own = bool(came_from) and (
        came_from == host
        or registered_domain(came_from) in own_domains
        or registered_domain(came_from) == registered_domain(host)
        or is_excluded(came_from)
        or came_from in ignored
    )
    sender = source_of_host(came_from) if came_from and not own else None
    return Clue(
        host=host,
        path=path,
        token=given.get(TOKEN_PARAMETER, "")[:64],
        source=utm.get("source", "").lower()[:_LONGEST],
        medium=utm.get("medium", "").lower()[:_LONGEST],
        campaign=utm.get("campaign", "")[:_LONGEST],
        term=utm.get("term", "")[:_LONGEST],
        click=click,
        click_value=click_value[:_LONGEST],
        referrer_host=came_from,
        referrer=sender,
        referrer_term=_term(referrer, sender) if sender and sender.terms else "",
        own_referrer=own,
        spam=bool(came_from) and not own and is_spam(came_from),
        shared=_SHARED.get(given.get("from", ""), ""),
    )


def kept_path(path: str) -> str:
    """The path as pages are counted by it: at most 500 characters, ``/`` for an empty one."""
    return path[:500] or "/"


def _parameters(query: str) -> dict[str, str]:
    """Parameters by lower-case name, the first of each; bytes that are not UTF-8 are read as GB18030, which Chinese engines still send."""
    found: dict[str, str] = {}
    if not query:
        return found
    for pair in query.split("&", 200)[:200]:
        name, _equals, value = pair.partition("=")
        name = name.lower()
        if name and name not in found:
            found[name] = _decoded(value)
    return found


def _decoded(value: str) -> str:
    if "%" not in value and "+" not in value:
        return value
    raw = unquote_to_bytes(value.replace("+", " "))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    return "".join(character for character in text if character.isprintable()).strip()


def _click(given: dict[str, str]) -> tuple[ClickId | None, str]:
    known = click_ids()
    for name, value in given.items():
        found = known.get(name)
        if found is None or not value or value.startswith("__"):
            continue  # __CLICKID__: a macro that the platform did not fill in
        if found.needs and not any(given.get(need) for need in found.needs):
            continue
        return found, value
    return None, ""


def _term(referrer: str, sender: Source) -> str:
    try:
        given = _parameters(urlsplit(referrer).query)
    except ValueError:
        return ""
    return next((given[name] for name in sender.terms if given.get(name)), "")[:_LONGEST]
