"""`Page`: everything a check may need to know of one HTML page, as a frozen value. Nothing here fetches or stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

import msgspec

from seo.answer import Rendered


class LinkKind(StrEnum):
    """Where on a page a URL stands."""

    A = "a"
    AREA = "area"
    IFRAME = "iframe"
    FORM = "form"
    #: ``meta http-equiv=refresh``
    REFRESH = "refresh"
    CANONICAL = "canonical"
    HREFLANG = "hreflang"
    #: ``link rel=next`` and ``rel=prev``
    NEXT = "next"
    PREV = "prev"
    #: ``link rel=amphtml``, and the like of MIP
    AMP = "amp"
    IMG = "img"
    #: an entry of a `srcset`
    SRCSET = "srcset"
    CSS = "css"
    SCRIPT = "script"
    ICON = "icon"
    #: ``source``, ``video``, ``audio``, ``track``, ``embed``, ``object``
    MEDIA = "media"
    POSTER = "poster"
    #: ``url()`` in a style sheet or a `style`
    CSS_URL = "css-url"
    #: ``og:image``
    OG_IMAGE = "og-image"
    #: preload, prefetch, manifest and other ``link``
    OTHER = "other"
    #: a `Location` header
    REDIRECT = "redirect"

    @property
    def leads_to_page(self) -> bool:
        """Whether what it points at is crawled as a page."""
        return self in _PAGES

    @property
    def is_resource(self) -> bool:
        """Whether a browser loads it by itself to show the page."""
        return self in _RESOURCES


_PAGES = frozenset(
    {
        LinkKind.A,
        LinkKind.AREA,
        LinkKind.IFRAME,
        LinkKind.REFRESH,
        LinkKind.CANONICAL,
        LinkKind.HREFLANG,
        LinkKind.NEXT,
        LinkKind.PREV,
        LinkKind.AMP,
        LinkKind.REDIRECT,
    }
)
_RESOURCES = frozenset(
    {
        LinkKind.IMG,
        LinkKind.SRCSET,
        LinkKind.CSS,
        LinkKind.SCRIPT,
        LinkKind.ICON,
        LinkKind.MEDIA,
        LinkKind.POSTER,
        LinkKind.CSS_URL,
        LinkKind.IFRAME,
    }
)


class Place(StrEnum):
    """The part of the page that something stands in."""

    HEAD = "head"
    HEADER = "header"
    NAV = "nav"
    MAIN = "main"
    ASIDE = "aside"
    FOOTER = "footer"
    #: in none of these
    BODY = "body"


class LinkFault(StrEnum):
    """Why a link has no target that could be fetched."""

    #: nothing in `href`
    EMPTY = "empty"
    #: only a fragment of the page itself: not a fault, and not a target
    SAME_PAGE = "same-page"
    #: cannot be read as a URL
    MALFORMED = "malformed"
    #: ``javascript:`` and the like
    SCRIPT = "script"
    #: ``mailto:``, ``tel:``, ``sms:``, ``weixin:`` …: for people, not for a crawl
    CONTACT = "contact"
    #: ``file:``, ``ftp:``, ``data:`` and all other schemes: listed, never fetched
    SCHEME = "scheme"
    #: empty or a script, on an element that says itself that it is no link: it has a role, or is a place that fragments lead to
    CONTROL = "control"


class Link(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One URL on a page.

    `href` is as written; `target` its normal form without the fragment (None with a `fault`); `text` what is shown (or the image's alt),
    cut to 300 characters. `rel` holds lower-case words. `line` and `column` count from 1; column is 0 where it is not known.
    """

    kind: LinkKind
    href: str
    target: str | None
    fragment: str = ""
    text: str = ""
    rel: frozenset[str] = frozenset()
    line: int = 0
    column: int = 0
    place: Place = Place.BODY
    fault: LinkFault | None = None
    #: ``target`` attribute, and whether only a script makes it a link
    window: str = ""
    scripted: bool = False

    @property
    def follows(self) -> bool:
        """Whether engines may pass weight along it."""
        return not self.rel & {"nofollow", "ugc", "sponsored"}


