"""Attacks on campaigns from outside and from within (A1–A5, A9, A12, A13, A20, A21, A24), through commands and pages."""

from __future__ import annotations

import csv
import io
import json
import random
import string
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from growth import clock
from growth.jobs import ChoreRun
from growth.messaging import Feedback, FeedbackKind, apply_feedback
from growth.messaging.jobs import send_confirmations
from tests.campaigns.desk import MONTHLY, NOTICE, Desk, MakeDesk
from tests.web import Clock, Web

CANARY = "canary-7731"
#: one a line of the body; each must be refused at its own line
REACHING = [
    "{{ ''.__class__ }}",
    "{{ lipsum.__globals__ }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ config }}",
    "{{ env }}",
    "{{ ''|attr('__class__') }}",
    "{{ '%s'|format('x') }}",
    "{{ '{0.__class__}'.format(contact) }}",
    "{{ contact.update({'name': 'other'}) }}",
    "{{ self.__init__.__globals__ }}",
]


def with_body(*lines: str) -> str:
    return MONTHLY[: MONTHLY.index("    ## ")] + "".join(f"    {line}\n" for line in lines)


def test_what_reaches_for_the_process_is_refused_at_its_line_and_shows_no_secret(
    make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A1."""
    monkeypatch.setenv("CANARY", CANARY)
    text = with_body(*REACHING)
    desk = make_desk(files={"campaigns/monthly.yaml": text})
    with (desk.database.workspace.root / ".env").open("a") as env:
        env.write(f"OTHER_SECRET={CANARY}\n")
    code, told, err = desk.say("check", "campaigns/monthly.yaml", "--json")
    assert code in (1, 2)
    lines = {problem["line"] for problem in told["problems"] if problem["rule"] == "template-error"}
    written = text.splitlines()
    unseen = [line for line in REACHING if written.index(f"    {line}") + 1 not in lines]
    said = [json.dumps(told, ensure_ascii=False) + err]
    for words in (("campaign", "plan", "monthly"), ("campaign", "preview", "monthly"), ("campaign", "send", "monthly")):
        code, out, err = desk.say(*words)
        said.append(f"{out}{err}")
        assert code in (1, 2)
    # what only shows when it is rendered stops there, one alone as well
    for line in unseen:
        desk.write("campaigns/monthly.yaml", with_body(line))
        code, out, err = desk.say("campaign", "preview", "monthly")
        assert (code, "campaigns/monthly.yaml:" in err) == (2, True), line
        said.append(f"{out}{err}")
    assert CANARY not in "".join(said)
    assert desk.got == []


BOMBS = ["{{ 'a' * 200000000 }}", "{{ 9 ** 999999999 }}", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"]


def test_a_template_that_eats_the_machine_is_stopped_and_the_next_one_works(make_desk: MakeDesk) -> None:
    """A3."""
    desk = make_desk()
    for bomb in BOMBS:
        desk.write("campaigns/bomb.yaml", with_body(bomb))
        code, _out, err = desk.say("campaign", "preview", "bomb")
        assert code == 2, bomb
        assert "campaigns/bomb.yaml:" in err
    assert desk.say("campaign", "preview", "monthly")[0] == 0


NAMES = {
    "a@example.com": '=HYPERLINK("http://evil.example","x")',
    "b@example.com": "@SUM(1)",
    "c@example.com": "＝1+1",
    "d@example.com": "{{7*7}}{% raw %}",
    "e@example.com": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "f@example.com": "red\x1b[31m\u202etxt",
    "g@example.com": "\t+1+cmd|' /C calc'!A0",
}


def test_what_people_call_themselves_stays_text_wherever_it_comes_out(make_desk: MakeDesk, make_web: Callable[..., Web]) -> None:
    """A2, A5, A20: mail, terminal, page, CSV and XLSX."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["email", "name", "email_consent"])
    writer.writerows([address, name, "yes"] for address, name in NAMES.items())
    desk = make_desk(people=table.getvalue())
    assert desk.campaign("send", "monthly", "--period", "2026-11")[0] == 0
    mails = {mail.recipients[0]: mail for mail in desk.sandbox.mailbox.messages()}
    # a name with an escape or a direction mark was no row of the import
    assert set(mails) == set(NAMES) - {"f@example.com"}
    assert "{{7*7}}{% raw %}" in mails["d@example.com"].html
    assert "<script" not in "".join(mail.html for mail in mails.values())
    assert "<img src=x" not in mails["e@example.com"].html

    event = "550 <script>alert(2)</script>\x1b[31m=1+1 no such user"
    bounce = Feedback(event="1", kind=FeedbackKind.HARD_BOUNCE, at=clock.now(), address="a@example.com", reason=event)
    apply_feedback(desk.database, "smtp", [bounce], now=clock.now())
    for words in (("campaign", "deliveries", "monthly", "--period", "2026-11"), ("contacts", "list")):
        assert "\x1b" not in desk.say(*words)[1]
        assert "\u202e" not in desk.say(*words)[1]
    browser = make_web(desk.database).browser("marketer", "admin")
    for path in ("/campaigns/monthly/2026-11/deliveries", "/contacts"):
        page = browser.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        rows = list(csv.reader(io.StringIO(browser.get(f"{path}?format=csv").content.decode("utf-8-sig"))))
        assert [cell for row in rows for cell in row if cell.lstrip()[:1] in set("=@＝|\t") or cell.lstrip().startswith("+1+")] == []
        book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{path}?format=xlsx").content))
        cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if isinstance(cell.value, str)]
        assert {cell.data_type for cell in cells} == {"s"}
        assert [cell.hyperlink for cell in cells if cell.hyperlink] == []


