"""Search engines that take pushed addresses: Baidu, IndexNow, Bing, Shenma. One file, their own words, their own refusals.

Facts: the project's notes on submission protocols (Baidu 普通收录 API, indexnow.org documentation, Bing Webmaster API).
Where sources differ: a Baidu push of more lines than the day has left is refused whole with “over quota”, as webmasters report.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from growth import clock
from growth.sandbox.asgi import NotJson, Request, Response, Route, as_json, problem, redirect
from growth.sandbox.keys import BAIDU_TOKEN, BING_KEY
from growth.sandbox.log import Log, Part
from growth.sandbox.pages import ZONE, render
from growth.sandbox.pusher import NotHere, local_url

_INDEXNOW_KEY = re.compile(r"[A-Za-z0-9-]{8,128}")


@dataclass(slots=True, kw_only=True)
class Rules:
    """How the engines behave; change it in Python or with ``POST /search/behaviour``.

    quota           addresses a site may push a day (Baidu, Bing)
    sites           sites that are verified at Baidu (host names); None: every site is
    empty_lists     Baidu sends ``[]`` for the lists it could leave out (both are seen)
    key_pending     IndexNow answers 202 this many times before it looks at the key file
    fail            engine → HTTP status to answer with, until `fail_times` is used up
    """

    quota: int = 3000
    sites: frozenset[str] | None = None
    empty_lists: bool = False
    key_pending: int = 0
    fail: dict[str, int] = field(default_factory=dict)
    fail_times: int | None = None


class SearchEngines:
    """What was pushed, by engine, with the day's count of each site. `fetch` reads a key file: URL → text or None."""

    def __init__(self, log: Log, *, now: Callable[[], datetime] = clock.now, fetch: Callable[[str], str | None] | None = None) -> None:
        self._log = log
        self._now = now
        self._fetch = fetch or _fetch_local
        self._pushed: dict[tuple[str, str, date], int] = {}
        self._pending = 0
        self._lock = threading.Lock()
        self.rules = Rules()

    def pushed(self, engine: str | None = None) -> list[str]:
        """Accepted addresses, oldest first."""
        return [url for entry in self._log.entries(Part.SEARCH, kind=engine) for url in entry.detail["urls"]]

    def left(self, engine: str, site: str) -> int:
        """What `site` may still push to `engine` today."""
        return max(0, self.rules.quota - self._pushed.get((engine, site, self._today()), 0))

    def routes(self) -> list[Route]:
        """The engines' own paths, and the page ``/search``."""
        return [
            Route("POST", "/urls", self._baidu),
            Route("GET", "/indexnow", self._indexnow_one),
            Route("POST", "/indexnow", self._indexnow),
            Route("POST", "/push", self._shenma),
            Route("POST", "/webmaster/api.svc/json/SubmitUrl", self._bing_one),
            Route("POST", "/webmaster/api.svc/json/SubmitUrlBatch", self._bing),
            Route("POST", "/webmaster/api.svc/json/SubmitFeed", self._bing_feed),
            Route("GET", "/webmaster/api.svc/json/GetUrlSubmissionQuota", self._bing_quota),
            Route("GET", "/search", self._page),
            Route("POST", "/search/clear", self._clear),
            Route("GET", "/search/api/pushed", self._api),
            Route("GET", "/search/behaviour", self._behaviour),
            Route("POST", "/search/behaviour", self._behave),
            Route("DELETE", "/search/behaviour", self._behave_well),
        ]

    # Baidu

    def _baidu(self, request: Request) -> Response:
        if failed := self._failure("baidu"):
            return as_json({"error": failed, "message": "internal error, please try later"}, failed)
        site = _host(request.query.get("site", ""))
        if request.query.get("token") != BAIDU_TOKEN:
            return as_json({"error": 401, "message": "token is not valid"}, 401)
        if not site or (self.rules.sites is not None and site not in self.rules.sites):
            return as_json({"error": 400, "message": "site error"}, 400)
        lines = [line.strip() for line in request.body.decode("utf-8", "replace").splitlines() if line.strip()]
        if not lines:
            return as_json({"error": 400, "message": "empty content"}, 400)
        if len(lines) > 2000:
            return as_json({"error": 400, "message": "only 2000 urls are allowed once"}, 400)
        invalid = [line for line in lines if not _is_url(line)]
        foreign = [line for line in lines if line not in invalid and _host(line) != site]
        accepted = [line for line in lines if line not in invalid and line not in foreign]
        if not self._count("baidu", site, len(accepted)) or self.left("baidu", site) == 0 == len(accepted):
            return as_json({"error": 400, "message": "over quota"}, 400)
        self._note("baidu", site, accepted)
        answer: dict[str, Any] = {"remain": self.left("baidu", site), "success": len(accepted)}
        if foreign or self.rules.empty_lists:
            answer["not_same_site"] = foreign
        if invalid or self.rules.empty_lists:
            answer["not_valid"] = invalid
        return as_json(answer)

    # IndexNow

    def _indexnow_one(self, request: Request) -> Response:
        url = request.query.get("url", "")
        return self._indexnow_take(_host(url), request.query.get("key", ""), request.query.get("keyLocation"), [url] if url else [])

    def _indexnow(self, request: Request) -> Response:
        try:
            body = request.json
        except NotJson:
            body = None
        if not isinstance(body, dict) or not isinstance(body.get("urlList"), list):
            return self._indexnow_error(400, "BadRequest", "Invalid request: a JSON object with host, key and urlList is expected")
        urls = [url for url in body["urlList"] if isinstance(url, str)]
        return self._indexnow_take(_host(str(body.get("host", ""))), str(body.get("key", "")), body.get("keyLocation"), urls)

    def _indexnow_take(self, host: str, key: str, location: str | None, urls: list[str]) -> Response:
        if failed := self._failure("indexnow"):
            headers = (("retry-after", "60"),) if failed == 429 else ()
            return as_json({"code": "TooManyRequests", "message": "Too many requests", "details": None}, failed, headers=headers)
        if fault := _key_fault(key):
            return self._indexnow_error(422, "InvalidKey", fault)
        if not urls:
            return self._indexnow_error(400, "BadRequest", "Url list cannot be empty")
        if len(urls) > 10_000:
            return self._indexnow_error(422, "UnprocessableEntity", "No more than 10000 urls allowed per request")
        if any(not _is_url(url) or _host(url) != host for url in urls):
            return self._indexnow_error(422, "InvalidUrl", "Invalid url")
        first = urlsplit(urls[0])
        place = location or f"{first.scheme}://{first.netloc}/{key}.txt"
        if _host(place) != host:
            return self._indexnow_error(422, "InvalidKeyLocation", "Invalid key location")
        folder = urlsplit(place).path.rpartition("/")[0] + "/"
        if location and any(not (urlsplit(url).path or "/").startswith(folder) for url in urls):
            return self._indexnow_error(422, "InvalidKeyLocation", "Invalid key location")
        if self._pending < self.rules.key_pending or not _is_local(place):
            # a key file elsewhere is never fetched: nothing leaves this machine
            self._pending += 1
            self._note("indexnow", host, urls)
            return Response(status=202, media_type="application/json")
        found = self._fetch(place)
        if found is None or found.strip() != key:
            return self._indexnow_error(
                403, "UserForbiddedToAccessSite", "User is unauthorized to access the site: the key file does not hold the key"
            )
        self._note("indexnow", host, urls)
        return Response(status=200, media_type="application/json")

    def _indexnow_error(self, status: int, code: str, message: str) -> Response:
        return as_json({"code": code, "message": message, "details": None}, status)

    # Bing

    def _bing_one(self, request: Request) -> Response:
        body = _json_object(request)
        return self._bing_take(request, str(body.get("siteUrl", "")), [body.get("url")])

    def _bing(self, request: Request) -> Response:
        body = _json_object(request)
        urls = body.get("urlList")
        return self._bing_take(request, str(body.get("siteUrl", "")), urls if isinstance(urls, list) else [])

    def _bing_take(self, request: Request, site: str, urls: list[Any]) -> Response:
        if refused := self._bing_door(request, site):
            return refused
        host = _host(site)
        if not urls or not all(isinstance(url, str) and _is_url(url) and _host(url) == host for url in urls):
            return _bing_error(7, "InvalidUrl")
        if len(urls) > 500:
            return _bing_error(8, "InvalidParameter: urlList")
        if not self._count("bing", host, len(urls)):
            return _bing_error(4, f"ThrottleUser: Quota remaining for today: {self.left('bing', host)}, Submitted: {len(urls)}")
        self._note("bing", host, urls)
        return as_json({"d": None})

    def _bing_feed(self, request: Request) -> Response:
        body = _json_object(request)
        if refused := self._bing_door(request, str(body.get("siteUrl", ""))):
            return refused
        self._note("bing-feed", _host(str(body.get("siteUrl", ""))), [str(body.get("feedUrl", ""))])
        return as_json({"d": None})

    def _bing_quota(self, request: Request) -> Response:
        site = request.query.get("siteUrl", "")
        if refused := self._bing_door(request, site):
            return refused
        kind = "UrlSubmissionQuota:#Microsoft.Bing.Webmaster.Api"
        return as_json({"d": {"__type": kind, "DailyQuota": self.left("bing", _host(site)), "MonthlyQuota": self.rules.quota * 30}})

    def _bing_door(self, request: Request, site: str) -> Response | None:
        if failed := self._failure("bing"):
            return as_json({"ErrorCode": 1, "Message": "ERROR!!! InternalError"}, failed)
        if request.query.get("apikey") != BING_KEY:
            return _bing_error(3, "InvalidApiKey")
        if not _host(site) or (self.rules.sites is not None and _host(site) not in self.rules.sites):
            return _bing_error(14, "NotAuthorized")
        return None

    # Shenma

    def _shenma(self, request: Request) -> Response:
        """The transport status stays 200 whatever happens; the truth is in ``returnCode``."""
        if self._failure("shenma"):
            return as_json({"returnCode": 500, "errorMsg": "server error"})
        query = request.query
        if not re.fullmatch(r"TI_[0-9a-f]{32}", query.get("token", "")):
            return as_json({"returnCode": 201, "errorMsg": "token invalid"})
        site = _host(query.get("site", ""))
        urls = [line.strip() for line in request.body.decode("utf-8", "replace").splitlines() if line.strip()]
        if not site or not urls or query.get("resource_name") != "mip_add":
            return as_json({"returnCode": 400, "errorMsg": "bad parameter"})
        if not self._count("shenma", site, len(urls)):
            return as_json({"returnCode": 202, "errorMsg": "quota used up"})
        self._note("shenma", site, urls)
        return as_json({"returnCode": 200, "errorMsg": ""})

    # the page and its JSON

    def _page(self, request: Request) -> Response:
        entries = self._log.entries(Part.SEARCH)[::-1]
        totals: dict[str, int] = {}
        for entry in entries:
            totals[entry.kind] = totals.get(entry.kind, 0) + len(entry.detail["urls"])
        return render(
            request, "search.html", here="search", entries=entries[:200], totals=totals, rules=self.rules, baidu=BAIDU_TOKEN, bing=BING_KEY
        )

    def _clear(self, request: Request) -> Response:
        self._log.clear(Part.SEARCH)
        with self._lock:
            self._pushed.clear()
        return redirect("/search")

    def _api(self, request: Request) -> Response:
        return as_json([entry.as_json() for entry in self._log.entries(Part.SEARCH, kind=request.query.get("engine"))])

    def _behaviour(self, request: Request) -> Response:
        sites = None if self.rules.sites is None else sorted(self.rules.sites)
        return as_json(
            {
                "quota": self.rules.quota,
                "sites": sites,
                "empty_lists": self.rules.empty_lists,
                "key_pending": self.rules.key_pending,
                "fail": self.rules.fail,
                "fail_times": self.rules.fail_times,
            }
        )

    def _behave(self, request: Request) -> Response:
        found = request.json
        known = {"quota", "sites", "empty_lists", "key_pending", "fail", "fail_times"}
        if not isinstance(found, dict) or set(found) - known:
            return problem(422, "unknown field", f"allowed: {', '.join(sorted(known))}")
        for name, value in found.items():
            setattr(self.rules, name, frozenset(value) if name == "sites" and value is not None else value)
        return self._behaviour(request)

    def _behave_well(self, request: Request) -> Response:
        self.rules = Rules()
        return Response(status=204)

    def _failure(self, engine: str) -> int | None:
        status = self.rules.fail.get(engine)
        if status is None or self.rules.fail_times == 0:
            return None
        if self.rules.fail_times is not None:
            self.rules.fail_times -= 1
        return status

    def _count(self, engine: str, site: str, urls: int) -> bool:
        """Take `urls` from the day's quota; False, and nothing taken, where it does not suffice."""
        with self._lock:
            if urls > self.left(engine, site):
                return False
            key = (engine, site, self._today())
            self._pushed[key] = self._pushed.get(key, 0) + urls
            return True

    def _note(self, engine: str, site: str, urls: list[str]) -> None:
        if urls:
            self._log.add(Part.SEARCH, engine, {"site": site, "urls": urls})

    def _today(self) -> date:
        return clock.site_day(self._now(), ZONE)


