"""The demo's past: some three months of visits, sign-ups and costs, the same for the same day, so that no dashboard is empty.

Visits are beacons (contracts/web.md › Beacons) with ``at``, ``ip`` and ``user_agent``, as ``growth events import`` takes them; sign-ups and
their later steps are the objects of the sign-up API, as ``growth signups import`` takes them; costs are a table of ``growth costs import``.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from growth.sandbox.demo.contacts import SampleContact
from growth.sandbox.demo.journeys import BROWSERS, ORIGINS, PATHS, ROBOTS, Origin

DAYS = 92
_ZONE = ZoneInfo("Asia/Shanghai")
#: visits an hour of the day, 0 to 23: lunch, and the evening on the sofa
_HOURS = (1, 1, 1, 1, 1, 2, 4, 7, 11, 14, 15, 13, 16, 13, 12, 12, 12, 11, 12, 15, 19, 20, 14, 6)
#: networks set aside for documentation (RFC 5737)
_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Events and sign-ups with their steps in the order of time; cost rows: day, channel, plan, keyword, impressions, clicks, CNY."""

    events: list[dict[str, Any]]
    signups: list[dict[str, Any]]
    costs: list[tuple[str, ...]]


@dataclass(slots=True)
class _Person:
    """Somebody who comes once or several times, and may sign up at the end."""

    visitor: str
    ip: str
    user_agent: str
    role: str


def history(
    *, until: datetime, site_url: str, tokens: Mapping[str, str], contacts: Sequence[SampleContact] = (), days: int = DAYS
) -> History:
    """The `days` days before the instant `until` (aware), at the site `site_url`.

    `tokens` maps a channel to the code that its tracked links carry (``?g=CODE``); visits of channels that are not in it are left out.
    Sign-ups take name and address from `contacts`, as far as they go. Everything lies before `until`.
    """
    base = site_url.rstrip("/")
    chance = random.Random("history")
    origins = [origin for origin in ORIGINS if origin.channel is None or origin.channel in tokens]
    events: list[dict[str, Any]] = []
    signups: list[dict[str, Any]] = []
    people = iter(contacts)
    first = until.astimezone(_ZONE).date() - timedelta(days=days)
    for offset in range(days + 1):
        day = first + timedelta(days=offset)
        for _ in range(_visitors(chance, day, offset, days)):
            person, start = _person(chance), _moment(chance, day)
            visits = _journey(chance, person, start, origins, tokens, base)
            shown = [event for visit in visits for event in visit if _at(event) < until]
            events += shown
            registered = next((event for event in shown if event["type"] == "form" and event["name"] == "register submit"), None)
            if registered is not None:
                signups += _signup(chance, person, registered, shown, next(people, None), len(signups), until)
        events += [event for event in _robots(chance, day, base) if _at(event) < until]
    events.sort(key=lambda event: (event["at"], event["id"]))
    signups.sort(key=lambda entry: entry["at"])
    return History(events=events, signups=signups, costs=list(_costs(random.Random("costs"), first, until.astimezone(_ZONE).date())))


def write_history(folder: Path, found: History) -> tuple[Path, Path, Path]:
    """Write ``events.jsonl``, ``signups.jsonl`` and ``costs.csv`` into `folder`, each whole; returns their paths in that order."""
    folder.mkdir(parents=True, exist_ok=True)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(("日期", "渠道", "推广计划", "关键词", "展现", "点击", "消费"))
    writer.writerows(found.costs)
    contents = {"events.jsonl": _lines(found.events), "signups.jsonl": _lines(found.signups), "costs.csv": "\ufeff" + table.getvalue()}
    paths = []
    for name, text in contents.items():
        beside = folder / f"{name}.new"
        beside.write_text(text, "utf-8", newline="")
        paths.append(beside.replace(folder / name))
    return paths[0], paths[1], paths[2]


def _lines(objects: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in objects)


def _visitors(chance: random.Random, day: date, offset: int, days: int) -> int:
    """New people on `day`: growing over the span, fewer at weekends."""
    usual = 11 + 9 * offset / days
    return max(1, round(chance.gauss(usual * (0.7 if day.weekday() >= 5 else 1.0), 2.5)))


