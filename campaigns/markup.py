"""From what a marketer writes to what is rendered for each recipient: Markdown into the template, MJML, CSS inlined, links found.

All of that is done once a campaign. Jinja's own marks are put aside meanwhile, so that neither Markdown nor MJML nor the inliner sees them.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)
_KEPT = re.compile(r"<!--gjx(\d+)x-->|gjx(\d+)x")
_BLOCK = re.compile(r"\{%-?\s*block\s+body\s*-?%\}.*?\{%-?\s*endblock(?:\s+body)?\s*-?%\}", re.S)
_HREF = re.compile(r"""(<a\b[^>]*?\shref=)(["'])(.*?)\2([^>]*>)""", re.I | re.S)
#: a link whose address is only partly known before a recipient is
_OPAQUE = re.compile(r"\{[{%]")


@dataclass(slots=True)
class Marks:
    """Jinja's marks, put aside under names that no tool changes."""

    kept: list[str] = field(default_factory=list)

    def hide(self, text: str) -> str:
        """`text` with every mark replaced: statements between tags become comments, which survive in tables; the rest plain words."""

        def put(match: re.Match[str]) -> str:
            self.kept.append(match[0])
            number = len(self.kept) - 1
            before = text[: match.start()]
            within_tag = before.rfind("<") > before.rfind(">")
            if match[0].startswith("{{") or within_tag:
                return f"gjx{number}x"
            return f"<!--gjx{number}x-->"

        return _TAG.sub(put, text)

    def show(self, text: str) -> str:
        """`text` with the marks back in their places."""
        return _KEPT.sub(lambda match: self.kept[int(match[1] or match[2])], text)


def markdown_html(text: str) -> str:
    """Markdown (CommonMark and tables) as HTML, Jinja's marks kept; raw HTML of the writer stays."""
    marks = Marks()
    return marks.show(_markdown().render(marks.hide(text)))


def markdown_text(text: str) -> str:
    """Markdown as plain text: links written out, emphasis gone, tables as lines."""
    marks = Marks()
    lines = []
    for line in marks.hide(text).splitlines():
        plain = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\1", line)
        plain = re.sub(r"\[([^\]]+)\]\(([^)\s]+)[^)]*\)", r"\1 (\2)", plain)
        plain = re.sub(r"(\*\*|__)(.+?)\1", r"\2", plain)
        plain = re.sub(r"(?<!\w)[*_](\S.*?)[*_](?!\w)", r"\1", plain)
        plain = re.sub(r"^#{1,6}\s+", "", plain)
        if re.fullmatch(r"\s*\|?(\s*:?-{3,}:?\s*\|)+\s*(:?-{3,}:?)?\s*", plain):
            continue
        if plain.lstrip().startswith("|"):
            plain = "  ".join(cell.strip() for cell in plain.strip().strip("|").split("|"))
        lines.append(plain.rstrip())
    return marks.show(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n")


def fill_template(template: str, body_html: str) -> str:
    """`template` with its ``{% block body %}`` filled; one without the block keeps its own text."""
    return _BLOCK.sub(lambda _match: body_html, template, count=1)


def finish_html(source: str, *, mjml: bool) -> str:
    """MJML to HTML where it is MJML, then the style sheet written into the elements, as mail programs want it. Raises ValueError."""
    import css_inline

    marks = Marks()
    hidden = marks.hide(source)
    if mjml:
        import mrml

        try:
            hidden = str(mrml.to_html(hidden).content)
        except Exception as fault:
            raise ValueError(f"MJML: {fault}") from fault
    inlined = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True).inline(hidden)
    return marks.show(inlined)


def known_values(source: str, values: dict[str, str]) -> str:
    """`source` with ``{{ site.url }}`` and the like, which are the same for everybody, filled in."""

    def fill(match: re.Match[str]) -> str:
        name = match[0][2:-2].strip()
        return html.escape(values[name]) if name in values else match[0]

    return _TAG.sub(fill, source)


def take_links(source: str) -> tuple[str, list[str]]:
    """`source` with the addresses of its links replaced by ``{{ links[n] }}``, and those addresses in order.

    Left as they are: addresses with variables in them, fragments, mailto and tel, and those of an element with ``data-no-track``.
    """
    found: list[str] = []

    def replace(match: re.Match[str]) -> str:
        address = html.unescape(match[3])
        if _OPAQUE.search(address) or not address.startswith(("http://", "https://")) or "data-no-track" in match[0]:
            return match[0]
        if address not in found:
            found.append(address)
        return f"{match[1]}{match[2]}{{{{ links[{found.index(address)}] }}}}{match[2]}{match[4]}"

    return _HREF.sub(replace, source), found


def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
