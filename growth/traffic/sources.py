"""Who sent a visitor: search engines, social networks, videos, shops, AI assistants, mail, WeChat, by host or by in-app browser.

The tables are data (``data/*.csv``), each row with where it comes from and when it was seen. Where we differ from those sources:
tieba, zhidao and wenwen are social, not search; Baidu's, Sogou's and Google's other services are referrals; weixin.sogou.com is WeChat's
search; douyin, kuaishou, bilibili and TikTok are video. Chinese engines tell no search word to a page reached by a plain click
(their referrer is cut to the host), so words come from paid parameters or not at all.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final
from urllib.parse import urlsplit

import tldextract

from growth.channels import ChannelMedium

_REMEMBERED: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A site or app that sends visitors; `terms` are the query parameters that hold the word searched for."""

    name: str
    medium: ChannelMedium
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickId:
    """A parameter that an advertising platform adds; with `needs` it counts only beside one of those parameters."""

    parameter: str
    source: str
    medium: ChannelMedium
    needs: tuple[str, ...]


def source_of_host(host: str) -> Source | None:
    """The known source behind `host` (or an Android app's name), or None. The longest known name wins."""
    return _source_of_host(host.lower())


def source_named(name: str) -> Source | None:
    """The known source that is called `name`, as utm_source says it (``baidu``, ``baidu.com``, ``WeChat``)."""
    plain = name.strip().lower()
    return _by_name().get(_ALIASES.get(plain, plain)) or (source_of_host(plain) if "." in plain else None)


@lru_cache(maxsize=_REMEMBERED)
def source_in_app(user_agent: str) -> Source | None:
    """The app whose own browser this is, or None. The first token of the table wins: a mini program is WeChat too."""
    for token, source in _in_app():
        if token in user_agent:
            return source
    return None


def click_ids() -> dict[str, ClickId]:
    """Click ids by parameter, lower case."""
    return _click_ids()


def registered_domain(host: str) -> str:
    """``example.com`` of ``www.example.com``; an IP address or a bare name as it is (public suffix list of the package, no network)."""
    return _registered(host.lower())


def is_excluded(host: str) -> bool:
    """Whether `host` is only passed on the way (payment, log-in): coming back from there is no visit from there."""
    return _among(host, _hosts("excluded_referrers"))


def is_spam(host: str) -> bool:
    """Whether `host` is known to forge referrers."""
    return _among(host, _hosts("spam_referrers"))


def host_of_referrer(referrer: str) -> str:
    """The host, or the app's name of ``android-app://…``; empty where there is none."""
    try:
        parts = urlsplit(referrer)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme in ("http", "https"):
        return host.rstrip(".").lower()
    return parts.netloc.lower() if parts.scheme in ("android-app", "ios-app") else ""


#: other ways in which people write a source in utm_source
_ALIASES: Final = {
    "weixin": "wechat",
    "wx": "wechat",
    "微信": "wechat",
    "公众号": "wechat",
    "百度": "baidu",
    "bd": "baidu",
    "搜狗": "sogou",
    "神马": "shenma",
    "sm": "shenma",
    "so": "360",
    "haosou": "360",
    "360so": "360",
    "sina": "weibo",
    "微博": "weibo",
    "知乎": "zhihu",
    "抖音": "douyin",
    "快手": "kuaishou",
    "小红书": "xiaohongshu",
    "xhs": "xiaohongshu",
    "头条": "toutiao",
    "b站": "bilibili",
    "gdt": "tencent",
    "fb": "facebook",
    "ig": "instagram",
    "twitter": "x",
    "adwords": "google",
}


@lru_cache(maxsize=_REMEMBERED)
def _source_of_host(host: str) -> Source | None:
    known = _by_host()
    labels = host.split(".")
    for start in range(len(labels)):
        if (found := known.get(".".join(labels[start:]))) is not None:
            return found
    parts = _extract(host)
    return known.get(f"{parts.domain}.*") if parts.suffix else None


@lru_cache(maxsize=_REMEMBERED)
def _registered(host: str) -> str:
    parts = _extract(host)
    return f"{parts.domain}.{parts.suffix}" if parts.domain and parts.suffix else host


@lru_cache
def _by_host() -> dict[str, Source]:
    return {
        row["host"]: Source(name=row["source"], medium=ChannelMedium(row["medium"]), terms=tuple(filter(None, row["terms"].split(";"))))
        for row in _table("sources")
    }


@lru_cache
def _by_name() -> dict[str, Source]:
    found: dict[str, Source] = {}
    for source in [*_by_host().values(), *(source for _token, source in _in_app())]:
        known = found.get(source.name)
        if known is None or (not known.terms and source.terms):
            found[source.name] = source
    return found


@lru_cache
def _in_app() -> tuple[tuple[str, Source], ...]:
    return tuple((row["token"], Source(name=row["source"], medium=ChannelMedium(row["medium"]))) for row in _table("in_app"))


@lru_cache
def _click_ids() -> dict[str, ClickId]:
    return {
        row["parameter"]: ClickId(
            parameter=row["parameter"],
            source=row["source"],
            medium=ChannelMedium(row["medium"]),
            needs=tuple(filter(None, row["needs"].split(";"))),
        )
        for row in _table("click_ids")
    }


@lru_cache
def _hosts(name: str) -> frozenset[str]:
    return frozenset(row["host"] for row in _table(name))


def _among(host: str, hosts: frozenset[str]) -> bool:
    labels = host.lower().split(".")
    return any(".".join(labels[start:]) in hosts for start in range(len(labels)))


def _table(name: str) -> list[dict[str, str]]:
    text = resources.files("growth.traffic").joinpath(f"data/{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


#: offline: the list that ships with the package
_extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
