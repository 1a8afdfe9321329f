"""Mails that come back: read whatever mailer wrote them, applied once, and never fatal."""

import json
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from growth.cli.words import run
from growth.contacts import Medium, address_index, suppression_of
from growth.db import Database
from growth.messaging import Report, ReportKind, apply_returned, message_id, read_reports, read_returned
from growth.messaging.models import Delivery
from tests.growth.messaging.senders import NOW, Recorder, frozen, people, send, states, tally

OURS = "<0192f3a4b5c67d8e9fa0b1c2d3e4f506@example.com>"


def dsn(
    *, recipient: str = "zhang@qq.com", action: str = "failed", status: str = "5.1.1", diagnostic: str = "", message: str = OURS
) -> bytes:
    diagnosis = f"Diagnostic-Code: smtp; {diagnostic}\n" if diagnostic else ""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
To: news@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=B"

--=B
Content-Type: text/plain; charset=utf-8

This is the mail system at host mx.example.com.

<{recipient}>: host mx3.qq.com said: {diagnostic}

--=B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0800

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
{diagnosis}
--=B
Content-Type: message/rfc822

From: news@example.com
To: {recipient}
Message-ID: {message}
Subject: hello

text
--=B--
""".encode()


def arf(kind: str = "abuse") -> bytes:
    return f"""From: feedback@qq.com
To: news@example.com
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="=B"

--=B
Content-Type: text/plain

This is an abuse report.

--=B
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Loop/1.0
Version: 1
Original-Rcpt-To: <zhang@qq.com>

--=B
Content-Type: message/rfc822

To: zhang@qq.com
Message-ID: {OURS}

