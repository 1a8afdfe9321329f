"""Baidu 普通收录 API push: ``POST …/urls?site=…&token=…``, one URL a line, at most 2,000 a call, a quota a day.

Source: the console's own description as quoted in public articles (iaaak.com/2312.html, niwo1314.cn, briline.net/wiki/post/id/3730).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from growth.errors import ProviderError
from growth.language import Text, _
from growth.workspace import Workspace
from seo.submission.engine import BatchAnswer, EngineMeta, Rejected
from seo.submission.settings import SubmitSettings

META = EngineMeta(
    id="baidu",
    title=Text("Baidu", "百度"),
    batch=2000,
    source="https://ziyuan.baidu.com/linksubmit/index",
    covers=("baidu",),
    quota_in_answers=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baidu:
    """The push API of one verified site."""

    site: str
    token: str
    endpoint: str
    meta: EngineMeta = META

    def quota(self) -> int | None:
        """Baidu tells what remains only in an answer."""
        return None

    def push(self, urls: Sequence[str]) -> BatchAnswer:
        """Push; a partial success is normal, the others are named in two lists."""
        try:
            answer = httpx.post(
                self.endpoint,
                params={"site": self.site, "token": self.token},
                content="\n".join(urls).encode(),
                headers={"Content-Type": "text/plain"},
                timeout=30,
            )
            body = answer.json()
            if not isinstance(body, dict):
                raise ValueError
        except httpx.HTTPError as fault:
            raise ProviderError(_("baidu: no answer ({name})", name=type(fault).__name__), fix=_("try again later")) from fault
        except ValueError as fault:
            raise ProviderError(f"baidu: HTTP {answer.status_code} without JSON", fix=_("try again later")) from fault
        if answer.status_code == 200 and "success" in body:
            return _counted(urls, body)
        return _refused(urls, answer.status_code, str(body.get("message", "")))


def _counted(urls: Sequence[str], body: dict[str, object]) -> BatchAnswer:
    rejected = [Rejected(url=url, reason=reason) for reason in ("not_same_site", "not_valid") for url in _list(body.get(reason))]
    named = {entry.url for entry in rejected}
    rest = [url for url in urls if url not in named]
    success = _number(body["success"])
    # Where fewer were taken than are unnamed, the quota ended within this call: the first ones are those that count.
    remain = _number(body.get("remain"))
    return BatchAnswer(
        accepted=tuple(rest[:success]), rejected=tuple(rejected), left=tuple(rest[success:]), quota_left=remain, stop=remain == 0
    )


def _refused(urls: Sequence[str], status: int, message: str) -> BatchAnswer:
    if status == 400 and message == "over quota":
        return BatchAnswer(left=tuple(urls), quota_left=0, stop=True, message=message)
    if status == 401:
        raise ProviderError(
            f"baidu: {message}", permanent=True, fix=_("take the token from ziyuan.baidu.com › 普通收录 › API 提交, set it in .env")
        )
    if status == 400 and message == "site error":
        raise ProviderError(
            _("baidu: the site is not verified under that name"), permanent=True, fix=_("set submit.baidu.site as the console shows it")
        )
    if status >= 500:
        raise ProviderError(f"baidu: {message or status}", fix=_("try again later"))
    raise ProviderError(f"baidu: HTTP {status}: {message}", permanent=True, fix=_("check submit.baidu in growth.yaml"))


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | float) or (isinstance(value, str) and value.isdigit()) else 0


def _list(value: object) -> list[str]:
    return [str(entry) for entry in value] if isinstance(value, list) else []


def connect(workspace: Workspace) -> Baidu | None:
    """From ``submit.baidu``."""
    settings = workspace.section("submit", SubmitSettings).baidu
    if settings is None:
        return None
    return Baidu(site=settings.site, token=workspace.resolve(settings.token), endpoint=workspace.resolve(settings.endpoint))
