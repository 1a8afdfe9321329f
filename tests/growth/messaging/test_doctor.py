"""What `growth doctor` says about sending: log-ins tried for real, the sender's records asked of a real resolver."""

import socket
import threading
from collections.abc import Callable, Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from growth.app import Diagnosis
from growth.db import Database
from growth.messaging.dkim import Signer, fresh_dkim_key, read_dkim_key
from growth.messaging.doctor import diagnose, sender_dns
from growth.sandbox import Sandbox
from growth.sandbox.keys import SENDGRID_KEY, TENCENT_APP, TENCENT_ID, TENCENT_KEY
from tests.imap_served import imap_server

Opened = Callable[..., Database]
SITE = "site: {url: https://www.example.com/}\n"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def lines(found: Iterator[Diagnosis]) -> list[tuple[str, str]]:
    return [(each.id, str(each.level)) for each in found]


def test_every_log_in_is_tried(open_workspace: Opened, box: Sandbox, tmp_path: object) -> None:
    from pathlib import Path

    with imap_server(Path(str(tmp_path)) / "imap") as port:
        mailbox = f"feedback: {{host: 127.0.0.1, port: {port}, tls: none, username: bounces, password: '${{IMAP}}'}}"
        email = f"email: {{smtp: {{host: 127.0.0.1, port: {box.smtp_port}, tls: none}}, {mailbox}}}\n"
        account = f"secret_id: {TENCENT_ID}, secret_key: '${{KEY}}', app_id: '{TENCENT_APP}', endpoint: '{box.url}'"
        sms = f"sms: {{signature: 诚信贷, tencent: {{{account}}}}}\n"
        right = open_workspace(SITE + email + sms, env={"KEY": TENCENT_KEY, "IMAP": "secret"})
        wrong = open_workspace(SITE + email + sms, env={"KEY": "canary", "IMAP": "canary"})
        assert lines(diagnose(right.workspace, right)) == [("log-in-smtp", "ok"), ("log-in-tencent", "ok"), ("mailbox", "ok")]
        found = list(diagnose(wrong.workspace, wrong))
        assert [(each.id, str(each.level)) for each in found] == [("log-in-smtp", "ok"), ("log-in-tencent", "fail"), ("mailbox", "fail")]
        assert all(each.fix for each in found if each.level == "fail")
        assert "canary" not in str(found)


@pytest.mark.parametrize(("key", "level"), [(SENDGRID_KEY, "ok"), ("SG.canary", "fail")])
def test_the_key_of_sendgrid_is_tried_and_a_missing_basis_is_said(open_workspace: Opened, box: Sandbox, key: str, level: str) -> None:
    account = f"{{api_key: '${{KEY}}', base_url: '{box.url}', cross_border_consent: true}}"
    database = open_workspace(
        f"site: {{url: https://www.example.com/, mainland: true}}\nemail: {{sendgrid: {account}}}\n", env={"KEY": key}
    )
    assert lines(diagnose(database.workspace, database)) == [("log-in-sendgrid", level), ("cross-border", "warn")]


def test_a_secret_that_is_not_set_and_a_server_that_is_away_are_faults_with_a_way_out(open_workspace: Opened) -> None:
    for email in ("{sendgrid: {api_key: '${NOT_SET}'}}", "{smtp: {host: 127.0.0.1, port: 1, tls: none}}"):
        found = next(iter(diagnose(open_workspace(f"{SITE}email: {email}\n").workspace, None)))
        assert (str(found.level), bool(found.fix)) == ("fail", True)


def test_files_need_no_log_in(open_workspace: Opened) -> None:
    database = open_workspace()
    assert lines(diagnose(database.workspace, database)) == []


@pytest.fixture
def zone() -> Iterator[Callable[[dict[str, list[str]]], dns.resolver.Resolver]]:
    """``zone({name: [text, …]})`` → a resolver that asks a name server on loopback."""
    servers: list[socket.socket] = []

    def make(records: dict[str, list[str]]) -> dns.resolver.Resolver:
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 0))
        servers.append(server)

        def answer() -> None:
            while True:
                try:
                    wire, client = server.recvfrom(4096)
                except OSError:
                    return
                question = dns.message.from_wire(wire)
                told = dns.message.make_response(question)
                name = question.question[0].name.to_text(omit_final_dot=True)
                if name in records:
                    quoted = [f'"{text}"' for text in records[name]]
                    told.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *quoted))
                else:
                    told.set_rcode(dns.rcode.NXDOMAIN)
                server.sendto(told.to_wire(), client)

        threading.Thread(target=answer, daemon=True).start()
        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port = ["127.0.0.1"], server.getsockname()[1]
        return found

    yield make
    for server in servers:
        server.close()


Zone = Callable[[dict[str, list[str]]], dns.resolver.Resolver]
ALL = {
    "example.com": ["google=1", "v=spf1 include:x -all"],
    "_dmarc.example.com": ["v=DMARC1; p=none"],
    "s1._domainkey.example.com": ["k=rsa; p=MII"],
}


def test_a_sender_with_all_three_records_is_well(zone: Zone) -> None:
    assert lines(sender_dns("example.com", selector=None, resolver=zone(ALL))) == [("spf", "ok"), ("dkim", "ok"), ("dmarc", "ok")]


def test_each_record_that_is_missing_is_said_with_what_to_add(zone: Zone) -> None:
    found = list(sender_dns("example.com", selector=None, resolver=zone({})))
    assert [(each.id, str(each.level)) for each in found] == [("spf", "fail"), ("dkim", "fail"), ("dmarc", "fail")]
    assert "v=DMARC1" in str(found[2].fix)
    twice = {**ALL, "example.com": ["v=spf1 -all", "v=spf1 ~all"]}
    assert ("spf", "fail") in lines(sender_dns("example.com", selector=None, resolver=zone(twice)))
    assert ("dkim", "fail") in lines(sender_dns("example.com", selector="other", resolver=zone(ALL)))


def test_the_key_that_we_sign_with_must_be_the_one_in_dns(zone: Zone) -> None:
    ours, other = (Signer(domain="example.com", selector="s1", key=read_dkim_key(fresh_dkim_key())) for _turn in range(2))

    def published(key: Signer) -> dict[str, list[str]]:
        """One record of two strings: a string of a TXT record has 255 bytes at most."""
        return {**ALL, key.record_name: [f'{key.record[:200]}" "{key.record[200:]}']}

    assert ("dkim", "ok") in lines(sender_dns("example.com", selector="s1", signer=ours, resolver=zone(published(ours))))
    assert ("dkim", "fail") in lines(sender_dns("example.com", selector="s1", signer=ours, resolver=zone(published(other))))
    assert ("dkim", "fail") in lines(sender_dns("example.com", selector="s1", signer=ours, resolver=zone({})))


def test_a_resolver_that_does_not_answer_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("growth.messaging.doctor.LIFETIME_SECONDS", 0.3)
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.1", 0))
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], silent.getsockname()[1]
    assert lines(sender_dns("example.com", selector=None, resolver=resolver)) == [("dns", "warn")]
    silent.close()
