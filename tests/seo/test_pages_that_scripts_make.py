"""`seo.crawl.javascript`: a real browser on a site whose title and links appear only by script, and the guards that hold in it too."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from growth import reporting
from growth.app import Level
from growth.db import Database
from growth.workspace import Workspace
from seo.audit import run_audit
from seo.comparing.visit import compare_pages, reach_of
from seo.crawl import rendering
from seo.crawl.rendering import RenderingUnavailable
from seo.handing import doctor
from seo.listing import list_issues, list_links, list_pages
from seo.models import PageRow, UrlRow
from seo.onepage import judge_one
from seo.summary import unsheet
from tests.conftest import NOW, chromium
from tests.seo.conftest import Inside
from tests.seo.test_a_crawl_goes_on_where_it_was_cut_off import comparable, growth, start, wait_for_pages
from tests.sites.hostile import Hostile, page

pytestmark = pytest.mark.browser
GROWTH = str(Path(sys.executable).with_name("growth"))
YAML = """site: {{name: 诚信贷, url: '{url}'}}
seo: {{crawl: {{requests_per_second: 100000, retry_after: 0s, timeout: {timeout}s, javascript: {javascript}, {more}}}}}
"""
#: a page that is empty until its script has asked for the links
SHELL = page('<div id="app"></div><img src="/picture.png">', title="", head='<script src="/app.js" defer></script>')
APP = """
document.title = "诚信贷网络借贷平台"
fetch("/api/links.json").then(answer => answer.json()).then(links => {
  const text = "持牌机构撮合，信息公开。".repeat(30)
  document.getElementById("app").innerHTML = `<h1>借款项目</h1><p>${text}</p>` + links.map(one => `<a href="${one}">看${one}</a>`).join("")
})
"""
JS = {"content-type": "text/javascript"}
#: slow machines need long, and only hanging pages wait for it
TIMEOUT = 40


@pytest.fixture(autouse=True)
def browser() -> str:
    return chromium()


@pytest.fixture
def database_url() -> None:
    """What a browser does is the same to each database."""
    return


@pytest.fixture
def crawl(open_workspace: Callable[..., Database]) -> Callable[..., Database]:
    def run(site: Hostile, javascript: str = "true", timeout: int = TIMEOUT, more: str = "") -> Database:
        database = open_workspace(YAML.format(url=site.url, javascript=javascript, timeout=timeout, more=more))
        result = run_audit(database, now=NOW)
        assert result.crawl.state == "done"
        assert result.crawl.totals["check_faults"] == {}
        return database

    return run


def pages_of(database: Database) -> dict[str, dict[str, Any]]:
    return {"/" + row["url"].split("/", 3)[3]: row for row in list_pages(database)}


def sheet_of(database: Database, url: str) -> dict[str, Any]:
    with database.store("crawl").read() as session:
        row = (
            session.query(PageRow).join(UrlRow, (UrlRow.crawl_id == PageRow.crawl_id) & (UrlRow.id == PageRow.id)).filter(UrlRow.url == url)
        )
        return unsheet(row.one().sheet)


def app(links: str = '["/a", "/b"]', script: str = APP) -> dict[str, Any]:
    return {
        "/": SHELL,
        "/app.js": (200, JS, script.encode()),
        "/api/links.json": (200, {"content-type": "application/json"}, links.encode()),
        "/a": page("<p>甲</p>", title="甲页"),
        "/b": page("<p>乙</p>", title="乙页"),
    }


def test_title_and_links_that_only_scripts_make_are_crawled_and_the_raw_page_is_kept_beside(
    hostile: Callable[..., Hostile], crawl: Callable[..., Database]
) -> None:
    site = hostile(app())
    database = crawl(site, "[/$]")
    pages = pages_of(database)
    assert pages["/"]["title"] == "诚信贷网络借贷平台"
    assert pages["/a"]["title"] == "甲页"
    sheet = sheet_of(database, site.url)
    assert sheet["unrendered"]["title"] == ""
    assert sheet["unrendered"]["links"] == 0
    assert sheet["rendered"]["requests"] == 2
    assert "unrendered" not in sheet_of(database, f"{site.url}a"), "only what growth.yaml names is rendered"
    found = {issue.check: issue for issue in list_issues(database) if issue.url == site.url}
    assert "title-missing" not in found
    assert found["needs-js"].detail["value"] == "title, h1, text"
    assert site.asked.count("/") == 1, "the browser is shown the answer that was fetched"


def test_without_the_setting_the_same_page_is_empty(hostile: Callable[..., Hostile], crawl: Callable[..., Database]) -> None:
    database = crawl(hostile(app()), "false")
    assert pages_of(database)["/"]["title"] == ""
    assert "/a" not in pages_of(database)


def test_images_frames_beacons_and_windows_are_refused_and_a_script_that_leaves_is_noted(
    hostile: Callable[..., Hostile], crawl: Callable[..., Database]
) -> None:
    leaves = """
    navigator.sendBeacon("/beacon", "x"); new Image().src = "/pixel.gif"; window.open("/window")
    new WebSocket(location.origin.replace("http", "ws") + "/socket")
    document.body.insertAdjacentHTML("beforeend", "<iframe src='/frame'></iframe><a id=out target=_blank href='/blank'>外</a>")
    document.getElementById("out").click()
    const file = document.createElement("a"); file.href = "data:text/plain,x"; file.download = "x.txt"; file.click()
    setTimeout(() => { location.href = "/elsewhere" }, 100)
    """
    # what the page itself links to is fetched by the crawl, too: it must not be counted here
    site = hostile({**app(script=leaves), "/elsewhere": page("<p>别处</p>", title="别处")})
    database = crawl(site, "[/$]", more="exclude: [/frame, /blank]")
    assert {"/beacon", "/pixel.gif", "/window", "/socket", "/frame", "/blank"} & set(site.asked) == set()
    assert pages_of(database)["/elsewhere"]["title"] == "别处"
    assert {row["target"] for row in list_links(database) if row["kind"] == "refresh"} == {f"{site.url}elsewhere"}
    assert sheet_of(database, site.url)["rendered"]["blocked"] >= 3


def test_scripts_reach_no_private_address(hostile: Callable[..., Hostile], crawl: Callable[..., Database], inside: Inside) -> None:
    port = inside.port
    places = [f"http://127.0.0.1:{port}/a", f"http://localhost:{port}/b", f"http://[::ffff:7f00:1]:{port}/c", "http://169.254.169.254/d"]
    scripts = "".join(f'<script src="{one}"></script>' for one in places)
    fetches = "Promise.allSettled([" + ",".join(f'fetch("{one}", {{mode: "no-cors"}})' for one in places)
    script = f'{fetches}, fetch("/away", {{mode: "no-cors"}}), fetch("https://127.0.0.1:{port}/e", {{mode: "no-cors"}})])'
    script += '.then(all => { document.title = "共" + all.length })'
    site = hostile({"/": page(f"<p>页</p>{scripts}", head=f"<script>{script}</script>"), "/away": (302, {"location": places[0]}, b"")})
    database = crawl(site)
    assert "/away" in site.asked
    assert inside.asked == []
    assert pages_of(database)["/"]["title"] == "共6"


def test_an_endless_script_and_an_endless_answer_harm_only_their_page(
    hostile: Callable[..., Hostile], crawl: Callable[..., Database]
) -> None:
    pages = {
        "/": page('<a href="/loop">循环</a><a href="/grows">变大</a><a href="/pours">灌水</a><a href="/fine">好</a>', title="首页"),
        "/loop": page("<p>循环<script>for(;;){}</script></p>", title="循环"),
        "/grows": page("<script>document.body.append('x'.repeat(4000000))</script>", title="变大"),
        "/pours": page("<p>灌</p>", title="灌水", head='<script src="/endless"></script>'),
        "/fine": page("<script>document.title = '好了'</script>", title="未好"),
    }
    site = hostile(pages)
    database = crawl(site, timeout=15, more="max_answer_mb: 2")
    titles = {path: row["title"] for path, row in pages_of(database).items()}
    assert titles == {"/": "首页", "/loop": "循环", "/grows": "变大", "/pours": "灌水", "/fine": "好了"}
    assert sheet_of(database, f"{site.url}loop")["rendered"]["fault"] == "timeout"
    assert sheet_of(database, f"{site.url}grows")["rendered"]["fault"] == "too-large"


def test_a_log_in_goes_to_the_site_from_the_browser_too_and_to_nobody_else(
    hostile: Callable[..., Hostile], crawl: Callable[..., Database]
) -> None:
    seen: dict[str, Any] = {}

    def note(name: str, answer: dict[str, str] | None = None) -> Any:
        def handle(handler: Any) -> None:
            seen.setdefault(name, (handler.headers.get("authorization"), handler.headers.get("cookie")))
            handler.send_response(302 if answer else 200)
            for header, value in {"access-control-allow-origin": "*", "content-length": "0", **(answer or {})}.items():
                handler.send_header(header, value)
            handler.end_headers()

        return handle

    other = hostile({"/data": note("other"), "/moved": note("moved")})
    site = hostile(
        {
            "/": page(f'<script>fetch("/data"); fetch("/redirects"); fetch("{other.url}data")</script>'),
            "/data": note("own"),
            "/redirects": note("redirects", {"location": f"{other.url}moved"}),
        }
    )
    crawl(site, more="allow_private: true, headers: {authorization: '${TOKEN:-secret}'}, cookies: {session: '${SESSION:-abc}'}")
    assert seen == {"own": ("secret", "session=abc"), "redirects": ("secret", "session=abc"), "other": (None, None), "moved": (None, None)}


def test_nothing_is_left_behind_by_a_crawl_that_is_killed(hostile: Callable[..., Hostile], tmp_path: Path) -> None:
    site = hostile({"/": page("<script>for(;;){}</script>"), "/robots.txt": (404, {}, b"")})
    (tmp_path / "growth.yaml").write_text(YAML.format(url=site.url, javascript="true", timeout=60, more=""))
    process = subprocess.Popen(
        [GROWTH, "-C", str(tmp_path), "seo", "audit", "--quiet"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        family = wait_for(lambda: descendants(process.pid) if any("--type=renderer" in line for line in commands(process.pid)) else None)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert wait_for(lambda: not [pid for pid in family if alive(pid)])


def test_what_is_missing_is_named_with_what_to_install(
    hostile: Callable[..., Hostile], crawl: Callable[..., Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = hostile(app())
    monkeypatch.setattr(reporting, "installed_browser", lambda: None)
    with pytest.raises(RenderingUnavailable) as no_browser:
        crawl(site)
    assert no_browser.value.fix == "apt install chromium"
    monkeypatch.setattr(rendering, "find_spec", lambda name: None)
    with pytest.raises(RenderingUnavailable) as no_extra:
        crawl(site)
    assert no_extra.value.fix == "pip install 'growth-suite[browser]'"
    assert site.asked == []


def test_one_page_is_rendered_where_growth_yaml_says_so(hostile: Callable[..., Hostile], make_workspace: Callable[..., Workspace]) -> None:
    site = hostile(app())
    workspace = make_workspace(YAML.format(url=site.url, javascript="[/$]", timeout=TIMEOUT, more=""))
    shown = judge_one(workspace, site.url, now=NOW)
    assert shown.as_json()["title"] == "诚信贷网络借贷平台"
    assert shown.as_json()["rendered"]["without_scripts"]["title"] == ""
    assert "rendered; 2 requests to the site" in "\n".join(shown.lines())
    plain = judge_one(workspace, f"{site.url}a", now=NOW)
    assert plain.as_json()["rendered"] is None
    assert site.asked.count("/api/links.json") == 1
    compared = compare_pages(workspace, site.url, [f"{site.url}a"], now=NOW, reach=reach_of(workspace, allow_private=True))
    assert compared.comparison.ours.title == "诚信贷网络借贷平台"


def test_the_doctor_says_whether_pages_can_be_rendered(make_workspace: Callable[..., Workspace], monkeypatch: pytest.MonkeyPatch) -> None:
    def said(javascript: str) -> list[tuple[Level, str, str | None]]:
        workspace = make_workspace(YAML.format(url="https://www.example.com/", javascript=javascript, timeout=20, more=""))
        return [(one.level, one.message, one.fix) for one in doctor(workspace, None) if one.id == "seo.rendering"]

    assert said("false") == [], "nothing is said of what nobody wants"
    ((level, message, _fix),) = said("[/app/*]")
    assert level is Level.OK
    assert "/app/*" in message
    monkeypatch.setattr(reporting, "installed_browser", lambda: None)
    ((level, message, fix),) = said("true")
    assert (level, fix) == (Level.FAIL, "apt install chromium")
    assert "Chromium" in message


@pytest.mark.slow  # what is kept of a kill without a browser is shown by test_a_crawl_goes_on_where_it_was_cut_off
def test_a_rendered_crawl_that_was_killed_ends_like_an_undisturbed_one(hostile: Callable[..., Hostile], tmp_path: Path) -> None:
    """F20 with a browser: nothing is lost, and the counts of rendered pages go on."""
    names = [f"/p{number}" for number in range(14)]
    script = "<script>document.title = '第' + location.pathname + '页'</script>"
    links = "".join(f'<a href="{name}">看{name}</a>' for name in names)
    pages = {"/": page(f"{links}{script}"), **{name: page(f"<p>{name}</p>{script}") for name in names}}
    site = hostile({**pages, "/p13": page("<script>for(;;){}</script>", title="循环"), "/robots.txt": (404, {}, b"")})
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    for folder in (undisturbed, killed):
        folder.mkdir()
        (folder / "growth.yaml").write_text(YAML.format(url=site.url, javascript="true", timeout=12, more="concurrency: 2"))
    growth(undisturbed, "seo", "audit", "--quiet")
    process = start(killed, "seo", "audit", "--quiet")
    wait_for_pages(killed, 4, process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    growth(killed, "seo", "audit", "--resume", "--quiet")
    listed = [growth(folder, "seo", "pages", "--jsonl") for folder in (killed, undisturbed)]
    assert listed[0].count("第/p") == 13
    assert comparable(listed[0]) == comparable(listed[1])
    issues = [growth(folder, "seo", "issues", "--jsonl") for folder in (killed, undisturbed)]
    assert comparable(issues[0]) == comparable(issues[1])
    for folder in (killed, undisturbed):
        growth(folder, "seo", "report", "-o", str(folder / "report.json"))
        totals = json.loads((folder / "report.json").read_text())["totals"]
        assert totals["rendered"] == {"pages": 14, "faults": 1}


def wait_for(look: Callable[[], Any]) -> Any:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError("it never came")


def descendants(pid: int) -> list[int]:
    """Every process below one, by /proc."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        parents.setdefault(parent, []).append(int(folder.name))
    found, waiting = [], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def commands(pid: int) -> list[str]:
    lines = []
    for one in descendants(pid):
        try:
            lines.append(Path(f"/proc/{one}/cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return lines


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
