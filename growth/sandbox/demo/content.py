"""The demo site's pages: Markdown files with a YAML head, rendered once a request through the site's templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from ruamel.yaml import YAML

HERE = Path(__file__).parent
SITE_NAME = {"zh-CN": "诚信贷", "en": "Chengxin Lending"}
POSTS_A_PAGE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the site. What is `None` or false here on purpose is a planted fault (``faults.yaml`` lists them).

    title, description, h1      as the page has them; None leaves them out
    alternate                   path of the same page in the other language
    canonical                   paths or addresses of canonical links; by default the page itself
    head                        markup that goes into the head as it is
    status, delay_seconds       of the answer
    listed                      whether the sitemap names it
    """

    path: str
    title: str | None
    description: str | None
    h1: str | None
    html: str
    template: str = "page.html"
    lang: str = "zh-CN"
    section: str = ""
    alternate: str | None = None
    canonical: tuple[str, ...] | None = None
    date: date | None = None
    category: str = ""
    summary: str = ""
    head: str = ""
    viewport: bool = True
    html_lang: bool = True
    noindex: bool = False
    status: int = 200
    delay_seconds: float = 0.0
    listed: bool = True
    icp: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What navigation and lists call the page."""
        return self.h1 or self.title or self.path


@lru_cache
def pages() -> dict[str, Page]:
    """All pages by path."""
    found: dict[str, Page] = {}
    for file in sorted((HERE / "content").rglob("*.md")):
        page = _read(file)
        if page.path in found:
            raise ValueError(f"{file.name}: {page.path} is there twice")
        found[page.path] = page
    return found


def posts() -> list[Page]:
    """The posts of the blog, newest first."""
    found = [page for page in pages().values() if page.template == "post.html"]
    return sorted(found, key=lambda page: (page.date or date.min, page.path), reverse=True)


def render(template: str, **values: Any) -> str:
    """One page of the site."""
    return _environment().get_template(template).render(**values)


def chinese_characters(markup: str) -> int:
    """Number of Han characters in the visible text of `markup`."""
    reader = _Text()
    reader.feed(markup)
    return sum("\u4e00" <= character <= "\u9fff" for character in "".join(reader.found))


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def _read(file: Path) -> Page:
    """A page from its file; the path is the file's place unless the head says otherwise."""
    head, _, body = file.read_text("utf-8").partition("\n---\n")
    values: dict[str, Any] = YAML(typ="safe").load(head) or {}
    place = file.relative_to(HERE / "content").with_suffix("")
    folder = place.parts[0]
    path = values.pop("path", "/" + "/".join(place.parts[1:] if folder == "pages" else place.parts))
    lang = "en" if folder == "en" else "zh-CN"
    title = values.pop("title", None)
    section = values.pop("section", {"blog": "blog", "help": "help"}.get(folder, path.strip("/").split("/")[0]))
    template = values.pop("template", {"blog": "post.html"}.get(folder, "page.html"))
    canonical = values.pop("canonical", None)
    text = _markdown().render(body)
    return Page(
        path=path,
        title=title,
        description=values.pop("description", None),
        h1=values.pop("h1", None),
        html=text,
        template=template,
        lang=lang,
        section=section,
        summary=values.pop("summary", "") or _first_paragraph(body),
        canonical=tuple(canonical) if canonical is not None else None,
        data=values.pop("data", {}),
        **values,
    )


def _first_paragraph(body: str) -> str:
    for line in body.splitlines():
        if line and not line.startswith(("#", "<", "|", "-", "!", ">", "1")):
            return line[:90].rstrip("，。；、") + ("…" if len(line) > 90 else "")
    return ""


@lru_cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable("table")


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["day"] = lambda value: f"{value.year}年{value.month}月{value.day}日"
    return environment


def neighbours(page: Page) -> tuple[Page | None, Page | None]:
    """The newer and the older post beside `page`."""
    found = posts()
    place = found.index(page)
    newer = found[place - 1] if place > 0 else None
    return newer, found[place + 1] if place + 1 < len(found) else None


def related(page: Page, among: Iterable[Page] | None = None) -> list[Page]:
    """Up to three other posts of the category, else the newest."""
    others = [post for post in (among or posts()) if post.path != page.path]
    same = [post for post in others if post.category == page.category]
    return (same + [post for post in others if post not in same])[:3]