def _person(chance: random.Random) -> _Person:
    return _Person(
        visitor=f"{chance.getrandbits(88):022x}",
        ip=f"{chance.choice(_NETWORKS)}.{chance.randint(1, 254)}",
        user_agent=chance.choice(BROWSERS),
        role="investor" if chance.random() < 0.4 else "borrower",
    )


def _journey(
    chance: random.Random, person: _Person, start: datetime, origins: Sequence[Origin], tokens: Mapping[str, str], base: str
) -> Iterator[list[dict[str, Any]]]:
    """One to four visits of a person, days apart; whoever signs up does so at the end of the last."""
    first = chance.choices(origins, [origin.weight for origin in origins])[0]
    if first.browser:
        person.user_agent = first.browser
    returns = 0
    while returns < 3 and chance.random() < first.comes_back:
        returns += 1
    registers = chance.random() < first.registers * (1 + returns)
    for number in range(returns + 1):
        # people who know the name come back by typing it or by searching for it
        again = [origin for origin in origins if origin.direct or origin.name == "baidu-brand"]
        origin = first if number == 0 else chance.choice(again)
        yield _visit(chance, person, start, origin, tokens, base, registers=registers and number == returns)
        start += timedelta(days=chance.choice((1, 1, 2, 3, 5, 8)), minutes=chance.randint(-180, 180))


def _visit(
    chance: random.Random, person: _Person, at: datetime, origin: Origin, tokens: Mapping[str, str], base: str, *, registers: bool
) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    landing = chance.choice(origin.landings)
    code = f"g={tokens.get(origin.channel, '')}" if origin.channel else origin.query
    query = code.replace("{click}", f"{chance.getrandbits(64):016x}")
    paths = [landing] + [chance.choice(PATHS[person.role]) for _ in range(min(5, int(chance.expovariate(0.7))))]
    if registers and paths[-1] != "/register":
        paths.append("/register")
    referrer = chance.choice(origin.referrers)
    for number, path in enumerate(paths):
        url = f"{base}{path}{'?' + query if number == 0 and query else ''}"
        page = f"{chance.getrandbits(64):016x}"
        common = {"page": page, "url": url, "visitor": person.visitor, "ip": person.ip, "user_agent": person.user_agent}
        seen = int(chance.lognormvariate(3.2, 0.9) * 1000)
        events.append(_event(at, "page", common, referrer=referrer, load_ms=chance.randint(180, 1600), seq=number))
        if path == "/register" and (registers or chance.random() < 0.3):
            events.append(_event(at + timedelta(seconds=6), "form", common, name="register start"))
            if registers:
                seen = max(seen, 45_000)
                events.append(_event(at + timedelta(seconds=40), "form", common, name="register submit"))
        elif chance.random() < 0.03:
            events.append(_event(at + timedelta(seconds=4), "contact", common, name="tel:4000000000"))
        elif path == "/blog/credit-report" and chance.random() < 0.3:
            lost = f"{base}/blog/credit-score"
            missing = {**common, "page": f"{chance.getrandbits(64):016x}", "url": lost}
            events.append(_event(at + timedelta(seconds=9), "missing", missing, referrer=url, target=lost, seq=0))
        elif path.startswith("/disclosure") and chance.random() < 0.3:
            events.append(_event(at + timedelta(seconds=9), "outbound", common, target="https://beian.miit.gov.cn/"))
        if chance.random() < 0.4:
            click = {
                "x": round(chance.random(), 3),
                "y": round(chance.random(), 3),
                "width": 390 if "Mobile" in person.user_agent else 1440,
            }
            events.append(_event(at + timedelta(seconds=3), "click", common, **click))
        if chance.random() < 0.8:
            leave = {"duration_ms": min(seen, 900_000), "scroll": chance.randint(20, 100)}
            events.append(_event(at + timedelta(milliseconds=seen), "leave", common, **leave))
        referrer, at = url, at + timedelta(milliseconds=seen + 400)
    return events


