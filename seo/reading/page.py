"""From an answer to a `Page`: one pass over the head, one over the body, text last."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from lxml import etree
from msgspec import structs

from growth import urls
from seo.answer import Answer
from seo.page import (
    Charset,
    Field,
    Form,
    Heading,
    Image,
    Link,
    LinkFault,
    LinkKind,
    Meta,
    Page,
    Place,
    Placed,
    Reference,
    Script,
    SiteFacts,
    Unrendered,
)
from seo.reading.charset import decode_html
from seo.reading.directives import link_headers, robots_directives
from seo.reading.places import Positions, parts_of
from seo.reading.resolve import resolve
from seo.reading.text import UNSEEN, collapsed, han_count, inner_text, seen_text, word_count

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
_IDS: Any = etree.XPath("//@id", smart_strings=False)
_NAMES: Any = etree.XPath("//a/@name", smart_strings=False)
_COUNT: Any = etree.XPath("count(//*)")
_STYLES: Any = etree.XPath("//*[@style]")
_ITEM_TYPES: Any = etree.XPath("//@itemtype", smart_strings=False)
_CSS_URL = re.compile(r"""url\(\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"')]+))\s*\)""", re.I)
_CSS_IMPORT = re.compile(r"""@import\s+(?:"([^"\n]*)"|'([^'\n]*)')""", re.I)
_SRCSET = re.compile(r"\s*([^\s,]\S*[^\s,]|[^\s,])(?:\s+[\d.]+[wxh])*\s*(?:,|$)")
_REFRESH = re.compile(r"^\s*([\d.]*)\s*[;,]?\s*(?:url\s*=\s*)?[\"']?\s*([^\"']*?)\s*[\"']?\s*$", re.I)
_APP_ROOTS = frozenset({"app", "root", "__next", "__nuxt", "app-root", "react-root", "main-app"})
_UNFILLED = frozenset({"hidden", "submit", "button", "image", "reset"})


def read_page(answer: Answer, site: SiteFacts, *, read_at: datetime, depth: int = 0) -> Page:
    """The page in an answer with HTML in it, as a browser made it where one did. Never raises, whatever the bytes are."""
    source, charset = decode_html(answer.body, answer.headers.get("content-type", ""))
    page = _Reader(answer, site, charset, source, _parse(source)).page(depth, read_at)
    rendered = answer.rendered
    if rendered is None:
        return page
    if not rendered.html:
        return replace(page, rendered=rendered)
    # what is judged is what people see; what the server sent is kept beside it, for that is what Baidu reads
    made = _Reader(answer, site, charset, rendered.html, _parse(rendered.html))
    if rendered.moved_to:
        made._add(LinkKind.REFRESH, rendered.moved_to, None, position=(0, 0))
    return replace(made.page(depth, read_at), rendered=structs.replace(rendered, html=b""), unrendered=_unrendered(page))


def _unrendered(page: Page) -> Unrendered:
    return Unrendered(
        title=page.title[:1000],
        description=page.description[:2000],
        h1=page.h1[:500],
        canonical=page.canonical,
        noindex=page.noindex,
        links=len(page.clickable),
        text_length=len(page.text),
        app_root=page.app_root,
    )


def css_urls(text: str) -> list[str]:
    """Addresses in ``url()`` and ``@import`` of a style sheet, as written."""
    if "(" not in text and "@import" not in text:
        return []
    found = ["".join(groups) for groups in _CSS_URL.findall(text)]
    if "@import" in text:
        found += ["".join(groups) for groups in _CSS_IMPORT.findall(text)]
    return [one for one in dict.fromkeys(found) if one and not one.startswith(("data:", "#"))]


def refresh_of(content: str) -> tuple[float, str] | None:
    """(seconds, address as written) of a ``meta refresh``; None where it leads nowhere else."""
    found = _REFRESH.match(content[:2000])
    if not found or not found[2] or re.fullmatch(r"[\d.]+", found[2]):
        return None
    try:
        return float(found[1] or 0), found[2]
    except ValueError:
        return None


def _parse(source: bytes) -> Any:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    root = None
    if source.strip():
        try:
            root = etree.fromstring(source, parser)
        except etree.XMLSyntaxError:
            root = None
    return root if root is not None else etree.Element("html")


@lru_cache(maxsize=2048)
def _words(value: str) -> frozenset[str]:
    return frozenset(value.lower().split())


