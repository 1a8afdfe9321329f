"""The demo site is sound but for the faults that it is said to have; its form registers people and tells Growth Suite."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import httpx
import lxml.html
import pytest
from ruamel.yaml import YAML

from growth.sandbox.asgi import Request, Response, as_json
from growth.sandbox.demo import DemoSite, content
from growth.sandbox.demo.content import chinese_characters
from growth.sandbox.demo.loan import monthly_plan
from growth.text import full_width
from tests.growth.sandbox.receiver import receiving

FAULTS: list[dict[str, str]] = YAML(typ="safe").load((content.HERE / "faults.yaml").read_text("utf-8"))


class Site:
    """The site as a browser sees it: documents by path, each fetched once."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=10, verify=False)
        self._kept: dict[str, httpx.Response] = {}

    def get(self, path: str) -> httpx.Response:
        if path not in self._kept:
            self._kept[path] = self.http.get(path)
        return self._kept[path]

    def page(self, path: str) -> Any:
        return lxml.html.document_fromstring(self.get(path).text)

    def all(self, path: str, query: str) -> list[Any]:
        found: list[Any] = self.page(path).xpath(query)
        return found

    def title(self, path: str) -> str:
        return "".join(self.all(path, "//head/title[1]/text()"))

    def description(self, path: str) -> str:
        return "".join(self.all(path, "//head/meta[@name='description']/@content"))

    def links(self, path: str) -> list[str]:
        return [str(link) for link in self.all(path, "//a/@href")]

    def hops(self, path: str) -> list[int]:
        """Statuses on the way from `path`, at most ten."""
        found: list[int] = []
        while len(found) < 10:
            answer = self.get(path)
            found.append(answer.status_code)
            if answer.status_code not in (301, 302):
                break
            path = answer.headers["location"]
        return found


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with DemoSite() as demo:
        found = Site(demo.url)
        yield found
        found.http.close()


def has(query: str) -> Callable[[Site, dict[str, str]], bool]:
    return lambda site, fault: bool(site.all(fault["url"], query))


def lacks(query: str) -> Callable[[Site, dict[str, str]], bool]:
    return lambda site, fault: not site.all(fault["url"], query)


def links_to_target(site: Site, fault: dict[str, str]) -> bool:
    return fault["target"] in site.links(fault["url"])


def linked(site: Site, fault: dict[str, str]) -> bool:
    return fault["url"] in site.links(fault["source"])


def sitemap(site: Site) -> list[str]:
    return [loc.removeprefix(site.url) for loc in re.findall(r"<loc>(.*?)</loc>", site.get("/sitemap.xml").text)]


def inlinks(site: Site, target: str) -> set[str]:
    return {path for path in content.pages() if target in site.links(path)}