def test_a_tracked_link_leads_to_its_registered_target_and_nowhere_else(make_desk: MakeDesk, make_web: Callable[..., Web]) -> None:
    """A9."""
    desk = make_desk()
    desk.campaign("send", "monthly", "--period", "2026-11")
    mail = desk.sandbox.mailbox.messages()[0]
    paths = [link.removeprefix("https://go.example.com") for link in mail.links if "/l/" in link]
    browser = make_web(desk.database).stranger()
    path = next(path for path in paths if browser.get(path).headers["location"].startswith("https://www.example.com/news"))
    for more in ("?u=https://evil.example", "?url=//evil.example", "?next=%0d%0aLocation:%20https://evil.example", "?u=/\\evil.example"):
        answer = browser.get(path + more)
        assert "evil" not in answer.headers.get("location", "").partition("?")[0]
        assert answer.headers["location"].startswith("https://www.example.com/news")
        assert "\n" not in answer.headers["location"]
    for bad in ("/l//evil.example", "/l/%5Cevil.example", "/l/%2F%2Fevil.example", "/l/x%0d%0aLocation:%20https://evil.example", "/l/"):
        assert browser.get(bad).status_code in (400, 404), bad


def test_a_confirmation_opens_for_no_guess_and_no_scanner_but_for_its_button(make_desk: MakeDesk, make_web: Callable[..., Web]) -> None:
    """A12, A13: each character of a right token touched, other people's and other uses' tokens; looked at by machines; then pressed."""
    desk = make_desk()
    web = make_web(desk.database, clock=Clock(clock.now()))
    assert web.stranger().send("POST", "/subscribe", data={"email": "lin@example.com", "source": "footer"}).status_code == 200
    send_confirmations(ChoreRun(workspace=desk.database.workspace, database=desk.database, now=web.clock()))
    [mail] = desk.sandbox.mailbox.messages(to="lin@example.com")
    place, _slash, right = next(each for each in mail.links if "/confirm/" in each).removeprefix("https://go.example.com").rpartition("/")
    alphabet, dice = string.ascii_letters + string.digits + "-_", random.Random(7)
    guesses = [right[:at] + dice.choice(alphabet.replace(right[at], "")) + right[at + 1 :] for at in range(len(right) - 1)]
    guesses += ["".join(dice.choices(alphabet, k=len(right))) for _guess in range(50)]
    guesses += [desk.database.vault.sign("unsubscribe", "email:lin@example.com"), right + right, right[::-1]]
    for number, guess in enumerate(guesses):
        # from another address each, so that the limit of tries stops none of them
        answer = web.stranger(address=f"10.1.{number // 250}.{number % 250 + 1}").send("POST", f"{place}/{guess}")
        assert answer.status_code == 404, guess
    for method in ("GET", "HEAD", "GET"):
        assert web.stranger().send(method, f"{place}/{right}").status_code == 200
    assert "lin@example.com" not in [row["email"] for row in people(desk)]
    one = web.stranger(address="10.2.0.1")
    assert [one.send("POST", f"{place}/guess{number}").status_code for number in range(31)][29:] == [404, 429]
    assert web.stranger().send("POST", f"{place}/{right}").status_code == 200
    assert "lin@example.com" in [row["email"] for row in people(desk)]