def _fetch_local(url: str) -> str | None:
    """The text at `url` on this machine, fetched as an engine would: status 200, no redirect; None where there is none."""
    import httpx

    try:
        answer = httpx.get(url, timeout=5, follow_redirects=False)
    except httpx.HTTPError:
        return None
    return answer.text if answer.status_code == 200 else None


def _is_local(url: str) -> bool:
    try:
        local_url(url)
    except NotHere:
        return False
    return True


def _key_fault(key: str) -> str | None:
    if len(key) < 8:
        return "Key must be at least 8 characters"
    if len(key) > 128:
        return "Key must be no longer than 128 characters"
    return None if _INDEXNOW_KEY.fullmatch(key) else "Key must consist of a-Z0-9 or '-'"


def _bing_error(code: int, message: str) -> Response:
    return as_json({"ErrorCode": code, "Message": f"ERROR!!! {message}"}, 400)


def _json_object(request: Request) -> Mapping[str, Any]:
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _host(address: str) -> str:
    """The host of a URL or of a bare ``www.example.com``, lower case, without port."""
    try:
        return (urlsplit(address if "//" in address else f"//{address}").hostname or "").lower()
    except ValueError:
        return ""


def _is_url(text_: str) -> bool:
    return text_.startswith(("http://", "https://")) and bool(_host(text_)) and " " not in text_
