"""From an answer to a `Page`: its elements, then its text."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from lxml import etree
from msgspec import structs

from seo.answer import Answer
from seo.page import Field, Form, LinkKind, Page, Place, SiteFacts, Unrendered
from seo.reading.charset import decode_html
from seo.reading.directives import robots_directives
from seo.reading.elements import Elements
from seo.reading.places import parts_of
from seo.reading.text import UNSEEN, han_count, seen_text, word_count

_IDS: Any = etree.XPath("//@id", smart_strings=False)
_NAMES: Any = etree.XPath("//a/@name", smart_strings=False)
_COUNT: Any = etree.XPath("count(//*)")
_ITEM_TYPES: Any = etree.XPath("//@itemtype", smart_strings=False)
_APP_ROOTS = frozenset({"app", "root", "__next", "__nuxt", "app-root", "react-root", "main-app"})


def read_page(answer: Answer, site: SiteFacts, *, read_at: datetime, depth: int = 0) -> Page:
    """The page in an answer with HTML in it, as a browser made it where one did. Never raises, whatever the bytes are."""
    source, charset = decode_html(answer.body, answer.headers.get("content-type", ""))
    page = _page(Elements(answer, charset, source, _parse(source)), site, depth, read_at)
    rendered = answer.rendered
    if rendered is None:
        return page
    if not rendered.html:
        return replace(page, rendered=rendered)
    # what is judged is what people see; what the server sent is kept beside it, for that is what Baidu reads
    made = Elements(answer, charset, rendered.html, _parse(rendered.html))
    if rendered.moved_to:
        made.add(LinkKind.REFRESH, rendered.moved_to, None, position=(0, 0))
    return replace(_page(made, site, depth, read_at), rendered=structs.replace(rendered, html=b""), unrendered=_unrendered(page))


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


def _parse(source: bytes) -> Any:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    root = None
    if source.strip():
        try:
            root = etree.fromstring(source, parser)
        except etree.XMLSyntaxError:
            root = None
    return root if root is not None else etree.Element("html")


def _page(found: Elements, site: SiteFacts, depth: int, read_at: datetime) -> Page:
    parts = parts_of(found.body) if found.body is not None else []
    found.gather(parts)
    ids = tuple(_IDS(found.root))
    names = tuple(_NAMES(found.root)) if b"name" in found.source else ()
    elements = int(_COUNT(found.root))
    item_types = tuple(dict.fromkeys(_ITEM_TYPES(found.root))) if b"itemtype" in found.source else ()
    app_root = any(one in _APP_ROOTS for one in ids[:200])
    text, main_text = _texts(found.body, parts)
    answer = found.answer
    forms, loose = _forms(found)
    return Page(
        url=answer.url,
        base=found.base,
        status=answer.status,
        headers=answer.headers,
        media_type=answer.media_type,
        charset=found.charset,
        size_bytes=len(answer.body),
        wire_bytes=answer.wire_bytes,
        ttfb_ms=answer.ttfb_ms,
        total_ms=answer.total_ms,
        read_at=read_at,
        site=site,
        lang=found.root.get("lang") or found.root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        titles=tuple(found.titles),
        metas=tuple(found.metas),
        headings=tuple(found.headings),
        links=tuple(found.links),
        links_dropped=found.dropped,
        images=tuple(found.images),
        canonicals=tuple(one for hreflang, one in found.references if not hreflang),
        hreflangs=tuple(one for hreflang, one in found.references if hreflang),
        directives=robots_directives(found.metas, answer.headers),
        forms=forms,
        loose_fields=loose,
        scripts=tuple(found.scripts),
        jsonld=tuple(found.jsonld),
        ids=ids + names,
        id_attributes=ids,
        elements=elements,
        pictures_without_img=found.pictures_without_img,
        text=text,
        main_text=main_text,
        words=word_count(main_text),
        han=han_count(main_text),
        overlays=tuple(found.overlays),
        app_root=app_root,
        item_types=item_types,
        depth=depth,
    )


def _forms(found: Elements) -> tuple[tuple[Form, ...], tuple[Field, ...]]:
    inside: dict[Any, list[Field]] = {form[0]: [] for form in found.forms}
    loose: list[Field] = []
    for element, entry in found.fields:
        owner = next((up for up in element.iterancestors("form") if up in inside), None)
        (inside[owner] if owner is not None else loose).append(entry)
    forms = tuple(
        Form(action=action, target=target, method=method, fields=tuple(inside[element]), line=line)
        for element, action, target, method, line in found.forms
    )
    return forms, tuple(loose)


def _texts(body: Any, parts: list[tuple[Any, Place]]) -> tuple[str, str]:
    """Seen text (the main part first) and main text. The tree is spent afterwards."""
    if body is None:
        return "", ""
    etree.strip_elements(body, *UNSEEN, with_tail=False)
    if not parts:
        text = seen_text(body)
        return text, text
    # each text is gathered once: what is taken out of the tree is gathered before, the rest is what remains
    mains = [element for element, place in parts if place is Place.MAIN]
    if len(mains) == 1 and mains[0] is not body:
        main = seen_text(mains[0])
        _drop(mains[0])
        return _joined(main, seen_text(body)), main
    rest: list[str] = []
    dropped: set[Any] = set()
    for element, place in parts:
        if place is Place.MAIN or any(up in dropped for up in element.iterancestors()):
            continue
        rest.append(seen_text(element))
        dropped.add(element)
        _drop(element)
    main = seen_text(body)
    return _joined(main, *rest), main


def _joined(*texts: str) -> str:
    return " ".join(text for text in texts if text)


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