class _Reader:
    """Gathers the parts of one page; lives for the time of `read_page`."""

    def __init__(self, answer: Answer, site: SiteFacts, charset: Charset, source: bytes, root: Any) -> None:
        self.answer, self.site, self.charset, self.source, self.root = answer, site, charset, source, root
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

    def page(self, depth: int, read_at: datetime) -> Page:
        parts = parts_of(self.body) if self.body is not None else []
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
        ids = tuple(_IDS(self.root))
        names = tuple(_NAMES(self.root)) if b"name" in self.source else ()
        elements = int(_COUNT(self.root))
        item_types = tuple(dict.fromkeys(_ITEM_TYPES(self.root))) if b"itemtype" in self.source else ()
        app_root = any(one in _APP_ROOTS for one in ids[:200])
        text, main_text, footer_text = self._texts(parts)
        answer = self.answer
        forms, loose = self._forms()
        return Page(
            url=answer.url,
            base=self.base,
            status=answer.status,
            headers=answer.headers,
            media_type=answer.media_type,
            charset=self.charset,
            size_bytes=len(answer.body),
            wire_bytes=answer.wire_bytes,
            ttfb_ms=answer.ttfb_ms,
            total_ms=answer.total_ms,
            read_at=read_at,
            site=self.site,
            lang=self.root.get("lang") or self.root.get("{http://www.w3.org/XML/1998/namespace}lang"),
            titles=tuple(self.titles),
            metas=tuple(self.metas),
            headings=tuple(self.headings),
            links=tuple(self.links),
            links_dropped=self.dropped,
            images=tuple(self.images),
            canonicals=tuple(one for hreflang, one in self.references if not hreflang),
            hreflangs=tuple(one for hreflang, one in self.references if hreflang),
            directives=robots_directives(self.metas, answer.headers),
            forms=forms,
            loose_fields=loose,
            scripts=tuple(self.scripts),
            jsonld=tuple(self.jsonld),
            ids=ids + names,
            id_attributes=ids,
            elements=elements,
            pictures_without_img=self.pictures_without_img,
            text=text,
            main_text=main_text,
            footer_text=footer_text,
            words=word_count(main_text),
            han=han_count(main_text),
            overlays=tuple(self.overlays),
            app_root=app_root,
            item_types=item_types,
            depth=depth,
        )

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

    def _add(
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
        line, column = position or self.positions.of(element)
        self.links.append(Link(kind, href[:2100], target, fragment, text[:LINK_TEXT], rel, line, column, place, fault, window, scripted))
        return target

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
                self._add(
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
        self._add(
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
            self._add(
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
            target = self._add(LinkKind.IMG, real, element, text=alt or "", position=position)
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
        for candidate in _SRCSET.findall(value[:20_000]):
            if not candidate.startswith("data:"):
                self._add(LinkKind.SRCSET, candidate, element, position=position)

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
            self._add(LinkKind.REFRESH, found[1], element, position=(line, column))
        elif name in ("og:image", "og:image:url", "twitter:image") and content:
            self._add(LinkKind.OG_IMAGE, content, element, position=(line, column))

    def _link(self, element: Any, in_head: bool) -> None:
        get = element.get
        position = self.positions.of(element)
        href, rel = get("href"), _words(get("rel") or "")
        if href is None:
            if "canonical" in rel:
                self.references.append((False, Reference(href="", target=None, in_head=in_head, header=False, line=position[0])))
            return
        kind = _kind_of(rel, get("hreflang"))
        if kind in (LinkKind.CANONICAL, LinkKind.HREFLANG):
            hreflang = kind is LinkKind.HREFLANG
            lang = (get("hreflang") or "").strip() if hreflang else ""
            target = self._add(kind, href, element, text=lang, rel=rel, place=Place.HEAD, position=position) if href.strip() else None
            reference = Reference(href=href.strip(), target=target, in_head=in_head, header=False, line=position[0], lang=lang)
            self.references.append((hreflang, reference))
        elif kind is not None:
            self._add(kind, href, element, rel=rel, place=Place.HEAD, position=position)

    def _script(self, element: Any, in_head: bool) -> None:
        get = element.get
        position = self.positions.of(element)
        kind = (get("type") or "").strip().lower()
        src = get("src")
        text = element.text or ""
        if src is None and kind == "application/ld+json":
            self.jsonld.append(Placed(text=text, line=position[0], in_head=in_head))
            return
        target = self._add(LinkKind.SCRIPT, src, element, position=position) if src and src.strip() else None
        blocking = src is not None and in_head and get("async") is None and get("defer") is None and kind != "module"
        self.scripts.append(Script(target=target, text=text[:SCRIPT_TEXT], kind=kind, size=len(text), blocking=blocking, line=position[0]))

    def _style(self, element: Any, _in_head: bool) -> None:
        for one in css_urls(element.text or ""):
            self._add(LinkKind.CSS_URL, one, element, position=(element.sourceline or 0, 0))

    def _iframe(self, element: Any, _in_head: bool) -> None:
        position = self.positions.of(element)
        if (src := element.get("src")) and src.strip() not in ("about:blank", ""):
            self._add(LinkKind.IFRAME, src, element, text=collapsed(element.get("title") or ""), position=position)

    def _media(self, element: Any, _in_head: bool) -> None:
        position = self.positions.of(element)
        if src := element.get("data" if element.tag == "object" else "src"):
            self._add(LinkKind.MEDIA, src, element, position=position)
        if element.tag == "source":
            self._srcset(element.get("srcset") or "", element, position)
        if poster := element.get("poster"):
            self._add(LinkKind.POSTER, poster, element, position=position)

    def _picture(self, element: Any, _in_head: bool) -> None:
        if element.find(".//img") is None:
            self.pictures_without_img += 1

    def _form(self, element: Any, _in_head: bool) -> None:
        position = self.positions.of(element)
        action = element.get("action") or ""
        target: str | None = self.answer.url
        if action.strip():
            target = self._add(LinkKind.FORM, action, element, position=position)
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
                    self._add(LinkKind.CSS_URL, one, element, position=(element.sourceline or 0, 0))
            if "fixed" in style:
                self.overlays.append(Placed(text=style[:500], line=element.sourceline or 0, in_head=False))

    def _headers(self) -> None:
        for href, rel, lang in link_headers(self.answer.headers):
            kind = _kind_of(rel, lang or None)
            if kind not in (LinkKind.CANONICAL, LinkKind.HREFLANG):
                continue
            hreflang = kind is LinkKind.HREFLANG
            target = self._add(kind, href, None, text=lang if hreflang else "", rel=rel, place=Place.HEAD, position=(0, 0))
            self.references.append(
                (hreflang, Reference(href=href, target=target, in_head=True, header=True, line=0, lang=lang if hreflang else ""))
            )

    def _forms(self) -> tuple[tuple[Form, ...], tuple[Field, ...]]:
        inside: dict[Any, list[Field]] = {form[0]: [] for form in self.forms}
        loose: list[Field] = []
        for element, entry in self.fields:
            owner = next((up for up in element.iterancestors("form") if up in inside), None)
            (inside[owner] if owner is not None else loose).append(entry)
        forms = tuple(
            Form(action=action, target=target, method=method, fields=tuple(inside[element]), line=line)
            for element, action, target, method, line in self.forms
        )
        return forms, tuple(loose)

    def _texts(self, parts: list[tuple[Any, Place]]) -> tuple[str, str, str]:
        """Seen text (the main part first), main text and footer text. The tree is spent afterwards."""
        body = self.body
        if body is None:
            return "", "", ""
        etree.strip_elements(body, *UNSEEN, with_tail=False)
        if not parts:
            text = seen_text(body)
            return text, text, ""
        # each text is gathered once: what is taken out of the tree is gathered before, the rest is what remains
        footer = " ".join(seen_text(element) for element, place in parts if place is Place.FOOTER)
        mains = [element for element, place in parts if place is Place.MAIN]
        if len(mains) == 1 and mains[0] is not body:
            main = seen_text(mains[0])
            _drop(mains[0])
            return _joined(main, seen_text(body)), main, footer
        rest: list[str] = []
        dropped: set[Any] = set()
        for element, place in parts:
            if place is Place.MAIN or any(up in dropped for up in element.iterancestors()):
                continue
            rest.append(seen_text(element))
            dropped.add(element)
            _drop(element)
        main = seen_text(body)
        return _joined(main, *rest), main, footer


def _joined(*texts: str) -> str:
    return " ".join(text for text in texts if text)


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


def _kind_of(rel: frozenset[str], hreflang: str | None) -> LinkKind | None:
    """What a ``link`` is for; None for what names no address to fetch."""
    if "canonical" in rel:
        return LinkKind.CANONICAL
    if "alternate" in rel and hreflang:
        return LinkKind.HREFLANG
    if "stylesheet" in rel:
        return LinkKind.CSS
    if rel & {"icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon"}:
        return LinkKind.ICON
    for name, kind in (("next", LinkKind.NEXT), ("prev", LinkKind.PREV), ("amphtml", LinkKind.AMP), ("miphtml", LinkKind.AMP)):
        if name in rel:
            return kind
    if rel & {
        "dns-prefetch",
        "preconnect",
        "pingback",
        "profile",
        "search",
        "edituri",
        "wlwmanifest",
        "shortlink",
        "author",
        "me",
        "license",
    }:
        return None
    return LinkKind.OTHER if rel & {"preload", "prefetch", "modulepreload", "manifest", "alternate"} else None


def _drop(element: Any) -> None:
    """Take an element out of its tree; the text behind it stays."""
    parent = element.getparent()
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


_HANDLERS: dict[str, Any] = {
    "a": _Reader._a,
    "area": _Reader._area,
    "img": _Reader._img,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _Reader._heading),
    "title": _Reader._title,
    "meta": _Reader._meta,
    "link": _Reader._link,
    "script": _Reader._script,
    "style": _Reader._style,
    "iframe": _Reader._iframe,
    **dict.fromkeys(("source", "video", "audio", "track", "embed", "object"), _Reader._media),
    "picture": _Reader._picture,
    "form": _Reader._form,
    "base": lambda _reader, _element, _in_head: None,
}
