"""The form of a directory: which text goes into which field, what is left to a person, what counts as a receipt."""

from __future__ import annotations

from datetime import datetime

import pytest

from growth.db import Database
from growth.errors import ProviderError
from growth.outbound import AddressRefused
from growth.placements import PlacementState, history
from growth.placements.keep import sync
from growth.sandbox import Sandbox
from seo.submission.form import FormRefused, send_form
from tests.elsewhere import Answer, Asked, Elsewhere
from tests.seo.submission.conftest import DIRECTORY, Opened
from tests.seo.submission.desk import database_url, entry, prepared, sent, state

__all__ = ["database_url"]


# the form


def test_a_form_is_filled_in_posted_and_its_receipt_kept(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime) -> None:
    database = opened()
    prepared(database, now)
    receipt = sent(database, now)
    listed = entry(sandbox)
    assert receipt == f"投稿成功，编号 {listed.id}"
    assert (listed.name, listed.url, listed.category, listed.email) == (
        "诚信贷小额借款网",
        f"{our_site.url}/",
        "finance",
        "news@example.com",
    )
    assert state(database) is PlacementState.SUBMITTED
    with database.read() as session:
        assert receipt in history(session, id="wanxiang-finance")[-1].evidence


def test_a_dry_run_of_the_form_shows_the_fields_and_posts_nothing(opened: Opened, sandbox: Sandbox, now: datetime) -> None:
    database = opened()
    prepared(database, now)
    before = len(sandbox.directory.listings())
    shown = send_form(database, "wanxiang", now=now, actor="test", dry_run=True)
    assert shown.receipt is None
    assert shown.address == f"{sandbox.url}/directory/submit"
    assert (shown.fields["name"], shown.fields["category"], bool(shown.fields["token"])) == ("诚信贷小额借款网", "finance", True)
    assert len(sandbox.directory.listings()) == before
    assert state(database) is PlacementState.PREPARED


def test_only_what_is_prepared_and_allowed_is_sent(opened: Opened, now: datetime) -> None:
    database = opened()
    sync(database, now=now)
    with pytest.raises(FormRefused, match="planned"):
        sent(database, now)
    with pytest.raises(FormRefused, match="by a person"):
        send_form(database, "hao123", now=now, actor="test", dry_run=False)
    for change in ("automation: forbidden", "automation: unknown"):
        other = opened(directories=DIRECTORY.replace("automation: allowed", change))
        prepared(other, now)
        with pytest.raises(FormRefused, match="by a person"):
            sent(other, now)


def test_a_refusal_is_told_in_the_directorys_own_words(opened: Opened, sandbox: Sandbox, now: datetime) -> None:
    database = opened(directories=DIRECTORY.replace('category: "=finance"', 'category: "=space"'))
    prepared(database, now)
    with pytest.raises(FormRefused, match="投稿失败：请选择分类"):
        sent(database, now)
    assert state(database) is PlacementState.PREPARED


OWN_FORM = """<form action="{action}" method="post"><input name="name"><input name="url"><textarea name="description"></textarea>
<input name="email"><select name="category"><option>finance</option></select>
<input type="hidden" name="csrf" value="t&amp;1">{more}</form>"""


@pytest.fixture
def own_form(opened: Opened, elsewhere: Elsewhere, now: datetime) -> tuple[Database, Elsewhere]:
    """A directory whose form is on `elsewhere`, at ``/submit``; prepared."""
    directories = DIRECTORY.replace('url: "{sandbox}/directory/submit"\n      fields', f'url: "{elsewhere.url}/submit"\n      fields')
    database = opened(directories=directories)
    prepared(database, now)
    return database, elsewhere


