"""What the elements of a page hold: one pass over the head, one over the body, one method a tag."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from lxml import etree

from growth import urls
from seo.answer import Answer
from seo.page import Charset, Field, Heading, Image, Link, LinkFault, LinkKind, Meta, Place, Placed, Reference, Script
from seo.reading.addresses import css_urls, kind_of, refresh_of, srcset_of
from seo.reading.directives import link_headers
from seo.reading.places import Positions
from seo.reading.resolve import resolve
from seo.reading.text import collapsed, inner_text

#: links of one page that are read; a page with more is a fault of its own (A34)
MOST_LINKS = 10_000
#: characters of an anchor's text and of an inline script that are kept
LINK_TEXT = 300
SCRIPT_TEXT = 4000
_HEAD_TAGS = ("title", "meta", "link", "script", "style", "base")
_BODY_TAGS = (
    *("a", "area", "img", "h1", "h2", "h3", "h4", "h5", "h6", "form", "iframe", "script", "title", "meta", "link", "style", "source"),
    *("video", "audio", "track", "embed", "object", "picture", "input", "select", "textarea", "label"),
)
_STYLES: Any = etree.XPath("//*[@style]")
_UNFILLED = frozenset({"hidden", "submit", "button", "image", "reset"})


class Elements:
    """Gathers what the elements of one page hold; `gather` is called once."""

    def __init__(self, answer: Answer, charset: Charset, source: bytes, root: Any) -> None:
        self.answer, self.charset, self.source, self.root = answer, charset, source, root
        self.query_charset = (
            "utf-8" if charset.used.startswith("utf") else {"windows-1252": "cp1252", "big5": "big5hkscs"}.get(charset.used, charset.used)
        )
        self.head, self.body = root.find("head"), root.find("body")
        self.base = self._base()
        self.positions = Positions(source)
        self.places: dict[Any, Place] = {}
        self.links: list[Link] = []
        self.dropped = 0
        self.titles: list[Placed] = []
        self.metas: list[Meta] = []
        self.headings: list[Heading] = []
        self.images: list[Image] = []
        self.references: list[tuple[bool, Reference]] = []
        self.scripts: list[Script] = []
        self.jsonld: list[Placed] = []
        self.forms: list[tuple[Any, str, str | None, str, int]] = []
        self.fields: list[tuple[Any, Field]] = []
        self.overlays: list[Placed] = []
        self.pictures_without_img = 0

    def gather(self, parts: Sequence[tuple[Any, Place]]) -> None:
        """Go through head, body, style attributes and headers. `parts` are the parts of the page, as `parts_of` finds them."""
        for element, place in parts:
            for inside in element.iter("a", "area"):
                self.places[inside] = place
        labels = self._labels()
        if self.head is not None:
            for element in self.head.iter(*_HEAD_TAGS):
                self._element(element, True, labels)
        if self.body is not None:
            for element in self.body.iter(*_BODY_TAGS):
                self._element(element, False, labels)
        self._styles()
        self._headers()

    def add(
        self,
        kind: LinkKind,
        href: str,
        element: Any,
        *,
        text: str = "",
        rel: frozenset[str] = frozenset(),
        place: Place = Place.BODY,
        position: tuple[int, int] | None = None,
        window: str = "",
        scripted: bool = False,
    ) -> str | None:
        """Note a link; its target."""
        target, fragment, fault = resolve(href, self.base, charset=self.query_charset)
        if len(self.links) >= MOST_LINKS:
            self.dropped += 1
            return target
        if fault is LinkFault.SAME_PAGE:
            target, fault = (self.answer.url, None) if fragment else (None, fault)
        elif (fault is LinkFault.EMPTY or fault is LinkFault.SCRIPT) and _is_control(element, fault):
            fault = LinkFault.CONTROL
        line, column = position or self.positions.of(element)
        self.links.append(Link(kind, href[:2100], target, fragment, text[:LINK_TEXT], rel, line, column, place, fault, window, scripted))
        return target

    def _base(self) -> str:
        element = self.root.find(".//base[@href]")
        if element is None:
            return self.answer.url
        try:
            return urls.normal(element.get("href"), base=self.answer.url)
        except urls.NotAUrl:
            return self.answer.url

    def _labels(self) -> frozenset[str]:
        return (
            frozenset(label.get("for", "") for label in self.root.iter("label"))
            if b"<label" in self.source or b"<LABEL" in self.source
            else frozenset()
        )

    def _element(self, element: Any, in_head: bool, labels: frozenset[str]) -> None:
        handler = _HANDLERS.get(element.tag)
        if handler is not None:
            handler(self, element, in_head)
        else:
            self._field(element, labels)

    # one method a tag -------------------------------------------------

    def _a(self, element: Any, _in_head: bool) -> None:
        get = dict(element.items()).get
        href = get("href")
        position = self.positions.of(element)
        if href is None:
            # an anchor without href is a link for people only where a script makes it one
            if get("onclick"):
                self.add(
                    LinkKind.A,
                    "",
                    element,
                    text=_link_text(element),
                    position=position,
                    place=self.places.get(element, Place.BODY),
                    scripted=True,
                )
            return
        rel = get("rel")
        self.add(
            LinkKind.A,
            href,
            element,
            text=_link_text(element),
            rel=_words(rel) if rel else frozenset(),
            place=self.places.get(element, Place.BODY) if self.places else Place.BODY,
            position=position,
            window=get("target") or "",
            scripted=get("onclick") is not None,
        )

    def _area(self, element: Any, _in_head: bool) -> None:
        position = self.positions.of(element)
        if (href := element.get("href")) is not None:
            rel = element.get("rel")
            self.add(
                LinkKind.AREA,
                href,
                element,
                text=collapsed(element.get("alt") or ""),
                rel=_words(rel) if rel else frozenset(),
                place=self.places.get(element, Place.BODY),
                position=position,
                window=element.get("target") or "",
            )

    def _img(self, element: Any, _in_head: bool) -> None:
        get = dict(element.items()).get
        position = self.positions.of(element)
        src, alt = get("src"), get("alt")
        if alt:
            alt = collapsed(alt)
        # pictures loaded by a script keep their address in data-src
        real = src if src and not src.startswith("data:") else (get("data-src") or get("data-original") or src or "")
        target = None
        if real and not real.startswith("data:"):
            target = self.add(LinkKind.IMG, real, element, text=alt or "", position=position)
        if srcset := get("srcset"):
            self._srcset(srcset, element, position)
        style = get("style", "")
        has_size = (
            (get("width") is not None and get("height") is not None) or "aspect-ratio" in style or ("width" in style and "height" in style)
        )
        self.images.append(
            Image(
                src=real[:2100],
                target=target,
                alt=alt,
                has_size=has_size,
                line=position[0],
                lazy=get("loading") == "lazy",
            )
        )

    def _srcset(self, value: str, element: Any, position: tuple[int, int]) -> None:
        for candidate in srcset_of(value):
            self.add(LinkKind.SRCSET, candidate, element, position=position)

    def _heading(self, element: Any, _in_head: bool) -> None:
        text = inner_text(element)
        if not text:
            text = collapsed(" ".join(image.get("alt") or "" for image in element.iter("img")))
        self.headings.append(Heading(level=int(element.tag[1]), text=text[:1000], line=element.sourceline or 0))

    def _title(self, element: Any, in_head: bool) -> None:
        if not in_head and any(up.tag in ("svg", "math") for up in element.iterancestors()):
            return
        self.titles.append(Placed(text=collapsed("".join(element.itertext()))[:2000], line=element.sourceline or 0, in_head=in_head))

    def _meta(self, element: Any, in_head: bool) -> None:
        get = element.get
        line, column = self.positions.of(element)
        equiv = get("http-equiv")
        name = (equiv or get("name") or get("property") or "").strip().lower()
        if not name:
            return
        content = get("content") or ""
        self.metas.append(Meta(name=name, content=collapsed(content)[:5000], line=line, in_head=in_head, http_equiv=equiv is not None))
        if equiv is not None and name == "refresh" and (found := refresh_of(content)):
            self.add(LinkKind.REFRESH, found[1], element, position=(line, column))
        elif name in ("og:image", "og:image:url", "twitter:image") and content:
            self.add(LinkKind.OG_IMAGE, content, element, position=(line, column))

    def _link(self, element: Any, in_head: bool) -> None:
        get = element.get
        position = self.positions.of(element)
        href, rel = get("href"), _words(get("rel") or "")
        if href is None:
            if "canonical" in rel:
                self.references.append((False, Reference(href="", target=None, in_head=in_head, header=False, line=position[0])))
            return
        kind = kind_of(rel, get("hreflang"))
        if kind in (LinkKind.CANONICAL, LinkKind.HREFLANG):
            hreflang = kind is LinkKind.HREFLANG
            lang = (get("hreflang") or "").strip() if hreflang else ""
            target = self.add(kind, href, element, text=lang, rel=rel, place=Place.HEAD, position=position) if href.strip() else None
            reference = Reference(href=href.strip(), target=target, in_head=in_head, header=False, line=position[0], lang=lang)
            self.references.append((hreflang, reference))
        elif kind is not None:
            self.add(kind, href, element, rel=rel, place=Place.HEAD, position=position)

    def _script(self, element: Any, in_head: bool) -> None:
        get = element.get
        position = self.positions.of(element)
        kind = (get("type") or "").strip().lower()
        src = get("src")
        text = element.text or ""
        if src is None and kind == "application/ld+json":
            self.jsonld.append(Placed(text=text, line=position[0], in_head=in_head))
            return
        target = self.add(LinkKind.SCRIPT, src, element, position=position) if src and src.strip() else None
        blocking = src is not None and in_head and get("async") is None and get("defer") is None and kind != "module"
        self.scripts.append(Script(target=target, text=text[:SCRIPT_TEXT], kind=kind, size=len(text), blocking=blocking, line=position[0]))

    def _style(self, element: Any, _in_head: bool) -> None:
        for one in css_urls(element.text or ""):
            self.add(LinkKind.CSS_URL, one, element, position=(element.sourceline or 0, 0))

    def _iframe(self, element: Any, _in_head: bool) -> None:
        position = self.positions.of(element)
        if (src := element.get("src")) and src.strip() not in ("about:blank", ""):
            self.add(LinkKind.IFRAME, src, element, text=collapsed(element.get("title") or ""), position=position)

    def _media(self, element: Any, _in_head: bool) -> None:
        position = self.positions.of(element)
        if src := element.get("data" if element.tag == "object" else "src"):
            self.add(LinkKind.MEDIA, src, element, position=position)
        if element.tag == "source":
            self._srcset(element.get("srcset") or "", element, position)
        if poster := element.get("poster"):
            self.add(LinkKind.POSTER, poster, element, position=position)

    def _picture(self, element: Any, _in_head: bool) -> None:
        if element.find(".//img") is None:
            self.pictures_without_img += 1

    def _form(self, element: Any, _in_head: bool) -> None:
        position = self.positions.of(element)
        action = element.get("action") or ""
        target: str | None = self.answer.url
        if action.strip():
            target = self.add(LinkKind.FORM, action, element, position=position)
        self.forms.append((element, action, target, (element.get("method") or "get").lower(), position[0]))

    def _field(self, element: Any, labels: frozenset[str]) -> None:
        get = element.get
        kind = (get("type") or "text").lower() if element.tag == "input" else element.tag
        if element.tag == "label" or kind in _UNFILLED:
            return
        labelled = (
            any(collapsed(get(one) or "") for one in ("aria-label", "aria-labelledby", "title", "placeholder"))
            or bool(get("id") and get("id") in labels)
            or any(up.tag == "label" for up in element.iterancestors())
        )
        self.fields.append(
            (element, Field(name=(get("name") or get("id") or "")[:100], kind=kind, labelled=labelled, line=element.sourceline or 0))
        )

    # what is not a tag ------------------------------------------------

    def _styles(self) -> None:
        """Addresses and overlays in ``style`` attributes."""
        if b"style=" not in self.source and b"STYLE=" not in self.source:
            return
        for element in _STYLES(self.root):
            style = element.get("style")
            if "url(" in style:
                for one in css_urls(style):
                    self.add(LinkKind.CSS_URL, one, element, position=(element.sourceline or 0, 0))
            if "fixed" in style:
                self.overlays.append(Placed(text=style[:500], line=element.sourceline or 0, in_head=False))

    def _headers(self) -> None:
        for href, rel, lang in link_headers(self.answer.headers):
            kind = kind_of(rel, lang or None)
            if kind not in (LinkKind.CANONICAL, LinkKind.HREFLANG):
                continue
            hreflang = kind is LinkKind.HREFLANG
            target = self.add(kind, href, None, text=lang if hreflang else "", rel=rel, place=Place.HEAD, position=(0, 0))
            self.references.append(
                (hreflang, Reference(href=href, target=target, in_head=True, header=True, line=0, lang=lang if hreflang else ""))
            )


@lru_cache(maxsize=2048)
def _words(value: str) -> frozenset[str]:
    return frozenset(value.lower().split())


def _is_control(element: Any, fault: LinkFault) -> bool:
    """Whether an ``a`` without an address is meant as something else: a button, or a place (Lighthouse's crawlable-anchors)."""
    get = element.get
    return bool((get("role") or "").strip() or (get("name") or "").strip() or (fault is LinkFault.EMPTY and get("id")))


def _link_text(element: Any) -> str:
    """What names a link: its text, the alt of its images, aria-label, title."""
    if len(element) == 0:
        text = element.text
        text = " ".join(text.split()) if text else ""
    else:
        text = inner_text(element)
    if text:
        return text
    alts = " ".join(image.get("alt") or "" for image in element.iter("img"))
    return collapsed(alts) or collapsed(element.get("aria-label") or "") or collapsed(element.get("title") or "")


_HANDLERS: dict[str, Any] = {
    "a": Elements._a,
    "area": Elements._area,
    "img": Elements._img,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), Elements._heading),
    "title": Elements._title,
    "meta": Elements._meta,
    "link": Elements._link,
    "script": Elements._script,
    "style": Elements._style,
    "iframe": Elements._iframe,
    **dict.fromkeys(("source", "video", "audio", "track", "embed", "object"), Elements._media),
    "picture": Elements._picture,
    "form": Elements._form,
    "base": lambda _elements, _element, _in_head: None,
}
