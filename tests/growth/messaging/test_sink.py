"""What mail servers do to a sender, with the server's own log as the judge."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import dkim
import pytest

from growth import clock
from growth.contacts import Medium
from growth.db import Database
from growth.messaging import Ending, Mail, Message, Outcome, deliver, open_provider
from growth.messaging.dkim import fresh_dkim_key, signer_of
from growth.sandbox import Action, Behaviour, Part, Sandbox, Stage
from growth.workspace import Rate
from tests.growth.messaging.senders import assignment, frozen, people, states, tally

Opened = Callable[..., Database]


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def office(open_workspace: Opened, box: Sandbox) -> Database:
    smtp = f"{{host: 127.0.0.1, port: {box.smtp_port}, tls: none}}"
    return open_workspace(f"site: {{url: https://www.example.com/}}\nemail: {{from: news@example.com, smtp: {smtp}}}\n")


def run(database: Database, *, patience: float = 40, should_stop: Callable[[], bool] = lambda: False, **more: object) -> Outcome:
    """One sender with connections of its own, in real time."""
    provider = open_provider(database.workspace, Medium.EMAIL)
    try:
        return deliver(database, assignment(**more), provider, should_stop=should_stop, patience=timedelta(seconds=patience))
    finally:
        provider.close()


def got(box: Sandbox) -> Counter[str]:
    return Counter(address for mail in box.messages() for address in mail.recipients)


def test_what_arrives_is_signed_and_verifies(open_workspace: Opened, box: Sandbox) -> None:
    smtp = f"{{host: 127.0.0.1, port: {box.smtp_port}, tls: none, dkim_key: '${{DKIM_PRIVATE_KEY}}'}}"
    text = f"site: {{url: https://www.example.com/}}\nemail: {{from: news@example.com, dkim_selector: s1, smtp: {smtp}}}\n"
    office = open_workspace(text, env={"DKIM_PRIVATE_KEY": fresh_dkim_key()})
    people(office, 3, domain="example.org")
    frozen(office)
    assert run(office).ending is Ending.FINISHED
    signer = signer_of(office.workspace)
    assert signer is not None
    assert [bool(dkim.verify(mail.raw, dnsfunc=lambda *_a, **_k: signer.record.encode())) for mail in box.messages()] == [True] * 3


def test_qqs_5xx_to_a_sender_who_is_too_fast_is_a_retry_and_bars_nobody(office: Database, box: Sandbox) -> None:
    people(office, 4, domain="qq.com")
    frozen(office)
    words = "Domain frequency limited [Mail from domain example.com] https://service.mail.qq.com/detail/122/168"
    box.mailbox.behave(Behaviour(action=Action.REFUSE, match="p1@qq.com", code=550, text=words, times=1))
    box.mailbox.behave(Behaviour(action=Action.REFUSE, match="p2@qq.com", code=550, text="Mailbox unavailable or access denied"))
    assert run(office).ending is Ending.FINISHED
    assert tally(office) == states(accepted=3, rejected=1)
    assert got(box) == Counter({"p0@qq.com": 1, "p1@qq.com": 1, "p3@qq.com": 1})


def test_a_domains_pace_holds_over_two_senders_and_a_restart(office: Database, box: Sandbox) -> None:
    """F5: the sink's clock says how fast qq.com was written to, whoever wrote and however often it began anew."""
    people(office, 40, domain="qq.com")
    people(office, 20, domain="example.com")
    frozen(office)
    pace = {"qq.com": Rate(10, timedelta(seconds=1))}
    began = clock.now()
    stop_at = began + timedelta(seconds=1.5)
    with ThreadPoolExecutor(2) as pool:
        first = [pool.submit(run, office, domain_rates=pace, should_stop=lambda: clock.now() > stop_at) for _sender in range(2)]
        assert {each.result().ending for each in first} == {Ending.STOPPED}
        again = [pool.submit(run, office, domain_rates=pace) for _sender in range(2)]
        assert {each.result().ending for each in again} == {Ending.FINISHED}
    assert tally(office) == states(accepted=60)
    assert set(got(box).values()) == {1}
    log = box.log.entries(Part.MAIL)
    at = sorted(entry.at for entry in log if entry.detail["to"][0].endswith("@qq.com"))
    # a second's worth at once, then ten a second: number k arrives no sooner than that allows, however late the way makes it
    assert len(at) == 40
    assert [number for number, moment in enumerate(at) if moment - began < timedelta(seconds=(number - 10) / 10)] == []
    others = sorted(entry.at for entry in log if entry.detail["to"][0].endswith("@example.com"))
    assert others[-1] < at[-1]


def test_nobody_smuggles_a_second_mail_in_a_body(office: Database, box: Sandbox) -> None:
    """A23: what ends a mail at a careless server stands in the text, in every spelling of a line end."""
    ends = ["\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r", "\x85.\x85"]
    attack = "".join(f"{end}MAIL FROM:<evil@x.cn>\r\nRCPT TO:<p9@example.com>\r\nDATA\r\nSubject: smuggled\r\n\r\nboo" for end in ends)
    provider = open_provider(office.workspace, Medium.EMAIL)
    mail = Mail(subject="s", text=attack, html=f"<pre>{attack}</pre>", sender="news@example.com")
    receipts = provider.send([Message(id=UUID(int=7), medium=Medium.EMAIL, to="p0@example.com", content=mail)])
    provider.close()
    assert [str(receipt.verdict) for receipt in receipts] == ["accepted"]
    assert got(box) == Counter({"p0@example.com": 1})
    assert "".join(box.messages()[0].text.split()) == "".join(attack.split())


@pytest.mark.parametrize("field", ["subject", "sender", "reply_to", "list_id", "feedback_id", "to"])
@pytest.mark.parametrize(
    "evil", ["x\r\nBcc: evil@x.cn", "x\nBcc: evil@x.cn", "x\rBcc: evil@x.cn", "x\x85Bcc: evil@x.cn", "a@b.com>, <evil@x.cn"]
)
def test_a_header_cannot_be_given_another_behind_it(office: Database, box: Sandbox, field: str, evil: str) -> None:
    """A22, at the server: one recipient, no other header, or nothing at all."""
    values = {"subject": "s", "text": "t", "sender": "news@example.com"} | ({field: evil} if field != "to" else {})
    to = evil if field == "to" else "p0@example.com"
    provider = open_provider(office.workspace, Medium.EMAIL)
    message = Message(id=UUID(int=8), medium=Medium.EMAIL, to=to, content=Mail(**values))
    verdict = str(provider.send([message])[0].verdict)
    provider.close()
    if field == "subject" and "\r" not in evil and "\n" not in evil and "\x85" not in evil:
        assert verdict == "accepted"
        assert box.messages()[0].subject == evil
    else:
        assert verdict == "refused"
    assert set(got(box)) <= {"p0@example.com"}
    assert [mail.header("Bcc") for mail in box.messages()] in ([], [""])


def test_a_server_that_falls_silent_after_the_mail_leaves_one_doubt(office: Database, box: Sandbox) -> None:
    people(office, 5)
    frozen(office)
    box.mailbox.behave(Behaviour(action=Action.DROP, match="p2@example.com", stage=Stage.DATA))
    assert run(office).ending is Ending.FINISHED
    assert tally(office) == states(accepted=4, uncertain=1)
    assert got(box) == Counter({f"p{number}@example.com": 1 for number in range(5)})
