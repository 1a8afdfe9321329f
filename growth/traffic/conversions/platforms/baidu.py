"""百度营销 oCPC: ``POST …/ocpcapi/api/uploadConvertData``, JSON, under 100 conversions a call.

Each names the landing address with its ``bd_vid`` (``logidUrl``, at most 1,024 characters) and a conversion type. The answer is
``{"header": {"status", "desc", "errors": [{"code", "message", "position"}]}}``: status 0 all taken, 1 some, 2 none, 3 the token is wrong,
4 their fault, to be tried again. Whose click it was, Baidu finds out by itself afterwards.
Source: ocpx.baidu.com/developer/ocpc-doc/api/api-doc/api-interface, and its questions and answers (415 without the JSON content type;
conversions in real time, an hour late at most, later ones help little).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from growth.errors import ProviderError
from growth.language import Text, _
from growth.outbound import AddressRefused, Fetched, Fetcher, FetchFailed, FetchReason, Limits, NotReached, Reach, UrlRefused
from growth.traffic.conversions.platform import Outgoing, PlatformMeta, Verdict
from growth.traffic.conversions.settings import ConversionSettings
from growth.traffic.conversions.state import ConversionState
from growth.workspace import Workspace

META: Final = PlatformMeta(
    id="baidu",
    title=Text("Baidu Ads (oCPC)", "百度营销（oCPC）"),
    parameters=("bd_vid",),
    batch=99,
    news=timedelta(days=3),
    source="http://ocpx.baidu.com/developer/ocpc-doc/api/api-doc/api-interface",
)
_LONGEST_URL: Final = 1024
_LIMITS: Final = Limits(size_bytes=1 << 20, total=timedelta(seconds=15), connect=timedelta(seconds=5), redirects=0)
_POSITION: Final = re.compile(r"\[(\d{1,2})\]")
#: what never reached Baidu
_NOT_SENT: Final = frozenset({FetchReason.NO_SUCH_HOST, FetchReason.NOT_CONNECTED, FetchReason.TLS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Baidu:
    """One account."""

    token: str
    types: Mapping[str, int]
    with_value: bool
    endpoint: str
    meta: PlatformMeta = META

    def send(self, conversions: Sequence[Outgoing]) -> list[Verdict]:
        """Upload; see `Platform.send`."""
        body = json.dumps({"token": self.token, "conversionTypes": [self._one(each) for each in conversions]}).encode()
        headers = {"content-type": "application/json; charset=utf-8"}
        try:
            with Fetcher(Reach.of_site(self.endpoint), limits=_LIMITS) as fetcher:
                answer = fetcher.fetch(self.endpoint, method="POST", headers=headers, content=body)
        except NotReached as fault:
            if fault.reason in _NOT_SENT:
                raise ProviderError(_("baidu: no answer ({name})", name=fault.message), fix=_("try again later")) from fault
            return [_uncertain(fault.message)] * len(conversions)
        except (AddressRefused, UrlRefused) as fault:
            fix = _("check conversions.baidu.endpoint in growth.yaml")
            raise ProviderError(f"baidu: {fault.message}", permanent=True, fix=fix) from fault
        except FetchFailed as fault:
            return [_uncertain(fault.message)] * len(conversions)
        return self._read(answer, len(conversions))

    def _one(self, conversion: Outgoing) -> dict[str, Any]:
        found: dict[str, Any] = {
            "logidUrl": conversion.url if len(conversion.url) <= _LONGEST_URL else _without_path(conversion.url),
            "newType": self.types[conversion.step],
            "convertTime": int(conversion.at.timestamp()),
        }
        if self.with_value and conversion.value is not None and conversion.value.currency == "CNY":
            found["convertValue"] = conversion.value.minor
        return found

    def _read(self, answer: Fetched, count: int) -> list[Verdict]:
        if answer.status in (429, 503):
            raise ProviderError(f"baidu: HTTP {answer.status}", fix=_("try again later"))
        if answer.status >= 500:
            return [_uncertain(f"HTTP {answer.status}")] * count
        if answer.status != 200:
            raise ProviderError(f"baidu: HTTP {answer.status}", permanent=True, fix=_("check conversions.baidu.endpoint in growth.yaml"))
        try:
            header = json.loads(answer.content)["header"]
            status, described, errors = int(header["status"]), str(header.get("desc") or ""), list(header.get("errors") or [])
        except (ValueError, TypeError, KeyError):
            return [_uncertain(_("the answer is not Baidu's"))] * count
        if status == 3:
            raise ProviderError(
                f"baidu: {_said(errors, described)}",
                permanent=True,
                fix=_("take the token from the console › 转化追踪 › API, and set it in .env"),
            )
        if status == 4:
            raise ProviderError(f"baidu: {_said(errors, described)}", fix=_("try again later"))
        refused = dict(_refusals(errors))
        if status == 0:
            return [Verdict(state=ConversionState.ACCEPTED)] * count
        if status == 2:
            of_all = Verdict(state=ConversionState.REFUSED, code="2", message=_said(errors, described))
            return [refused.get(position, of_all) for position in range(count)]
        if status == 1 and refused:
            return [refused.get(position, Verdict(state=ConversionState.ACCEPTED)) for position in range(count)]
        return [_uncertain(f"status {status}: {_said(errors, described)}")] * count


def _refusals(errors: Sequence[Any]) -> list[tuple[int, Verdict]]:
    """The conversions that the errors name (``conversionTypes[3].logidUrl``), with their words."""
    found = []
    for error in errors:
        place = _POSITION.search(str(error.get("position", ""))) if isinstance(error, Mapping) else None
        if place is not None:
            words = str(error.get("message", ""))[:200]
            found.append((int(place[1]), Verdict(state=ConversionState.REFUSED, code=str(error.get("code", ""))[:20], message=words)))
    return found


def _said(errors: Sequence[Any], described: str) -> str:
    words = [str(error.get("message", "")) for error in errors if isinstance(error, Mapping)]
    return ("; ".join(filter(None, words)) or described or "?")[:200]


def _uncertain(words: str) -> Verdict:
    return Verdict(state=ConversionState.UNCERTAIN, message=words[:200])


def _without_path(url: str) -> str:
    """The site's root with the click id: the id is what is looked for."""
    scheme, _mark, rest = url.partition("://")
    host, query = rest.partition("/")[0].partition("?")[0], url.rpartition("?")[2]
    return f"{scheme}://{host}/?{query}"


def connect(workspace: Workspace) -> Baidu | None:
    """From ``conversions.baidu``."""
    settings = workspace.section("conversions", ConversionSettings).baidu
    if settings is None:
        return None
    token, endpoint = workspace.resolve(settings.token), workspace.resolve(settings.endpoint)
    return Baidu(token=token, types=settings.types, with_value=settings.value, endpoint=endpoint)
