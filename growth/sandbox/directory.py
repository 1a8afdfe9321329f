"""A navigation directory (导航网站), 万象导航: takes entries through its form, lists them after a review, links back.

Limits of the form are those of common open programs: name 15, address 255, description 85 characters. No captcha.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlsplit

from growth import clock
from growth.language import Text
from growth.sandbox.asgi import Request, Response, Route, as_json, problem, redirect
from growth.sandbox.log import Log, Part
from growth.sandbox.pages import render

NAME_LIMIT, URL_LIMIT, DESCRIPTION_LIMIT = 15, 255, 85
CATEGORIES = {
    "finance": Text("Finance", "金融理财"),
    "news": Text("News", "新闻资讯"),
    "tools": Text("Tools", "实用工具"),
    "life": Text("Daily life", "生活服务"),
}


class State(StrEnum):
    """Where an entry stands."""

    #: waits for the editor
    PENDING = "pending"
    #: on the pages
    LISTED = "listed"
    #: the editor said no
    REFUSED = "refused"
    #: was listed and is not any more
    REMOVED = "removed"


class LinkStyle(StrEnum):
    """How the directory links to the sites it lists."""

    #: plain
    DIRECT = "direct"
    #: through ``/directory/go?url=``
    WRAPPED = "wrapped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One entry. `rel` is that of its link: empty (follow), ``nofollow``, ``ugc``, ``sponsored``."""

    id: int
    name: str
    url: str
    description: str
    category: str
    email: str
    at: datetime
    state: State
    rel: str = ""
    reason: str = ""


_SEED = (
    ("每日财经", "https://finance.example/", "每天早上七点更新的财经新闻。", "finance"),
    ("记账本", "https://books.example/", "小店也能用的记账工具。", "tools"),
    ("天气", "https://weather.example/", "未来七天的天气预报。", "life"),
    ("晚报", "https://paper.example/", "城市晚报电子版。", "news"),
    ("快递查询", "https://parcel.example/", "输入单号查到哪里了。", "life"),
)


