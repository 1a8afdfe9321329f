"""What people say about our messages, over HTTP."""

import email
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from growth.contacts import (
    Medium,
    PersonFacts,
    Purpose,
    Statement,
    SuppressionReason,
    address_index,
    consent_of,
    erase_contact,
    find_contact,
    remember,
    suppress,
    suppression_of,
)
from growth.db import Database
from growth.jobs import ChoreRun
from growth.messaging import pixel_url, preferences_url, unsubscribe_url
from growth.messaging.jobs import send_confirmations
from growth.messaging.models import Delivery
from tests.conftest import NOW
from tests.growth.messaging.senders import MAILING, Recorder, frozen, people, send
from tests.web import Web

YAML = "site: {url: https://www.example.com/, locale: en}\nemail: {from: news@example.com}\npublic_url: http://localhost/\n"


@pytest.fixture
def database_url() -> None:
    """What differs between the engines is tested with the ledger."""
    return


@pytest.fixture
def web(open_workspace: Callable[..., Database], make_web: Callable[..., Web]) -> Web:
    """The application with a sender and an address of its own."""
    return make_web(open_workspace(YAML))


def path_of(url: str) -> str:
    return url.removeprefix("http://localhost")


def ming(web: Web, *, granted: bool = True) -> UUID:
    said = Statement(medium=Medium.EMAIL, purpose=Purpose.MARKETING, granted=granted, source="form", at=NOW - timedelta(days=1))
    with web.database.write() as session:
        return remember(session, PersonFacts(email="ming@example.com", phone="+8613800138000", consents=(said,), evidence="test"), now=NOW)


def wants(web: Web, id_: UUID, medium: Medium = Medium.EMAIL, purpose: Purpose = Purpose.MARKETING) -> bool | None:
    with web.database.read() as session:
        said = consent_of(session, id_, medium=medium, purpose=purpose)
    return None if said is None else said.granted


def unsubscribe_path(web: Web, id_: UUID) -> str:
    keys = web.database.vault
    return path_of(unsubscribe_url(web.workspace, keys, contact_id=id_, medium=Medium.EMAIL, stream="campaign:monthly"))


def test_looking_at_the_unsubscribe_page_changes_nothing(web: Web) -> None:
    id_ = ming(web)
    path = unsubscribe_path(web, id_)
    for method in ("GET", "HEAD", "GET"):
        answer = web.stranger().send(method, path)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert wants(web, id_) is True
    assert "ming@example.com" not in web.stranger().get(path).text


@pytest.mark.parametrize("form", [{"data": {"List-Unsubscribe": "One-Click"}}, {"files": {"List-Unsubscribe": (None, "One-Click")}}, {}])
def test_one_click_unsubscribes_at_once_without_cookie_or_redirect(web: Web, form: dict[str, Any]) -> None:
    id_ = ming(web)
    answer = web.stranger().send("POST", unsubscribe_path(web, id_), **form)
    assert answer.status_code == 200
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert wants(web, id_) is False
    # again: the same answer
    assert web.stranger().send("POST", unsubscribe_path(web, id_), **form).status_code == 200


def test_a_token_that_was_touched_is_worth_nothing(web: Web) -> None:
    id_ = ming(web)
    path = unsubscribe_path(web, id_)
    preferences = path_of(preferences_url(web.workspace, web.database.vault, contact_id=id_))
    for touched in (path[:-1], path + "x", path[:-4] + "AAAA", "/unsubscribe/" + preferences.rpartition("/")[2], "/unsubscribe/x"):
        answer = web.stranger(address="10.0.0.9").send("POST", touched)
        assert answer.status_code == 404
    assert wants(web, id_) is True


def test_guessing_is_slowed_down(web: Web) -> None:
    browser = web.stranger(address="10.0.0.10")
    answers = [browser.send("POST", f"/unsubscribe/guess{number}").status_code for number in range(40)]
    assert answers[:30] == [404] * 30
    assert answers[-1] == 429


def test_the_token_of_somebody_who_was_erased_tells_nothing(web: Web) -> None:
    id_ = ming(web)
    path = unsubscribe_path(web, id_)
    with web.database.write() as session:
        erase_contact(session, id_, now=NOW, actor="test", reason="asked")
    assert web.stranger().send("POST", path).status_code == 200


def test_preferences_are_shown_and_kept_by_medium_and_purpose(web: Web) -> None:
    id_ = ming(web)
    path = path_of(preferences_url(web.workspace, web.database.vault, contact_id=id_))
    page = web.stranger().get(path)
    assert page.status_code == 200
    assert re.search(r'name="marketing-email"[^>]*checked', page.text)
    assert not re.search(r'name="marketing-sms"[^>]*checked', page.text)
    assert "13800138000" not in page.text
    form = {"marketing-sms": "yes", "service-email": "yes", "service-sms": "yes"}
    assert web.stranger().send("POST", path, data=form).status_code == 200
    assert wants(web, id_) is False
    assert wants(web, id_, Medium.SMS) is True
    assert wants(web, id_, Medium.SMS, Purpose.SERVICE) is None
    web.stranger().send("POST", path, data={**form, "none": "yes"})
    assert wants(web, id_, Medium.SMS) is False
    assert wants(web, id_, Medium.EMAIL, Purpose.SERVICE) is False


def letters(web: Web) -> list[email.message.Message]:
    """The mails that confirmations became."""
    send_confirmations(ChoreRun(workspace=web.workspace, database=web.database, now=NOW))
    folder = web.workspace.state / "outbox" / "email"
    return [email.message_from_bytes(path.read_bytes()) for path in sorted(folder.glob("*.eml"))] if folder.is_dir() else []