@pytest.mark.parametrize(
    "more",
    [
        '<input name="captcha">',
        '<input name="verify_code">',
        '<input name="yzm">',
        '<input name="code"> 验证码',
        '<input name="code"><img src="/captcha.php">',
        '<div class="g-recaptcha" data-sitekey="x"></div>',
        '<div id="geetest-box"></div>',
        '<div class="cf-turnstile"></div>',
    ],
)
def test_a_captcha_is_left_to_a_person(own_form: tuple[Database, Elsewhere], now: datetime, more: str) -> None:
    database, site = own_form
    site.put("/submit", OWN_FORM.format(action="/submit", more=more))
    with pytest.raises(FormRefused, match="captcha"):
        sent(database, now)
    assert [asked.method for asked in site.asked] == ["GET"]
    assert state(database) is PlacementState.PREPARED


def test_hidden_fields_cookies_and_encoding_are_those_of_the_page(
    own_form: tuple[Database, Elsewhere], our_site: Elsewhere, now: datetime
) -> None:
    database, site = own_form
    page = '<meta charset="gb2312">' + OWN_FORM.format(action="take.php?m=1", more="")
    cookies = (("content-type", "text/html"), ("set-cookie", "session=abc; Path=/; HttpOnly"), ("set-cookie", "csrf=t1; Path=/"))
    site.on("/submit", lambda _asked: Answer(body=page.encode("gb18030"), headers=cookies))
    site.put("/take.php", "投稿成功，编号 9", encoding="gb18030")
    assert sent(database, now) == "投稿成功，编号 9"
    posted = site.asked[-1]
    assert (posted.method, posted.path) == ("POST", "/take.php?m=1")
    assert posted.headers["cookie"] == "session=abc; csrf=t1"
    assert posted.headers["origin"] == site.url
    assert posted.form["csrf"] == "t&1"
    assert b"name=%B3%CF%D0%C5%B4%FB" in posted.body, "GBK, as the page is"


def test_a_form_without_the_fields_of_the_profile_is_refused(own_form: tuple[Database, Elsewhere], now: datetime) -> None:
    database, site = own_form
    for page in ("<p>closed for holidays</p>", "", '<form><input name="name"></form>'):
        site.put("/submit", page)
        with pytest.raises(FormRefused, match="no form with the fields"):
            sent(database, now)
    site.put("/submit", "down", status=503)
    with pytest.raises(ProviderError, match="503"):
        sent(database, now)


def test_neither_success_nor_error_is_no_success(own_form: tuple[Database, Elsewhere], now: datetime) -> None:
    database, site = own_form
    site.on("/submit", lambda asked: _form_or("<h1>欢迎光临</h1>", asked))
    with pytest.raises(FormRefused, match="欢迎光临"):
        sent(database, now)
    site.on("/submit", lambda asked: _form_or("投稿失败：网址重复。上一次 投稿成功，编号 3", asked))
    with pytest.raises(FormRefused, match="网址重复"):
        sent(database, now)
    assert state(database) is PlacementState.PREPARED


def test_a_form_does_not_lead_into_private_networks_nor_to_other_schemes(own_form: tuple[Database, Elsewhere], now: datetime) -> None:
    database, site = own_form
    site.put("/submit", OWN_FORM.format(action="http://169.254.169.254/latest/meta-data", more=""))
    with pytest.raises(ProviderError) as refused:
        sent(database, now)
    assert isinstance(refused.value.__cause__, AddressRefused)
    site.put("/submit", OWN_FORM.format(action="javascript:send()", more=""))
    with pytest.raises(FormRefused, match="javascript"):
        sent(database, now)
    assert state(database) is PlacementState.PREPARED


def test_a_form_that_answers_nothing_may_have_been_taken(own_form: tuple[Database, Elsewhere], now: datetime) -> None:
    database, site = own_form

    def broken(asked: Asked) -> Answer:
        if asked.method == "GET":
            return Answer(body=OWN_FORM.format(action="", more="").encode())
        raise ConnectionResetError

    site.on("/submit", broken)
    with pytest.raises(ProviderError) as doubtful:
        sent(database, now)
    assert "growth submit confirm" in (doubtful.value.fix or "")
    assert sum(asked.method == "POST" for asked in site.asked) == 1, "a form is never posted twice"


def _form_or(page: str, asked: Asked) -> Answer:
    body = OWN_FORM.format(action="/submit", more="") if asked.method == "GET" else page
    return Answer(body=body.encode())