class Directory:
    """The listings. An entry is approved by the editor (`approve`, the page, the API) or by itself after `review` (None: never).

    `style` and `rel` say how new listings are linked.
    """

    def __init__(self, log: Log, *, now: Callable[[], datetime] = clock.now, review: timedelta | None = timedelta(seconds=5)) -> None:
        self._log = log
        self._now = now
        self._lock = threading.Lock()
        self._form_tokens: set[str] = set()
        self._listings: dict[int, Listing] = {}
        self.review = review
        self.style = LinkStyle.WRAPPED
        self.rel = ""
        for name, url, description, category in _SEED:
            self._put(name, url, description, category, "", State.LISTED)
        for entry in log.entries(Part.DIRECTORY):
            self._again(entry.kind, entry.detail, entry.at)

    def listings(self, *, state: State | None = None) -> list[Listing]:
        """All entries as they stand now, oldest first."""
        with self._lock:
            for listing in list(self._listings.values()):
                if listing.state is State.PENDING and self.review is not None and self._now() >= listing.at + self.review:
                    self._listings[listing.id] = replace(listing, state=State.LISTED)
            return [listing for listing in self._listings.values() if state is None or listing.state is state]

    def approve(self, number: int) -> None:
        """List an entry."""
        self._move(number, State.LISTED)

    def refuse(self, number: int, reason: str = "") -> None:
        """Refuse an entry; its page says why."""
        self._move(number, State.REFUSED, reason)

    def remove(self, number: int) -> None:
        """Take a listing off the pages: what a site must notice by itself."""
        self._move(number, State.REMOVED)

    def relink(self, number: int, rel: str) -> None:
        """Change the `rel` of a listing's link."""
        with self._lock:
            self._listings[number] = replace(self._listings[number], rel=rel)

    def routes(self) -> list[Route]:
        """The directory's pages, the editor's desk and JSON."""
        return [
            Route("GET", "/directory", self._home),
            Route("GET", "/directory/category/{slug}", self._category),
            Route("GET", "/directory/site/{id}", self._site),
            Route("GET", "/directory/submit", self._form),
            Route("POST", "/directory/submit", self._submit),
            Route("GET", "/directory/go", self._go),
            Route("GET", "/directory/review", self._desk),
            Route("POST", "/directory/review/{id}", self._decide),
            Route("GET", "/directory/api/entries", self._api),
            Route("POST", "/directory/api/entries/{id}/{verb}", self._api_decide),
            Route("POST", "/directory/behaviour", self._behave),
        ]

    def faults(self, fields: dict[str, str]) -> list[str]:
        """What is wrong with a filled-in form, as sentences."""
        name, url, description = (fields.get(key, "").strip() for key in ("name", "url", "description"))
        found = []
        if not name or len(name) > NAME_LIMIT:
            found.append(f"网站名称须为 1–{NAME_LIMIT} 个字")
        if not url.startswith(("http://", "https://")) or not urlsplit(url).hostname or len(url) > URL_LIMIT:
            found.append("网址须以 http:// 或 https:// 开头")
        if not description or len(description) > DESCRIPTION_LIMIT:
            found.append(f"网站简介须为 1–{DESCRIPTION_LIMIT} 个字")
        if fields.get("category") not in CATEGORIES:
            found.append("请选择分类")
        if "@" not in fields.get("email", ""):
            found.append("请填写联系邮箱")
        if any(listing.url == url and listing.state in (State.PENDING, State.LISTED) for listing in self.listings()):
            found.append("该网址已投稿或已收录")
        return found

    def link(self, listing: Listing) -> str:
        """Where the listing's link leads, in the style in force."""
        return listing.url if self.style is LinkStyle.DIRECT else f"/directory/go?url={quote(listing.url, safe='')}"

    # pages

    def _home(self, request: Request) -> Response:
        listed = self.listings(state=State.LISTED)
        return self._render(
            request, "directory.html", groups=[(slug, [one for one in listed if one.category == slug]) for slug in CATEGORIES]
        )

    def _category(self, request: Request) -> Response:
        slug = request.parts["slug"]
        if slug not in CATEGORIES:
            return self._render(request, "missing.html", status=404)
        return self._render(
            request, "directory.html", groups=[(slug, [one for one in self.listings(state=State.LISTED) if one.category == slug])]
        )

    def _site(self, request: Request) -> Response:
        listing = self._listing(request)
        if listing is None or listing.state is not State.LISTED:
            return self._render(request, "missing.html", status=404)
        return self._render(request, "directory_site.html", listing=listing)

    def _form(self, request: Request) -> Response:
        return self._render(request, "directory_submit.html", token=self._token(), faults=[], fields={}, taken=None)

    def _submit(self, request: Request) -> Response:
        fields = request.form
        with self._lock:
            known = fields.get("token", "") in self._form_tokens
            self._form_tokens.discard(fields.get("token", ""))
        faults = self.faults(fields) if known else ["页面已过期，请重新打开投稿页"]
        if faults:
            return self._render(request, "directory_submit.html", status=422, token=self._token(), faults=faults, fields=fields, taken=None)
        name, url, description = (fields[key].strip() for key in ("name", "url", "description"))
        listing = self._put(name, url, description, fields["category"], fields["email"].strip(), State.PENDING)
        self._log.add(
            Part.DIRECTORY,
            "submitted",
            {"id": listing.id, "name": name, "url": url, "description": description, "category": listing.category, "email": listing.email},
        )
        return self._render(request, "directory_submit.html", token=self._token(), faults=[], fields={}, taken=listing)

    def _go(self, request: Request) -> Response:
        url = request.query.get("url", "")
        if not any(listing.url == url for listing in self.listings(state=State.LISTED)):
            return self._render(request, "missing.html", status=404)
        return redirect(url, 302)

    def _desk(self, request: Request) -> Response:
        return self._render(request, "directory_review.html", listings=self.listings()[::-1])

    def _decide(self, request: Request) -> Response:
        self._act(request.parts["id"], request.form.get("verb", ""), request.form.get("reason", ""))
        return redirect("/directory/review")

    def _api(self, request: Request) -> Response:
        return as_json([_as_json(listing) for listing in self.listings()])

    def _api_decide(self, request: Request) -> Response:
        listing = self._act(request.parts["id"], request.parts["verb"], request.query.get("reason", ""))
        return as_json(_as_json(listing)) if listing else problem(404, "Not Found", "approve, refuse or remove an entry by its id")

    def _behave(self, request: Request) -> Response:
        found = request.json
        if (
            not isinstance(found, dict)
            or set(found) - {"review_seconds", "style", "rel"}
            or found.get("style", "direct") not in list(LinkStyle)
        ):
            return problem(422, "unknown field", "allowed: review_seconds (null: never), style (direct, wrapped), rel")
        if "review_seconds" in found:
            self.review = None if found["review_seconds"] is None else timedelta(seconds=float(found["review_seconds"]))
        self.style = LinkStyle(found.get("style", self.style))
        self.rel = str(found.get("rel", self.rel))
        return Response(status=204)

    def _render(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        shown = {"categories": CATEGORIES, "link": self.link, "limits": (NAME_LIMIT, URL_LIMIT, DESCRIPTION_LIMIT)}
        return render(request, template, status=status, here="directory", **shown, **values)

    # rows

    def _act(self, number: str, verb: str, reason: str) -> Listing | None:
        verbs = {"approve": State.LISTED, "refuse": State.REFUSED, "remove": State.REMOVED}
        if not number.isdigit() or int(number) not in self._listings or verb not in verbs:
            return None
        self._move(int(number), verbs[verb], reason)
        return self._listings[int(number)]

    def _move(self, number: int, to: State, reason: str = "") -> None:
        with self._lock:
            self._listings[number] = replace(self._listings[number], state=to, reason=reason)
        self._log.add(Part.DIRECTORY, to.value, {"id": number, "reason": reason})

    def _put(self, name: str, url: str, description: str, category: str, email: str, state: State) -> Listing:
        with self._lock:
            listing = Listing(
                id=max(self._listings, default=100) + 1,
                name=name,
                url=url,
                description=description,
                category=category,
                email=email,
                at=self._now(),
                state=state,
                rel=self.rel,
            )
            self._listings[listing.id] = listing
        return listing

    def _again(self, kind: str, detail: Any, at: datetime) -> None:
        """What happened in an earlier start, from the log."""
        if kind == "submitted":
            self._listings[detail["id"]] = Listing(
                **{key: detail[key] for key in ("id", "name", "url", "description", "category", "email")}, at=at, state=State.PENDING
            )
        elif detail["id"] in self._listings:
            self._listings[detail["id"]] = replace(self._listings[detail["id"]], state=State(kind), reason=detail["reason"])

    def _listing(self, request: Request) -> Listing | None:
        number = request.parts["id"]
        return next((listing for listing in self.listings() if str(listing.id) == number), None)

    def _token(self) -> str:
        token = secrets.token_urlsafe(12)
        with self._lock:
            self._form_tokens.add(token)
        return token


def _as_json(listing: Listing) -> dict[str, Any]:
    return {
        "id": listing.id,
        "name": listing.name,
        "url": listing.url,
        "description": listing.description,
        "category": listing.category,
        "state": listing.state.value,
        "rel": listing.rel,
        "reason": listing.reason,
        "at": clock.rfc3339(listing.at),
    }
