"""IndexNow: ``POST {"host","key","urlList"}``, at most 10,000 URLs; Bing, Yandex, Naver, Seznam and Yep tell each other.

Before a push the key file is fetched as the engine would, since a wrong one makes every URL void. Source: indexnow.org/documentation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import httpx

from growth import urls as urls_
from growth.errors import GrowthError, ProviderError
from growth.language import Text, _
from growth.outbound import Reach, fetch
from growth.placements import reach_of
from growth.workspace import Workspace
from seo.submission.engine import BatchAnswer, EngineMeta, Rejected
from seo.submission.settings import SubmitSettings

META = EngineMeta(
    id="indexnow",
    title=Text("IndexNow (Bing, Yandex, Naver …)", "IndexNow（必应、Yandex、Naver 等）"),
    batch=10_000,
    source="https://www.indexnow.org/documentation",
    covers=("bing", "yandex", "naver", "seznam", "yep"),
)
_KEY = re.compile(r"^[A-Za-z0-9-]{8,128}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexNow:
    """One host's key at one engine."""

    site: str
    key: str
    endpoint: str
    key_location: str | None
    reach: Reach
    meta: EngineMeta = META

    def quota(self) -> int | None:
        """There is none; engines answer 429."""
        return None

    def push(self, urls: Sequence[str]) -> BatchAnswer:
        """Push; URLs of other hosts are sorted out here, since one of them makes the whole call fail."""
        host = urls_.host_of(self.site)
        reasons = {url: self._refusal(url, host) for url in urls}
        ours = [url for url in urls if reasons[url] is None]
        foreign = tuple(Rejected(url=url, reason=reason) for url, reason in reasons.items() if reason is not None)
        if not ours:
            return BatchAnswer(rejected=foreign)
        self._check_key_file()
        body: dict[str, object] = {"host": host, "key": self.key, "urlList": ours}
        if self.key_location:
            body["keyLocation"] = self.key_location
        try:
            answer = httpx.post(self.endpoint, json=body, headers={"Content-Type": "application/json; charset=utf-8"}, timeout=30)
        except httpx.HTTPError as fault:
            raise ProviderError(_("indexnow: no answer ({name})", name=type(fault).__name__), fix=_("try again later")) from fault
        if answer.status_code in (200, 202):
            message = "key check pending" if answer.status_code == 202 else ""
            return BatchAnswer(accepted=tuple(ours), rejected=foreign, message=message)
        if answer.status_code == 429:
            wait = answer.headers.get("Retry-After", "")
            raise ProviderError(
                _("indexnow: too many requests"),
                retry_after=timedelta(seconds=int(wait)) if wait.isdigit() else None,
                fix=_("try again later"),
            )
        permanent = answer.status_code < 500
        raise ProviderError(
            f"indexnow: HTTP {answer.status_code} {answer.text[:200]}", permanent=permanent, fix=_("see indexnow.org/documentation")
        )

    def _refusal(self, url: str, host: str) -> str | None:
        """Why a URL cannot be in the call: another host, or outside the folder of a key file that is not at the root."""
        if urls_.host_of(url) != host:
            return "not-on-host"
        folder = urlsplit(self.key_location).path.rpartition("/")[0] + "/" if self.key_location else "/"
        return None if urlsplit(url).path.startswith(folder) else "outside-key-folder"

    def _check_key_file(self) -> None:
        where = self.key_location or f"{urls_.origin(self.site)}/{self.key}.txt"
        try:
            found = fetch(where, reach=self.reach)
        except GrowthError as fault:
            raise ProviderError(
                _("indexnow: the key file {where} cannot be read: {message}", where=where, message=fault.message),
                permanent=True,
                fix=self._file_advice(where),
            ) from fault
        if urls_.host_of(found.url) != urls_.host_of(where):
            raise ProviderError(_("indexnow: {where} leads to another host", where=where), permanent=True, fix=self._file_advice(where))
        if found.status != 200 or found.text.strip() != self.key:
            raise ProviderError(
                _("indexnow: {where} answers {status} without the key", where=where, status=found.status),
                permanent=True,
                fix=self._file_advice(where),
            )

    def _file_advice(self, where: str) -> str:
        return f"serve {where} with the one line {self.key}"


def connect(workspace: Workspace) -> IndexNow | None:
    """From ``submit.indexnow``. Raises GrowthError for a key of the wrong form."""
    settings = workspace.section("submit", SubmitSettings).indexnow
    if settings is None:
        return None
    key = workspace.resolve(settings.key)
    if not _KEY.match(key):
        raise GrowthError(
            _("submit.indexnow.key: 8 to 128 characters of a-z, A-Z, 0-9 and -"),
            where=workspace.where("growth", None, "submit", "indexnow", "key"),
        )
    return IndexNow(
        site=workspace.settings.site.url,
        key=key,
        endpoint=workspace.resolve(settings.endpoint),
        key_location=settings.key_location,
        reach=reach_of(workspace),
    )
