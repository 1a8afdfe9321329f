"""From bytes to `Page`: character sets, markup, links, text."""

from seo.reading.charset import decode_html
from seo.reading.page import read_page
from seo.reading.resolve import resolve

__all__ = ["decode_html", "read_page", "resolve"]
