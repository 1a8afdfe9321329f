"""From the data files to sites that can be served: one big site for the checks of pages, a small one for each check of the whole site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.sites.served import Served, files

FOLDER = Path(__file__).parent
MANY = "https://www.many.test/"
SMALL = "https://www.small.test/"
GROWTH = """site:
  name: 诚信贷
  url: {base}
  icp: 京ICP备12345678号
  police_filing: "11010502000000"
{submit}
seo:
{growth}
{checks}
"""
CRAWL = "  crawl: {requests_per_second: 100000, retry_after: 0s}"


@dataclass(frozen=True)
class World:
    """A site with its growth.yaml, and where the finding must be (or must not be)."""

    site: Served
    growth_yaml: str
    files: dict[str, str] = field(default_factory=dict)
    at: str = ""
    severity: str | None = None


def many_data() -> dict[str, Any]:
    """tests/sites/many.yaml."""
    return dict(YAML(typ="safe").load((FOLDER / "many.yaml").read_text("utf-8")))


def each_data() -> dict[str, Any]:
    """tests/sites/each.yaml."""
    return dict(YAML(typ="safe").load((FOLDER / "each.yaml").read_text("utf-8")))


def place_of(check: str, side: str, data: Mapping[str, Any]) -> str:
    """The address that the finding is about."""
    return str(data.get("about") or data.get("path") or f"/{side}/{check}.html")


def many_world() -> World:
    """The big site: a bad page and a good twin for each check, lists that link to them, a sitemap."""
    resources: dict[str, Any] = {}
    linked: list[str] = []
    listed: list[str] = ["/", "/list/", "/contact.html", "/p/1.html", "/p/2.html", "/p/3.html"]
    extra_links: dict[str, list[str]] = {}
    for check, sides in many_data().items():
        for side in ("bad", "good"):
            data = dict(sides[side] or {})
            path = str(data.get("path") or f"/{side}/{check}.html")
            for place, more in {path: data, **data.get("more", {}), **_chain(check, side, data)}.items():
                more = {name: value for name, value in more.items() if name not in ("more", "chain", "about")}
                resources[place] = more
                if place == path:
                    resources[place].pop("path", None)
                is_page = place == path or (place.startswith("/") and place.endswith(".html"))
                if is_page and not more.get("unlinked"):
                    linked.append(place)
            if check == "orphan-page" or data.get("listed"):
                listed += [path] * (2 if data.get("listed_again") else 1)
            if data.get("linked_from"):
                extra_links.setdefault(data["linked_from"], []).append(path)
    pages = list(dict.fromkeys(linked))
    parts = [pages[begin : begin + 60] for begin in range(0, len(pages), 60)]
    lists = [f"/list/{number}.html" for number in range(1, len(parts) + 1)]
    resources["/"] = {"title": "诚信贷——持牌网络小额贷款与消费信贷服务平台", "links": ["/list/", "/contact.html", *lists]}
    resources["/list/"] = {"links": ["/", *lists]}
    resources["/contact.html"] = {}
    for number in (1, 2, 3):
        resources[f"/p/{number}.html"] = {"links": ["/", "/list/", *extra_links.get(f"/p/{number}.html", ())]}
    for place, part in zip(lists, parts, strict=True):
        resources[place] = {"links": ["/", *part, "/p/1.html", "/p/2.html", "/p/3.html"]}
    resources["/sitemap.xml"] = {"text": sitemap(listed), "type": "application/xml"}
    expected = ", ".join(f"{{page: /{side}/page-fact-missing.html, contains: [综合费用明示]}}" for side in ("bad", "good"))
    expect = f"  expect: [{expected}]"
    checks = "  checks: {limits: {url-trap: {variants: 5}}}"
    site = Served(base=MANY, resources={**files(MANY), **resources})
    return World(site=site, growth_yaml=GROWTH.format(base=MANY, submit="", growth=f"{CRAWL}\n{expect}", checks=checks))


def small_world(data: Mapping[str, Any]) -> World:
    """A site of five pages with the changes of one entry of each.yaml."""
    base = data.get("base", SMALL)
    pages = ["/", "/list/", "/contact.html", "/p/1.html", "/p/2.html"]
    resources: dict[str, Any] = {path: {"links": [one for one in pages if one != path]} for path in pages}
    resources["/"] |= {"title": "诚信贷——持牌网络小额贷款与消费信贷服务平台", **data.get("home", {})}
    resources["/sitemap.xml"] = {"text": sitemap(pages), "type": "application/xml"}
    resources |= data.get("resources", {})
    growth = data.get("growth", "")
    text = GROWTH.format(
        base=base,
        submit=data.get("submit", ""),
        growth=growth if "crawl:" in growth else f"{CRAWL}\n{growth}",
        checks=f"  checks: {{{data['checks']}}}" if "checks" in data else "",
    )
    certificate = {"www.small.test": data["certificate"]} if "certificate" in data else {}
    site = Served(base=base, resources={**files(base), **resources}, certificates=certificate)
    more = {"channels.yaml": data["channels"]} if "channels" in data else {}
    return World(site=site, growth_yaml=text, files=more, at=data.get("at", ""), severity=data.get("severity"))


def sitemap(paths: list[str]) -> str:
    """A sitemap of the site."""
    entries = "".join(f"<url><loc>{{base}}{path.removeprefix('/')}</loc></url>".replace("&", "&amp;") for path in paths)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'


def _chain(check: str, side: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """`chain: n`: n redirects in a row, from the page itself to /p/1.html."""
    length = data.get("chain", 0)
    steps = [f"/{side}/{check}.html", *(f"/{side}/{check}-{number}.html" for number in range(1, length))]
    return (
        {one: {"location": following, "unlinked": one != steps[0]} for one, following in zip(steps, [*steps[1:], "/p/1.html"], strict=True)}
        if length
        else {}
    )
