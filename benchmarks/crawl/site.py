"""A site to crawl: pages that link to each other, some links broken, some through redirects; the same for the same numbers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

WORDS = ("growth", "campaign", "visitor", "channel", "retention", "audience", "funnel", "report", "email", "search", "landing", "word")
#: shares of the links that lead nowhere, and through a redirect
BROKEN, REDIRECTED = 0.023, 0.02


@dataclass(frozen=True, slots=True)
class Truth:
    """What a crawler must find."""

    pages: int
    links: int
    missing: int
    redirects: int


def write_site(folder: Path, *, pages: int, links: int = 30, kilobytes: int = 20) -> Truth:
    """Write the files of a site. Page i leads to pages 4i+1 … 4i+4, so that every page is reached, and to others by chance."""
    chance = random.Random(7)
    (folder / "p").mkdir(parents=True)
    missing: set[int] = set()
    redirects: set[int] = set()
    count = 0
    for number in range(pages):
        hrefs = [f"/p/{4 * number + k}.html" for k in range(1, 5) if 4 * number + k < pages]
        while len(hrefs) < links:
            dice = chance.random()
            if dice < BROKEN:
                target = chance.randrange(max(1, pages // 20))
                missing.add(target)
                hrefs.append(f"/missing/{target}.html")
            elif dice < BROKEN + REDIRECTED:
                target = chance.randrange(pages)
                redirects.add(target)
                hrefs.append(f"/r/{target}")
            else:
                hrefs.append(f"/p/{chance.randrange(pages)}.html")
        count += len(hrefs)
        text = _page(number, hrefs, kilobytes * 1024, chance)
        (folder / "p" / f"{number}.html").write_text(text)
        if number == 0:
            (folder / "index.html").write_text(text)
    (folder / "i.png").write_bytes(b"\x89PNG")
    (folder / "robots.txt").write_text("User-agent: *\nAllow: /\n")
    return Truth(pages=pages, links=count, missing=len(missing), redirects=len(redirects))


def _page(number: int, hrefs: list[str], size: int, chance: random.Random) -> str:
    def say(words: int) -> str:
        return " ".join(chance.choices(WORDS, k=words))

    pieces = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page {number} {say(4)}</title>'
        f'<meta name="description" content="{say(14)}"><link rel="canonical" href="/p/{number}.html"></head>'
        f"<body><h1>Page {number}</h1><nav>",
        *(f'<a href="{href}">{say(3)}</a>' for href in hrefs),
        "</nav>",
    ]
    length = sum(map(len, pieces))
    while length < size:
        block = f'<div class="c"><p>{say(30)}</p><img src="/i.png" alt="{say(2)}"></div>\n'
        pieces.append(block)
        length += len(block)
    return "".join(pieces) + "</body></html>"
