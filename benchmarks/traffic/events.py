"""Events of a made-up site, as `events import` and `/collect` take them: people come back, agents and pages repeat as they do in life."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

HOST = "https://www.example.com"
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14; PHONE-{n}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_{m} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.{m} Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 13; V{n}) AppleWebKit/537.36 Version/4.0 Chrome/{v} Mobile Safari/537.36 MicroMessenger/8.0.{m}",
)
BOT = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"
ARRIVALS = (
    ("", ""),
    ("", ""),
    ("", "https://www.baidu.com/link?url=x"),
    ("", "https://www.so.com/link?m=x"),
    ("?utm_source=baidu&utm_medium=cpc&utm_campaign=c{n}&utm_term=word{n}&bd_vid=112233{n}", "https://www.baidu.com/"),
    ("?utm_source=news&utm_medium=email&utm_campaign=m{n}", ""),
    ("", "https://weibo.com/"),
    ("?from=timeline&isappinstalled=0", ""),
)


def agents(chance: random.Random, count: int = 2000) -> list[str]:
    """As many different user agents as a site of this size sees in a month."""
    return [
        chance.choice(BROWSERS).format(v=chance.randrange(90, 131), n=chance.randrange(400), m=chance.randrange(50)) for _ in range(count)
    ]


def made_events(count: int, *, seed: int = 1, visitors: bool = True) -> Iterator[dict[str, Any]]:
    """`count` events in order of time: visits of one to five pages, each left with a report of time and scroll; every fiftieth a bot.

    `visitors`: with an id that the browser keeps, else told apart by address and browser.
    """
    chance = random.Random(seed)
    known = agents(chance)
    at = datetime(2026, 9, 1, tzinfo=UTC)
    people = max(50, count // 6)
    number = 0
    while number < count:
        at += timedelta(seconds=3)
        who = chance.randrange(people)
        agent = BOT if chance.random() < 0.02 else known[who % len(known)]
        query, referrer = chance.choice(ARRIVALS)
        moment, path = at, f"/page/{int(chance.paretovariate(0.7)) % 5000}"
        for place in range(chance.choice((1, 1, 2, 3, 5))):
            url = HOST + path + (query.format(n=chance.randrange(40)) if place == 0 else "")
            base = {"ip": f"10.{who >> 16 & 255}.{who >> 8 & 255}.{who & 255}", "user_agent": agent, "id": f"e{seed}-{number}"}
            if visitors:
                base["visitor"] = f"v{who}"
            stamp = moment.isoformat()
            yield {"type": "page", "url": url, "referrer": referrer, "title": f"Page {path[6:]}", "view": f"w{number}", "at": stamp} | base
            number += 1
            if agent is not BOT:
                moment += timedelta(seconds=chance.randrange(5, 90))
                leave = {"type": "leave", "url": url, "view": base["id"].replace("e", "w"), "duration_ms": 8000, "scroll": 70}
                yield leave | base | {"id": f"e{seed}-{number}", "at": moment.isoformat()}
                number += 1
            referrer, path = HOST + path, f"/page/{int(chance.paretovariate(0.7)) % 5000}"


def as_lines(events: Iterator[dict[str, Any]]) -> Iterator[str]:
    """JSON lines."""
    for event in events:
        yield json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n"
