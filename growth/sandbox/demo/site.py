"""The demo site: a small licensed lender, invented, served on loopback with a real sign-up form and planted SEO faults."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from xml.sax.saxutils import escape

from growth import clock
from growth.sandbox.asgi import Request, Response, Route, application, html, redirect, text
from growth.sandbox.demo import content, pictures
from growth.sandbox.demo.content import POSTS_A_PAGE, Page
from growth.sandbox.demo.loan import monthly_plan
from growth.sandbox.demo.members import Member, Members
from growth.sandbox.keys import INDEXNOW_KEY
from growth.sandbox.server import WebServer

ICP = "京ICP备00000000号"
POLICE = "京公网安备 11010502000000号"
_KINDS = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}
_COMPRESS_FROM_BYTES = 1400

#: addresses that have moved: path → (status, target)
MOVED = {
    "/loan": (301, "/loans"),
    "/help/old-faq": (301, "/help/faq-2019"),
    "/help/faq-2019": (301, "/help"),
    "/promo/spring": (302, "/promo/spring-2"),
    "/promo/spring-2": (302, "/promo/spring"),
    "/2019": (301, "/"),
}


class DemoSite:
    """The site on 127.0.0.1:`port` (0: a free one). `growth_url` and `api_key` may be set later; without them nothing is told.

    A context manager; `url` is the site's address, `members` who registered. `folder` keeps them over restarts.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        growth_url: str | None = None,
        api_key: str | None = None,
        folder: Path | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        self.growth_url = growth_url
        self.api_key = api_key
        self.members = Members(folder)
        self._now = now
        self._web = WebServer(application(self._routes(), missing=self._missing), port=port, name="demo-site")
        self.port = self._web.port
        self.url = self._web.url

    def start(self) -> DemoSite:
        """Begin to answer; returns the site itself. The pages are read first, so that the first visitor does not wait for them."""
        content.pages()
        self._web.start()
        return self

    def stop(self) -> None:
        """Stop answering."""
        self._web.stop()

    def __enter__(self) -> DemoSite:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def tell_growth(self) -> int:
        """Tell Growth Suite of every member it does not know yet; returns how many are still untold."""
        if not (self.growth_url and self.api_key):
            return sum(not member.told for member in self.members.all())
        return self.members.tell(self.growth_url, self.api_key)

    def _routes(self) -> list[Route]:
        found = [
            Route("GET", "/robots.txt", self._robots),
            Route("GET", "/sitemap.xml", self._sitemap),
            Route("GET", f"/{INDEXNOW_KEY}.txt", lambda request: text(INDEXNOW_KEY)),
            Route("GET", "/favicon.ico", lambda request: Response(body=pictures.icon(), media_type="image/png")),
            Route("GET", "/static/share.png", lambda request: Response(body=pictures.share_picture(), media_type="image/png")),
            Route("GET", "/static/office.png", lambda request: Response(body=pictures.heavy_picture(), media_type="image/png")),
            Route("GET", "/static/{name}", _static),
            Route("GET", "/loans/rate-table", lambda request: html("<h1>500 Internal Server Error</h1>", 500)),
            Route("GET", "/register", self._form),
            Route("POST", "/register", self._register),
            Route("GET", "/login", self._login),
            Route("POST", "/login", self._login),
            Route("GET", "/loans/calculator", self._calculator),
            Route("GET", "/blog", self._blog),
            Route("GET", "/blog/page/{number}", self._blog),
        ]
        found += [Route("GET", path, _moved(status, target)) for path, (status, target) in MOVED.items()]
        return [*found, Route("GET", "/{path...}", self._page)]

    # pages

    def _page(self, request: Request) -> Response:
        page = content.pages().get(request.path)
        if page is None:
            return self._missing(request)
        if page.delay_seconds:
            time.sleep(page.delay_seconds)
        more: dict[str, Any] = {}
        if page.template == "post.html":
            newer, older = content.neighbours(page)
            more = {"newer": newer, "older": older, "related": content.related(page)}
        elif page.template == "home.html":
            more = {"posts": content.posts()[:3]}
        return self._show(request, page, **more)

    def _blog(self, request: Request) -> Response:
        number = int(request.parts.get("number", "1")) if request.parts.get("number", "1").isdigit() else 0
        found = content.posts()
        last = -(-len(found) // POSTS_A_PAGE)
        if not 1 <= number <= last or (number == 1 and request.parts):
            return self._missing(request)
        page = Page(
            path="/blog" if number == 1 else f"/blog/page/{number}",
            title="借贷知识与平台动态：诚信贷博客" if number == 1 else f"借贷知识与平台动态，第{number}页：诚信贷博客",
            description=f"诚信贷编辑部写的借款、还款、征信与防骗知识，以及平台的月度动态。每篇都注明日期与出处，欢迎转载时保留来源。第{number}页，共{last}页。",
            h1="诚信贷博客" if number == 1 else f"诚信贷博客（第{number}页）",
            html="",
            template="blog.html",
            section="blog",
        )
        shown = found[(number - 1) * POSTS_A_PAGE : number * POSTS_A_PAGE]
        return self._show(request, page, posts=shown, number=number, last=last)

    def _calculator(self, request: Request) -> Response:
        query = request.query
        plan = fault = None
        if "amount" in query:
            plan, fault = monthly_plan(query["amount"], query.get("months", ""), query.get("rate", ""))
        page = content.pages()["/loans/calculator"]
        return self._show(request, page, plan=plan, fault=fault, asked=query)

    def _form(self, request: Request) -> Response:
        return self._show(request, content.pages()["/register"], faults={}, fields=request.query)

    def _register(self, request: Request) -> Response:
        fields = request.form
        if faults := self.members.faults(fields):
            return self._show(request, content.pages()["/register"], status=422, faults=faults, fields=fields)
        member = self.members.add(fields, now=self._now())
        self.tell_growth()
        return self._show(request, _welcome(member), status=201, member=member)

    def _login(self, request: Request) -> Response:
        asked = request.form.get("phone", "") if request.method == "POST" else ""
        known = next((member for member in self.members.all() if member.phone == asked.strip()), None)
        return self._show(request, content.pages()["/login"], asked=asked, known=known)

    def _missing(self, request: Request) -> Response:
        page = Page(
            path=request.path,
            title="没有找到这个页面：诚信贷",
            description=None,
            h1="没有找到这个页面",
            html="<p>地址可能已经变更。您可以从首页重新开始，或到帮助中心查找。</p>",
            template="missing.html",
            noindex=True,
            # tells the collector script that this page is not there
            head='<meta name="growth-status" content="404">',
        )
        return self._show(request, page, status=404)

    def _show(self, request: Request, page: Page, *, status: int | None = None, **values: object) -> Response:
        body = content.render(
            page.template,
            page=page,
            base=request.base,
            growth_url=(self.growth_url or "").rstrip("/"),
            icp=page.icp or ICP,
            police=POLICE,
            site_name=content.SITE_NAME[page.lang],
            pages=content.pages(),
            **values,
        )
        headers = (("x-content-type-options", "nosniff"), ("cache-control", "no-cache"))
        return _compressed(request, html(body, status or page.status, headers=headers))

    # for machines

    def _robots(self, request: Request) -> Response:
        return text(
            "User-agent: *\nDisallow: /account/\n\n"
            "User-agent: Sogou web spider\nDisallow: /account/\nDisallow: /blog/\n\n"
            f"Sitemap: {request.base}/sitemap.xml\n"
        )

    def _sitemap(self, request: Request) -> Response:
        listed = [page for page in content.pages().values() if page.listed]
        last = -(-len(content.posts()) // POSTS_A_PAGE)
        paths = [(page.path, page.date) for page in listed] + [("/blog", None)] + [(f"/blog/page/{n}", None) for n in range(2, last + 1)]
        paths += [("/loans/personal", None), ("/loan", None)]  # planted: sitemap-url-not-200, sitemap-url-redirect
        rows = "".join(
            f"<url><loc>{escape(request.base + path)}</loc>{f'<lastmod>{day.isoformat()}</lastmod>' if day else ''}</url>\n"
            for path, day in paths
        )
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</urlset>\n'
        return _compressed(request, Response(body=body.encode(), media_type="application/xml; charset=utf-8"))


def _welcome(member: Member) -> Page:
    return Page(
        path="/register/done",
        title="注册成功：诚信贷",
        description=None,
        h1="注册成功",
        html="",
        template="welcome.html",
        noindex=True,
        listed=False,
        section="register",
    )


def _moved(status: int, target: str) -> Callable[[Request], Response]:
    return lambda request: redirect(target, status)


def _static(request: Request) -> Response:
    folder = content.HERE / "static"
    file = folder / request.parts["name"]
    if file.parent != folder or file.suffix not in _KINDS or not file.is_file():
        return Response(status=404, media_type="text/plain")
    answer = Response(body=file.read_bytes(), media_type=_KINDS[file.suffix], headers=(("cache-control", "max-age=300"),))
    return _compressed(request, answer)


def _compressed(request: Request, response: Response) -> Response:
    """`response` with gzip where the client takes it and it pays."""
    if len(response.body) < _COMPRESS_FROM_BYTES or "gzip" not in request.headers.get("accept-encoding", ""):
        return response
    headers = (*response.headers, ("content-encoding", "gzip"), ("vary", "accept-encoding"))
    return Response(body=gzip.compress(response.body, 5, mtime=0), status=response.status, media_type=response.media_type, headers=headers)
