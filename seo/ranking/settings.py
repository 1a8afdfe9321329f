"""keywords.yaml: the words we want to be found by (contracts/workspace.md)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from growth.workspace import SitePath, YamlModel

Engine = Literal["baidu", "google", "bing", "sogou", "360", "shenma", "toutiao"]


class Keyword(YamlModel):
    """One word: the page that shall be found by it, and how far up."""

    page: SitePath | None = Field(default=None, description="the page that shall be found / 目标页面")
    target: int = Field(default=10, ge=1, le=100, description="position to reach or keep / 目标排名")
    engines: tuple[Engine, ...] = Field(default=("baidu",), min_length=1, description="where / 搜索引擎")
    device: Literal["desktop", "mobile"] | None = Field(default=None, description="desktop or mobile, where they are told apart / 设备")


class KeywordsFile(YamlModel):
    """The whole file."""

    keywords: dict[str, Keyword] = Field(default_factory=dict, description="word → what is wanted / 关键词")