#: check → whether the planted fault is really there
PROOFS: dict[str, Callable[[Site, dict[str, str]], bool]] = {
    "http-server-error": lambda site, fault: linked(site, fault) and site.get(fault["url"]).status_code == 500,
    "redirect-internal-link": lambda site, fault: links_to_target(site, fault) and site.hops(fault["target"]) == [301, 200],
    "redirect-chain": lambda site, fault: linked(site, fault) and site.hops(fault["url"]) == [301, 301, 200],
    "redirect-loop": lambda site, fault: linked(site, fault) and set(site.hops(fault["url"])) == {302},
    "redirect-to-home": lambda site, fault: linked(site, fault) and site.get(fault["url"]).headers["location"] == "/",
    "redirect-meta-refresh": has("//meta[@http-equiv='refresh']"),
    "soft-404": lambda site, fault: site.get(fault["url"]).status_code == 200 and "页面不存在" in site.title(fault["url"]),
    "slow-response": lambda site, fault: content.pages()[fault["url"]].delay_seconds > 0.8,
    "link-broken-internal": lambda site, fault: links_to_target(site, fault) and site.get(fault["target"]).status_code == 404,
    "link-broken-resource": lambda site, fault: (
        fault["target"] in site.all(fault["url"], "//img/@src") and site.get(fault["target"]).is_error
    ),
    "link-broken-fragment": lambda site, fault: (
        links_to_target(site, fault) and not site.all(urldefrag(fault["target"])[0], f"//*[@id='{urldefrag(fault['target'])[1]}']")
    ),
    "link-malformed": links_to_target,
    "link-localhost": links_to_target,
    "link-text-empty": lambda site, fault: bool(
        site.all(fault["url"], f"//article//a[@href='{fault['target']}' and not(normalize-space())]")
    ),
    "link-text-generic": has("//article//a[normalize-space()='点击这里']"),
    "link-uncrawlable": has("//article//a[starts-with(@href, 'javascript:')]"),
    "link-nofollow-internal": lambda site, fault: "nofollow" in site.all(fault["url"], f"//article//a[@href='{fault['target']}']/@rel"),
    "link-external-unsafe": has("//a[@target='_blank' and not(contains(@rel, 'noopener'))]"),
    "link-contact-malformed": links_to_target,
    "page-dead-end": lacks("//a"),
    "orphan-page": lambda site, fault: fault["url"] in sitemap(site) and not inlinks(site, fault["url"]),
    "form-action-broken": lambda site, fault: site.get(site.all(fault["url"], "//form/@action")[0]).status_code == 404,
    "form-label-missing": has("//form//input[not(@id) and not(@aria-label) and not(@placeholder) and not(ancestor::label)]"),
    "url-tracking-internal": links_to_target,
    "url-underscore": lambda site, fault: "_" in fault["url"] and bool(inlinks(site, fault["url"])),
    "url-uppercase": lambda site, fault: fault["url"] != fault["url"].lower() and bool(inlinks(site, fault["url"])),
    "url-parameters": lambda site, fault: fault["url"].count("=") > 3 and bool(inlinks(site, fault["url"])),
    "title-missing": lacks("//title"),
    "title-multiple": lambda site, fault: len(site.all(fault["url"], "//head/title")) == 2,
    "title-too-long": lambda site, fault: full_width(site.title(fault["url"])) > 31,
    "title-too-short": lambda site, fault: 0 < full_width(site.title(fault["url"])) < 10,
    "title-duplicate": lambda site, fault: site.title(fault["url"]) == site.title(fault["target"]) != "",
    "title-same-as-h1": lambda site, fault: site.title(fault["url"]) == site.all(fault["url"], "//h1")[0].text_content(),
    "title-stuffed": lambda site, fault: site.title(fault["url"]).count("贷款") >= 3,
    "title-placeholder": lambda site, fault: site.title(fault["url"]) == "无标题文档",
    "description-missing": lacks("//meta[@name='description']"),
    "description-too-long": lambda site, fault: full_width(site.description(fault["url"])) > 80,
    "description-too-short": lambda site, fault: 0 < full_width(site.description(fault["url"])) < 28,
    "description-duplicate": lambda site, fault: site.description(fault["url"]) == site.description(fault["target"]) != "",
    "h1-missing": lacks("//h1"),
    "h1-multiple": lambda site, fault: len(site.all(fault["url"], "//h1")) > 1,
    "heading-order": lambda site, fault: (
        "h4" in [e.tag for e in site.all(fault["url"], "//h2 | //h3 | //h4")] and not site.all(fault["url"], "//h3")
    ),
    "page-noindex": has("//meta[@name='robots' and contains(@content, 'noindex')]"),
    "robots-blocks-page": lambda site, fault: linked(site, fault) and "Disallow: /account/" in site.get("/robots.txt").text,
    "robots-engine-gap": lambda site, fault: "User-agent: Sogou web spider" in site.get(fault["url"]).text,
    "canonical-missing": lacks("//link[@rel='canonical']"),
    "canonical-multiple": lambda site, fault: len(set(site.all(fault["url"], "//link[@rel='canonical']/@href"))) > 1,
    "canonical-relative": lambda site, fault: "://" not in site.all(fault["url"], "//link[@rel='canonical']/@href")[0],
    "canonical-to-error": lambda site, fault: (
        site.get(fault["target"]).status_code == 404
        and site.all(fault["url"], "//link[@rel='canonical']/@href") == [site.url + fault["target"]]
    ),
    "hreflang-no-return": lambda site, fault: (
        bool(site.all(fault["target"], "//link[@hreflang]")) and not site.all(fault["url"], "//link[@hreflang]")
    ),
    "hreflang-invalid": has("//link[@hreflang='cn']"),
    "lang-missing": lacks("/html/@lang"),
    "sitemap-url-not-200": lambda site, fault: fault["url"] in sitemap(site) and site.get(fault["url"]).status_code == 404,
    "sitemap-url-redirect": lambda site, fault: fault["url"] in sitemap(site) and site.get(fault["url"]).status_code == 301,
    "sitemap-url-noindex": lambda site, fault: fault["url"] in sitemap(site),
    "sitemap-page-missing": lambda site, fault: fault["url"] not in sitemap(site) and site.get(fault["url"]).status_code == 200,
    "content-thin": lambda site, fault: chinese_characters(content.pages()[fault["url"]].html) < 300,
    "content-placeholder": lambda site, fault: "此处填写" in site.get(fault["url"]).text,
    "img-alt-missing": has("//img[not(@alt)]"),
    "img-size-missing": lambda site, fault: bool(site.all(fault["url"], f"//img[@src='{fault['target']}' and not(@width)]")),
    "img-too-large": lambda site, fault: len(site.get(fault["target"]).content) > 500_000,
    "jsonld-invalid": has("//script[@type='application/ld+json' and contains(., ',}')]"),
    "viewport-missing": lacks("//meta[@name='viewport']"),
    "id-duplicate": lambda site, fault: len(site.all(fault["url"], "//*[@id='code']")) == 2,
    "icp-inconsistent": lambda site, fault: "京ICP备11111111号" in site.get(fault["url"]).text,
    "ad-law-words": has("//h1[contains(., '第一')]"),
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault['check']} {fault['url']}")
def test_a_planted_fault_is_really_there(site: Site, fault: dict[str, str]) -> None:
    assert PROOFS[fault["check"]](site, fault)


