"""``/seo/compare``: the form asks, a worker reads, the page shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from growth.db import Database
from growth.jobs import ONCE, JobRun, RunState, run_history
from seo.comparing import jobs
from seo.comparing.store import draft_body
from tests.conftest import NOW
from tests.seo.comparing.test_comparisons import OURS, THEIRS, html
from tests.sites.hostile import Hostile
from tests.web import Browser, Web


@pytest.fixture
def site() -> Iterator[Hostile]:
    """Our site, which is on loopback, with a page of theirs on it."""
    found = Hostile({"/": html(OURS), "/theirs": html(THEIRS)})
    yield found
    found.close()


@pytest.fixture
def web(site: Hostile, open_workspace: Callable[..., Database], make_web: Callable[..., Web]) -> Web:
    """The dashboard of that site; allow_private must not help the form."""
    yaml = f"site: {{name: 诚信贷, url: '{site.url}', locale: en}}\nseo: {{crawl: {{allow_private: true}}}}\n"
    return make_web(open_workspace(yaml))


def work(web: Web) -> str:
    """What a worker does with the newest run."""
    with web.database.read() as session:
        run = run_history(session, job=jobs.COMPARE, states=(RunState.DUE,))[0]
    return jobs.run_comparison(
        JobRun(job=run.job, key=run.period, period=ONCE, workspace=web.workspace, database=web.database, now=NOW, argument=run.argument)
    )


def asked(browser: Browser, page: str, *others: str) -> str:
    """Ask for a comparison; the path of its page."""
    answer = browser.post("/seo/compare", {"page": page, "competitors": "\n".join(others)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_what_was_asked_waits_then_shows(web: Web, site: Hostile) -> None:
    browser = web.browser("seo")
    path = asked(browser, site.url, f"{site.url}theirs")
    assert site.asked == []  # nothing was fetched by the web process
    assert f'hx-get="{path}/progress"' in browser.get(path).text
    assert "2" in browser.get(f"{path}/progress").text
    work(web)
    page = browser.get(path).text
    assert "年化利率" in page
    assert "提前还款违约金" in page
    assert browser.get(f"{path}/progress").headers["location"] == path
    assert path in browser.get("/seo/compare").text
    for table in ("points", "terms", "sections", "checks"):
        assert browser.get(f"{path}?table={table}&format=csv").status_code == 200
    assert browser.get(f"{path}?table=none&format=csv").status_code == 404
    asked_so_far = len(site.asked)
    work(web)  # a worker that takes it up again fetches nothing
    assert len(site.asked) == asked_so_far


def test_a_draft_that_is_handed_in_is_compared_and_not_kept(web: Web, site: Hostile) -> None:
    browser = web.browser("seo")
    draft = html(OURS)[2].replace(b"</title>", "（草稿）</title>".encode())
    answer = browser.post("/seo/compare", {"page": "", "competitors": f"{site.url}theirs"}, files={"draft": ("../贷款 草稿.html", draft)})
    assert answer.status_code == 303, answer.text
    path = str(answer.headers["location"])
    work(web)
    page = browser.get(path).text
    assert "贷款 草稿.html" in page
    assert "（草稿）" in page
    assert "/" not in site.asked, "our page online was not read"
    with web.database.read() as session:
        assert draft_body(session, id=int(path.rpartition("/")[2])) is None
    answer = browser.post("/seo/compare", {"page": "", "competitors": f"{site.url}theirs"}, files={"draft": ("x.pdf", b"%PDF-1.7\0")})
    assert answer.status_code == 400
    assert "x.pdf" in answer.text


def test_the_form_is_no_way_to_the_inside(web: Web, site: Hostile) -> None:
    inside = Hostile({"/": html(THEIRS)})
    browser = web.browser("seo")
    path = asked(browser, site.url, inside.url)
    work(web)
    inside.close()
    assert inside.asked == []
    assert "private address refused" in browser.get(path).text


@pytest.mark.parametrize(
    ("page", "others"),
    [
        ("", "https://a.example/"),
        ("/etc/passwd", "https://a.example/"),
        ("file:///etc/passwd", "https://a.example/"),
        ("https://a.example/", ""),
        ("https://a.example/", "x y"),
        ("https://a.example/", "\n".join(f"https://a.example/{n}" for n in range(11))),
    ],
)
def test_what_is_no_address_is_refused_beside_its_field(web: Web, page: str, others: str) -> None:
    browser = web.browser("seo")
    answer = browser.post("/seo/compare", {"page": page, "competitors": others})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    with web.database.read() as session:
        assert run_history(session, job=jobs.COMPARE, states=tuple(RunState)) == []


def test_what_a_page_of_theirs_says_never_runs_here(web: Web, site: Hostile) -> None:
    site.pages["/theirs"] = html(THEIRS.replace("提前还款违约金", "&lt;script&gt;alert(1)&lt;/script&gt; =HYPERLINK(1)"))
    browser = web.browser("seo")
    path = asked(browser, site.url, f"{site.url}theirs")
    work(web)
    assert "<script>alert(1)" not in browser.get(path).text


def test_viewers_read_and_do_not_ask(web: Web, site: Hostile) -> None:
    viewer = web.browser("viewer")
    assert 'name="competitors"' not in viewer.get("/seo/compare").text
    assert viewer.post("/seo/compare", {"page": site.url, "competitors": site.url}).status_code == 403


def test_a_comparison_that_failed_says_why_and_can_be_asked_again(web: Web, site: Hostile) -> None:
    browser = web.browser("seo")
    path = asked(browser, f"{site.url}gone", f"{site.url}theirs")
    work(web)
    page = browser.get(path).text
    assert "404" in page
    assert "/seo/compare?page=" in page
    assert browser.get("/seo/compare/999").status_code == 404
