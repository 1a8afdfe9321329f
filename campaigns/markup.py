"""From what a marketer writes to what is rendered for each recipient: Markdown into the template, MJML, CSS inlined, links found.

All of that is done once a campaign. Jinja's own marks are put aside meanwhile, so that neither Markdown nor MJML nor the inliner sees
them; each remembers the file and line it was written in, so that a fault in what is rendered is shown where it can be mended.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from markdown_it import MarkdownIt

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)
_KEPT = re.compile(r"<!--gjx(\d+)x-->|gjx(\d+)x")
_BLOCK = re.compile(r"\{%-?\s*block\s+body\s*-?%\}.*?\{%-?\s*endblock(?:\s+body)?\s*-?%\}", re.S)
_LONE = re.compile(r"<p>(<!--gjx\d+x-->)</p>")
_HREF = re.compile(r"""(<a\b[^>]*?\shref=)(["'])(.*?)\2([^>]*>)""", re.I | re.S)
_URL = re.compile(r"https?://[^\s<>\"'()（）。，；]+")

#: line of the finished source → file and line where it was written
Places = Mapping[int, tuple[str, int]]


@dataclass(slots=True)
class Marks:
    """Jinja's marks, put aside under names that no tool changes, with the place of each."""

    kept: list[str] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)

    def hide(self, text: str, file: str, first_line: int = 1) -> str:
        """`text` with every mark replaced: statements between tags become comments, which survive in tables; the rest plain words."""

        def put(match: re.Match[str]) -> str:
            self.kept.append(match[0])
            self.places.append((file, first_line + text.count("\n", 0, match.start())))
            number = len(self.kept) - 1
            before = text[: match.start()]
            within_tag = before.rfind("<") > before.rfind(">")
            if match[0].startswith("{{") or within_tag:
                return f"gjx{number}x"
            return f"<!--gjx{number}x-->"

        return _TAG.sub(put, text)

    def fill(self, text: str, values: Mapping[str, str], *, escape: bool) -> str:
        """`text` with what is the same for everybody (``{{ site.url }}``) filled in."""

        def known(match: re.Match[str]) -> str:
            name = self.kept[int(match[1] or match[2])].strip("{}% \n")
            if name not in values:
                return match[0]
            return html.escape(values[name]) if escape else values[name]

        return _KEPT.sub(known, text)

    def show(self, text: str) -> tuple[str, dict[int, tuple[str, int]]]:
        """`text` with the marks back in their places, and where each line that holds one was written."""
        parts: list[str] = []
        places: dict[int, tuple[str, int]] = {}
        line, end = 1, 0
        for match in _KEPT.finditer(text):
            number = int(match[1] or match[2])
            between = text[end : match.start()]
            line += between.count("\n")
            places.setdefault(line, self.places[number])
            parts += [between, self.kept[number]]
            line += self.kept[number].count("\n")
            end = match.end()
        parts.append(text[end:])
        return "".join(parts), places


def markdown_html(hidden: str) -> str:
    """Markdown (CommonMark and tables) as HTML; raw HTML of the writer stays, and a statement alone makes no paragraph."""
    rendered = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(hidden)
    return _LONE.sub(r"\1", rendered)


def markdown_text(hidden: str) -> str:
    """Markdown as plain text: links written out, emphasis gone, tables as lines."""
    lines = []
    for line in hidden.splitlines():
        plain = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\1", line)
        plain = re.sub(r"\[([^\]]+)\]\(([^)\s]+)[^)]*\)", r"\1 (\2)", plain)
        plain = re.sub(r"(\*\*|__)(.+?)\1", r"\2", plain)
        plain = re.sub(r"(?<!\w)[*_](\S.*?)[*_](?!\w)", r"\1", plain)
        plain = re.sub(r"^#{1,6}\s+", "", plain)
        if re.fullmatch(r"\s*\|?(\s*:?-{3,}:?\s*\|)+\s*(:?-{3,}:?)?\s*", plain):
            continue
        if plain.lstrip().startswith("|"):
            plain = "  ".join(cell.strip() for cell in plain.strip().strip("|").split("|"))
        lines.append(re.sub(r"</?(?:br|p|b|i|em|strong|div|span|a)\b[^>]*>", "", plain).rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def around_block(template: str) -> tuple[str, str, int] | None:
    """What stands before and after ``{% block body %}…{% endblock %}``, and the line on which the rest begins; None without the block."""
    match = _BLOCK.search(template)
    if match is None:
        return None
    return template[: match.start()], template[match.end() :], template.count("\n", 0, match.end()) + 1


def finish_html(hidden: str, *, mjml: bool) -> str:
    """MJML to HTML where it is MJML, then the style sheet written into the elements, as mail programs want it. Raises ValueError."""
    import css_inline

    if mjml:
        import mrml

        try:
            hidden = str(mrml.to_html(hidden).content)
        except Exception as fault:
            raise ValueError(f"MJML: {fault}") from fault
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True).inline(hidden)


def take_links(hidden: str, links: list[str]) -> str:
    """`hidden` with the addresses of its links replaced by ``{{ links[n] }}``; the addresses are added to `links`.

    Left as they are: addresses with variables in them, fragments, mailto and tel, and those of an element with ``data-no-track``.
    """

    def replace(match: re.Match[str]) -> str:
        address = html.unescape(match[3])
        if _KEPT.search(address) or not address.startswith(("http://", "https://")) or "data-no-track" in match[0]:
            return match[0]
        return f"{match[1]}{match[2]}{{{{ links[{_number(address, links)}] }}}}{match[2]}{match[4]}"

    return _HREF.sub(replace, hidden)


def take_plain_links(hidden: str, links: list[str], *, alone: bool = False) -> str:
    """The same for addresses in plain text: those that the HTML has too, or all where the text stands `alone`."""

    def replace(match: re.Match[str]) -> str:
        address = match[0].rstrip(".,;:!?")
        if (not alone and address not in links) or _KEPT.search(address):
            return match[0]
        return f"{{{{ links[{_number(address, links)}] }}}}{match[0][len(address) :]}"

    return _URL.sub(replace, hidden)


def _number(address: str, links: list[str]) -> int:
    if address not in links:
        links.append(address)
    return links.index(address)