def test_no_proof_is_without_a_fault() -> None:
    assert set(PROOFS) == {fault["check"] for fault in FAULTS}


def faulty(*checks: str) -> set[str]:
    """Pages that have one of these faults, and what their links lead to."""
    found = [fault for fault in FAULTS if fault["check"] in checks]
    return {fault["url"] for fault in found} | {fault.get("target", "") for fault in found}


def test_there_are_many_pages_in_two_languages() -> None:
    found = content.pages().values()
    assert len(found) > 60
    assert sum(page.lang == "en" for page in found) == 6
    assert len(content.posts()) > 15


def test_other_pages_have_sound_titles_descriptions_and_headings(site: Site) -> None:
    bad = faulty(
        "title-missing", "title-multiple", "title-too-long", "title-too-short", "title-duplicate", "title-same-as-h1", "title-placeholder"
    )
    worse = faulty("description-missing", "description-too-long", "description-too-short", "description-duplicate")
    seen: set[str] = set()
    for path, page in content.pages().items():
        if path in faulty("soft-404", "page-dead-end", "redirect-meta-refresh", "slow-response"):
            continue
        if path not in bad:
            assert 10 <= full_width(site.title(path)) <= 31, path
            assert site.title(path) not in seen, path
        if path not in worse:
            assert 28 <= full_width(site.description(path)) <= 78, path
        if path not in faulty("h1-missing", "h1-multiple"):
            assert len(site.all(path, "//h1")) == 1, path
        if page.lang == "zh-CN" and path not in faulty("content-thin") | {"/", "/login", "/register"}:
            assert chinese_characters(page.html) >= 300, path
        seen.add(site.title(path))


def test_no_other_internal_link_is_broken(site: Site) -> None:
    broken = {fault.get("target") for fault in FAULTS} | {fault["url"] for fault in FAULTS if "source" in fault}
    for path in content.pages():
        if path in faulty("slow-response"):
            continue
        for link in site.links(path):
            if link.startswith("/") and link not in broken:
                assert site.get(urljoin(path, link)).status_code == 200, f"{path} → {link}"


def test_every_page_carries_the_collector_script_once_growth_is_known() -> None:
    with DemoSite(growth_url="http://127.0.0.1:9/") as demo:
        for path in ("/", "/blog", "/loans/salary", "/print/contract", "/nothing-here", "/register"):
            assert 'src="http://127.0.0.1:9/t.js"' in httpx.get(demo.url + path).text


