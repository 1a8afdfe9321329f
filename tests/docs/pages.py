"""The documentation as data: its pages, their code blocks, headings and links."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
_MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: `language` is the first word behind the fence, `line` where it begins."""

    page: str
    line: int
    language: str
    text: str

    @property
    def where(self) -> str:
        """The place, as editors jump to it."""
        return f"{self.page}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link or picture of a page."""

    page: str
    line: int
    target: str


@lru_cache
def pages() -> dict[str, str]:
    """Every page by its path from the root of the project."""
    found = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    found += sorted((ROOT / "docs").rglob("*.md")) + sorted((ROOT / "examples").rglob("*.md"))
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in found if path.exists()}


def blocks(*languages: str) -> Iterator[Block]:
    """Fenced blocks of the given languages (all without)."""
    for page, text in pages().items():
        for token in _walk(_MARKDOWN.parse(text)):
            if token.type == "fence":
                language = (token.info.split() or [""])[0]
                if not languages or language in languages:
                    yield Block(page=page, line=_line(token), language=language, text=token.content)


def links() -> Iterator[Link]:
    """Links and pictures."""
    for page, text in pages().items():
        line = 1
        for token in _walk(_MARKDOWN.parse(text)):
            line = _line(token) if token.map else line
            target = token.attrGet("href") if token.type == "link_open" else token.attrGet("src") if token.type == "image" else None
            if target is not None:
                yield Link(page=page, line=line, target=str(target))


def anchors(page: str) -> set[str]:
    """The names under which the headings of a page are reached, as code hosts make them."""
    found: set[str] = set()
    tokens = _MARKDOWN.parse(pages()[page])
    for opened, inline in itertools.pairwise(tokens):
        if opened.type == "heading_open":
            name = _slug("".join(part.content for part in inline.children or [] if part.type in ("text", "code_inline")))
            number = 0
            while (unique := f"{name}-{number}" if number else name) in found:
                number += 1
            found.add(unique)
    return found


def _slug(heading: str) -> str:
    kept = "".join(
        character
        for character in heading.lower()
        if character in " -_" or unicodedata.category(character)[0] in "LN" or unicodedata.category(character) == "Mn"
    )
    return kept.strip().replace(" ", "-")


def words(page: str) -> str:
    """A page's text in one line, for looking something up."""
    return re.sub(r"\s+", " ", pages()[page])


def _walk(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _walk(token.children or [])


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1
