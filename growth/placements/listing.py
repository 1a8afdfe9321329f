"""Find our link on somebody else's page: directly, or behind a wrapper (``/go?url=…``, percent- or base64-encoded, ``/go/17``)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from growth import urls

_BASE64 = re.compile(r"^[A-Za-z0-9+/_-]{12,}={0,2}$")
#: XHTML's first line: lxml refuses text that names its own encoding
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
#: links of the page's own host that are followed to see where they lead: a page with our name on it more often is no directory
_MOST_FOLLOWED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingFound:
    """Our link as the page shows it. `wrapped` is the wrapper's own address; `description` the text beside the link."""

    href: str
    target: str
    anchor: str
    rel: frozenset[str]
    wrapped: str | None
    description: str

    @property
    def follow(self) -> bool:
        """Whether engines may follow it."""
        return not self.rel & {"nofollow", "ugc", "sponsored"}


def parse_page(html: str) -> Any | None:
    """The root element of a page, whatever it looks like; None where there is no element in it."""
    text = _XML_DECLARATION.sub("", html).replace("\0", "")
    if not text.strip():
        return None
    import lxml.etree  # heavy, and needed only here: placements.yaml is read by every command
    import lxml.html

    try:
        return lxml.html.document_fromstring(text)
    except (lxml.etree.ParserError, ValueError):
        return None


def find_listing(
    html: str,
    *,
    page_url: str,
    our_hosts: frozenset[str],
    names: Sequence[str] = (),
    lead: Callable[[str], str | None] | None = None,
) -> list[ListingFound]:
    """Every link on the page that leads to one of `our_hosts` (``www.`` makes no difference), in the order of the page.

    A host stands with its port where that is not the scheme's own: several sites may be on one machine.

    A link of the page's own host that carries no address, and one of our `names` as its words, is asked where it leads by `lead`
    (one redirect: URL → target or None); only where nothing else was found.
    """
    document = parse_page(html)
    if document is None:
        return []
    hosts = {host.removeprefix("www.") for host in our_hosts}
    base = _base(document, page_url)
    page_nofollow = _page_nofollow(document)
    found, opaque = [], []
    for link in document.iter("a"):
        href = link.get("href")
        if not href:
            continue
        for target, wrapped in _targets(href, base):
            if _place(target) in hosts:
                found.append(_found(link, target, wrapped, page_nofollow))
                break
        else:
            if any(name in _words(link) for name in names if name):
                opaque.append(link)
    if not found and lead is not None:
        found = list(_led(opaque, base, hosts, page_nofollow, lead))
    return found


def _led(
    links: Sequence[Any], base: str, hosts: set[str], page_nofollow: frozenset[str], lead: Callable[[str], str | None]
) -> Iterator[ListingFound]:
    followed: set[str] = set()
    for link in links:
        try:
            wrapper = urls.normal(link.get("href"), base=base)
        except urls.NotAUrl:
            continue
        if urls.host_of(wrapper) != urls.host_of(base) or wrapper in followed or len(followed) >= _MOST_FOLLOWED:
            continue
        followed.add(wrapper)
        target = lead(wrapper)
        if target and _place(target) in hosts:
            yield _found(link, target, wrapper, page_nofollow)


def _place(url: str) -> str:
    """Host and port of a normal URL, without ``www.``."""
    return urlsplit(url).netloc.removeprefix("www.")


def _found(link: Any, target: str, wrapped: str | None, page_nofollow: frozenset[str]) -> ListingFound:
    anchor = _words(link)
    return ListingFound(
        href=link.get("href"),
        target=target,
        anchor=anchor[:200],
        rel=frozenset((link.get("rel") or "").lower().split()) | page_nofollow,
        wrapped=wrapped,
        description=_description(link, anchor)[:500],
    )


def _words(link: Any) -> str:
    """What the link shows: its text, the words of its picture, or its title."""
    pictures = " ".join(filter(None, (picture.get("alt") for picture in link.iter("img"))))
    return " ".join(link.text_content().split()) or pictures.strip() or (link.get("title") or "").strip()


def _base(document: Any, page_url: str) -> str:
    """Where relative links begin (``<base href>``)."""
    for element in document.iter("base"):
        if href := element.get("href"):
            try:
                return urls.normal(href, base=page_url)
            except urls.NotAUrl:
                break
    return page_url


def _targets(href: str, page_url: str) -> Iterator[tuple[str, str | None]]:
    """The link itself, then whatever address its parameters carry."""
    try:
        direct = urls.normal(href, base=page_url)
    except urls.NotAUrl:
        return
    yield direct, None
    for value in urls.parameters(direct).values():
        for candidate in _unwrapped(value):
            yield candidate, direct
    tail = urlsplit(direct).path.rsplit("/", 1)[-1]
    for candidate in _unwrapped(tail):
        yield candidate, direct


def _unwrapped(value: str) -> Iterator[str]:
    texts = [value, unquote(value)]
    if _BASE64.match(value):
        try:
            texts.append(base64.urlsafe_b64decode(value.replace("+", "-").replace("/", "_") + "=" * (-len(value) % 4)).decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError, ValueError):
            pass
    for text in texts:
        if text.startswith(("http://", "https://")):
            try:
                yield urls.normal(text)
            except urls.NotAUrl:
                continue


def _page_nofollow(document: Any) -> frozenset[str]:
    for meta in document.iter("meta"):
        if (meta.get("name") or "").lower() == "robots" and re.search(r"\b(nofollow|none)\b", (meta.get("content") or "").lower()):
            return frozenset({"nofollow"})
    return frozenset()


def _description(link: Any, anchor: str) -> str:
    """The text of the smallest block around the link that says more than the link."""
    block = link
    for _step in range(4):
        parent = block.getparent()
        if parent is None or parent.tag in ("body", "html"):
            break
        block = parent
        text = " ".join(block.text_content().split())
        if len(text) >= len(anchor) + 4:
            return text.replace(anchor, "", 1).strip()
    return ""
