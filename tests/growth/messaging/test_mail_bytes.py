"""Mails assembled by hand, read back by the standard library's parser."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growth.contacts import Medium
from growth.db import uuid7
from growth.messaging import Mail, Message, UnsafeHeader, mail_bytes, message_id
from growth.messaging.mail import delivery_of_message_id
from growth.rendering import LONG, Woven

AT = datetime(2026, 11, 23, 2, 0, 5, tzinfo=UTC)
BREAKS = ["\r\n", "\n", "\r", "\x00", "\x85", "\u2028", "\u2029", "\x0b", "\x0c"]


def message(**said: Any) -> Message:
    to = said.pop("to", "zhang@example.com")
    mail = {"subject": "hello", "text": "text", "html": "<p>text</p>", "sender": "诚信贷 <news@example.com>"} | said
    return Message(id=uuid7(), medium=Medium.EMAIL, to=to, content=Mail(**mail))


def parsed(raw: bytes) -> EmailMessage:
    found = email.message_from_bytes(raw, policy=email.policy.SMTP)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    assert not [part for part in found.walk() if part.defects]
    return found


def body(found: EmailMessage, kind: str) -> str:
    part = found.get_body(preferencelist=(kind,))
    assert part is not None
    return same_text(str(part.get_content()))


def same_text(text: str) -> str:
    """Line ends are CRLF in mail (RFC 2046 §4.1.1), whatever was written."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_a_mail_reads_back_as_it_was_meant() -> None:
    url = "https://go.example.com/unsubscribe/" + "t" * 150
    made = message(
        subject="广告：本月新标上线，预期年化利率一览",
        reply_to="客服 <help@example.com>",
        unsubscribe_url=url,
        list_id="monthly.example.com",
        feedback_id="a:b:c:d",
    )
    raw = mail_bytes(made, date=AT)
    found = parsed(raw)
    assert found["subject"] == "广告：本月新标上线，预期年化利率一览"
    assert found["from"].addresses[0].display_name == "诚信贷"
    assert found["from"].addresses[0].addr_spec == "news@example.com"
    assert found["reply-to"].addresses[0].display_name == "客服"
    assert found["to"] == "zhang@example.com"
    assert parsedate_to_datetime(found["date"]) == AT
    assert found["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in raw
    assert found["message-id"] == message_id(made.id, "news@example.com")
    assert delivery_of_message_id(found["message-id"]) == made.id
    assert delivery_of_message_id("<somebody@else.example>") is None
    assert found.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]


@given(st.lists(st.one_of(st.text(max_size=8), st.sampled_from(["本月更新，请看。\n" * 40, "a" * (LONG + 1), "ab\r" * LONG])), max_size=9))
@settings(max_examples=60, deadline=None)
def test_a_mail_of_pieces_that_many_share_reads_like_one_text(pieces: list[str]) -> None:
    text = Woven.of(piece.encode("utf-8", "replace").decode() for piece in pieces)
    raw = mail_bytes(message(text=text, html=text), date=AT)
    found = parsed(raw)
    whole = parsed(mail_bytes(message(text=str(text), html=str(text)), date=AT))
    assert (body(found, "plain"), body(found, "html")) == (body(whole, "plain"), body(whole, "html"))
    assert max(len(line) for line in raw.partition(b"\r\n\r\n")[2].split(b"\r\n")) <= 78


def test_a_mail_without_html_is_one_part() -> None:
    found = parsed(mail_bytes(message(html=None, text="只有文字"), date=AT))
    assert found.get_content_type() == "text/plain"
    assert body(found, "plain") == "只有文字"


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
one_line = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=200).filter(
    lambda value: value.strip() != ""
)


@given(subject=one_line, name=one_line.filter(lambda value: not set(value) & set('<>",:;@()\\[]')), plain=text, rich=text)
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_comes_back(subject: str, name: str, plain: str, rich: str) -> None:
    raw = mail_bytes(message(subject=subject, sender=f"{name} <news@example.com>", text=plain, html=rich), date=AT)
    head, _blank, _rest = raw.partition(b"\r\n\r\n")
    assert head.isascii()
    # one List-Unsubscribe line aside, no line is longer than 78, none begins with a dot, none ends in a bare LF or CR
    for line in raw.split(b"\r\n"):
        assert len(line) <= 100
        assert not line.startswith(b".")
        assert b"\n" not in line
        assert b"\r" not in line
    found = parsed(raw)
    assert " ".join(str(found["subject"]).split()) == " ".join(subject.split())
    assert found["from"].addresses[0].addr_spec == "news@example.com"
    assert body(found, "plain") == same_text(plain)
    assert body(found, "html") == same_text(rich)


@pytest.mark.parametrize("mark", BREAKS)
@pytest.mark.parametrize("field", ["subject", "sender", "reply_to", "unsubscribe_url", "list_id", "to"])
def test_a_line_break_in_a_header_is_refused(field: str, mark: str) -> None:
    values = {
        "subject": f"hello{mark}Bcc: evil@example.com",
        "sender": f"News{mark}Bcc: evil@example.com <news@example.com>",
        "reply_to": f"a@example.com{mark}Bcc: evil@example.com",
        "unsubscribe_url": f"https://example.com/{mark}Bcc: evil@example.com",
        "list_id": f"list{mark}Bcc: evil@example.com",
        "to": f"a@example.com{mark}Bcc: evil@example.com",
    }
    with pytest.raises(UnsafeHeader):
        mail_bytes(message(**{field: values[field]}), date=AT)


@pytest.mark.parametrize(
    "to", ["a@b.com>, c@d.com", "a@b.com,c@d.com", "a@b.com c@d.com", "<a@b.com>", "a", "", "a@b.com> RCPT TO:<c@d.com"]
)
def test_a_recipient_is_one_address(to: str) -> None:
    with pytest.raises(UnsafeHeader):
        mail_bytes(message(to=to), date=AT)


def test_percent_encoded_breaks_stay_what_they_are() -> None:
    found = parsed(mail_bytes(message(subject="hello%0d%0aBcc: evil@example.com"), date=AT))
    assert found["bcc"] is None
    assert found["subject"] == "hello%0d%0aBcc: evil@example.com"


def test_words_of_an_encoded_header_fit_their_line() -> None:
    raw = mail_bytes(message(subject="标" * 200), date=AT)
    words = re.findall(rb"=\?utf-8\?b\?[A-Za-z0-9+/=]*\?=", raw)
    assert len(words) > 5
    assert all(len(word) <= 75 for word in words)