def link_in(letter: email.message.Message) -> str:
    text = letter.get_payload(0).get_payload(decode=True).decode()
    found = re.search(r"http://localhost(/confirm/\S+)", text)
    assert found is not None
    return found[1]


def test_a_subscription_counts_once_it_is_confirmed_by_a_person(web: Web) -> None:
    answer = web.stranger().send("POST", "/subscribe", data={"email": "New@Example.com", "source": "footer"})
    assert answer.status_code == 200
    [letter] = letters(web)
    assert letter["to"] == "new@example.com"
    path = link_in(letter)
    page = web.stranger().get(path)
    assert page.status_code == 200
    assert "new@example.com" not in page.text
    with web.database.read() as session, pytest.raises(Exception, match="nobody"):
        find_contact(session, "new@example.com")
    assert web.stranger().send("POST", path).status_code == 200
    with web.database.read() as session:
        id_ = find_contact(session, "new@example.com")
        said = consent_of(session, id_, medium=Medium.EMAIL, purpose=Purpose.MARKETING)
    assert said is not None
    assert (said.granted, said.source) == (True, "double opt-in: footer")
    assert said.text_version


def test_the_answer_is_the_same_whoever_asks_and_one_mail_a_day_is_enough(web: Web) -> None:
    ming(web)
    known = web.stranger().send("POST", "/subscribe", data={"email": "ming@example.com"})
    unknown = web.stranger().send("POST", "/subscribe", data={"email": "nobody@example.com"})
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    for _turn in range(5):
        web.stranger().send("POST", "/subscribe", data={"email": "nobody@example.com"})
    assert sorted(letter["to"] for letter in letters(web)) == ["ming@example.com", "nobody@example.com"]


def test_who_complained_or_bounced_is_not_written_to_and_who_refused_may_come_back(web: Web) -> None:
    id_ = ming(web, granted=False)
    with web.database.write() as session:
        for address, reason in (("ming@example.com", SuppressionReason.REFUSED), ("gone@example.com", SuppressionReason.HARD_BOUNCE)):
            index = address_index(session, Medium.EMAIL, address)
            suppress(session, medium=Medium.EMAIL, address_index=index, reason=reason, at=NOW)
    for address in ("ming@example.com", "gone@example.com"):
        assert web.stranger().send("POST", "/subscribe", data={"email": address}).status_code == 200
    [letter] = letters(web)
    assert letter["to"] == "ming@example.com"
    web.clock.forward(hours=1)
    web.stranger().send("POST", link_in(letter))
    assert wants(web, id_) is True
    with web.database.read() as session:
        assert suppression_of(session, medium=Medium.EMAIL, address_index=address_index(session, Medium.EMAIL, "ming@example.com")) is None


def test_programs_that_fill_everything_and_addresses_that_are_none(web: Web) -> None:
    assert web.stranger().send("POST", "/subscribe", data={"email": "bot@example.com", "website": "http://spam"}).status_code == 200
    assert web.stranger().send("POST", "/subscribe", data={"email": "a@b.cn\r\nBcc: c@d.cn"}).status_code == 400
    assert web.stranger().send("POST", "/subscribe", data={}).status_code == 400
    assert letters(web) == []


def test_the_confirmation_speaks_the_language_of_whoever_is_known(web: Web) -> None:
    with web.database.write() as session:
        remember(session, PersonFacts(email="lee@example.com", locale="zh-TW", evidence="test"), now=NOW)
    for address in ("lee@example.com", "li@example.com"):
        web.stranger().send("POST", "/subscribe", data={"email": address, "source": "footer"})
    spoken = {}
    for letter in letters(web):
        html = letter.get_payload(1).get_payload(decode=True).decode()
        spoken[letter["to"]] = (html[html.index("lang=") : html.index("lang=") + 10], "Look and confirm" in html)
    assert spoken == {"lee@example.com": ('lang="zh-C', False), "li@example.com": ('lang="en">', True)}


def test_a_forged_or_old_confirmation_is_refused(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.stranger().send("POST", "/subscribe", data={"email": "new@example.com"})
    path = link_in(letters(web)[0])
    assert web.stranger().send("POST", path[:-2] + "xx").status_code == 404
    import time

    later = time.time() + timedelta(days=8).total_seconds()
    monkeypatch.setattr(time, "time", lambda: later)
    assert web.stranger().send("POST", path).status_code == 404


def opens(web: Web) -> tuple[int, int]:
    with web.database.read() as session:
        rows = session.query(Delivery).all()
    return sum(row.opened_at is not None for row in rows), sum(row.machine_opened_at is not None for row in rows)


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"


def test_an_open_is_counted_once_and_machines_are_told_apart(web: Web) -> None:
    people(web.database, 1)
    frozen(web.database)
    send(web.database, Recorder(), now=lambda: NOW)
    with web.database.read() as session:
        delivery = session.query(Delivery).filter_by(**MAILING).one()
    path = path_of(pixel_url(web.workspace, web.database.vault, delivery_id=delivery.id))
    browser = web.stranger()
    web.clock.forward(seconds=2)
    answer = browser.get(path, headers={"user-agent": IPHONE})
    assert answer.headers["content-type"] == "image/gif"
    assert answer.content.startswith(b"GIF89a")
    assert "no-store" in answer.headers["cache-control"]
    assert opens(web) == (0, 1)
    web.clock.forward(minutes=5)
    for agent in ("Mozilla/5.0", "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", ""):
        browser.get(path, headers={"user-agent": agent})
    browser.send("HEAD", path, headers={"user-agent": IPHONE})
    assert opens(web) == (0, 1)
    browser.get(path, headers={"user-agent": IPHONE})
    browser.get(path, headers={"user-agent": IPHONE})
    assert opens(web) == (1, 1)
    assert browser.get("/o/forged.gif", headers={"user-agent": IPHONE}).content == answer.content
