"""Pictures that travel with the mail: what the marketer writes, what the sink gets, what a preview shows."""

import base64
import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

from growth.contacts import Medium
from growth.db import uuid7
from growth.messaging import Image, Mail, Message
from growth.messaging.providers.sendgrid import _document
from tests.campaigns.desk import MONTHLY, Desk, MakeDesk

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
PICTURED = MONTHLY.replace("## 本月更新\n", "![新标](email/banner.png)\n\n    ![远处](https://www.example.com/logo.png)\n")


def pictured(make_desk: MakeDesk, text: str = PICTURED, *, name: str = "banner.png", data: bytes = PNG) -> Desk:
    desk = make_desk(files={"campaigns/monthly.yaml": text})
    folder = Path(desk.database.workspace.root / "templates" / "email")
    folder.mkdir(parents=True)
    (folder / name).write_bytes(data)
    return desk


def test_a_picture_of_the_workspace_goes_with_the_mail_and_one_with_an_address_does_not(make_desk: MakeDesk) -> None:
    desk = pictured(make_desk)
    assert desk.campaign("send", "monthly", "--period", "2026-11")[0] == 0
    first, second = desk.sandbox.mailbox.messages()
    found = email.message_from_bytes(first.raw, policy=email.policy.SMTP)
    assert isinstance(found, EmailMessage)
    assert [part.get_content_type() for part in found.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    assert not [part for part in found.walk() if part.defects]
    picture = list(found.walk())[-1]
    assert picture.get_payload(decode=True) == PNG
    assert f"cid:{picture['content-id'].strip('<>')}" in first.html
    assert 'src="https://www.example.com/logo.png"' in first.html
    shown = httpx.get(f"{desk.sandbox.url}/mailbox/{second.id}/html", trust_env=False).text
    assert f"data:image/png;base64,{base64.b64encode(PNG).decode()}" in shown
    assert "cid:" not in shown


def test_a_preview_shows_it_and_an_approval_is_bound_to_it(make_desk: MakeDesk) -> None:
    desk = pictured(make_desk)
    _code, told, _err = desk.say("campaign", "preview", "monthly", "--part", "html")
    assert f"data:image/png;base64,{base64.b64encode(PNG).decode()}" in told
    before = desk.campaign("plan", "monthly", "--period", "2026-11")[1]["hash"]
    (desk.database.workspace.root / "templates/email/banner.png").write_bytes(PNG + b"\0")
    assert desk.campaign("plan", "monthly", "--period", "2026-11")[1]["hash"] != before


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("other.png", PNG, "there is no image “email/banner.png”"),
        ("banner.png", b"<svg/>", "no PNG, JPEG or GIF"),
        ("banner.png", PNG + bytes(1 << 20), "KB together"),
    ],
)
def test_what_is_no_picture_stops_the_plan_at_its_line(make_desk: MakeDesk, name: str, data: bytes, said: str) -> None:
    desk = pictured(make_desk, name=name, data=data)
    code, _told, err = desk.say("campaign", "plan", "monthly", "--period", "2026-11")
    assert code == 2
    assert said in err
    assert "campaigns/monthly.yaml:" in err
    assert desk.got == []


def test_a_file_outside_the_templates_is_none_of_ours(make_desk: MakeDesk) -> None:
    desk = pictured(make_desk, PICTURED.replace("email/banner.png", "../.env"))
    code, told, err = desk.say("campaign", "plan", "monthly", "--period", "2026-11")
    assert code == 2
    assert "GROWTH_KEYS" not in told + err


def test_sendgrid_gets_each_picture_once_a_call() -> None:
    image = Image(id="0a1b@growth", kind="png", data=PNG)

    def message(to: str) -> Message:
        content: dict[str, Any] = {"subject": "s", "text": "t", "html": '<img src="cid:0a1b@growth">', "sender": "n@example.com"}
        return Message(id=uuid7(), medium=Medium.EMAIL, to=to, content=Mail(**content, images=(image,)))

    document = _document([message("a@example.com"), message("b@example.com")])
    assert document["attachments"] == [
        {
            "content": base64.b64encode(PNG).decode(),
            "type": "image/png",
            "filename": "0a1b.png",
            "disposition": "inline",
            "content_id": "0a1b@growth",
        }
    ]
