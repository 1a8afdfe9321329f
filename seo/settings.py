"""The section ``seo:`` of growth.yaml (contracts/workspace.md)."""

from __future__ import annotations

from datetime import time, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Literal

from pydantic import Field, field_validator

from growth.language import _
from growth.workspace import Duration, Every, FromEnv, ScheduleYaml, TimeOfDay, YamlModel, hint_for
from seo.severity import Severity


class CrawlSettings(YamlModel):
    """``seo.crawl``: how far, how fast and where the crawl goes.

    Patterns of `include`, `exclude` and `javascript` are those of robots.txt: they match from the start of path and query,
    ``*`` stands for anything, ``$`` for the end.
    """

    max_pages: int = Field(default=100_000, ge=1, le=10_000_000, description="HTML pages read at most / 最多抓取页数")
    max_depth: int = Field(default=50, ge=0, le=1000, description="clicks from the start page at most / 最大点击深度")
    concurrency: int = Field(default=16, ge=1, le=128, description="requests at the same time / 并发数")
    requests_per_second: float = Field(default=5, gt=0, le=100_000, description="pace on the site itself / 每秒请求数")
    robots: Literal["obey", "ignore"] = Field(
        default="obey", description="obey or ignore robots.txt (`ignore` for your own site only) / 是否遵守 robots.txt"
    )
    external_links: bool = Field(default=True, description="look whether links to other sites work / 检查站外链接")
    external_per_host: int = Field(
        default=200,
        ge=1,
        le=100_000,
        description="addresses of one other site looked at in one crawl, in turn / 单个站外主机每次检查的网址数",
    )
    javascript: bool | tuple[str, ...] = Field(
        default=False, description="pages that a browser renders: true for all, or patterns / 用浏览器渲染的页面"
    )
    include: tuple[str, ...] = Field(default=(), description="only these paths / 只抓取")
    exclude: tuple[str, ...] = Field(default=(), description="never these paths / 不抓取")
    strip_params: tuple[str, ...] = Field(default=(), description="query parameters that make no other page / 忽略的参数")
    allow_private: bool = Field(default=False, description="may private addresses be fetched (an intranet) / 允许内网地址")
    user_agent: str | None = Field(default=None, max_length=300, description="how the crawl introduces itself / User-Agent")
    headers: dict[str, FromEnv] = Field(
        default_factory=dict, description="sent to the site itself only, e.g. a log-in / 只发给本站的请求头"
    )
    cookies: dict[str, FromEnv] = Field(default_factory=dict, description="sent to the site itself only / 只发给本站的 Cookie")
    retry_after: Duration = Field(default=timedelta(seconds=5), description="before an answer that may pass is asked for again / 重试间隔")
    timeout: Duration = Field(default=timedelta(seconds=30), description="for one answer / 单次请求超时")
    max_answer_mb: float = Field(default=10, gt=0, le=1000, description="an answer larger than this is not read / 单个响应上限（MB）")
    keep: int = Field(default=5, ge=2, le=100, description="crawls whose pages and links are kept / 保留几次抓取的明细")

    @field_validator("include", "exclude", "javascript")
    @classmethod
    def _patterns(cls, patterns: bool | tuple[str, ...]) -> bool | tuple[str, ...]:
        for pattern in () if isinstance(patterns, bool) else patterns:
            if not pattern.startswith(("/", "*")):
                raise ValueError(_("“{text}” is not a path pattern; it starts with / or *", text=pattern[:60]))
        return patterns

    @field_validator("strip_params")
    @classmethod
    def _lower(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name.lower() for name in names)


class ChecksSettings(YamlModel):
    """``seo.checks``: checks left out, weighed otherwise, or with other limits."""

    ignore: tuple[str, ...] = Field(default=(), description="ids of checks not to run / 忽略的检查项")
    severity: dict[str, Severity] = Field(default_factory=dict, description="id → error | warning | notice / 调整级别")
    limits: dict[str, Any] = Field(default_factory=dict, description="id → its limits, or one number for its first / 调整阈值")

    @field_validator("ignore", "severity", "limits", mode="after")
    @classmethod
    def _known(cls, named: Any) -> Any:
        if named:
            from seo.check import catalogue

            known = catalogue()
            for name in named:
                if name not in known:
                    raise ValueError(_("there is no check “{name}”; {hint}", name=name, hint=hint_for(name, sorted(known)) or ""))
        return named

    @field_validator("limits", mode="after")
    @classmethod
    def _limits(cls, named: dict[str, Any]) -> dict[str, Any]:
        if not named:
            return named
        from seo.check import catalogue, merged_limits

        for name, given in named.items():
            merged_limits(catalogue()[name].meta, given)
        return named


class LogsSettings(YamlModel):
    """``seo.logs``: access logs of the site's server, read every day for what search engines' crawlers visit (收录)."""

    files: tuple[str, ...] = Field(
        default=(), description="paths of access logs, * for rotated ones; relative ones from the workspace / 访问日志路径"
    )
    at: TimeOfDay = Field(default=time(5, 30), description="when they are read / 每天几点读取")
    dns: bool = Field(default=True, description="ask name servers whether a crawler is genuine / 用 DNS 反查验证爬虫")
    ranges: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="engine → addresses to be counted as its own, beside the published ones / 追加的爬虫地址段"
    )

    @field_validator("ranges")
    @classmethod
    def _networks(cls, named: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if named:
            from seo.indexing.engines import engines

            for name, ranges in named.items():
                if name not in engines():
                    raise ValueError(_("there is no engine “{name}”; {hint}", name=name, hint=", ".join(engines())))
                for text in ranges:
                    try:
                        ip_network(text)
                    except ValueError as fault:
                        raise ValueError(_("“{text}” is no range of addresses; 220.181.108.0/24 is one", text=text[:60])) from fault
        return named

    @property
    def networks(self) -> dict[str, list[IPv4Network | IPv6Network]]:
        """The ranges as networks."""
        return {name: [ip_network(text) for text in ranges] for name, ranges in self.ranges.items()}


class Accepted(YamlModel):
    """One entry of ``seo.accept``: issues that are meant to be there. ``*`` in `url` stands for anything."""

    check: str = Field(description="id of the check / 检查项")
    url: str = Field(default="*", description="the page, * for anything / 页面")
    because: str = Field(min_length=1, description="why; shown beside the issue / 理由")


class Expectation(YamlModel):
    """One entry of ``seo.expect``: words that must be on a page (check page-fact-missing)."""

    page: str = Field(description="path or pattern / 页面路径")
    contains: tuple[str, ...] = Field(min_length=1, description="words that must be there / 必须出现的文字")


class SeoSettings(YamlModel):
    """``seo:`` of growth.yaml; all of it has defaults that work."""

    schedule: ScheduleYaml = Field(
        default_factory=lambda: ScheduleYaml(every=Every.WEEK, day="mon", at=time(3, 0)), description="when the site is audited / 定时审计"
    )
    crawl: CrawlSettings = Field(default_factory=CrawlSettings)
    checks: ChecksSettings = Field(default_factory=ChecksSettings)
    logs: LogsSettings = Field(default_factory=LogsSettings)
    accept: tuple[Accepted, ...] = Field(default=(), description="issues that are meant / 已接受的问题")
    expect: tuple[Expectation, ...] = Field(default=(), description="words that pages must have / 页面必含文字")
    goals: tuple[str, ...] = Field(default=(), description="pages where visitors sign up or get in touch / 转化目标页")
    fail_on: Literal["error", "warning", "notice", "none"] = Field(
        default="none", description="`audit` exits 1 from this severity on / 何种级别视为失败"
    )