def test_an_unknown_address_is_404_and_says_where_to_go(site: Site) -> None:
    answer = site.get("/nothing-here")
    assert answer.status_code == 404
    assert "没有找到这个页面" in answer.text
    assert '<meta name="growth-status" content="404">' in answer.text
    assert site.get("/blog/page/1").status_code == site.get("/blog/page/9").status_code == site.get("/blog/page/x").status_code == 404


PERSON = {"name": "张明", "phone": "13800138000", "email": "ming@example.com", "role": "investor", "consent": "yes"}


def test_who_registers_is_told_to_growth_with_visitor_and_page() -> None:
    got: list[tuple[Any, dict[str, str]]] = []

    def growth(request: Request) -> Response:
        got.append((request.json, dict(request.headers)))
        return as_json({}, 201)

    with receiving(growth) as url, DemoSite(growth_url=url.removesuffix("/callback"), api_key="k1") as demo:
        form = httpx.get(demo.url + "/register").text
        assert 'data-growth="visitor"' in form
        assert 'data-growth="page"' in form
        answer = httpx.post(demo.url + "/register", data={**PERSON, "growth_visitor": "v-1", "growth_page": "p-1", "code": "LAOHUIYUAN"})
        assert answer.status_code == 201
        (member,) = demo.members.all()
    ((body, headers),) = got
    assert body["id"] == member.id
    assert (body["visitor"], body["page"], body["role"], body["code"]) == ("v-1", "p-1", "investor", "LAOHUIYUAN")
    assert (body["email"], body["phone"]) == ("ming@example.com", "+8613800138000")
    assert headers["authorization"] == "Bearer k1"
    assert headers["idempotency-key"] == f"signup-{member.id}"
    assert member.told


def test_who_registered_while_growth_was_away_is_told_later_and_once(tmp_path: Path) -> None:
    got: list[str] = []

    def growth(request: Request) -> Response:
        got.append(request.json["id"])
        return as_json({}, 201)

    with DemoSite(growth_url="http://127.0.0.1:9", api_key="k1", folder=tmp_path) as demo:
        httpx.post(demo.url + "/register", data=PERSON)
        assert demo.tell_growth() == 1
    with receiving(growth) as url, DemoSite(growth_url=url.removesuffix("/callback"), api_key="k1", folder=tmp_path) as demo:
        assert demo.tell_growth() == 0
        assert demo.tell_growth() == 0
    assert got == ["u10001"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "请填写姓名"),
        ({"phone": "12345"}, "请填写 11 位手机号"),
        ({"email": "nobody"}, "邮箱格式不正确"),
        ({"role": "king"}, "请选择您的身份"),
        ({"consent": ""}, "请阅读并同意"),
    ],
)
def test_a_form_with_a_fault_is_shown_again_with_what_was_typed(site: Site, changes: dict[str, str], words: str) -> None:
    answer = site.http.post("/register", data={**PERSON, **changes})
    assert answer.status_code == 422
    assert words in answer.text
    assert "ming@example.com" in answer.text or "email" in changes


def test_a_phone_registers_once() -> None:
    with DemoSite() as demo:
        assert httpx.post(demo.url + "/register", data=PERSON).status_code == 201
        assert "该手机号已注册" in httpx.post(demo.url + "/register", data=PERSON).text
        assert "张明" in httpx.post(demo.url + "/login", data={"phone": PERSON["phone"]}).text


def test_instalments_are_right_to_the_cent() -> None:
    plan, fault = monthly_plan("30000", "12", "12")
    assert fault is None
    assert plan is not None
    assert str(plan.payment) == "2665.46"
    assert sum(row[2] for row in plan.rows) == 30000
    assert plan.total - 30000 == plan.interest


@pytest.mark.parametrize(
    ("amount", "months", "rate"),
    [("x", "12", "12"), ("500", "12", "12"), ("30000", "0", "12"), ("30000", "12", "36"), ("NaN", "12", "12"), ("30000", "12", "Infinity")],
)
def test_the_calculator_says_what_it_takes(site: Site, amount: str, months: str, rate: str) -> None:
    answer = site.http.get("/loans/calculator", params={"amount": amount, "months": months, "rate": rate})
    assert answer.status_code == 200
    assert re.search("请填写数字|金额 1,000–200,000 元", answer.text)