class Placed(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A text with the place where it stands."""

    text: str
    line: int
    in_head: bool


class Meta(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A ``meta`` element; `name` is the lower-case name, property or http-equiv."""

    name: str
    content: str
    line: int
    in_head: bool
    http_equiv: bool = False


class Heading(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """``h1`` to ``h6``; the alt texts of images inside count as text."""

    level: int
    text: str
    line: int


class Image(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An ``img``; `alt` is None where the attribute is missing, "" where the image is decoration."""

    src: str
    target: str | None
    alt: str | None
    has_size: bool
    line: int
    lazy: bool


class Reference(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A canonical or hreflang: `href` as written, `target` in normal form or None, `lang` for hreflang, from a tag or the
    ``Link`` header.
    """

    href: str
    target: str | None
    in_head: bool
    header: bool
    line: int
    lang: str = ""


class Field(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An input of a form that a person fills in."""

    name: str
    kind: str
    labelled: bool
    line: int


class Form(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A ``form``. `target` is its action in normal form; None where that is no http address."""

    action: str
    target: str | None
    method: str
    fields: tuple[Field, ...]
    line: int


class Script(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A ``script``: its address, or the start of its text (first 4,000 characters), with `kind` as written."""

    target: str | None
    text: str
    kind: str
    size: int
    blocking: bool
    line: int


class Directive(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One robots directive: for `agent` ("" for all), from a tag or the X-Robots-Tag header."""

    agent: str
    name: str
    value: str
    header: bool
    in_head: bool
    line: int


class Charset(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a page says of its character set, and what it is: names of the WHATWG encoding standard.

    `decodes` is false where the bytes are not what `declared` says; the text was then read as `used`.
    """

    header: str | None
    meta: str | None
    bom: str | None
    used: str
    decodes: bool

    @property
    def declared(self) -> str | None:
        """The one that counts: byte order mark, header, meta."""
        return self.bom or self.header or self.meta


class Unrendered(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What the server's HTML says by itself, of a page that a browser rendered: what engines read that run no scripts.

    `links` are those that a visitor clicks, `text_length` the visible characters.
    """

    title: str
    description: str
    h1: str
    canonical: str | None
    noindex: bool
    links: int
    text_length: int
    app_root: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """What growth.yaml says of the site, as far as checks want to know it."""

    home: str = ""
    hosts: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    mainland: bool = False
    icp: str | None = None
    police: str | None = None
    phone: str | None = None
    #: normal URLs, ``*`` for anything
    goals: tuple[str, ...] = ()
    #: (pattern of path, words)
    expects: tuple[tuple[str, tuple[str, ...]], ...] = ()
    #: pages that channels and placements lead to, normal URLs
    landing: frozenset[str] = frozenset()
    #: search engines that the site is registered with (`submit:` of growth.yaml)
    engines: tuple[str, ...] = ()
    indexnow_key: str | None = None
    locale: str = "zh-CN"
    #: where our own script is, for a site on a private address: it may be there too
    script: str = ""
    #: the words of keywords.yaml, folded: the crawl counts them while it has a page's text in hand
    keywords: tuple[str, ...] = ()

    def is_internal(self, url: str | None) -> bool:
        """Whether a normal URL is on the site."""
        if url is None:
            return False
        start = url.find("//") + 2
        end = url.find("/", start)
        return (url[start:end] if end >= 0 else url[start:].partition("?")[0]) in self.hosts


@dataclass(frozen=True, kw_only=True)
class Page:
    """One HTML page. Texts have their blanks collapsed; all URLs are in normal form."""

    url: str
    base: str
    status: int
    headers: Mapping[str, str]
    media_type: str
    charset: Charset
    size_bytes: int
    wire_bytes: int
    ttfb_ms: int
    total_ms: int
    read_at: datetime
    site: SiteFacts

    lang: str | None
    titles: tuple[Placed, ...]
    metas: tuple[Meta, ...]
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    #: links left out because the page has too many
    links_dropped: int
    images: tuple[Image, ...]
    canonicals: tuple[Reference, ...]
    hreflangs: tuple[Reference, ...]
    directives: tuple[Directive, ...]
    forms: tuple[Form, ...]
    #: fields outside of any form
    loose_fields: tuple[Field, ...]
    scripts: tuple[Script, ...]
    jsonld: tuple[Placed, ...]
    #: every id and ``a[name]``, in order: where fragments may point
    ids: tuple[str, ...]
    #: every id attribute, repeated ones too
    id_attributes: tuple[str, ...]
    elements: int
    pictures_without_img: int
    #: what a reader sees, and the part of it outside of nav, header, footer and aside
    text: str
    main_text: str
    #: words (Han left out) and Han characters of the main text
    words: int
    han: int
    #: inline style that covers the whole screen, with its line
    overlays: tuple[Placed, ...] = ()
    #: element that scripts fill (``<div id=app></div>``)
    app_root: bool = False
    #: media files whose type the address tells (microdata and RDFa types seen)
    item_types: tuple[str, ...] = ()
    depth: int = 0
    #: what the browser said, where one was asked (without its HTML), and what the page is without it
    rendered: Rendered | None = None
    unrendered: Unrendered | None = None

    @cached_property
    def title(self) -> str:
        """The title that engines use: the first in head, else the first."""
        return next((one.text for one in self.titles if one.in_head), self.titles[0].text if self.titles else "")

    @cached_property
    def description(self) -> str:
        """The meta description that engines use."""
        found = self.named("description")
        return next((one.content for one in found if one.in_head), found[0].content if found else "")

    @cached_property
    def h1(self) -> str:
        """The first h1 with text."""
        return next((one.text for one in self.headings if one.level == 1 and one.text), "")

    @cached_property
    def clickable(self) -> tuple[Link, ...]:
        """The links that a visitor clicks (``a`` and ``area``), those without a target too."""
        return tuple(link for link in self.links if link.kind is LinkKind.A or link.kind is LinkKind.AREA)

    @cached_property
    def is_home(self) -> bool:
        """Whether this is the site's start page."""
        return self.url == self.site.home

    @cached_property
    def url_path(self) -> str:
        """Path of the URL, without its query."""
        parts = self.url.split("/", 3)
        return "/" + (parts[3].partition("?")[0] if len(parts) > 3 else "")

    def named(self, name: str) -> list[Meta]:
        """The metas of a name, in order."""
        return [meta for meta in self.metas if meta.name == name]

    def directive(self, *names: str, agent: str = "") -> Directive | None:
        """The first directive with one of `names` for `agent` ("" for all)."""
        return next((one for one in self.directives if one.name in names and one.agent == agent), None)

    @cached_property
    def noindex(self) -> bool:
        """Whether the page asks all engines to keep it out of their index."""
        return self.directive("noindex", "none") is not None

    @cached_property
    def nofollow(self) -> bool:
        """Whether the page asks all engines not to follow its links."""
        return self.directive("nofollow", "none") is not None

    @cached_property
    def canonical(self) -> str | None:
        """The canonical target that counts: the first valid one in head, else of the header."""
        return next((one.target for one in self.canonicals if one.target and (one.in_head or one.header)), None)

    @cached_property
    def indexable(self) -> bool:
        """Whether engines may take this very URL into their index."""
        return not self.noindex and self.canonical in (None, self.url)
