"""Bing Webmaster API: ``SubmitUrlBatch``, at most 500 a call and never more than the quota left.

Source: learn.microsoft.com, Microsoft.Bing.Webmaster.Api (IWebmasterApi.SubmitUrlBatch, GetUrlSubmissionQuota, ApiErrorCode).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from growth import urls as urls_
from growth.errors import ProviderError
from growth.language import Text, _
from growth.workspace import Workspace
from seo.submission.engine import BatchAnswer, EngineMeta, Rejected
from seo.submission.settings import SubmitSettings

META = EngineMeta(
    id="bing",
    title=Text("Bing Webmaster", "必应站长"),
    batch=500,
    source="https://learn.microsoft.com/bingwebmaster/getting-access",
    covers=("bing",),
)
#: error codes that a retry may mend: internal, unknown, throttled user or host
_PASSING = {1, 2, 4, 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bing:
    """One site at Bing."""

    site: str
    api_key: str
    endpoint: str
    meta: EngineMeta = META

    def quota(self) -> int | None:
        """What is left of today's quota."""
        body = self._call("GET", "GetUrlSubmissionQuota", params={"siteUrl": self.site})
        found = body.get("d") or {}
        return min(int(found["DailyQuota"]), int(found["MonthlyQuota"])) if "DailyQuota" in found else None

    def push(self, urls: Sequence[str]) -> BatchAnswer:
        """Push what the quota allows; one URL over it, or one of another host, would fail the whole call."""
        host = urls_.host_of(self.site)
        ours = [url for url in urls if urls_.host_of(url) == host]
        foreign = tuple(Rejected(url=url, reason="not-on-host") for url in urls if urls_.host_of(url) != host)
        quota = self.quota()
        now, left = (ours, ()) if quota is None else (ours[:quota], tuple(ours[quota:]))
        if not now:
            message = "quota used up" if left else ""
            return BatchAnswer(rejected=foreign, left=left, quota_left=quota, stop=bool(left), message=message)
        self._call("POST", "SubmitUrlBatch", json={"siteUrl": self.site, "urlList": list(now)})
        rest = None if quota is None else quota - len(now)
        return BatchAnswer(accepted=tuple(now), rejected=foreign, left=left, quota_left=rest, stop=rest == 0)

    def _call(self, method: str, verb: str, *, params: dict[str, str] | None = None, json: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            answer = httpx.request(
                method, f"{self.endpoint.rstrip('/')}/{verb}", params={"apikey": self.api_key, **(params or {})}, json=json, timeout=30
            )
            body: dict[str, Any] = answer.json() if answer.content else {}
            if not isinstance(body, dict):
                raise ValueError
        except httpx.HTTPError as fault:
            raise ProviderError(_("bing: no answer ({name})", name=type(fault).__name__), fix=_("try again later")) from fault
        except ValueError as fault:
            raise ProviderError(f"bing: HTTP {answer.status_code} without JSON", fix=_("try again later")) from fault
        if answer.status_code == 200:
            return body
        code = int(body.get("ErrorCode", 0))
        raise ProviderError(
            f"bing: {body.get('Message', answer.status_code)}",
            permanent=code not in _PASSING,
            fix=_("check the site and key in Bing Webmaster Tools › API access"),
        )


def connect(workspace: Workspace) -> Bing | None:
    """From ``submit.bing``."""
    settings = workspace.section("submit", SubmitSettings).bing
    if settings is None:
        return None
    return Bing(
        site=workspace.settings.site.url, api_key=workspace.resolve(settings.api_key), endpoint=workspace.resolve(settings.endpoint)
    )
