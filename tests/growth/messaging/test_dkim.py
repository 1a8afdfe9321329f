"""Signatures of our own, verified by dkimpy, as a receiver would."""

import email
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from growth.contacts import Medium
from growth.db import uuid7
from growth.errors import GrowthError
from growth.messaging import Mail, Message, mail_bytes
from growth.messaging.dkim import BadDkimKey, Signer, fresh_dkim_key, read_dkim_key, signer_of
from growth.workspace import Workspace, WorkspaceInvalid
from tests.command import Growth

AT = datetime(2026, 11, 23, 2, 0, 5, tzinfo=UTC)
RSA = fresh_dkim_key()
SITE = "site: {name: 诚信贷, url: 'https://www.example.com/', locale: en}\n"


def signer(key: Any = None) -> Signer:
    return Signer(domain="example.com", selector="s1", key=key or read_dkim_key(RSA))


def mail(**said: Any) -> bytes:
    content = {"subject": "广告：本月新标", "text": "正文\n\n\n", "html": "<p>正文</p>", "sender": "诚信贷 <news@example.com>"} | said
    return mail_bytes(Message(id=uuid7(), medium=Medium.EMAIL, to="zhang@example.com", content=Mail(**content)), date=AT)


def verified(raw: bytes, by: Signer) -> bool:
    def txt(name: bytes, timeout: int = 5) -> bytes:
        return by.record.encode() if name.rstrip(b".").decode() == by.record_name else b""

    return bool(dkim.verify(raw, dnsfunc=txt))


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"html": None},
        {"html": None, "text": ""},
        {"subject": "x" * 300, "reply_to": "客服 <help@example.com>"},
        {"unsubscribe_url": "https://go.example.com/u/" + "t" * 300, "list_id": "m.example.com", "feedback_id": "a:b:c:d"},
    ],
)
def test_a_receiver_verifies_what_was_signed(said: dict[str, Any]) -> None:
    by = signer()
    assert verified(by.signed(mail(**said), at=AT), by)


def test_what_was_changed_on_the_way_does_not_verify() -> None:
    raw = signer().signed(mail(unsubscribe_url="https://go.example.com/u/t"), at=AT)
    assert verified(raw, signer())
    for before, after in (
        (b"To: zhang@", b"To: wang@"),
        (b"/u/t>", b"/u/x>"),
        (b"From: ", b"From: boss@example.com\r\nFrom: "),
        (b"PHA+", b"PGI+"),
    ):
        assert before in raw
        assert not verified(raw.replace(before, after, 1), signer())


def test_the_signature_names_what_rfc_8058_asks_and_folds() -> None:
    raw = signer().signed(mail(unsubscribe_url="https://go.example.com/u/t"), at=AT)
    head = raw.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\nFrom")[0].split(b"\r\n"))) <= 240
    value = str(email.message_from_bytes(raw)["DKIM-Signature"])
    signed = value.partition("h=")[2].partition(";")[0].split(":")
    assert signed.count("from") == 2
    assert {"to", "subject", "list-unsubscribe", "list-unsubscribe-post"} <= set(signed)


def test_what_is_no_key_is_refused_without_showing_it() -> None:
    short = generate_private_key(public_exponent=65537, key_size=1024)
    pem = short.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    assert read_dkim_key(pem)
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for text in (other, "", "geheim", RSA[:-40], "-----BEGIN PRIVATE KEY-----\ngeheim\n-----END PRIVATE KEY-----"):
        with pytest.raises(BadDkimKey) as caught:
            read_dkim_key(text)
        assert "geheim" not in str(caught.value)


def test_a_key_needs_its_name_in_dns(make_workspace: Callable[..., Workspace]) -> None:
    smtp = "email: {provider: smtp, from: news@mail.example.com, smtp: {host: h, dkim_key: '${DKIM_PRIVATE_KEY}'}%s}\n"
    with pytest.raises(WorkspaceInvalid, match="dkim_selector"):
        make_workspace(SITE + smtp % "")
    workspace = make_workspace(SITE + smtp % ", dkim_selector: s1", env={"DKIM_PRIVATE_KEY": RSA})
    found = signer_of(workspace)
    assert found is not None
    assert found.record_name == "s1._domainkey.mail.example.com"
    assert signer_of(make_workspace(SITE)) is None


def test_the_command_makes_a_key_once_and_says_what_goes_into_dns(
    make_workspace: Callable[..., Workspace], growth_in: Callable[[Path], Growth]
) -> None:
    workspace = make_workspace(SITE + "email: {provider: smtp, from: news@example.com, smtp: {host: h}}\n")
    growth, env = growth_in(workspace.root), workspace.root / ".env"
    before = env.read_text()
    assert growth("keys", "dkim", "--dry-run").code == 0
    assert env.read_text() == before
    made = growth("keys", "dkim", "--json").json
    assert (made["name"], made["new"]) == ("s1._domainkey.example.com", True)
    assert made["record"].startswith("v=DKIM1; k=rsa; p=MII")
    assert growth("keys", "dkim", "--json").json == made | {"new": False}
    kept = env.read_text().removeprefix(before)
    assert kept.startswith("DKIM_PRIVATE_KEY=MII")
    raw = signer(read_dkim_key(kept.strip().partition("=")[2])).signed(mail(), at=AT)
    assert dkim.verify(raw, dnsfunc=lambda *_a, **_k: made["record"].encode())
    assert kept.strip().partition("=")[2] not in growth("keys", "dkim").out


def test_a_broken_key_stops_the_sending_and_says_so(make_workspace: Callable[..., Workspace]) -> None:
    text = "email: {provider: smtp, from: n@example.com, dkim_selector: s1, smtp: {host: h, dkim_key: '${DKIM_PRIVATE_KEY}'}}\n"
    with pytest.raises(GrowthError, match="dkim_key"):
        signer_of(make_workspace(SITE + text, env={"DKIM_PRIVATE_KEY": "nonsense"}))
