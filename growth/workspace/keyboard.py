"""What a Chinese keyboard types: full-width colons, commas, quotes and spaces."""

from __future__ import annotations

from growth.workspace.document import Document, parse


def read_document(file: str, text: str) -> Document:
    """`text` as a tree."""
    return parse(file, text)
