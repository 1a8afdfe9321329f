"""The mailbox takes mail over real SMTP, shows it, and misbehaves as it is told."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from growth.sandbox import Action, Behaviour, Sandbox


def letter(to: str = "ming@example.com", subject: str = "本月新标") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "诚信贷 <news@example.com>"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = "<1@example.com>"
    message["List-Unsubscribe"] = "<https://go.example.com/unsubscribe/t>"
    message.set_content("您好，见 https://www.example.com/text。")
    message.add_alternative('<p>您好 <a href="https://www.example.com/a?b=1&amp;c=2">看</a><script>alert(1)</script></p>', subtype="html")
    return message


def send(sandbox: Sandbox, *messages: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=5) as connection:
        for message in messages:
            connection.send_message(message)


def test_a_sent_mail_can_be_read_with_its_links_and_headers(sandbox: Sandbox) -> None:
    send(sandbox, letter())
    (mail,) = sandbox.messages()
    assert mail.subject == "本月新标"
    assert mail.sender == "news@example.com"
    assert mail.recipients == ("ming@example.com",)
    assert mail.links == ("https://www.example.com/a?b=1&c=2", "https://www.example.com/text")
    assert mail.header("list-unsubscribe") == "<https://go.example.com/unsubscribe/t>"
    assert "您好，见" in mail.text


def test_the_json_of_the_mailbox_is_the_judge_of_what_was_accepted(sandbox: Sandbox, http: httpx.Client) -> None:
    send(sandbox, letter(), letter("li@example.org", "对账单"))
    found = http.get("/mailbox/api/messages", params={"to": "li@"}).json()
    assert found["total"] == 1
    assert found["messages"][0]["subject"] == "对账单"
    whole = http.get(f"/mailbox/api/messages/{found['messages'][0]['id']}").json()
    assert "Subject:" in whole["source"]
    assert http.get("/mailbox/api/messages/999").status_code == 404


def test_one_delivery_to_three_people_is_one_mail_with_three_recipients(sandbox: Sandbox) -> None:
    send(sandbox, letter("a@example.com, b@example.com, c@example.com"))
    (mail,) = sandbox.messages()
    assert len(mail.recipients) == 3


@pytest.mark.parametrize(
    "raw",
    [b"", b"no headers at all", b"Subject: =?gb2312?B?xOO6ww==?=\r\n\r\nx", b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe"],
)
def test_a_broken_mail_is_shown_as_far_as_it_can_be_read(sandbox: Sandbox, http: httpx.Client, raw: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as connection:
        connection.sendmail("a@example.com", ["b@example.com"], raw)
    (mail,) = sandbox.messages()
    assert http.get(f"/mailbox/{mail.id}").status_code == 200


def test_a_scripted_refusal_strikes_its_domain_only_and_only_so_often(sandbox: Sandbox) -> None:
    sandbox.mailbox.behave(Behaviour(action=Action.REFUSE, match="qq.example", code=450, text="4.7.1 Domain frequency limited", times=1))
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as connection:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            connection.send_message(letter("a@qq.example"))
        assert refused.value.recipients["a@qq.example"] == (450, b"4.7.1 Domain frequency limited")
        connection.send_message(letter("b@example.com"))
        connection.send_message(letter("a@qq.example"))
    assert [mail.recipients[0] for mail in sandbox.messages()] == ["b@example.com", "a@qq.example"]


@pytest.mark.parametrize("kept", [True, False])
def test_a_line_cut_after_the_final_dot_leaves_the_sender_in_doubt(sandbox: Sandbox, kept: bool) -> None:
    sandbox.mailbox.behave(Behaviour(action=Action.DROP, times=1, kept=kept))
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(sandbox, letter())
    assert len(sandbox.messages()) == int(kept)


def test_a_server_that_closes_after_two_messages_takes_the_rest_on_a_new_connection(sandbox: Sandbox) -> None:
    sandbox.mailbox.behave(Behaviour(action=Action.CLOSE, after=2))
    connection = smtplib.SMTP("127.0.0.1", sandbox.smtp_port)
    connection.send_message(letter())
    connection.send_message(letter())
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        connection.send_message(letter())
    assert refused.value.smtp_code == 421
    send(sandbox, letter())
    assert len(sandbox.messages()) == 3


def test_behaviour_can_be_scripted_over_http_and_taken_back(sandbox: Sandbox, http: httpx.Client) -> None:
    assert http.post("/mailbox/behaviour", json={"match": "*", "action": "refuse", "stage": "data", "code": 554}).status_code == 201
    with pytest.raises(smtplib.SMTPDataError):
        send(sandbox, letter())
    assert http.delete("/mailbox/behaviour").status_code == 204
    send(sandbox, letter())
    assert len(sandbox.messages()) == 1


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ({"action": "explode"}, "explode"),
        ({"action": "refuse", "colour": "red"}, "colour"),
        ({"action": "refuse", "code": 250}, "250"),
        ({"action": "delay", "seconds": 9999}, "9999"),
        ({"action": "close", "after": "many"}, "many"),
        ([1], "JSON object"),
    ],
)
def test_a_behaviour_that_cannot_be_read_is_refused_with_the_reason(http: httpx.Client, rule: object, word: str) -> None:
    answer = http.post("/mailbox/behaviour", json=rule)
    assert answer.status_code == 422
    assert word in answer.text
    assert http.get("/mailbox/behaviour").json() == []


def test_no_json_at_all_is_a_bad_request(http: httpx.Client) -> None:
    assert http.post("/mailbox/behaviour", content=b"{").status_code == 400


def test_with_accounts_a_log_in_is_needed() -> None:
    with Sandbox(accounts={"news": "secret"}) as sandbox:
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as connection, pytest.raises(smtplib.SMTPSenderRefused):
            connection.send_message(letter())
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as connection, pytest.raises(smtplib.SMTPAuthenticationError):
            connection.login("news", "wrong")
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as connection:
            connection.login("news", "secret")
            connection.send_message(letter())
        assert len(sandbox.messages()) == 1


def test_starttls_is_offered_with_a_certificate_that_nobody_trusts() -> None:
    with Sandbox(starttls=True) as sandbox:
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as connection, pytest.raises(ssl.SSLCertVerificationError):
            connection.starttls(context=ssl.create_default_context())
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as connection:
            connection.starttls(context=trusting)
            connection.send_message(letter())
        assert len(sandbox.messages()) == 1


def test_a_shown_mail_cannot_run_scripts_or_reach_the_outside(sandbox: Sandbox, http: httpx.Client) -> None:
    send(sandbox, letter())
    policy = http.get("/mailbox/1/html").headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    page = http.get("/mailbox/1").text
    assert "<script>" not in page


def test_subject_and_sender_are_escaped_in_the_list(sandbox: Sandbox, http: httpx.Client) -> None:
    send(sandbox, letter(subject="<b>fett</b>"))
    assert "&lt;b&gt;fett" in http.get("/mailbox").text


def test_mails_in_a_folder_are_there_after_a_restart(tmp_path: Path) -> None:
    with Sandbox(folder=tmp_path) as first:
        send(first, letter())
    with Sandbox(folder=tmp_path) as second:
        (mail,) = second.messages()
        assert mail.subject == "本月新标"
        send(second, letter(subject="第二封"))
        assert [mail.id for mail in second.messages()] == [1, 2]
        second.mailbox.clear()
    with Sandbox(folder=tmp_path) as third:
        assert third.messages() == []
