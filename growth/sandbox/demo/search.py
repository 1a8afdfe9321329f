"""The demo's search engines: where its words stood day by day, as a tool for webmasters exports it, and the site's access logs with the
visits of crawlers. Each day is the same however often it is made, so that bringing it in twice changes nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from random import Random

from growth.sandbox.demo.content import pages

#: days of positions and of logs, the last one being yesterday
DAYS = 21
_CHINA = timezone(timedelta(hours=8))
_BAIDU = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"
_GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
_BING = "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"
_SO = "Mozilla/5.0 (compatible; 360Spider/1.0; +http://www.so.com/help/help_3_2.html)"
_SOGOU = "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)"
_PERSON = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36"
#: who comes, from where, how often a day; the second Googlebot is an impostor (an address of documentation, RFC 5737)
_VISITORS = (
    (_BAIDU, "220.181.108.", 46),
    (_GOOGLE, "66.249.66.", 14),
    (_BING, "157.55.39.", 9),
    (_SO, "180.153.232.", 12),
    (_SOGOU, "123.126.113.", 7),
    (_GOOGLE, "203.0.113.", 6),
    (_PERSON, "198.51.100.", 40),
)
#: addresses that crawlers still ask for and that are gone
_GONE = ("/promo/summer", "/blog/2019/hello", "/app/download.apk")
#: every fifth page is one that no crawler has come upon
_UNSEEN = 5


@dataclass(frozen=True, slots=True)
class _Course:
    """A word: the page that ranks, and the positions at Baidu, 360 and Sogou in the first days and in the last."""

    word: str
    page: str
    first: tuple[int, int, int]
    last: tuple[int, int, int]


_COURSES = (
    _Course("诚信贷", "/", (1, 1, 2), (1, 1, 1)),
    _Course("小额借款", "/loans", (34, 28, 31), (18, 22, 25)),
    _Course("小微经营贷", "/loans/business", (7, 9, 12), (14, 10, 12)),
    _Course("不押车车主贷", "/loans/car", (12, 16, 20), (8, 11, 17)),
    _Course("年化利率怎么算", "/blog/annual-rate", (5, 8, 9), (3, 5, 6)),
    _Course("等额本息和等额本金的区别", "/blog/equal-instalment", (6, 7, 15), (6, 8, 14)),
    _Course("征信报告怎么看", "/blog/credit-report", (22, 18, 26), (11, 9, 19)),
    _Course("银行存管", "/invest/custody", (45, 38, 41), (27, 30, 39)),
)


def write_positions(folder: Path, *, today: date, site_url: str) -> Path:
    """A table of positions up to yesterday, as 站长之家 exports it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "站长之家-示例.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["日期", "关键词", "百度排名", "360排名", "搜狗排名", "URL"])
        for back in range(DAYS, 0, -1):
            day = today - timedelta(days=back)
            for course in _COURSES:
                positions = [_position(course, engine, day, back) for engine in range(3)]
                rows.writerow([day.isoformat(), course.word, *positions, site_url.rstrip("/") + course.page])
    return path


def _position(course: _Course, engine: int, day: date, back: int) -> int:
    """Where a word stood: on its way from first to last, and a place below it on some days where it does not stand at the top."""
    first, last = course.first[engine], course.last[engine]
    straight = last + (first - last) * (back - 1) / (DAYS - 1)
    swing = Random(f"{day} {course.word} {engine}").choice((0, 0, 1)) if back > 1 and straight > 4 else 0
    return max(1, round(straight) + swing)


def write_access_logs(folder: Path, *, today: date) -> list[Path]:
    """The access log of each day up to yesterday, rotated as on Debian; a file of a day is always the same."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [path for number, path in enumerate(sorted(pages())) if number % _UNSEEN]
    found = []
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        file = folder / f"access.log-{day:%Y%m%d}"
        if not file.exists():
            file.write_text("".join(_lines(day, paths)), "utf-8")
        found.append(file)
    return found


def _lines(day: date, paths: list[str]) -> Iterator[str]:
    chance = Random(f"log {day}")
    begin = datetime.combine(day, time(), _CHINA).astimezone(UTC)
    visits = [
        (chance.randrange(86_400), agent, network) for agent, network, number in _VISITORS for _visit in range(_number(chance, number))
    ]
    for second, agent, network in sorted(visits):
        at = (begin + timedelta(seconds=second)).astimezone(_CHINA)
        gone = agent != _PERSON and chance.random() < 0.06
        path = chance.choice(_GONE if gone else paths)
        size = 0 if gone else chance.randrange(4_000, 26_000)
        stamp = f"{at:%d}/{_MONTHS[at.month - 1]}/{at:%Y:%H:%M:%S %z}"
        yield f'{network}{chance.randrange(1, 31)} - - [{stamp}] "GET {path} HTTP/1.1" {404 if gone else 200} {size} "-" "{agent}"\n'


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _number(chance: Random, usual: int) -> int:
    return max(1, round(usual * chance.uniform(0.7, 1.3)))