def people(desk: Desk) -> list[dict[str, str]]:
    """Everybody that is known."""
    found: list[dict[str, str]] = desk.say("contacts", "list", "--unmask", "--reason", "test", "--json")[1]
    return found


def test_a_table_that_is_a_trap_is_refused_whole(make_desk: MakeDesk, tmp_path: Path) -> None:
    """A21: too wide, broken in the middle, an archive that unpacks a thousandfold, a formula, two encodings at once."""
    desk = make_desk(people="")

    def imported(path: Path) -> tuple[int, str]:
        code, _out, err = desk.say("contacts", "import", str(path))
        return code, err

    wide = tmp_path / "wide.csv"
    wide.write_text("email," + ",".join(f"c{number}" for number in range(10_000)) + "\n")
    code, err = imported(wide)
    assert (code, "wide.csv" in err) == (2, True)

    book = openpyxl.Workbook()
    book.active.append(["email", "name"])
    book.active.append(["x@example.com", '=HYPERLINK("http://evil.example")'])
    good = tmp_path / "good.xlsx"
    book.save(good)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry.filename))
        target.writestr("xl/media/zeros.bin", b"\0" * (100 << 20))
    assert bomb.stat().st_size < 1 << 20
    code, err = imported(bomb)
    assert code == 2
    assert "unpacks" in err

    mixed = tmp_path / "mixed.csv"
    rows = "".join(f"p{number}@example.com,人\n" for number in range(60_000))
    mixed.write_bytes(b"email,name\n" + rows.encode() + b"last@example.com," + "张三".encode("gb18030") + b"\n")
    code, err = imported(mixed)
    assert code == 2
    assert desk.say("contacts", "list", "--jsonl")[1] == [], "nothing is half imported"


def test_a_text_messages_variables_speak_in_nobodys_name_and_the_plan_says_so(make_desk: MakeDesk) -> None:
    """A24."""
    people = (
        'phone,name,tags\n13800138000,张三,在还\n13800138001,【某银行】,在还\n13800138002,"李\n四",在还\n'
        "13800138003,点 http://x.cn,在还\n13800138004,王\u200b五,在还\n"
    )
    desk = make_desk(files={"campaigns/notice.yaml": NOTICE}, people=people)
    _code, plan, _err = desk.campaign("plan", "notice", "--period", "2026-11-23")
    found = [finding for finding in plan["findings"] if finding["rule"] == "sms-parameter"]
    bad = len(found)
    assert bad >= 3
    assert all("138****" in finding["message"] and finding["severity"] == "warning" for finding in found)
    _code, sent, _err = desk.campaign("send", "notice", "--period", "2026-11-23")
    assert (sent["counts"]["rejected"], sent["counts"]["accepted"]) == (bad, 5 - bad)
    assert {text.phone for text in desk.sandbox.sms.messages()} <= {"13800138000", "13800138002"}
    assert all(text.content.count("【") == 1 for text in desk.sandbox.sms.messages())
