"""Visitors of the sample site, over real HTTP: they follow our links, the collector sees them, some register.

Everything is told by fixed ids, so that a second walk brings nobody twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from growth import urls

if TYPE_CHECKING:
    import httpx

_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
PHONE_BROWSER = f"{_IPHONE} Version/18.5 Mobile/15E148 Safari/604.1"
DESK_BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """One person: how they come (`channel` by link or QR code, else `referrer`), which pages they see, whether they register."""

    name: str
    number: int
    role: str
    channel: str | None = None
    via: str = "link"
    referrer: str = ""
    query: str = ""
    pages: tuple[str, ...] = ("/",)
    registers: bool = True
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """What became of a visitor: how the site answered the form, in a word."""

    visitor: Visitor
    landed: str
    registered: str


PEOPLE: tuple[Visitor, ...] = (
    Visitor(name="周一鸣", number=1, role="borrower", channel="poster-subway", via="qr", pages=("/register",)),
    Visitor(name="吴晓", number=2, role="borrower", channel="poster-subway", via="qr", pages=("/register", "/loans/fees", "/register")),
    Visitor(
        name="郑大海", number=3, role="borrower", channel="leaflet-market", via="qr", pages=("/loans/business", "/loans/fees", "/register")
    ),
    Visitor(name="王淑芬", number=4, role="investor", channel="newsletter", pages=("/invest", "/risk", "/register")),
    Visitor(name="冯程", number=5, role="investor", channel="article-finance", pages=("/blog/annual-rate", "/invest/guide", "/register")),
    Visitor(name="陈小满", number=6, role="borrower", channel="partner-accounting", pages=("/loans/business", "/register")),
    Visitor(name="褚佳", number=7, role="borrower", channel="wanxiang", pages=("/", "/loans", "/register")),
    Visitor(
        name="卫东",
        number=8,
        role="borrower",
        referrer="https://www.baidu.com/link?url=x",
        pages=("/loans/salary", "/loans/fees", "/register"),
    ),
    Visitor(
        name="蒋琳",
        number=9,
        role="borrower",
        referrer="https://www.baidu.com/baidu.php",
        query="bd_vid=demo9",
        pages=("/loans/car", "/register"),
    ),
    Visitor(
        name="沈默",
        number=10,
        role="investor",
        referrer="https://www.zhihu.com/",
        pages=("/blog/read-the-contract", "/invest"),
        registers=False,
    ),
    Visitor(name="韩冬", number=11, role="borrower", pages=("/", "/help"), registers=False),
    Visitor(name="杨帆", number=12, role="investor", code="LAOHUIYUAN", pages=("/invest", "/register")),
    Visitor(
        name="朱莉", number=13, role="borrower", channel="zhihu", pages=("/blog/read-the-contract", "/blog/no-such-post"), registers=False
    ),
)


def visit(client: httpx.Client, visitor: Visitor, *, links: dict[tuple[str, str], str], site: str, growth: str, now: datetime) -> Visited:
    """Come, look around, register where the visitor does. `links` maps (channel, via) to the address that is followed."""
    client.headers["User-Agent"] = PHONE_BROWSER if visitor.via == "qr" or visitor.number % 2 else DESK_BROWSER
    landing = site.rstrip("/") + visitor.pages[0] + (f"?{visitor.query}" if visitor.query else "")
    if visitor.channel is not None:
        answer = client.get(links[visitor.channel, visitor.via])
        token = urls.parameters(answer.headers["location"])
        landing = urls.with_parameters(landing, token)
    trail = [landing, *(site.rstrip("/") + path for path in visitor.pages[1:])]
    beacons = [_beacon(visitor, place, url, trail, client.get(url).status_code) for place, url in enumerate(trail)]
    client.post(f"{growth}collect", content=json.dumps(beacons), headers={"Content-Type": "text/plain"}).raise_for_status()
    registered = _register(client, visitor, site, beacons[-1]["page"]) if visitor.registers else "-"
    return Visited(visitor=visitor, landed=urls.without_parameters(landing, {"g", "bd_vid"}), registered=registered)


def missing_links(people: Sequence[Visitor]) -> list[tuple[str, str]]:
    """The (channel, via) pairs that the visitors follow."""
    return sorted({(visitor.channel, visitor.via) for visitor in people if visitor.channel is not None})


def _beacon(visitor: Visitor, place: int, url: str, trail: Sequence[str], status: int) -> dict[str, str | int]:
    """What the collector's script would send of one page view; of a page that is not there, ``missing``."""
    missing = status == 404
    return {
        "id": _id(visitor, f"beacon-{place}"),
        "v": 1,
        "type": "missing" if missing else "page",
        "visitor": _id(visitor, "visitor"),
        "page": _id(visitor, f"page-{place}"),
        "url": url,
        "referrer": trail[place - 1] if place else visitor.referrer,
        "title": "诚信贷",
        "load_ms": 180 + visitor.number * 7 + place * 11,
        "seq": place,
        "age_ms": 60_000 * (len(trail) - place),
        **({"target": url} if missing else {}),
    }


def _register(client: httpx.Client, visitor: Visitor, site: str, page: str | int) -> str:
    form = {
        "name": visitor.name,
        "phone": f"1380013{8100 + visitor.number}",
        "email": f"walk{visitor.number}@example.com",
        "role": visitor.role,
        "code": visitor.code,
        "consent": "yes",
        "growth_visitor": _id(visitor, "visitor"),
        "growth_page": str(page),
    }
    answer = client.post(f"{site}register", data=form)
    if answer.status_code == 201:
        return "registered"
    return "known" if "已注册" in answer.text else f"HTTP {answer.status_code}"


def _id(visitor: Visitor, what: str) -> str:
    return hashlib.sha256(f"demo-walk:{visitor.number}:{what}".encode()).hexdigest()[:22]