def _event(at: datetime, kind: str, common: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    found = {"type": kind, **common, **{name: value for name, value in more.items() if value != ""}, "at": at.astimezone(_ZONE).isoformat()}
    mark = blake2b(f"{found['page']}:{kind}:{more.get('name', '')}:{found['at']}".encode(), digest_size=8).hexdigest()
    return {"id": mark, "v": 1, **found}


def _robots(chance: random.Random, day: date, base: str) -> Iterator[dict[str, Any]]:
    """A few robots a day, told by their user agent."""
    for _ in range(chance.randint(1, 4)):
        path = chance.choice(PATHS["borrower"])
        ip = f"{_NETWORKS[0]}.{chance.randint(1, 254)}"
        common = {"page": f"{chance.getrandbits(64):016x}", "url": base + path, "ip": ip, "user_agent": chance.choice(ROBOTS)}
        yield _event(_moment(chance, day), "page", common)


#: later steps: (name, share of those before who take it, days after, mean value in CNY)
_STEPS: Mapping[str, tuple[tuple[str, float, int, int], ...]] = {
    "investor": (("real_name", 0.66, 1, 0), ("custody_account", 0.78, 2, 0), ("first_bid", 0.6, 3, 8000), ("bid", 0.5, 20, 6000)),
    "borrower": (("real_name", 0.7, 1, 0), ("apply", 0.75, 1, 0), ("loan", 0.45, 2, 22000), ("repayment", 0.9, 30, 2000)),
}


def _signup(
    chance: random.Random,
    person: _Person,
    registered: Mapping[str, Any],
    shown: Sequence[Mapping[str, Any]],
    contact: SampleContact | None,
    number: int,
    until: datetime,
) -> Iterator[dict[str, Any]]:
    """The sign-up and what followed it, as far as it lies before `until`."""
    at = _at(registered)
    entry = {
        "id": f"h{blake2b(person.visitor.encode(), digest_size=5).hexdigest()}",
        "at": registered["at"],
        "role": contact.role if contact else person.role,
        "visitor": person.visitor,
        "page": registered["page"],
    }
    if contact:
        entry |= {
            name: value for name, value in (("email", contact.email), ("phone", f"+86{contact.phone}" if contact.phone else "")) if value
        }
    if chance.random() < 0.06:
        entry["code"] = "LAOHUIYUAN"
    yield entry
    for step, share, after, value in _STEPS[entry["role"]]:
        if chance.random() > share:
            return
        at += timedelta(days=after * chance.random() + 0.02)
        if at >= until:
            return
        found: dict[str, Any] = {"signup": entry["id"], "step": step, "at": at.astimezone(_ZONE).isoformat(timespec="seconds")}
        if value:
            amount = max(500, round(chance.lognormvariate(0, 0.5) * value / 100) * 100)
            found["value"] = {"amount": f"{amount}.00", "currency": "CNY"}
        yield found


#: what Baidu's search advertising cost: plan, keyword, clicks a day, price of a click in 分
_PAID = (
    ("品牌", "诚信贷", 1.2, 110),
    ("借款", "小额借款", 3.0, 640),
    ("借款", "工薪贷款", 1.6, 720),
    ("经营", "小微经营贷", 1.4, 980),
    ("出借", "网络借贷", 1.8, 530),
)


def _costs(chance: random.Random, first: date, last: date) -> Iterator[tuple[str, ...]]:
    for offset in range((last - first).days):
        day = first + timedelta(days=offset)
        for plan, keyword, clicks, price in _PAID:
            count = max(0, round(chance.gauss(clicks, 1)))
            if count:
                amount = sum(max(30, round(chance.gauss(price, price * 0.15))) for _ in range(count))
                yield (day.isoformat(), "baidu-paid", plan, keyword, str(count * chance.randint(18, 40)), str(count), f"{amount / 100:.2f}")


def _moment(chance: random.Random, day: date) -> datetime:
    hour = chance.choices(range(24), _HOURS)[0]
    return datetime(day.year, day.month, day.day, hour, chance.randint(0, 59), chance.randint(0, 59), tzinfo=_ZONE).astimezone(UTC)


def _at(event: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(event["at"]))