text
--=B--
""".encode()


def plain(text: str, *, subject: str = "系统退信", sender: str = "postmaster@qq.com", charset: str = "utf-8", **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "news@example.com", subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text, charset=charset)
    return mail.as_bytes()


def only(raw: bytes) -> Report:
    [report] = read_reports(raw)
    return report


def test_a_delivery_report_names_recipient_code_reason_and_our_message() -> None:
    report = only(dsn(diagnostic="550 5.1.1 <zhang@qq.com>: user unknown"))
    assert (report.kind, report.recipient, report.hard, report.status) == (ReportKind.BOUNCE, "zhang@qq.com", True, "5.1.1")
    assert report.reason == "550 5.1.1 <zhang@qq.com>: user unknown"
    assert report.message_id == OURS


@pytest.mark.parametrize(
    ("status", "diagnostic", "hard"),
    [
        ("5.1.1", "", True),
        ("5.0.0", "550 Mailbox not found", True),
        ("5.0.0", "550 5.1.1 unknown user", True),
        ("5.1.2", "Host or domain name not found", True),
        ("5.2.1", "550 account disabled", True),
        ("5.0.0", "550 用户不存在", True),
        ("5.0.0", "550 收件人邮箱地址不存在", True),
        ("4.2.2", "452 mailbox full", False),
        ("5.2.2", "552 user over quota", False),
        ("5.0.0", "550 Domain frequency limited. http://service.mail.qq.com", False),
        ("5.0.0", "550 Connection frequency limited", False),
        ("5.0.0", "550 Mailbox unavailable or access denied", False),
        ("5.7.1", "554 DT:SPM 163 smtp, message rejected as spam", False),
        ("5.7.26", "550 SPF check failed", False),
        ("5.0.0", "550 发信频率超过限制", False),
        ("5.3.4", "552 message too large", False),
        ("5.0.0", "554 垃圾邮件内容", False),
        ("5.9.9", "554 no", False),
    ],
)
def test_only_a_mailbox_that_is_not_there_is_a_hard_bounce(status: str, diagnostic: str, hard: bool) -> None:
    assert only(dsn(status=status, diagnostic=diagnostic)).hard is hard


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_news_of_what_is_still_on_its_way_is_no_bounce(action: str) -> None:
    assert only(dsn(action=action, status="4.4.1" if action == "delayed" else "2.0.0")).kind is ReportKind.NONE


def test_a_report_of_several_recipients_has_one_entry_each() -> None:
    more = b"\nFinal-Recipient: rfc822; li@163.com\nAction: failed\nStatus: 4.4.7\n\n--=B\nContent-Type: message/rfc822"
    raw = dsn().replace(b"\n--=B\nContent-Type: message/rfc822", more)
    assert [(each.recipient, each.hard) for each in read_reports(raw)] == [("zhang@qq.com", True), ("li@163.com", False)]


@pytest.mark.parametrize(
    ("kind", "wanted"), [("abuse", "complaint"), ("fraud", "complaint"), ("opt-out", "complaint"), ("not-spam", "none")]
)
def test_a_feedback_report_is_a_complaint(kind: str, wanted: str) -> None:
    report = only(arf(kind))
    assert (str(report.kind), report.recipient, report.message_id) == (wanted, "zhang@qq.com", OURS)


QQ = "很抱歉，您的邮件被退回。\n收件人邮件地址（zhang@qq.com）不存在，邮件无法送达。\nhost said: 550 no such user"
NETEASE = "您发往 li@163.com 的邮件被退回，原因：对方邮箱已满"
QMAIL = "Hi. This is the qmail-send program.\n<a@x.cn>:\nSorry, no mailbox here by that name. (#5.1.1)"
EXIM = "A message that you sent could not be delivered.\n  a@x.cn\n    SMTP error: 550 Frequency limited"
GOOGLE = "Delivery to the following recipient failed permanently: a@x.cn\n552 quota exceeded"
FAILED = "Mail delivery failed: returning message to sender"


@pytest.mark.parametrize(
    ("raw", "recipient", "hard", "status"),
    [
        (plain(QQ), "zhang@qq.com", True, "550"),
        (plain(NETEASE, charset="gb18030", sender="Postmaster@163.com"), "li@163.com", False, ""),
        (plain(QMAIL, subject="failure notice", sender="MAILER-DAEMON@x.cn"), "a@x.cn", True, "5.1.1"),
        (plain(EXIM, subject=FAILED, sender="Mailer-Daemon@x.cn", X_Failed_Recipients="a@x.cn"), "a@x.cn", False, "550"),
        (plain(GOOGLE, subject="Delivery Status Notification (Failure)", sender="mailer-daemon@googlemail.com"), "a@x.cn", False, "552"),
    ],
)
def test_plain_words_are_read_too(raw: bytes, recipient: str, hard: bool, status: str) -> None:
    report = only(raw)
    assert (report.kind, report.recipient, report.hard, report.status) == (ReportKind.BOUNCE, recipient, hard, status)


def test_html_reports_are_read_by_their_words() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "postmaster@qq.com", "系统退信"
    mail.set_content("<style>p{size:1}</style><p>收件人 <b>zhang@qq.com</b></p><p>邮箱不存在 550</p>", subtype="html")
    report = only(mail.as_bytes())
    assert (report.recipient, report.hard) == ("zhang@qq.com", True)


@pytest.mark.parametrize(
    "raw",
    [
        plain("我在休假", subject="自动回复: 十一月报告", sender="张三 <zhang@qq.com>"),
        plain("away", subject="Automatic reply: hello", sender="zhang@qq.com"),
        plain("thanks", subject="Re: hello", sender="zhang@qq.com", Auto_Submitted="auto-replied"),
        plain("thanks", subject="Re: hello", sender="zhang@qq.com", Precedence="auto_reply"),
    ],
)
def test_absence_notes_are_told_apart(raw: bytes) -> None:
    report = only(raw)
    assert (report.kind, report.recipient, report.hard) == (ReportKind.AUTO_REPLY, "zhang@qq.com", False)


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff", plain("你好，user unknown 是什么意思？", subject="问题", sender="zhang@qq.com"), b"Subject: x\n\n550"]
)
def test_what_people_write_is_no_report(raw: bytes) -> None:
    assert only(raw).kind is ReportKind.NONE


@given(cut=st.integers(0, 1200), noise=st.binary(max_size=60))
def test_no_broken_mail_is_fatal(cut: int, noise: bytes) -> None:
    for raw in (dsn(), arf(), plain("退信")):
        assert read_reports(raw[:cut] + noise + raw[cut:])


def test_nested_and_huge_mails_are_read_within_bounds() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number) for number in range(2000))
    assert read_reports(deep)
    assert only(plain("<" * 300_000 + "x", sender="postmaster@x.cn")).kind is ReportKind.BOUNCE


def test_a_mailbox_is_read_in_every_form_it_has(tmp_path: Path) -> None:
    one, two = dsn(), arf()
    (tmp_path / "one.eml").write_bytes(one)
    (tmp_path / "box").write_bytes(b"From x Mon Nov 23 10:00:00 2026\n" + one + b"\nFrom y Mon Nov 23 10:01:00 2026\n" + two + b"\n")
    maildir = tmp_path / "maildir"
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True)
    (maildir / "cur" / "1:2,S").write_bytes(one)
    (maildir / "new" / "2").write_bytes(two)
    (maildir / "tmp" / "3").write_bytes(two)

    def kinds(path: Path) -> list[str]:
        return [str(report.kind) for mail in read_returned(path) for report in mail.reports]

    assert kinds(tmp_path / "one.eml") == ["bounce"]
    assert kinds(tmp_path / "box") == kinds(maildir) == ["bounce", "complaint"]
    assert sorted(kinds(tmp_path)) == ["bounce", "bounce", "complaint"]


def test_a_bounce_reaches_its_delivery_and_bars_the_address_once(database: Database, tmp_path: Path) -> None:
    people(database, 2)
    frozen(database)
    send(database, Recorder())
    with database.read() as session:
        index = address_index(session, Medium.EMAIL, "p0@example.com")
        id_ = session.scalars(select(Delivery.id).where(Delivery.address_index == index)).one()
    path = tmp_path / "back.eml"
    path.write_bytes(dsn(recipient="someone.else@example.com", message=message_id(id_, "news@example.com")))
    effects = [apply_returned(database, mail, now=NOW) for _time in range(2) for mail in read_returned(path)]
    assert effects == [1, 0]
    assert tally(database) == states(accepted=1, bounced=1)
    with database.read() as session:
        assert suppression_of(session, medium=Medium.EMAIL, address_index=index) is not None


@pytest.fixture
def command(open_workspace: Callable[..., Database], capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    database = open_workspace()

    def call(*arguments: str) -> Any:
        code = run(["-C", str(database.workspace.root), "campaign", "feedback", *arguments, "--jsonl"])
        captured = capsys.readouterr()
        return code, [json.loads(line) for line in captured.out.splitlines()], captured.err

    return call


def test_the_command_tells_what_it_read(command: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "back.eml"
    path.write_bytes(dsn(diagnostic="550 user unknown\x1b[31m"))
    code, rows, _err = command(str(path), "--dry-run")
    assert code == 0
    expected = {"file": "back.eml", "kind": "bounce", "recipient": "zhang@qq.com", "hard": True, "status": "5.1.1"}
    assert {name: rows[0][name] for name in expected} == expected
    assert "\x1b" not in rows[0]["reason"]
    assert command(str(path))[0] == 0
    code, rows, err = command(str(tmp_path / "nothing"))
    assert (code, rows) == (2, [])
    assert "nothing" in err
