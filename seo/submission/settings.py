"""The section ``submit`` of growth.yaml and the file directories.yaml (profiles of the workspace's own)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from growth.workspace import FromEnv, Secret, YamlModel


class BaiduSettings(YamlModel):
    """Baidu 普通收录 API push."""

    site: str = Field(description="The site as it is verified in the console.")
    token: Secret
    endpoint: FromEnv = "http://data.zz.baidu.com/urls"


class IndexNowSettings(YamlModel):
    """IndexNow (indexnow.org/documentation): one engine tells the others."""

    key: FromEnv = Field(description="8 to 128 characters of a-z A-Z 0-9 and -; the site serves it as /KEY.txt.")
    endpoint: FromEnv = "https://api.indexnow.org/indexnow"
    key_location: str | None = None


class BingSettings(YamlModel):
    """Bing Webmaster API."""

    api_key: Secret
    endpoint: FromEnv = "https://ssl.bing.com/webmaster/api.svc/json"


class SubmitSettings(YamlModel):
    """Which search engines are told of pages; one that is not here is not used."""

    baidu: BaiduSettings | None = None
    indexnow: IndexNowSettings | None = None
    bing: BingSettings | None = None


class FieldLimit(YamlModel):
    """How much a directory's field holds, in its own unit."""

    chars: int | None = None
    bytes: int | None = None
    encoding: Literal["gbk", "utf-8"] = "gbk"
    required: bool = True


class FormProfile(YamlModel):
    """A form that may be filled in by a program: what goes where, and what the answer looks like."""

    url: str
    fields: dict[str, str] = Field(
        description="Form field → what goes in: name, url, description, keywords, icp, email, phone, category, or =TEXT for a fixed text."
    )
    success: str = Field(description="A regular expression that the answer of a taken form matches.")
    error: str | None = Field(default=None, description="A regular expression that finds the refusal's words.")


class DirectoryProfile(YamlModel):
    """What is known of one directory; `confirmed` says when a person last looked, or that nobody has."""

    name: str
    name_en: str | None = None
    home: str
    submit_url: str | None = None
    method: Literal["form", "manual", "pull-request"]
    automation: Literal["allowed", "forbidden", "unknown"] = "unknown"
    requires: tuple[str, ...] = Field(
        default=(), description="https, icp, company-icp, link-back, age-months:6, home-200, title, no-broken-links:2"
    )
    fields: dict[str, FieldLimit] = Field(default_factory=dict)
    category: str | None = None
    review_days: int = 14
    once: bool = Field(default=False, description="Never hand in twice (human editors take it for spam).")
    find: tuple[str, ...] = Field(default=(), description="Pages on which the listing appears; a placement's own `at` wins.")
    form: FormProfile | None = None
    notes: str = ""
    source: str = ""
    confirmed: str = "unconfirmed"


class DirectoriesFile(YamlModel):
    """Profiles of the workspace's own; one with the id of a shipped profile replaces it."""

    directories: dict[str, DirectoryProfile] = Field(default_factory=dict)
