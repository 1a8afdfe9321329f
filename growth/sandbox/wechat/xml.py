"""Messages of the platform as XML, there and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from growth.errors import GrowthError


class NotXml(GrowthError):
    """The answer is no XML message."""


def write(fields: Mapping[str, str | int]) -> str:
    """``<xml>`` with one element a field: text in CDATA, numbers bare."""
    body = "".join(
        f"<{name}>{value}</{name}>" if isinstance(value, int) else f"<{name}>{cdata(value)}</{name}>" for name, value in fields.items()
    )
    return f"<xml>{body}</xml>"


def cdata(text: str) -> str:
    """`text` in CDATA; what would end it is split over two."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def read(text: str | bytes) -> dict[str, Any]:
    """Elements by name: text, a mapping for nested ones, a list of mappings for ``item``. Raises NotXml."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(text.encode() if isinstance(text, str) else text, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise NotXml(f"not XML: {fault}") from fault
    if root is None or root.tag != "xml":
        raise NotXml("the answer is no <xml> message")
    names = [child.tag for child in root]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise NotXml(f"<{sorted(str(name) for name in doubled)[0]}> is there twice")
    return {str(child.tag): _value(child) for child in root}


def _value(element: Any) -> Any:
    children = list(element)
    if not children:
        return element.text or ""
    if all(child.tag == "item" for child in children):
        return [{str(part.tag): part.text or "" for part in child} for child in children]
    return {str(child.tag): _value(child) for child in children}
