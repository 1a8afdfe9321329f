"""Addresses in texts: style sheets, ``srcset``, ``meta refresh``; and what a ``link`` is for."""

from __future__ import annotations

import re

from seo.page import LinkKind

_CSS_URL = re.compile(r"""url\(\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"')]+))\s*\)""", re.I)
_CSS_IMPORT = re.compile(r"""@import\s+(?:"([^"\n]*)"|'([^'\n]*)')""", re.I)
_SRCSET = re.compile(r"\s*([^\s,]\S*[^\s,]|[^\s,])(?:\s+[\d.]+[wxh])*\s*(?:,|$)")
_REFRESH = re.compile(r"^\s*([\d.]*)\s*[;,]?\s*(?:url\s*=\s*)?[\"']?\s*([^\"']*?)\s*[\"']?\s*$", re.I)


def css_urls(text: str) -> list[str]:
    """Addresses in ``url()`` and ``@import`` of a style sheet, as written."""
    if "(" not in text and "@import" not in text:
        return []
    found = ["".join(groups) for groups in _CSS_URL.findall(text)]
    if "@import" in text:
        found += ["".join(groups) for groups in _CSS_IMPORT.findall(text)]
    return [one for one in dict.fromkeys(found) if one and not one.startswith(("data:", "#"))]


def srcset_of(value: str) -> list[str]:
    """Addresses of a ``srcset`` (of its first 20,000 characters), as written; pictures inside the page left out."""
    return [one for one in _SRCSET.findall(value[:20_000]) if not one.startswith("data:")]


def refresh_of(content: str) -> tuple[float, str] | None:
    """(seconds, address as written) of a ``meta refresh``; None where it leads nowhere else."""
    found = _REFRESH.match(content[:2000])
    if not found or not found[2] or re.fullmatch(r"[\d.]+", found[2]):
        return None
    try:
        return float(found[1] or 0), found[2]
    except ValueError:
        return None


def kind_of(rel: frozenset[str], hreflang: str | None) -> LinkKind | None:
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
