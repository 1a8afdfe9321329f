"""Findings that several page checks make in the same shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seo.check import Finding
from seo.page import Link

#: links that a finding lists; its count says how many there are
MOST_LINKS = 20


def link_list(found: Sequence[Link], **more: Any) -> Finding:
    """One finding for all links of a page with the same fault."""
    first = found[0]
    return Finding(
        detail={
            "count": len(found),
            "target": first.target or first.href,
            "anchor": first.text[:100],
            "line": first.line,
            "links": [
                {"href": one.href[:300], "anchor": one.text[:100], "line": one.line, "column": one.column} for one in found[:MOST_LINKS]
            ],
            **more,
        }
    )
